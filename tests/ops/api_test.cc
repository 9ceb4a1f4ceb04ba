#include "ops/shell/api.h"

#include <catch2/catch.hpp>
#include <set>

#include "protocol/wire/refusal.h"
#include "tests/ops/served.h"

namespace redress::shell {
namespace {

// An Api with a route for each kind of access, asked without a door.
struct Asked {
  Asked() {
    casework = *issue_token(folder / "tokens", {StaffId{5}, Duty::casework}, random);
    operations = *issue_token(folder / "tokens", {StaffId{6}, Duty::operations}, random);
    const auto say_who = [](const Call& call) {
      call.respond(json_response(200, {{"staff", call.person.staff.value()}, {"tail", call.tail}}));
    };
    api.add("GET", "/open", Access::anyone, say_who);
    api.add("GET", "/cases", Access::casework, say_who);
    api.add("POST", "/machines", Access::operations, say_who);
    api.add("GET", "/both", Access::any_token, say_who);
    api.add("GET", "/cases/*", Access::casework, say_who);
  }

  Response ask(const std::string& method, const std::string& path, const std::string& bearer = {},
               const std::string& language = "en") {
    Request request;
    request.method = method;
    request.path = path;
    request.bearer = bearer;
    request.language = language;
    request.trace = "0123456789abcdef";
    std::optional<Response> answer;
    api.handle(request, [&](Response response) { answer = std::move(response); });
    REQUIRE(answer.has_value());
    return *answer;
  }
  std::string code(const Response& response) {
    return std::to_string(response.status) + " " + nlohmann::json::parse(response.body).value("code", std::string{});
  }

  TempFolder folder;
  crypto::SystemRandom random;
  Tokens tokens{folder / "tokens"};
  Metrics metrics;
  Api api{tokens, metrics};
  std::string casework;
  std::string operations;
};

TEST_CASE("Api: a route is open to whom it says, and to nobody else") {
  Asked asked;
  CHECK(asked.ask("GET", "/open").status == 200);
  CHECK(asked.code(asked.ask("GET", "/cases")) == "401 unauthenticated");
  CHECK(asked.code(asked.ask("GET", "/cases", "rdt_nobody")) == "401 unauthenticated");
  CHECK(asked.ask("GET", "/cases", asked.casework).status == 200);
  CHECK(asked.code(asked.ask("GET", "/cases", asked.operations)) == "403 forbidden");
  CHECK(asked.ask("POST", "/machines", asked.operations).status == 200);
  CHECK(asked.code(asked.ask("POST", "/machines", asked.casework)) == "403 forbidden");
  CHECK(asked.code(asked.ask("GET", "/both")) == "401 unauthenticated");
  CHECK(asked.ask("GET", "/both", asked.casework).status == 200);
  CHECK(asked.ask("GET", "/both", asked.operations).status == 200);
}

TEST_CASE("Api: whose token it is reaches the route") {
  Asked asked;
  CHECK(nlohmann::json::parse(asked.ask("GET", "/cases", asked.casework).body)["staff"] == 5);
  CHECK(nlohmann::json::parse(asked.ask("GET", "/open").body)["staff"] == 0);
}

TEST_CASE("Api: another path is 404, another method of a known path 405") {
  Asked asked;
  CHECK(asked.code(asked.ask("GET", "/nothing")) == "404 not_found");
  CHECK(asked.code(asked.ask("GET", "/case")) == "404 not_found");
  CHECK(asked.code(asked.ask("POST", "/cases", asked.casework)) == "405 method");
  CHECK(asked.code(asked.ask("DELETE", "/cases/7")) == "405 method");
  CHECK(asked.ask("HEAD", "/cases", asked.casework).status == 200);
}

TEST_CASE("Api: a star stands for one segment or more, never for none") {
  Asked asked;
  const auto tail = [&](const std::string& path) {
    return nlohmann::json::parse(asked.ask("GET", path, asked.casework).body)["tail"];
  };
  CHECK(tail("/cases/7") == "7");
  CHECK(tail("/cases/7/acts") == "7/acts");
  CHECK(asked.code(asked.ask("GET", "/cases/", asked.casework)) == "404 not_found");
}

TEST_CASE("Api: an error has code, message, detail, who and trace, in the language asked for") {
  Asked asked;
  const auto en = nlohmann::json::parse(asked.ask("GET", "/cases", asked.operations).body);
  const wire::Reason& reason = wire::reason_of(Code::forbidden);
  CHECK(en["code"] == std::string{reason.name});
  CHECK(en["message"] == std::string{reason.en});
  CHECK(en["detail"].get<std::string>().rfind("P12: ", 0) == 0);
  CHECK(en["who"] == std::string{wire::actor_in(reason.who, "en")});
  CHECK(en["trace"] == "0123456789abcdef");
  CHECK(en["field"] == "Authorization");
  const auto zh = nlohmann::json::parse(asked.ask("GET", "/cases", asked.operations, "zh").body);
  CHECK(zh["message"] == std::string{reason.zh});
  CHECK(zh["who"] == std::string{wire::actor_in(reason.who, "zh")});
}

TEST_CASE("Api: every code of the catalogue has a status that is an error's") {
  for (const wire::Reason& reason : wire::catalogue()) {
    INFO(reason.name);
    CHECK(http_status(reason.code) >= 400);
    CHECK(http_status(reason.code) <= 599);
    const auto body = nlohmann::json::parse(error_response(Request{}, {reason.code, "x"}).body);
    CHECK(body["code"] == std::string{reason.name});
    CHECK(!body.contains("field"));
  }
}

TEST_CASE("Api: what is not UTF-8 in an error does not break the answer") {
  const auto body = nlohmann::json::parse(error_response(Request{}, {Code::bad_value, "\xFF", "f"}).body);
  CHECK(body["detail"] == "\xEF\xBF\xBD");
}

TEST_CASE("Api: each request is counted by route, not by path") {
  Asked asked;
  static_cast<void>(asked.ask("GET", "/cases/secret-7", asked.casework));
  const std::string shown = asked.metrics.exposition();
  CHECK(shown.find(R"(redress_http_requests_total{route="GET /cases/*"} 1)") != std::string::npos);
  CHECK(shown.find("secret-7") == std::string::npos);
}

}  // namespace
}  // namespace redress::shell
