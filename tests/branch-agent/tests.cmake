redress_tests(branch_agent DEPENDS agent gateway_zap sim nlohmann_json::nlohmann_json FILES
  branch-agent/agent_test.cc
  branch-agent/join_test.cc)
