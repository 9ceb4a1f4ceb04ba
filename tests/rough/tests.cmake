# The rough world on real processes: kills, cut lines, full disks, and a judge who knows only what was told to whom.

# The two daemons with failpoints compiled in, under their own names in a folder of their own. What holds a failpoint is
# compiled again, and comes before the libraries that hold it without.
function(redress_with_failpoints program room)
  set(target ${program}-failpoints)
  add_executable(${target}
    ${PROJECT_SOURCE_DIR}/${room}/main.cc ${PROJECT_SOURCE_DIR}/${room}/loop.cc ${PROJECT_SOURCE_DIR}/store/lmdb_truth.cc
    ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/failpoint.cc)
  target_compile_definitions(${target} PRIVATE REDRESS_FAILPOINTS=1)
  target_link_libraries(${target} PRIVATE redress_flags ${ARGN} PkgConfig::LMDB)
  set_target_properties(${target} PROPERTIES OUTPUT_NAME ${program} RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/failpoints)
endfunction()
redress_with_failpoints(redress-agent branch-agent agent)
redress_with_failpoints(redress-gateway gateway gateway)

set(rough_sources rough/clients.cc rough/fleet.cc rough/history.cc rough/judgement.cc rough/soak_rule.cc rough/stage.cc
                  rough/tormentor.cc)
list(TRANSFORM rough_sources PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
add_library(rough STATIC ${rough_sources})
target_link_libraries(rough PUBLIC redress_flags demonstration tool_lib shell nlohmann_json::nlohmann_json)
add_executable(redress-kill ${CMAKE_CURRENT_LIST_DIR}/redress_kill.cc)
target_link_libraries(redress-kill PRIVATE rough CLI11::CLI11)
add_dependencies(redress-kill redress-agent-failpoints redress-gateway-failpoints redress-ops)
add_test(NAME "rough: 12 rounds of SIGKILL" COMMAND redress-kill --rounds 12)
add_test(NAME "rough: 300 rounds of SIGKILL" COMMAND redress-kill --rounds 300 --seed 2)
set_tests_properties("rough: 12 rounds of SIGKILL" PROPERTIES LABELS system TIMEOUT 120)
# It waits more than it works: first, so that others go beside it.
set_tests_properties("rough: 300 rounds of SIGKILL" PROPERTIES LABELS slow TIMEOUT 900 COST 1000)

redress_tests(rough DEPENDS rough FILES rough/history_test.cc rough/soak_rule_test.cc)

set(drill_sources rough/disk_drills.cc rough/line_drills.cc rough/long_drills.cc rough/net_drills.cc
                  rough/redress_drills.cc rough/upgrade_drills.cc)
list(TRANSFORM drill_sources PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
add_executable(redress-drills ${drill_sources})
target_compile_definitions(redress-drills PRIVATE REDRESS_GOLDEN_DIR="${CMAKE_CURRENT_SOURCE_DIR}/golden")
target_link_libraries(redress-drills PRIVATE rough CLI11::CLI11)
add_dependencies(redress-drills redress-agent redress-gateway redress-ops redress-relay)
add_test(NAME "rough: drills" COMMAND redress-drills)
set_tests_properties("rough: drills" PROPERTIES LABELS slow TIMEOUT 1800 PROCESSORS 2)

add_executable(redress-soak ${CMAKE_CURRENT_LIST_DIR}/redress_soak.cc)
target_link_libraries(redress-soak PRIVATE rough measure CLI11::CLI11)
add_dependencies(redress-soak redress-agent redress-gateway redress-ops redress-relay)
add_test(NAME "rough: a minute of mixed chaos" COMMAND redress-soak --minutes 1 --agents 4)
set_tests_properties("rough: a minute of mixed chaos" PROPERTIES LABELS slow TIMEOUT 600 COST 900)
