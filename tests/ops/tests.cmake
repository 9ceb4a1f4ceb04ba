redress_tests(ops_shell DEPENDS sim shell PkgConfig::HTTPLIB OpenSSL::SSL nlohmann_json::nlohmann_json FILES
  ops/api_test.cc
  ops/case_api_test.cc
  ops/case_lists_test.cc
  ops/case_rules_test.cc
  ops/code_tables_test.cc
  ops/commands_test.cc
  ops/config_test.cc
  ops/daemon_test.cc
  ops/door_limits_test.cc
  ops/door_test.cc
  ops/following_test.cc
  ops/home_test.cc
  ops/http_request_test.cc
  ops/letter_test.cc
  ops/log_test.cc
  ops/metrics_test.cc
  ops/process_test.cc
  ops/rebuild_test.cc
  ops/rulebook_test.cc
  ops/start_test.cc
  ops/telling_test.cc
  ops/together_test.cc
  ops/tokens_test.cc
  ops/watermark_test.cc)

# The description of the API against both programs' routes.
redress_tests(ops_api DEPENDS gateway agent sim nlohmann_json::nlohmann_json FILES ops/api_description_test.cc)
target_compile_definitions(test_ops_api PRIVATE REDRESS_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
