# redress-swarm: the shipped gateway, and thousands of branches of one process that come back in the same second.
set(swarm_sources swarm/branch.cc swarm/enrolled.cc swarm/redress_swarm.cc swarm/swarm.cc)
list(TRANSFORM swarm_sources PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
add_executable(redress-swarm ${swarm_sources})
target_link_libraries(redress-swarm PRIVATE rough measure agent gateway sim CLI11::CLI11)
add_dependencies(redress-swarm redress-gateway redress-ops)
add_test(NAME "swarm: 300 branches come back in the same second" COMMAND redress-swarm --branches 300)
set_tests_properties("swarm: 300 branches come back in the same second" PROPERTIES LABELS slow TIMEOUT 600 COST 100)
