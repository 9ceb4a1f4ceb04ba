# Power cuts on real LMDB files: what a program wrote and synced, and every state that a cut could have left of it.
set(crash_state_sources crash/crash_states.cc crash/disk_recorder.cc)
list(TRANSFORM crash_state_sources PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
# Objects, so that what stands in for libc is always linked.
add_library(crash_states OBJECT ${crash_state_sources})
target_link_libraries(crash_states PUBLIC sim)

add_executable(redress-crash ${CMAKE_CURRENT_LIST_DIR}/machine.cc ${CMAKE_CURRENT_LIST_DIR}/redress_crash.cc)
target_link_libraries(redress-crash PRIVATE redress_flags crash_states CLI11::CLI11 nlohmann_json::nlohmann_json)
add_test(NAME "crash: 3,000 states that a power cut leaves" COMMAND redress-crash --states 3000)
add_test(NAME "crash: 100,000 states that a power cut leaves" COMMAND redress-crash --states 100000 --seed 1001)
# A judge that never finds anything would pass as well.
foreach(plant early no-sync late-redo)
  add_test(NAME "crash: the plant ${plant} is found" COMMAND redress-crash --states 3000 --plant ${plant})
  set_tests_properties("crash: the plant ${plant} is found" PROPERTIES
    PASS_REGULAR_EXPRESSION "reproduce: redress-crash --states 10000 --seed 1 --plant ${plant}" TIMEOUT 120)
endforeach()
set_tests_properties("crash: 3,000 states that a power cut leaves" PROPERTIES TIMEOUT 120
  FAIL_REGULAR_EXPRESSION "machines, 0 commits told ahead")
set_tests_properties("crash: 100,000 states that a power cut leaves" PROPERTIES LABELS slow TIMEOUT 600)

redress_tests(crash DEPENDS crash_states FILES crash/crash_states_test.cc)

# Every call that can fail, failing. Sanitizers stand in for the same calls, so it is not for their builds.
if(CMAKE_CXX_FLAGS MATCHES "sanitize")
  return()
endif()
add_executable(redress-fail ${CMAKE_CURRENT_LIST_DIR}/call_faults.cc ${CMAKE_CURRENT_LIST_DIR}/redress_fail.cc
               ${CMAKE_CURRENT_LIST_DIR}/small_day.cc)
target_link_libraries(redress-fail PRIVATE redress_flags sim gateway CLI11::CLI11)
add_test(NAME "crash: the n-th call fails, whichever it is" COMMAND redress-fail --every 29)
add_test(NAME "crash: the n-th call fails, and telling early is found" COMMAND redress-fail --only pwrite --plant-early)
set_tests_properties("crash: the n-th call fails, whichever it is" PROPERTIES TIMEOUT 300)
set_tests_properties("crash: the n-th call fails, and telling early is found" PROPERTIES
  PASS_REGULAR_EXPRESSION "pwrite no. [0-9]+ and later: Input/output error: a receipt is gone" TIMEOUT 120)
