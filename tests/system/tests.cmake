# The real programs on loopback, as processes.
redress_tests(system LABEL system DEPENDS tool_lib store FILES
  system/acts_test.cc
  system/door_test.cc
  system/line_test.cc
  system/lists_test.cc
  system/plaintext_test.cc
  system/programs_test.cc
  system/prompting_test.cc
  system/replaced_pc_test.cc
  system/restore_test.cc
  system/revocation_test.cc
  system/terminal_test.cc)
add_dependencies(test_system redress-agent redress-gateway redress-ops)
target_compile_definitions(test_system PRIVATE
  REDRESS_AGENT="$<TARGET_FILE:redress-agent>"
  REDRESS_GATEWAY="$<TARGET_FILE:redress-gateway>"
  REDRESS_OPS="$<TARGET_FILE:redress-ops>")
