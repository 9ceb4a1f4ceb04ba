redress_tests(
  tool
  DEPENDS ops_tool tool_lib crypto PkgConfig::HTTPLIB
  FILES
    tool/ask_test.cc
    tool/case_commands_test.cc
    tool/case_words_test.cc
    tool/client_test.cc
    tool/csv_test.cc
    tool/field_arguments_test.cc
    tool/field_values_test.cc
    tool/import_test.cc
    tool/lag_table_test.cc
    tool/local_moment_test.cc
    tool/mapping_test.cc
    tool/samples_test.cc
    tool/table_row_test.cc
    tool/terminal_test.cc)
# The tests that read ops/samples, ops/mappings and the public tables beside the checkout.
target_compile_definitions(test_tool PRIVATE REDRESS_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
