#include "ops/shell/http_request.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "protocol/base/limits.h"

namespace redress::shell {
namespace {

const DoorNames& names() {
  static const DoorNames made{"https", "10.1.2.3", 7700, {"redress.bank.example", "desk.bank.example:8443"}};
  return made;
}

struct Read {
  Status status;
  Request request;
};

Read read(std::string_view target, std::vector<HeaderField> headers = {}) {
  headers.emplace_back("Host", "localhost");
  Request request;
  Status status = read_request("GET", target, headers, names(), request);
  return {std::move(status), std::move(request)};
}

std::string language(std::string_view accept) {
  const std::vector<HeaderField> headers{{"Accept-Language", accept}};
  return language_of(headers, "other");
}

TEST_CASE("Request: path and query are decoded once, and only there") {
  const Read got = read("/cases/%E6%A1%88%2525?q=a+b%26c&empty=&bare&%E4%B8%AD=%0A");
  REQUIRE(got.status);
  CHECK(got.request.path == "/cases/案%25");
  CHECK(got.request.query ==
        std::map<std::string, std::string>{{"q", "a b&c"}, {"empty", ""}, {"bare", ""}, {"中", "\n"}});
  CHECK(read("/a+b/").request.path == "/a+b/");
  CHECK(read("/...").status);
  CHECK(read("/?").status);
}

TEST_CASE("Request: a refused path or query says which") {
  const Read path = read("/a/../b");
  REQUIRE_FALSE(path.status);
  CHECK(path.status.error().code == Code::malformed);
  CHECK(path.status.error().field == "path");
  const Read query = read("/a?b=%00");
  REQUIRE_FALSE(query.status);
  CHECK(query.status.error().field == "query");
  for (const char* const target :
       {"", "a", "/\x7f", "/a b", "/中", "/a/%2E%2e", "/.", "/a//../b", "/a?b=\x01", "/%0a"}) {
    INFO(target);
    CHECK_FALSE(read(target).status);
  }
}

TEST_CASE("Request: token, key and type are taken from their headers") {
  const Read got =
      read("/", {{"authorization", "bearer T.0-ken"}, {"Idempotency-Key", "k-1"}, {"Content-Type", "a/b"}});
  REQUIRE(got.status);
  CHECK(got.request.bearer == "T.0-ken");
  CHECK(got.request.idempotency_key == "k-1");
  CHECK(got.request.content_type == "a/b");
  CHECK(read("/", {{"Authorization", "Basic abc"}}).request.bearer.empty());
  CHECK(read("/", {{"Authorization", "Bearer a b"}}).request.bearer.empty());
}

TEST_CASE("Request: an idempotency key that is empty, long or not plain is refused") {
  const std::string longest(limits::idempotency_key_bytes_max, 'k');
  CHECK(read("/", {{"Idempotency-Key", longest}}).status);
  for (const std::string& key : {std::string{}, longest + "k", std::string{"a b"}, std::string{"\xe4\xb8\xad"}}) {
    const Read got = read("/", {{"Idempotency-Key", key}});
    REQUIRE_FALSE(got.status);
    CHECK(got.status.error().code == Code::bad_value);
    CHECK(got.status.error().field == "Idempotency-Key");
  }
}

TEST_CASE("Request: the door's names are itself, loopback and the configured ones, with its port or none") {
  for (const char* const host :
       {"localhost", "LOCALHOST:7700", "127.0.0.1", "127.0.0.1:7700", "[::1]", "[::1]:7700", "10.1.2.3",
        "10.1.2.3:7700", "redress.bank.example", "Redress.Bank.Example:7700", "desk.bank.example:8443"}) {
    INFO(host);
    CHECK(names().takes_host(host));
    CHECK(names().takes_origin(std::string{"https://"} + host));
    CHECK_FALSE(names().takes_origin(std::string{"http://"} + host));
    CHECK_FALSE(names().takes_origin(host));
  }
  for (const char* const host : {"", "localhost:80", "localhost.", "desk.bank.example", "desk.bank.example:7700",
                                 "127.0.0.2", "::1", "evil.example", "localhost,evil.example", "localhost@evil"}) {
    INFO(host);
    CHECK_FALSE(names().takes_host(host));
  }
  CHECK_FALSE(names().takes_origin("null"));
  CHECK_FALSE(names().takes_origin("https://localhost/"));
  const DoorNames everywhere{"http", "0.0.0.0", 80, {}};
  CHECK_FALSE(everywhere.takes_host("0.0.0.0"));
}

TEST_CASE("Request: a door on every address is called by loopback, which it takes, any other by its own") {
  for (const char* const any : {"0.0.0.0", "[::]", "[::0]", "[0:0:0:0:0:0:0:0]"}) {
    INFO(any);
    CHECK(host_to_call(any) == "127.0.0.1");
  }
  for (const char* const one : {"127.0.0.1", "10.1.2.3", "[::1]", "[2001:db8::1]", "[]", ""}) {
    CHECK(host_to_call(one) == one);
  }
  for (const char* const any : {"0.0.0.0", "::"}) {
    CHECK(DoorNames{"https", any, 7780, {}}.takes_host("127.0.0.1:7780"));
  }
}

TEST_CASE("Request: the language liked better wins, the first of two liked the same") {
  CHECK(language("zh-CN,zh;q=0.9,en;q=0.8") == "zh");
  CHECK(language("en-GB,en;q=0.9,zh;q=0.8") == "en");
  CHECK(language("zh;q=0.2, en;q=0.75") == "en");
  CHECK(language("fr, en, zh") == "en");
  CHECK(language("ZH") == "zh");
  CHECK(language("fr,de;q=0.5") == "other");
  CHECK(language("eng") == "other");
  CHECK(language("en;q=0, zh;q=0.001") == "zh");
  CHECK(language("en;q=") == "other");
  CHECK(language("") == "other");
}

}  // namespace
}  // namespace redress::shell
