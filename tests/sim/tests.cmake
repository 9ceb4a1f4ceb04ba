# The simulated pair: what the tests of protocol, store, gateway and the guards share.
set(sim_sources sim/pair_judge.cc sim/memory_truth.cc sim/pair.cc)
list(TRANSFORM sim_sources PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
add_library(sim STATIC ${sim_sources})
target_link_libraries(sim PUBLIC redress_flags store)

# redress-sim: the shipped turns on a virtual clock, faults, and the judge of P1–P14.
set(sim_world_sources
    sim/authority.cc
    sim/books.cc
    sim/claims.cc
    sim/injector.cc
    sim/judge_lag.cc
    sim/judge_safety.cc
    sim/judge_settled.cc
    sim/machine.cc
    sim/marks.cc
    sim/mock_suite.cc
    sim/network.cc
    sim/peek.cc
    sim/people.cc
    sim/redress_sim.cc
    sim/run.cc
    sim/setting.cc
    sim/world.cc)
list(TRANSFORM sim_world_sources PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
add_executable(redress-sim ${sim_world_sources})
target_include_directories(redress-sim SYSTEM PRIVATE ${CMAKE_BINARY_DIR}/generated)
target_link_libraries(redress-sim PRIVATE redress_flags agent gateway sim CLI11::CLI11)
