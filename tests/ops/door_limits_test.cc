#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <vector>

#include "ops/shell/door.h"
#include "tests/ops/door_fixture.h"
#include "tests/ops/raw_client.h"

namespace redress::shell {
namespace {

std::string asked(OpenDoor& open, const std::string& request) {
  RawClient client{open.door->port()};
  client.say(request);
  return client.answer();
}

TEST_CASE("Door limits: a body of the limit is taken, one byte more is refused, and the reason arrives") {
  OpenDoor open;
  const std::string head = "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: ";
  const std::size_t max = limits::http_body_bytes_max;
  const std::string fits = asked(open, head + std::to_string(max) + "\r\n\r\n" + std::string(max, 'x'));
  CHECK(has(fits, "POST / zh 262144"));
  const std::string over = asked(open, head + std::to_string(max + 1) + "\r\n\r\n" + std::string(max + 1, 'x'));
  CHECK(over.rfind("HTTP/1.1 413 ", 0) == 0);
  CHECK(has(over, "code=101 lang=zh trace="));
  CHECK(has(over, "Cache-Control: no-store"));
}

TEST_CASE("Door limits: a body in chunks is held to the same limit, and the connection is closed") {
  OpenDoor open;
  RawClient client{open.door->port()};
  REQUIRE(client.say("POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"));
  const std::string chunk = "10000\r\n" + std::string(65536, 'x') + "\r\n";
  for (int i = 0; i < 4; ++i) REQUIRE(client.say(chunk));
  REQUIRE(client.say("1\r\n"));
  const std::string answer = client.answer();
  CHECK(answer.rfind("HTTP/1.1 413 ", 0) == 0);
  CHECK(has(answer, "code=101 "));
  CHECK(client.sees_close());
}

TEST_CASE("Door limits: one chunk announced over the limit is refused before it comes") {
  OpenDoor open;
  const std::string answer =
      asked(open, "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n40001\r\n");
  CHECK(answer.rfind("HTTP/1.1 413 ", 0) == 0);
}

TEST_CASE("Door limits: a chunk's size line without an end holds little memory and is cut at the deadline") {
  DoorOptions options = door_options();
  options.request_ms_max = 300;
  OpenDoor open{echo, options};
  RawClient client{open.door->port()};
  client.hold_little();
  REQUIRE(client.say("POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"));
  std::size_t taken = 0;
  const std::string part(16 * 1024, '1');
  while (taken < (16U << 20) && client.say(part)) taken += part.size();
  // Its own bound and the sockets' buffers, not what was offered.
  CHECK(taken < (2U << 20));
  CHECK_FALSE(has(client.answer(), "200"));
}

TEST_CASE("Door limits: 64 headers are taken, 65 refused; so are more than 16 KiB of them") {
  OpenDoor open;
  std::string headers = "Host: localhost\r\n";
  for (int i = 0; i < 63; ++i) headers += "X-" + std::to_string(i) + ": y\r\n";
  CHECK(has(asked(open, get("/", headers)), "200"));
  const std::string many = asked(open, get("/", headers + "X-63: y\r\n"));
  CHECK(many.rfind("HTTP/1.1 413 ", 0) == 0);
  CHECK(has(many, "field=headers"));
  const std::string large = asked(open, get("/", "Host: localhost\r\nX: " + std::string(17'000, 'y') + "\r\n"));
  CHECK(large.rfind("HTTP/1.1 400 ", 0) == 0);
  CHECK(has(large, "code=100 "));
}

TEST_CASE("Door limits: a flood of headers is refused while it comes") {
  OpenDoor open;
  RawClient client{open.door->port()};
  REQUIRE(client.say("GET / HTTP/1.1\r\nHost: localhost\r\n"));
  int said = 0;
  while (said < 200'000 && client.say("A: b\r\n") && !client.has_something()) ++said;
  CHECK(said < 200'000);
  CHECK(client.answer().rfind("HTTP/1.1 400 ", 0) == 0);
}

TEST_CASE("Door limits: a foreign, missing or doubled Host is refused") {
  OpenDoor open;
  for (const char* const headers : {"Host: evil.example\r\n", "Host: localhost.evil.example\r\n",
                                    "Host: 127.0.0.1:1\r\n", "X: y\r\n", "Host:\r\n"}) {
    const std::string answer = asked(open, get("/", headers));
    INFO(headers);
    CHECK(answer.rfind("HTTP/1.1 421 ", 0) == 0);
    CHECK(has(answer, "code=112 "));
  }
  CHECK(asked(open, get("/", "Host: localhost\r\nhost: localhost\r\n")).rfind("HTTP/1.1 400 ", 0) == 0);
  const std::string own = "Host: 127.0.0.1:" + std::to_string(open.door->port()) + "\r\n";
  CHECK(asked(open, get("/", own)).rfind("HTTP/1.1 200 ", 0) == 0);
}

TEST_CASE("Door limits: a foreign Origin is refused, its own is taken") {
  OpenDoor open;
  const std::string host = "Host: localhost\r\n";
  for (const char* const origin : {"http://evil.example", "null", "https://localhost", "http://localhost:1", ""}) {
    const std::string answer = asked(open, get("/", host + "Origin: " + origin + "\r\n"));
    INFO(origin);
    CHECK(answer.rfind("HTTP/1.1 421 ", 0) == 0);
  }
  const std::string own = "Origin: http://127.0.0.1:" + std::to_string(open.door->port()) + "\r\n";
  CHECK(asked(open, get("/", host + own)).rfind("HTTP/1.1 200 ", 0) == 0);
}

TEST_CASE("Door limits: a path that climbs, hides or is not a path is refused") {
  OpenDoor open;
  for (const char* const target :
       {"/../etc/passwd", "/a/%2e%2e/b", "/a/..", "/./a", "/a%2Fb", "/a\\b", "/a%5cb", "/a%00b", "/%", "/%4", "/%zz",
        "/a%c0%af", "//evil/x", "http://localhost/", "*", "/a#b", "/a?x=%0", "/a?x=1&x=2", "/a?=1"}) {
    const std::string answer = asked(open, get(target));
    INFO(target);
    CHECK(answer.rfind("HTTP/1.1 400 ", 0) == 0);
    CHECK(has(answer, "code=100 "));
  }
}

TEST_CASE("Door limits: other methods are refused in the door's own words") {
  OpenDoor open;
  for (const char* const method : {"PATCH", "OPTIONS", "TRACE", "CONNECT", "BREW", "get"}) {
    const std::string answer = asked(open, std::string{method} + " / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    INFO(method << answer);
    CHECK(has(answer, "code=111 "));
    CHECK(answer.rfind("HTTP/1.1 405 ", 0) == 0);
    CHECK(has(answer, "nosniff"));
    CHECK_FALSE(has(answer, "<HTML>"));
  }
}

TEST_CASE("Door limits: what two readers could read differently is refused and the connection closed") {
  OpenDoor open;
  const std::string start = " / HTTP/1.1\r\nHost: localhost\r\n";
  for (const std::string& request : {
           "POST" + start + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
           "POST" + start + "Content-Length: 0\r\nContent-Length: 5\r\n\r\n",
           "POST" + start + "Transfer-Encoding: gzip, chunked\r\n\r\n",
           "POST" + start + "Transfer-Encoding : chunked\r\n\r\n",
           "POST" + start + "Content-Length: -1\r\n\r\n",
           "POST" + start + "Content-Length: +0\r\n\r\n",
           "HEAD" + start + "Content-Length: 40\r\n\r\n",
           "POST" + start + "Content-Length: 2\r\nExpect: miracles\r\n\r\n",
           std::string{"nonsense\r\n\r\n"},
           std::string{"GET /\r\n\r\n"},
           std::string{"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 15},
       }) {
    RawClient client{open.door->port()};
    REQUIRE(client.say(request + get("/smuggled")));
    const std::string answer = client.answer(request.rfind("HEAD", 0) == 0);
    INFO(request << answer);
    CHECK(answer.rfind("HTTP/1.1 4", 0) == 0);
    CHECK_FALSE(has(answer, "smuggled"));
    CHECK(client.sees_close());
  }
}

TEST_CASE("Door limits: a client that drips its request is cut at the deadline, however lively") {
  DoorOptions options = door_options();
  options.request_ms_max = 300;
  OpenDoor open{echo, options};
  RawClient silent{open.door->port()};
  CHECK(silent.sees_close());
  RawClient drip{open.door->port()};
  REQUIRE(drip.say(get("/")));
  CHECK(has(drip.answer(), "200"));  // A good request first: the next one has a deadline of its own.
  REQUIRE(drip.say("GET / HTTP/1.1\r\nHost: localhost\r\n"));
  bool cut = false;
  for (int i = 0; i < 10'000 && !cut; ++i) {
    // Each byte waits for the answer to another client's request, not for a clock.
    cut = !drip.say("x") || drip.has_something();
    RawClient other{open.door->port()};
    REQUIRE(other.say(get("/")));
    REQUIRE(has(other.answer(), "200"));
  }
  CHECK(cut);
  CHECK(drip.sees_close());
}

TEST_CASE("Door limits: a connection that is idle between requests is closed after its time") {
  DoorOptions options = door_options();
  options.idle_ms_max = 50;
  OpenDoor open{echo, options};
  RawClient client{open.door->port()};
  REQUIRE(client.say(get("/")));
  CHECK(has(client.answer(), "200"));
  CHECK(client.sees_close());
}

TEST_CASE("Door limits: a program that thinks longer than the deadline is not cut") {
  Handed<Respond> slow;
  DoorOptions options = door_options();
  // Enough for a test that has to wait for the CPU before it asks.
  options.request_ms_max = 500;
  options.idle_ms_max = 500;
  OpenDoor open{[&slow](const Request& request, const Respond& respond) {
                  if (request.path == "/slow") return slow.put(respond);
                  echo(request, respond);
                },
                options};
  RawClient thinking{open.door->port()};
  REQUIRE(thinking.say(get("/slow")));
  const Respond respond = slow.take();
  for (int i = 0; i < 3; ++i) CHECK(RawClient{open.door->port()}.sees_close());  // At least three deadlines pass.
  respond({200, "thought"});
  CHECK(has(thinking.answer(), "thought"));
}

TEST_CASE("Door limits: connections over the limit wait until one closes") {
  OpenDoor open;
  std::vector<std::unique_ptr<RawClient>> all;
  for (std::size_t i = 0; i < limits::http_connections_max; ++i) {
    all.push_back(std::make_unique<RawClient>(open.door->port()));
    REQUIRE(all.back()->say(get("/")));
    REQUIRE(has(all.back()->answer(), "200"));
  }
  RawClient one_more{open.door->port()};
  REQUIRE(one_more.say(get("/more")));
  for (int i = 0; i < 3; ++i) {
    REQUIRE(all.front()->say(get("/")));
    REQUIRE(has(all.front()->answer(), "200"));
  }
  CHECK_FALSE(one_more.has_something());
  all.back()->leave();
  CHECK(has(one_more.answer(), "GET /more"));
}

}  // namespace
}  // namespace redress::shell
