# The simulated pair: what the tests of protocol, store, gateway and the guards share.
set(sim_sources sim/judge.cc sim/memory_truth.cc sim/pair.cc)
list(TRANSFORM sim_sources PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
add_library(sim STATIC ${sim_sources})
target_link_libraries(sim PUBLIC redress_flags store)
