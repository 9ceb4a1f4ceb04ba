# What the bank's documents demand, and the tests that show it; the program rewrites protocol/casework/README.md:
#   build/release/tests/redress-trace . --rewrite
add_library(trace_rows STATIC ${CMAKE_CURRENT_LIST_DIR}/trace.cc)
target_link_libraries(trace_rows PUBLIC redress_flags protocol_casework)
redress_tests(trace DEPENDS trace_rows FILES trace/trace_test.cc)
target_compile_definitions(test_trace PRIVATE REDRESS_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
add_executable(redress-trace ${CMAKE_CURRENT_LIST_DIR}/main.cc)
target_link_libraries(redress-trace PRIVATE redress_flags trace_rows)
set_target_properties(redress-trace PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
