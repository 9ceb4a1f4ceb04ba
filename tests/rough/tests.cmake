# The rough world on real processes: kills, cut lines, full disks, and a judge who knows only what was told to whom.

# Programs to be killed some thousand times, under their own names in a folder of their own: the two daemons with
# failpoints compiled in, and all three with a cheap scrypt. What holds a failpoint is compiled again, and comes before
# the libraries that hold it without.
function(redress_for_kills program)
  cmake_parse_arguments(KILLS "" "" "SOURCES;LINKS" ${ARGN})
  set(target ${program}-for-kills)
  list(TRANSFORM KILLS_SOURCES PREPEND ${PROJECT_SOURCE_DIR}/)
  add_executable(${target} ${KILLS_SOURCES} ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/cheap_passphrase.cc)
  target_compile_definitions(${target} PRIVATE REDRESS_FAILPOINTS=1)
  target_link_libraries(${target} PRIVATE redress_flags ${KILLS_LINKS} OpenSSL::Crypto)
  set_target_properties(${target} PROPERTIES OUTPUT_NAME ${program} RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/failpoints)
endfunction()
set(with_failpoints store/lmdb_truth.cc tests/rough/failpoint.cc)
redress_for_kills(redress-agent SOURCES branch-agent/main.cc branch-agent/loop.cc ${with_failpoints}
                  LINKS agent PkgConfig::LMDB)
redress_for_kills(redress-gateway SOURCES gateway/main.cc gateway/loop.cc ${with_failpoints}
                  LINKS gateway PkgConfig::LMDB)
redress_for_kills(redress-ops SOURCES ops/tool/main.cc LINKS ops_tool CLI11::CLI11)

set(rough_sources rough/clients.cc rough/fleet.cc rough/history.cc rough/judgement.cc rough/soak_rule.cc rough/stage.cc
                  rough/tormentor.cc)
list(TRANSFORM rough_sources PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
add_library(rough STATIC ${rough_sources})
target_link_libraries(rough PUBLIC redress_flags demonstration tool_lib shell nlohmann_json::nlohmann_json)
add_executable(redress-kill ${CMAKE_CURRENT_LIST_DIR}/redress_kill.cc)
target_link_libraries(redress-kill PRIVATE rough CLI11::CLI11)
add_dependencies(redress-kill redress-agent-for-kills redress-gateway-for-kills redress-ops-for-kills)
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
# Those that compare no times, for machines that others use too.
add_test(NAME "rough: homes that earlier programs made" COMMAND redress-drills --only upgrade)
add_test(NAME "rough: full and broken disks" COMMAND redress-drills --only disk)
set_tests_properties("rough: homes that earlier programs made" "rough: full and broken disks" PROPERTIES
  LABELS slow TIMEOUT 900 COST 800)
set_tests_properties("rough: drills" "rough: homes that earlier programs made" "rough: full and broken disks" PROPERTIES
  SKIP_REGULAR_EXPRESSION "passed, 0 failed, [1-9][0-9]* skipped"
  FAIL_REGULAR_EXPRESSION "(^|\n)0 passed, 0 failed, 0 skipped")

add_executable(redress-soak ${CMAKE_CURRENT_LIST_DIR}/redress_soak.cc)
target_link_libraries(redress-soak PRIVATE rough measure CLI11::CLI11)
add_dependencies(redress-soak redress-agent redress-gateway redress-ops redress-relay)
add_test(NAME "rough: a minute of mixed chaos" COMMAND redress-soak --minutes 1 --agents 4)
set_tests_properties("rough: a minute of mixed chaos" PROPERTIES LABELS slow TIMEOUT 600 COST 900)
