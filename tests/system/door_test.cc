// What who says the wrong thing gets at the real program's door: status, code, words and field, each exactly (A3).
#include "protocol/base/limits.h"
#include "tests/ops/raw_client.h"
#include "tests/system/programs.h"

namespace redress::system_test {
namespace {

using shell::RawClient;

// A gateway whose door speaks plain HTTP on loopback, so that a test may say any bytes.
struct PlainDoor {
  PlainDoor() {
    const Ran made = folder.run({REDRESS_OPS, "init", "--role", "gateway", "--home", site.home, "--listen",
                                 "tcp://127.0.0.1:*", "--door", "127.0.0.1:0", "--lang", "en"});
    INFO(made.err);
    REQUIRE(made.status == 0);
    const std::string path = site.home + "/redress.toml";
    std::string config = text_of_file(path);
    for (const std::string key : {"\ncertificate = \"door.crt\"", "\nkey = \"door.key\""}) {
      const auto found = config.find(key);
      REQUIRE(found != std::string::npos);
      config.erase(found, key.size());
    }
    std::ofstream{path} << config;
    site.start();
    const std::string url = Site::line_of(site.home + "/door.url");
    port = std::stoi(url.substr(url.rfind(':') + 1));
  }

  // "STATUS code: detail [field]" of the answer to these bytes.
  [[nodiscard]] std::string told(const std::string& request) const {
    RawClient client{port};
    REQUIRE(client.connected());
    client.say(request);
    const std::string answer = client.answer();
    INFO(answer);
    const auto head = answer.find("\r\n\r\n");
    REQUIRE(head != std::string::npos);
    const json body = json::parse(answer.substr(head + 4), nullptr, false);
    REQUIRE(body.is_object());
    const auto code = wire::code_named(body["code"].get<std::string>());
    REQUIRE(code.has_value());
    CHECK(body["message"] == std::string{wire::reason_of(*code).en});
    CHECK(body["trace"].get<std::string>().size() == 16);
    const std::string field = body.value("field", "");
    return answer.substr(9, 3) + " " + body["code"].get<std::string>() + ": " + body["detail"].get<std::string>() +
           (field.empty() ? "" : " [" + field + "]");
  }
  [[nodiscard]] std::string got(const std::string& target, const std::string& headers = {}) const {
    return told("GET " + target + " HTTP/1.1\r\nHost: localhost\r\nAccept-Language: en\r\n" + headers + "\r\n");
  }
  [[nodiscard]] std::string token(const std::string& file) const { return Site::line_of(site.home + "/" + file); }
  // Whatever was said: its own people are served, and nothing was written.
  void check_unharmed() const {
    CHECK(site.client().get("/readyz").has_value());
    CHECK(site.case_count() == 0);
  }

  Folder folder;
  Site site{folder, "gateway", REDRESS_GATEWAY, "link.endpoint"};
  int port = 0;
};

TEST_CASE("Door: one that listens on every address serves the tool of its own home") {
  const Folder folder;
  Site site{folder, "gateway", REDRESS_GATEWAY, "link.endpoint"};
  const auto made_for = [&](const std::string& home, const char* door) {
    return folder.run(
        {REDRESS_OPS, "init", "--role", "gateway", "--home", home, "--listen", "tcp://127.0.0.1:*", "--door", door});
  };
  REQUIRE(made_for(site.home, "0.0.0.0:0").status == 0);
  site.start();
  CHECK(Site::line_of(site.home + "/door.url").starts_with("https://127.0.0.1:"));
  CHECK(site.ops({"sites"}).status == 0);
  CHECK(made_for(folder / "six", "[::]:0").status == 0);
}

const std::string post = "POST /api/v1/cases HTTP/1.1\r\nHost: localhost\r\nAccept-Language: en\r\n";

TEST_CASE("Door: bodies and heads over their limits are refused with the limit that they break") {
  const PlainDoor door;
  const std::string large = "413 too_large: read the request: body too large [body]";
  const std::size_t over = limits::http_body_bytes_max + 1;
  CHECK(door.told(post + "Content-Length: " + std::to_string(over) + "\r\n\r\n" + std::string(over, 'x')) == large);
  std::string chunks = post + "Transfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 4; ++i) chunks += "10000\r\n" + std::string(65'536, 'x') + "\r\n";
  CHECK(door.told(chunks + "1\r\n") == large);
  CHECK(door.told(post + "Transfer-Encoding: chunked\r\n\r\n40001\r\n") == large);

  std::string many;
  for (int i = 0; i < 64; ++i) many += "X-" + std::to_string(i) + ": y\r\n";
  CHECK(door.got("/", many) == "413 too_large: read the headers: too many [headers]");
  const std::string unread = "400 malformed: read the request: not HTTP within the limits";
  CHECK(door.got("/", "X: " + std::string(17'000, 'y') + "\r\n") == unread);
  CHECK(door.told("nonsense\r\n\r\n") == unread);
  door.check_unharmed();
}

TEST_CASE("Door: another Host or Origin, a path that climbs and a method of no use are refused by name") {
  const PlainDoor door;
  CHECK(door.told("GET / HTTP/1.1\r\nHost: evil.example\r\nAccept-Language: en\r\n\r\n") ==
        "421 bad_host: check the host: not this door's [Host]");
  CHECK(door.got("/", "Origin: http://evil.example\r\n") == "421 bad_host: check the origin: not this door's [Origin]");
  CHECK(door.got("/", "Origin: null\r\n") == "421 bad_host: check the origin: not this door's [Origin]");
  for (const char* const path : {"/../redress.toml", "/api/v1/%2e%2e/keystore", "/api/v1/cases/..%2fx", "//evil/x"}) {
    INFO(path);
    CHECK(door.got(path) == "400 malformed: read the target: not a path [path]");
  }
  CHECK(door.got("/api/v1/cases?limit=1&limit=2") == "400 malformed: read the target: not a query [query]");
  CHECK(door.got("/keystore") == "404 not_found: no such route [path]");
  CHECK(door.told("BREW / HTTP/1.1\r\nHost: localhost\r\n\r\n") ==
        "405 method: read the request: no such method here [method]");
  door.check_unharmed();
}

TEST_CASE("Door: without a token, with a forged one or with another duty's nothing is shown and nothing written") {
  const PlainDoor door;
  const std::string nobody = "401 unauthenticated: bearer token [Authorization]";
  const std::string desk = door.token("desk.token");
  std::string changed = desk;
  changed.back() = changed.back() == 'A' ? 'B' : 'A';
  const PlainDoor other;
  const std::vector<std::string> forged{
      "",                                                             // none
      "Authorization: Bearer \r\n",                                   // an empty one
      "Authorization: Bearer " + changed + "\r\n",                    // one letter of it
      "Authorization: Bearer " + desk.substr(0, 20) + "\r\n",         // its beginning
      "Authorization: Bearer " + desk + "A\r\n",                      // and more
      "Authorization: Basic " + desk + "\r\n",                        // another scheme
      "Authorization: Bearer " + other.token("desk.token") + "\r\n",  // of another home
      "Cookie: token=" + desk + "\r\n",                               // where none is looked for
  };
  for (const std::string& header : forged) {
    INFO(header);
    CHECK(door.got("/api/v1/cases", header) == nobody);
    CHECK(door.told(post + header + "Idempotency-Key: k/1\r\nContent-Length: 33\r\n\r\n" +
                    "{\"fields\":{\"narrative\":\"forged\"}}\n") == nobody);
  }
  CHECK(door.got("/api/v1/cases?token=" + desk) == nobody);
  const std::string own = "Authorization: Bearer " + desk + "\r\n";
  CHECK(door.got("/api/v1/cases", own + own) == "400 malformed: read the headers: said twice [authorization]");
  CHECK(door.got("/api/v1/cases", "Authorization: Bearer " + door.token("ops.token") + "\r\n") ==
        "403 forbidden: P12: this token's duty is operations [Authorization]");
  CHECK(door.told("DELETE /api/v1/sites/10 HTTP/1.1\r\nHost: localhost\r\nAccept-Language: en\r\n" + own + "\r\n") ==
        "403 forbidden: P12: this token's duty is casework [Authorization]");
  door.check_unharmed();
}

}  // namespace
}  // namespace redress::system_test
