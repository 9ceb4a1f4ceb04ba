// The programs and their description, ops/shell/api.json, are held to each other: what is registered is described, what
// is described is registered, and every answer given here is of a status and a form that the description names.
#include <catch2/catch.hpp>
#include <fstream>
#include <set>

#include "branch-agent/api.h"
#include "gateway/api.h"
#include "protocol/casework/kinds.h"
#include "protocol/wire/refusal.h"
#include "tests/gateway/directory.h"
#include "tests/ops/schema.h"
#include "tests/ops/served.h"

namespace redress::shell {
namespace {

using nlohmann::json;

json description() {
  std::ifstream file{std::string{REDRESS_SOURCE_DIR} + "/ops/shell/api.json"};
  return json::parse(file);
}

std::string upper(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

// A program in process that judges each of its answers.
class Judged {
 public:
  explicit Judged(SiteId site) : site_{site}, directory_{network()}, served{site, options(), adding()} {}

  // `path` is the described one; `target` what is asked.
  json ask(const std::string& method, const std::string& path, const std::string& target, const std::string& headers,
           const json& body = nullptr) {
    const Reply reply = served.ask(method, target, headers, body.is_null() ? "" : body.dump());
    const std::string at = method + " " + path + " " + std::to_string(reply.status);
    INFO(at << " " << reply.text);
    std::string lower = method;
    for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    const json& responses = document_["paths"][path][lower]["responses"];
    REQUIRE(responses.contains(std::to_string(reply.status)));
    const json& content = schema_.resolved(responses[std::to_string(reply.status)])["content"];
    REQUIRE(content.size() == 1);
    CHECK(reply.type.substr(0, reply.type.find(';')) == content.begin().key());
    if (content.begin().key() == "application/json")
      CHECK(schema_.objection(content.begin().value()["schema"], reply.body) == "");
    seen.insert(at);
    return reply.body;
  }
  json get(const std::string& path, const std::string& query = "") {
    return ask("GET", path, path + query, served.as_desk());
  }
  json post(const std::string& path, const std::string& target, const json& body, const std::string& key) {
    return ask("POST", path, target, served.as_desk() + (key.empty() ? "" : "Idempotency-Key: " + key + "\r\n"), body);
  }
  json operate(const std::string& method, const std::string& path, const std::string& target, const json& body) {
    return ask(method, path, target, served.as_operations(), body);
  }

  std::set<std::string> seen;  // "GET /healthz 200"

 private:
  static NetworkId network() {
    NetworkId id;
    id.bytes.fill(std::byte{9});
    return id;
  }
  DaemonOptions options() const {
    DaemonOptions out;
    if (site_ == head_office) out.router = &router_;
    if (site_ == head_office) out.searching = Searching::by_signatures;
    return out;
  }
  std::function<void(Served&)> adding() {
    return [this](Served& one) {
      sync::Self self;
      self.domain = one.daemon->site_options().domain;
      self.site = site_;
      self.signer = &one.daemon->signer();
      self.streams = &one.daemon->site();
      if (site_ == head_office) {
        gateway_ = std::make_unique<gateway::Gateway>(one.daemon->site(), self, *directory_.members,
                                                      one.home.keys.keys.signing, one.random);
        gateway::add_routes(one.daemon->api(),
                            {directory_.members.get(), gateway_.get(), &one.home, "tcp://127.0.0.1:7790", &one.random});
      } else {
        agent_ = std::make_unique<agent::Agent>(one.daemon->site(), self, sync::AgentPeer{}, one.random);
        agent_->on_line_down({mono_now(), wall_now()}, Code::unreachable);
        static_cast<void>(agent_->turn({mono_now(), wall_now()}));
        agent_->on_line_down({mono_now(), wall_now()}, Code::unreachable);
        static_cast<void>(agent_->turn({mono_now(), wall_now()}));
        agent::add_routes(one.daemon->api(), *agent_, one.home);
      }
    };
  }

  const json document_ = description();
  const Schema schema_{document_};
  SiteId site_;
  gateway::Directory directory_;
  sim::OpenRouter router_;
  std::unique_ptr<gateway::Gateway> gateway_;
  std::unique_ptr<agent::Agent> agent_;

 public:
  Served served;
};

constexpr const char* cases_path = "/api/v1/cases";
constexpr const char* case_path = "/api/v1/cases/{id}";
constexpr const char* acts_path = "/api/v1/cases/{id}/acts";

void ask_what_both_have(Judged& one) {
  static_cast<void>(one.ask("GET", "/healthz", "/healthz", ""));
  static_cast<void>(one.ask("GET", "/readyz", "/readyz", ""));
  one.served.turn();
  static_cast<void>(one.ask("GET", "/readyz", "/readyz", ""));
  static_cast<void>(one.ask("GET", "/metrics", "/metrics", ""));
  for (const char* path : {"/api/v1/kinds", "/api/v1/codes", cases_path, "/api/v1/lag", "/api/v1/alarms"}) {
    static_cast<void>(one.get(path));
    static_cast<void>(one.ask("GET", path, path, ""));
  }
  const json complaint{{"fields", {{"narrative", "x"}}}};
  const json saved = one.post(cases_path, cases_path, complaint, "k/1");
  CHECK(one.post(cases_path, cases_path, complaint, "k/1")["repeated"] == true);
  static_cast<void>(one.post(cases_path, cases_path, {{"fields", {{"narrative", "y"}}}}, "k/1"));
  static_cast<void>(one.post(cases_path, cases_path, complaint, ""));
  static_cast<void>(one.operate("POST", cases_path, cases_path, complaint));
  one.served.refuse_with = Code::store_full;
  static_cast<void>(one.post(cases_path, cases_path, complaint, "k/2"));
  one.served.refuse_with.reset();
  const std::string id = std::string{cases_path} + "/" + saved["case"].get<std::string>();
  static_cast<void>(one.ask("GET", case_path, id, one.served.as_desk()));
  static_cast<void>(one.ask("GET", case_path, id, one.served.as_operations()));
  static_cast<void>(one.ask("GET", case_path, std::string{cases_path} + "/none", one.served.as_desk()));
  const json reply{{"kind", "replied"}, {"fields", {{"content", "c"}}}};
  static_cast<void>(one.post(acts_path, id + "/acts", reply, "k/3"));
  static_cast<void>(one.post(acts_path, id + "/acts", reply, "k/3"));
  static_cast<void>(one.post(acts_path, id + "/acts", {{"kind", "reopened"}, {"fields", {{"reason", "r"}}}}, "k/4"));
  static_cast<void>(one.post(acts_path, id + "/acts", {{"kind", "sung"}}, "k/4"));
  static_cast<void>(one.post(acts_path, std::string{cases_path} + "/none/acts", reply, "k/4"));
  static_cast<void>(one.get(cases_path));
  static_cast<void>(one.get(cases_path, "?full=1&limit=1"));
  static_cast<void>(one.get(cases_path, "?limit=none"));
  const char* search = "/api/v1/search";
  const std::string long_word(300, 'x');
  for (const std::string& query : {"?q=" + long_word, std::string{"?q=xyz&limit=1"}, std::string{"?q=x"}})
    static_cast<void>(one.get(search, query));
  static_cast<void>(one.operate("GET", search, std::string{search} + "?q=xyz", nullptr));
  const char* counts = "/api/v1/counts";
  for (const std::string query : {"", "?state=registered&unit=11&channel=web", "?unit=x"})
    static_cast<void>(one.get(counts, query));
  static_cast<void>(one.operate("GET", counts, counts, nullptr));
  static_cast<void>(one.get(cases_path, "?sort=due&due_before=2030-01-01T00:00:00Z"));
  for (const char* query : {"?sort=luck", "?sort=due&before=x", "?due_before=soon", "?registrar=0"})
    static_cast<void>(one.get(cases_path, query));
  const json called{{"fields", {{"narrative", "x"}, {"phone", "13800138000"}}}};
  static_cast<void>(one.post(cases_path, cases_path, called, "k/7"));
  CHECK(one.post(cases_path, cases_path, called, "k/8")["similar"].size() == 1);
  static_cast<void>(one.operate("POST", "/api/v1/verify", "/api/v1/verify", nullptr));
  static_cast<void>(one.operate("POST", "/api/v1/rebuild", "/api/v1/rebuild", nullptr));
  static_cast<void>(one.post("/api/v1/rebuild", "/api/v1/rebuild", nullptr, ""));
  const std::string folder = one.served.folder / "copy";
  for (int i = 0; i < 2; ++i)
    static_cast<void>(one.operate("POST", "/api/v1/backup", "/api/v1/backup", {{"folder", folder}}));
  static_cast<void>(one.operate("POST", "/api/v1/backup", "/api/v1/backup", {{"folder", "x"}}));
}

void ask_what_head_office_has(Judged& one) {
  const char* sites = "/api/v1/sites";
  const char* site = "/api/v1/sites/{site}";
  static_cast<void>(one.operate("POST", sites, sites, {{"site", 11}, {"name", "x"}}));
  static_cast<void>(one.operate("POST", sites, sites, {{"site", 0}, {"name", "x"}}));
  static_cast<void>(one.post(sites, sites, {{"site", 11}, {"name", "x"}}, ""));
  static_cast<void>(one.get(sites));
  static_cast<void>(one.get("/api/v1/lag"));
  const char* end = "/api/v1/recovery/end";
  static_cast<void>(one.operate("POST", end, end, {{"reason", "the building burned down"}}));
  static_cast<void>(one.operate("POST", end, end, {{"reason", ""}}));
  static_cast<void>(one.operate("POST", end, end, json::object()));
  static_cast<void>(one.operate("DELETE", site, "/api/v1/sites/11", nullptr));
  static_cast<void>(one.operate("DELETE", site, "/api/v1/sites/77", nullptr));
}

// The described operations of a program, "GET /healthz", with all 2xx statuses of each.
std::map<std::string, std::set<std::string>> described(const json& document, const std::string& program) {
  std::map<std::string, std::set<std::string>> out;
  for (const auto& [path, operations] : document["paths"].items()) {
    for (const auto& [method, operation] : operations.items()) {
      const json& programs = operation["x-programs"];
      if (std::find(programs.begin(), programs.end(), program) == programs.end()) continue;
      auto& statuses = out[upper(method) + " " + path];
      for (const auto& [status, response] : operation["responses"].items()) {
        if (status[0] == '2') statuses.insert(status);
      }
    }
  }
  return out;
}

// The route that serves a described path, as Api finds it.
const Api::Route* route_for(const std::vector<Api::Route>& routes, const std::string& method, const std::string& path) {
  for (const Api::Route& route : routes) {
    const bool star = route.path.ends_with("/*");
    const bool fits = star ? path.starts_with(route.path.substr(0, route.path.size() - 1)) : path == route.path;
    if (fits && route.method == method) return &route;
  }
  return nullptr;
}

std::string duty_of(Access access) {
  switch (access) {
    case Access::anyone:
      return "";
    case Access::casework:
      return "casework";
    case Access::operations:
      return "operations";
    case Access::any_token:
      return "any";
  }
  return "?";
}

TEST_CASE(
    "Description: each program has the routes that are described, for the duties that are described, and no more") {
  const json document = description();
  for (const auto& [program, site] :
       std::map<std::string, SiteId>{{"redress-agent", SiteId{11}}, {"redress-gateway", head_office}}) {
    Judged one{site};
    const auto& routes = one.served.daemon->api().routes();
    std::set<const Api::Route*> used;
    for (const auto& [operation, statuses] : described(document, program)) {
      INFO(program << " " << operation);
      const auto space = operation.find(' ');
      const std::string path = operation.substr(space + 1);
      const Api::Route* route = route_for(routes, operation.substr(0, space), path);
      REQUIRE(route != nullptr);
      used.insert(route);
      std::string method = operation.substr(0, space);
      for (char& c : method) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      CHECK(duty_of(route->access) == document["paths"][path][method].value("x-duty", std::string{}));
      CHECK(document["paths"][path][method].contains("security") == (route->access == Access::anyone));
    }
    for (const Api::Route& route : routes) {
      INFO(program << " registers " << route.method << " " << route.path);
      CHECK(used.count(&route) == 1);
    }
  }
}

TEST_CASE("Description: every route of a branch answers as described, with every success that is described") {
  Judged one{SiteId{11}};
  ask_what_both_have(one);
  for (const auto& [operation, statuses] : described(description(), "redress-agent")) {
    for (const std::string& status : statuses) {
      INFO(operation << " " << status);
      CHECK(one.seen.count(operation + " " + status) == 1);
    }
  }
}

TEST_CASE("Description: every route of head office answers as described, with every success that is described") {
  Judged one{head_office};
  ask_what_both_have(one);
  ask_what_head_office_has(one);
  for (const auto& [operation, statuses] : described(description(), "redress-gateway")) {
    for (const std::string& status : statuses) {
      INFO(operation << " " << status);
      CHECK(one.seen.count(operation + " " + status) == 1);
    }
  }
}

TEST_CASE("Description: the codes are the catalogue's, each with its status") {
  const json document = description();
  const json& code = document["components"]["schemas"]["Code"];
  REQUIRE(code["enum"].size() == wire::catalogue().size());
  REQUIRE(code["x-status"].size() == wire::catalogue().size());
  std::size_t i = 0;
  for (const wire::Reason& reason : wire::catalogue()) {
    INFO(reason.name);
    CHECK(code["enum"][i++] == std::string{reason.name});
    CHECK(code["x-status"][std::string{reason.name}] == http_status(reason.code));
  }
}

TEST_CASE("Description: what the door and the frame refuse by themselves is the error object") {
  const json document = description();
  const Schema schema{document};
  const json& error = document["components"]["schemas"]["Error"];
  Served served;
  for (const auto& [method, target, headers] : std::vector<std::array<std::string, 3>>{
           {"GET", "/api/v1/nothing", served.as_desk()},
           {"DELETE", "/api/v1/cases", served.as_desk()},
           {"GET", "/api/v1/cases", ""},
           {"GET", "/api/v1/cases", "Origin: https://elsewhere.example\r\n"},
           {"POST", "/api/v1/cases", served.as_desk() + "Idempotency-Key: \x01\r\n"},
           {"GET", "/../x", ""}}) {
    const Reply reply = served.ask(method, target, headers);
    INFO(method << " " << target << " " << reply.text);
    CHECK(reply.status >= 400);
    CHECK(schema.objection(error, reply.body) == "");
    CHECK(reply.body["trace"].get<std::string>().size() == 16);
  }
}

TEST_CASE("Description: a write of casework says that it needs an Idempotency-Key") {
  const json document = description();
  const Schema schema{document};
  for (const auto& [path, operations] : document["paths"].items()) {
    for (const auto& [method, operation] : operations.items()) {
      bool has_key = false;
      for (const json& parameter : operation.value("parameters", json::array())) {
        const json& one = schema.resolved(parameter);
        has_key = has_key || (one["name"] == "Idempotency-Key" && one["in"] == "header" && one["required"] == true);
      }
      INFO(method << " " << path);
      CHECK(has_key == (method == "post" && operation.value("x-duty", std::string{}) == "casework"));
    }
  }
}

TEST_CASE("Schema: each rule can object") {
  const json document = json::parse(R"({"n":{"type":"integer"}})");
  const Schema schema{document};
  const json rule = json::parse(R"({"type":"object","required":["a"],"properties":{
      "a":{"$ref":"#/n"},"b":{"type":"array","items":{"type":"string","enum":["x","y"]}},
      "c":{"type":"integer","nullable":true}}})");
  CHECK(schema.objection(rule, json::parse(R"({"a":1,"b":["x"],"c":null})")) == "");
  CHECK(schema.objection(rule, json::parse(R"({})")) == "$ lacks a");
  CHECK(schema.objection(rule, json::parse(R"([])")) != "");
  CHECK(schema.objection(rule, json::parse(R"({"a":"1"})")) != "");
  CHECK(schema.objection(rule, json::parse(R"({"a":null})")) != "");
  CHECK(schema.objection(rule, json::parse(R"({"a":1,"b":["z"]})")) != "");
  CHECK(schema.objection(rule, json::parse(R"({"a":1,"b":[7]})")) != "");
  CHECK(schema.objection(rule, json::parse(R"({"a":1,"d":1})")) == "$ has d, which is not described");
}

}  // namespace
}  // namespace redress::shell
