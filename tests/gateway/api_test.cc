// Head office's own routes: a daemon in process, with members and an idle gateway.
#include "gateway/api.h"

#include "crypto/token.h"
#include "tests/gateway/directory.h"
#include "tests/ops/served.h"

namespace redress::gateway {
namespace {

using nlohmann::json;
using shell::Reply;

struct Office {
  Office() : directory{network()}, served{head_office, options(), [this](shell::Served& one) { add(one); }} {}

  static NetworkId network() {
    NetworkId id;
    id.bytes.fill(std::byte{9});
    return id;
  }
  shell::DaemonOptions options() const {
    shell::DaemonOptions out;
    out.pairwise = directory.members.get();
    out.router = &router;
    return out;
  }
  void add(shell::Served& one) {
    sync::Self self;
    self.domain = one.daemon->site_options().domain;
    self.site = head_office;
    self.signer = &one.daemon->signer();
    self.streams = &one.daemon->site();
    gateway =
        std::make_unique<Gateway>(one.daemon->site(), self, *directory.members, one.home.keys.keys.signing, one.random);
    add_routes(one.daemon->api(),
               {directory.members.get(), gateway.get(), &one.home, "tcp://127.0.0.1:7790", &one.random});
  }
  // "400 bad_value site"
  std::string refusal(const std::string& method, const std::string& path, const json& body = nullptr) {
    const Reply reply = served.operate(method, path, body);
    return std::to_string(reply.status) + " " + shell::code_in(reply) + " " + reply.body.value("field", std::string{});
  }

  Directory directory;
  sim::OpenRouter router;
  std::unique_ptr<Gateway> gateway;
  shell::Served served;
};

TEST_CASE("Sites: an invitation is answered with a token that says where to come, and until when") {
  Office office;
  const Reply reply = office.served.operate("POST", "/api/v1/sites", {{"site", 11}, {"name", "南街"}});
  REQUIRE(reply.status == 201);
  CHECK(reply.body["standing"] == "invited");
  CHECK(reply.body["parent"] == 1);
  CHECK(reply.body["zone"] == "Asia/Shanghai");
  const auto token = crypto::decode_token(reply.body["token"].get<std::string>());
  REQUIRE(token.has_value());
  CHECK(token->site == SiteId{11});
  CHECK(token->endpoint == "tcp://127.0.0.1:7790");
  CHECK(token->gateway == office.served.home.keys.keys.transport.public_key);
  CHECK(office.directory.members->find(SiteId{11})->one_time ==
        crypto::transport_pair(token->one_time_secret).public_key);
}

TEST_CASE("Sites: a wrong invitation names the field") {
  Office office;
  const auto code = [&](const json& body) { return office.refusal("POST", "/api/v1/sites", body); };
  CHECK(code({{"name", "x"}}) == "400 missing_field site");
  CHECK(code({{"site", "11"}, {"name", "x"}}) == "400 bad_value site");
  CHECK(code({{"site", -1}, {"name", "x"}}) == "400 bad_value site");
  CHECK(code({{"site", 4294967307}, {"name", "x"}}) == "400 bad_value site");
  CHECK(code({{"site", 1}, {"name", "x"}}) == "400 bad_value site");
  CHECK(code({{"site", 11}}) == "400 missing_field name");
  CHECK(code({{"site", 11}, {"name", ""}}) == "400 missing_field name");
  CHECK(code({{"site", 11}, {"name", std::string(201, 'x')}}) == "400 bad_value name");
  CHECK(code({{"site", 11}, {"name", "x"}, {"parent", "1"}}) == "400 bad_value parent");
  CHECK(code({{"site", 11}, {"name", "x"}, {"parent", 99}}) == "400 bad_value parent");
  CHECK(code({{"site", 11}, {"name", "x"}, {"zone", 8}}) == "400 bad_value zone");
  CHECK(code({{"site", 11}, {"name", "x"}, {"zone", "Asia/Atlantis"}}) == "400 bad_value zone");
  CHECK(code({{"site", 11}, {"name", "x"}, {"endpoint", std::string(300, 'x')}}).rfind("400 bad_value", 0) == 0);
  CHECK(code(json::array()) == "400 malformed body");
  CHECK(office.directory.members->all().empty());
}

TEST_CASE("Sites: only operations invite and revoke; anyone with a token reads") {
  Office office;
  const auto as_desk = [&](const char* method, const char* path) {
    return office.served.ask(method, path, office.served.as_desk()).status;
  };
  CHECK(as_desk("POST", "/api/v1/sites") == 403);
  CHECK(as_desk("DELETE", "/api/v1/sites/11") == 403);
  CHECK(as_desk("GET", "/api/v1/sites") == 200);
  CHECK(as_desk("GET", "/api/v1/lag") == 200);
  CHECK(office.served.ask("GET", "/api/v1/sites").status == 401);
}

TEST_CASE("Sites: a revocation takes exactly the site it names") {
  Office office;
  office.directory.enrol(11);
  office.directory.enrol(12);
  CHECK(office.refusal("DELETE", "/api/v1/sites/11x") == "404 not_found site");
  CHECK(office.refusal("DELETE", "/api/v1/sites/-11") == "404 not_found site");
  CHECK(office.refusal("DELETE", "/api/v1/sites/4294967307") == "404 not_found site");
  CHECK(office.refusal("DELETE", "/api/v1/sites/13") == "404 not_found site");
  CHECK(office.directory.members->find(SiteId{11})->standing == Standing::enrolled);
  CHECK(office.served.operate("DELETE", "/api/v1/sites/11").status == 200);
  CHECK(office.directory.members->find(SiteId{11})->standing == Standing::revoked);
  CHECK(office.directory.members->find(SiteId{12})->standing == Standing::enrolled);
}

TEST_CASE("Sites: an enrolled site is in_use until it is revoked") {
  Office office;
  office.directory.enrol(11);
  CHECK(office.refusal("POST", "/api/v1/sites", {{"site", 11}, {"name", "x"}}) == "409 in_use site");
  REQUIRE(office.served.operate("DELETE", "/api/v1/sites/11").status == 200);
  CHECK(office.served.operate("POST", "/api/v1/sites", {{"site", 11}, {"name", "x"}}).status == 201);
}

TEST_CASE("Sites: the lag of a site that never spoke is unknown, and its line is down") {
  Office office;
  office.directory.enrol(11);
  const Reply lag = office.served.operate("GET", "/api/v1/lag");
  REQUIRE(lag.status == 200);
  REQUIRE(lag.body["sites"].size() == 1);
  const json& site = lag.body["sites"][0];
  CHECK(site["site"] == 11);
  CHECK(site["standing"] == "enrolled");
  CHECK(site["line"] == "down");
  CHECK(site["up"]["at_least"] == true);
  CHECK(site["up"]["contact_ms"].is_null());
}

}  // namespace
}  // namespace redress::gateway
