redress_tests(
  protocol
  DEPENDS sim store protocol_sync protocol_casework
  FILES
    protocol/agent_session_test.cc
    protocol/authority_test.cc
    protocol/bytes_test.cc
    protocol/case_test.cc
    protocol/chain_test.cc
    protocol/clocks_again_test.cc
    protocol/clocks_test.cc
    protocol/damage_test.cc
    protocol/codes_test.cc
    protocol/due_test.cc
    protocol/entry_test.cc
    protocol/event_test.cc
    protocol/exchange_test.cc
    protocol/extensions_test.cc
    protocol/forms_test.cc
    protocol/frames_test.cc
    protocol/gateway_session_test.cc
    protocol/grades_test.cc
    protocol/healing_test.cc
    protocol/histories_test.cc
    protocol/kinds_test.cc
    protocol/lag_test.cc
    protocol/latency_test.cc
    protocol/life_cycle_test.cc
    protocol/narrow_line_test.cc
    protocol/number_test.cc
    protocol/pace_test.cc
    protocol/own_limits_test.cc
    protocol/pair_test.cc
    protocol/receiver_test.cc
    protocol/prompts_test.cc
    protocol/repair_test.cc
    protocol/refusal_test.cc
    protocol/registration_test.cc
    protocol/roles_test.cc
    protocol/sender_test.cc
    protocol/time_test.cc)
target_compile_definitions(test_protocol PRIVATE REDRESS_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
# The tests of frames and bodies build hostile ones with the generated code.
target_include_directories(test_protocol SYSTEM PRIVATE ${CMAKE_BINARY_DIR}/generated)
