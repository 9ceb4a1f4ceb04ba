redress_tests(
  rules
  DEPENDS protocol_rules
  FILES
    rules/calendar_test.cc
    rules/deadline_test.cc
    rules/day_test.cc
    rules/profile_check_test.cc
    rules/profile_test.cc
    rules/prompt_test.cc
    rules/public_holidays_test.cc
    rules/sheet_test.cc
    rules/shipped_limits_test.cc)
target_compile_definitions(test_rules PRIVATE REDRESS_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
target_link_libraries(test_rules PRIVATE nlohmann_json::nlohmann_json)
