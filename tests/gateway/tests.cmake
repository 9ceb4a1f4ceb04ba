redress_tests(gateway DEPENDS gateway agent sim nlohmann_json::nlohmann_json FILES
  gateway/api_test.cc
  gateway/enrolment_test.cc
  gateway/gateway_test.cc
  gateway/members_test.cc
  gateway/prompter_test.cc
  gateway/quota_test.cc
  gateway/router_test.cc
  gateway/took_test.cc)
