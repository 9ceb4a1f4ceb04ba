# The simulated pair: what the tests of protocol, store, gateway and the guards share.
set(sim_sources sim/listing.cc sim/pair_judge.cc sim/memory_truth.cc sim/pair.cc)
list(TRANSFORM sim_sources PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
add_library(sim STATIC ${sim_sources})
target_link_libraries(sim PUBLIC redress_flags store)

# redress-sim: the shipped turns on a virtual clock, faults, and the judge of P1–P14.
set(sim_world_sources
    sim/authority.cc
    sim/beside.cc
    sim/books.cc
    sim/claims.cc
    sim/hostile.cc
    sim/injector.cc
    sim/judge_lag.cc
    sim/judge_safety.cc
    sim/judge_tell.cc
    sim/judge_settled.cc
    sim/machine.cc
    sim/marks.cc
    sim/matters.cc
    sim/minimise.cc
    sim/mock_suite.cc
    sim/network.cc
    sim/peek.cc
    sim/people.cc
    sim/pool.cc
    sim/prompted.cc
    sim/redress_sim.cc
    sim/run.cc
    sim/setting.cc
    sim/world.cc)
list(TRANSFORM sim_world_sources PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
add_executable(redress-sim ${sim_world_sources})
target_include_directories(redress-sim SYSTEM PRIVATE ${CMAKE_BINARY_DIR}/generated)
target_link_libraries(redress-sim PRIVATE redress_flags agent gateway sim CLI11::CLI11 nlohmann_json::nlohmann_json)

# The restore and clone drill: the same world, with each case made to happen.
set(sim_drill_sources ${sim_world_sources} ${CMAKE_CURRENT_SOURCE_DIR}/sim/drill.cc
    ${CMAKE_CURRENT_SOURCE_DIR}/sim/drill_bench.cc ${CMAKE_CURRENT_SOURCE_DIR}/sim/redress_drill.cc)
list(FILTER sim_drill_sources EXCLUDE REGEX "redress_sim\\.cc$")
add_executable(redress-drill ${sim_drill_sources})
target_include_directories(redress-drill SYSTEM PRIVATE ${CMAKE_BINARY_DIR}/generated)
target_link_libraries(redress-drill PRIVATE redress_flags agent gateway sim CLI11::CLI11)
add_test(NAME "drill: a store that was put back or copied, 200 seeds" COMMAND redress-drill --seeds 20)
set_tests_properties("drill: a store that was put back or copied, 200 seeds" PROPERTIES LABELS sim TIMEOUT 300)

# The same with the deliberate bugs in (--mutant N).
set(sim_turn_sources "")
foreach(room gateway agent)
  get_target_property(room_sources ${room} SOURCES)
  get_target_property(room_folder ${room} SOURCE_DIR)
  foreach(source ${room_sources})
    if(NOT source MATCHES "^(api|loop|join|prompting)\\.cc$")  # what turns them, and doors
      list(APPEND sim_turn_sources ${room_folder}/${source})
    endif()
  endforeach()
endforeach()
add_executable(redress-sim-mutants ${sim_world_sources} ${sim_turn_sources})
target_link_libraries(redress-sim-mutants PRIVATE mutant_rooms shell CLI11::CLI11 nlohmann_json::nlohmann_json)

add_test(NAME "sim: regression seeds" COMMAND redress-sim --list ${CMAKE_CURRENT_LIST_DIR}/regressions.txt)
add_test(NAME "sim: each seed twice gives the same trace" COMMAND redress-sim --runs 16 --seed 7001 --twice)
add_test(NAME "sim: the whole casework" COMMAND redress-sim --runs 20 --seed 1000000001)
add_test(NAME "sim: 500 runs" COMMAND redress-sim --runs 500)
set_tests_properties("sim: regression seeds" "sim: each seed twice gives the same trace" PROPERTIES LABELS sim TIMEOUT 300)
set_tests_properties("sim: the whole casework" PROPERTIES LABELS sim TIMEOUT 300)
set_tests_properties("sim: 500 runs" PROPERTIES LABELS "sim;slow" TIMEOUT 1200)
