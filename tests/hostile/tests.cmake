# What strangers, neighbours and the unlucky try, each with the exact answer that it gets (README.md).
redress_tests(hostile
  DEPENDS gateway agent tool_lib sim cppzmq flatbuffers::flatbuffers
  FILES
    hostile/clocks_test.cc
    hostile/frames_test.cc
    hostile/head_office_test.cc
    hostile/line_test.cc
    hostile/replaced_test.cc
    hostile/replay_test.cc)
target_include_directories(test_hostile SYSTEM PRIVATE ${CMAKE_BINARY_DIR}/generated)

# Drills against the real gateway, a minute or so each.
redress_tests(drills LABEL slow
  DEPENDS tool_lib agent sim
  FILES
    hostile/flood_test.cc
    hostile/hijack_test.cc
    hostile/strangers_test.cc)
foreach(program test_hostile test_drills)
  add_dependencies(${program} redress-agent redress-gateway redress-ops)
  target_compile_definitions(${program} PRIVATE
    REDRESS_AGENT="$<TARGET_FILE:redress-agent>"
    REDRESS_GATEWAY="$<TARGET_FILE:redress-gateway>"
    REDRESS_OPS="$<TARGET_FILE:redress-ops>")
endforeach()
