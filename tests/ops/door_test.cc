#include "ops/shell/door.h"

#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <catch2/catch.hpp>
#include <deque>
#include <future>
#include <memory>
#include <thread>
#include <vector>

#define CPPHTTPLIB_NO_EXCEPTIONS 1
#include <httplib.h>

#include "ops/shell/process.h"
#include "tests/ops/door_fixture.h"
#include "tests/ops/raw_client.h"

namespace redress::shell {
namespace {

TEST_CASE("Door: an answer carries its length, its type and the headers of safety") {
  OpenDoor open;
  RawClient client{open.door->port()};
  REQUIRE(client.say(get("/a%20b/c?x=1&y=%E4%B8%AD", "Host: localhost\r\nAuthorization: Bearer abc\r\n")));
  const std::string answer = client.answer();
  CHECK(answer.rfind("HTTP/1.1 200 ", 0) == 0);
  CHECK(has(answer, "\r\nCache-Control: no-store\r\n"));
  CHECK(has(answer, "\r\nX-Content-Type-Options: nosniff\r\n"));
  const std::string body = "GET /a b/c x=1 y=中 bearer:abc zh 0";
  CHECK(has(answer, "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n"));
  CHECK(has(answer, "\r\nContent-Type: text/plain; charset=utf-8\r\n"));
  CHECK(answer.substr(answer.find("\r\n\r\n") + 4) == body);
}

TEST_CASE("Door: a connection is kept for the next request, and pipelined requests are answered in order") {
  OpenDoor open;
  RawClient client{open.door->port()};
  REQUIRE(client.say(get("/1")));
  CHECK(has(client.answer(), "GET /1"));
  REQUIRE(client.say(get("/2") + get("/3") + get("/4")));
  CHECK(has(client.answer(), "GET /2"));
  CHECK(has(client.answer(), "GET /3"));
  CHECK(has(client.answer(), "GET /4"));
}

TEST_CASE("Door: Connection: close is honoured") {
  OpenDoor open;
  RawClient client{open.door->port()};
  REQUIRE(client.say(get("/", "Host: localhost\r\nConnection: close\r\n")));
  CHECK(has(client.answer(), "200"));
  CHECK(client.sees_close());
}

TEST_CASE("Door: a HEAD is answered with the length and without the body, and the connection goes on") {
  OpenDoor open;
  RawClient client{open.door->port()};
  REQUIRE(client.say("HEAD /x HTTP/1.1\r\nHost: localhost\r\n\r\n"));
  const std::string answer = client.answer(true);
  CHECK(has(answer, "\r\nContent-Length: 12\r\n"));
  CHECK(answer.substr(answer.size() - 4) == "\r\n\r\n");
  REQUIRE(client.say(get("/after")));
  CHECK(client.answer().rfind("HTTP/1.1 200", 0) == 0);
}

TEST_CASE("Door: a body arrives whole, with a length or in chunks, after 100 Continue") {
  OpenDoor open;
  RawClient client{open.door->port()};
  REQUIRE(client.say("POST /p HTTP/1.1\r\nHost: localhost\r\nIdempotency-Key: k1\r\nContent-Length: 5\r\n\r\nhello"));
  CHECK(has(client.answer(), "POST /p key:k1 zh 5"));
  REQUIRE(
      client.say("PUT /p HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
                 "3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n"));
  CHECK(has(client.answer(), "PUT /p zh 7"));
  REQUIRE(client.say("POST /p HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"));
  CHECK(client.answer(true) == "HTTP/1.1 100 Continue\r\n\r\n");
  REQUIRE(client.say("ok"));
  CHECK(has(client.answer(), "POST /p zh 2"));
}

TEST_CASE("Door: what a handler says about the door's own headers is overruled") {
  OpenDoor open{[](const Request&, const Respond& respond) {
    Response response;
    response.headers = {{"Cache-Control", "max-age=9"}, {"X-Two", "a\r\nX-Three: b"}, {"Retry-After", "5"}};
    respond(response);
  }};
  RawClient client{open.door->port()};
  REQUIRE(client.say(get("/")));
  const std::string answer = client.answer();
  CHECK(has(answer, "Cache-Control: no-store"));
  CHECK_FALSE(has(answer, "max-age"));
  CHECK_FALSE(has(answer, "X-Three"));
  CHECK(has(answer, "Retry-After: 5"));
}

TEST_CASE("Door: answers come from another thread, in any order, and only the first one counts") {
  Handed<Respond> slow;
  OpenDoor open{[&slow](const Request& request, const Respond& respond) {
    if (request.path == "/slow") return slow.put(respond);
    echo(request, respond);
  }};
  RawClient waiting{open.door->port()};
  REQUIRE(waiting.say(get("/slow")));
  const Respond respond = slow.take();
  RawClient quick{open.door->port()};
  REQUIRE(quick.say(get("/quick")));
  CHECK(has(quick.answer(), "GET /quick"));
  std::thread other{[&respond] {
    respond({200, "first"});
    respond({500, "second"});
  }};
  other.join();
  CHECK(has(waiting.answer(), "\r\n\r\nfirst"));
  REQUIRE(waiting.say(get("/next")));
  CHECK(has(waiting.answer(), "GET /next"));
}

TEST_CASE("Door: an answer to a client that went away is dropped, and the door goes on") {
  Handed<Respond> slow;
  OpenDoor open{[&slow](const Request& request, const Respond& respond) {
    if (request.path == "/slow") return slow.put(respond);
    echo(request, respond);
  }};
  for (int i = 0; i < 3; ++i) {
    auto gone = std::make_unique<RawClient>(open.door->port());
    REQUIRE(gone->say(get("/slow")));
    const Respond respond = slow.take();
    gone->vanish();
    respond({200, std::string(1 << 20, 'x')});
    RawClient next{open.door->port()};
    REQUIRE(next.say(get("/next")));
    CHECK(has(next.answer(), "GET /next"));
  }
}

TEST_CASE("Door: an answer after the door is gone is dropped") {
  Handed<Respond> slow;
  DoorOptions options = door_options();
  options.drain_ms_max = 20;
  auto open =
      std::make_unique<OpenDoor>([&slow](const Request&, const Respond& respond) { slow.put(respond); }, options);
  RawClient client{open->door->port()};
  REQUIRE(client.say(get("/slow")));
  const Respond respond = slow.take();
  std::thread stopping{[&open] { open.reset(); }};
  CHECK(client.sees_close());  // After its time of grace.
  stopping.join();
  respond({200, "late"});
}

TEST_CASE("Door: a request that nobody answers gets unknown_outcome") {
  OpenDoor open{[](const Request&, const Respond&) {}};
  RawClient client{open.door->port()};
  REQUIRE(client.say(get("/", "Host: localhost\r\nAccept-Language: en\r\n")));
  const std::string answer = client.answer();
  CHECK(has(answer, "500"));
  CHECK(has(answer, "code=402 lang=en"));
}

TEST_CASE("Door: stopping gives the answers in flight, closes the rest, and takes nothing new") {
  Handed<Respond> slow;
  OpenDoor open{[&slow](const Request& request, const Respond& respond) {
    if (request.path == "/slow") return slow.put(respond);
    echo(request, respond);
  }};
  RawClient idle{open.door->port()};
  REQUIRE(idle.say(get("/")));
  CHECK(has(idle.answer(), "200"));
  RawClient waiting{open.door->port()};
  REQUIRE(waiting.say(get("/slow")));
  const Respond respond = slow.take();
  std::thread stopping{[&open] { open.door->stop(); }};
  CHECK(idle.sees_close());
  respond({200, "in flight"});
  const std::string answer = waiting.answer();
  CHECK(has(answer, "in flight"));
  CHECK(has(answer, "Connection: close"));
  CHECK(waiting.sees_close());
  stopping.join();
  CHECK_FALSE(RawClient{open.door->port()}.connected());
  open.door->stop();
}

TEST_CASE("Door: posted and delayed work runs on the door's thread, in order") {
  Handed<std::vector<std::thread::id>> ran;
  OpenDoor open;
  std::vector<std::thread::id> ids;
  Door& door = *open.door;
  door.post([&] {
    ids.push_back(std::this_thread::get_id());
    door.call_later(1, [&] {
      ids.push_back(std::this_thread::get_id());
      ran.put(ids);
    });
  });
  const auto seen = ran.take();
  REQUIRE(seen.size() == 2);
  CHECK(seen[0] == seen[1]);
  CHECK(seen[0] != std::this_thread::get_id());
}

TEST_CASE("Door: a taken port, a name or nonsense to listen on is an error with its code") {
  OpenDoor open;
  CountingRandom random;
  DoorOptions options = door_options();
  options.listen = "127.0.0.1:" + std::to_string(open.door->port());
  const auto again = Door::open(options, echo, random);
  REQUIRE_FALSE(again);
  CHECK(again.error().code == Code::in_use);
  for (const char* const listen : {"localhost:0", "127.0.0.1", ":80", "127.0.0.1:99999", "[127.0.0.1]:0", "::1"}) {
    options.listen = listen;
    const auto bad = Door::open(options, echo, random);
    INFO(listen);
    REQUIRE_FALSE(bad);
    CHECK(bad.error().code == Code::bad_value);
  }
}

TEST_CASE("Door: who comes before it starts waits, and is answered when it does") {
  CountingRandom random;
  auto opened = Door::open(door_options(), echo, random);
  REQUIRE(opened.has_value());
  std::deque<RawClient> clients;
  for (int i = 0; i < 64; ++i) {
    clients.emplace_back((*opened)->port());
    REQUIRE(clients.back().say(get("/" + std::to_string(i))));
  }
  for (const RawClient& client : clients) CHECK_FALSE(client.has_something());
  (*opened)->start();
  for (int i = 0; i < 64; ++i) CHECK(has(clients[static_cast<std::size_t>(i)].answer(), "GET /" + std::to_string(i)));
}

struct ContextFree {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};

// A server's context with a certificate that it made itself.
std::unique_ptr<SSL_CTX, ContextFree> tls_context() {
  EVP_PKEY* const key = EVP_EC_gen("P-256");
  X509* const certificate = X509_new();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0);
  X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
  X509_set_pubkey(certificate, key);
  X509_sign(certificate, key, EVP_sha256());
  std::unique_ptr<SSL_CTX, ContextFree> context{SSL_CTX_new(TLS_server_method())};
  SSL_CTX_use_certificate(context.get(), certificate);
  SSL_CTX_use_PrivateKey(context.get(), key);
  X509_free(certificate);
  EVP_PKEY_free(key);
  return context;
}

// A door over TLS and a client that keeps its connection.
struct TlsDoor {
  TlsDoor() {
    client.enable_server_certificate_verification(false);
    client.set_keep_alive(true);
  }
  static DoorOptions options(SSL_CTX* context) {
    DoorOptions out = door_options();
    out.ssl_ctx = context;
    return out;
  }
  std::unique_ptr<SSL_CTX, ContextFree> context = tls_context();
  OpenDoor open{echo, options(context.get())};
  httplib::SSLClient client{"127.0.0.1", open.door->port()};
};

TEST_CASE("Door: over TLS it answers, keeps the connection, and refuses as it does in the clear") {
  TlsDoor tls;
  httplib::SSLClient& client = tls.client;
  for (int i = 0; i < 3; ++i) {
    const auto got = client.Post("/tls", std::string(100'000, 'b'), "text/plain");
    REQUIRE(got);
    CHECK(got->status == 200);
    CHECK(got->body == "POST /tls zh 100000");
  }
  const auto large = client.Post("/tls", std::string(limits::http_body_bytes_max + 1, 'b'), "text/plain");
  REQUIRE(large);
  CHECK(large->status == 413);
  const auto foreign = client.Get("/", {{"Origin", "http://localhost"}});
  REQUIRE(foreign);
  CHECK(foreign->status == 421);
  RawClient clear{tls.open.door->port()};
  REQUIRE(clear.say(get("/")));
  CHECK_FALSE(has(clear.answer(), "HTTP/1.1"));
}

TEST_CASE("Door: over TLS an answer does not wait for the client to acknowledge half of it") {
  TlsDoor tls;
  constexpr int acknowledged_at_once = 30;  // a fresh connection delays nothing
  constexpr int rounds = 60;
  std::int64_t quickest_ms = 1'000;
  for (int i = 0; i < rounds; ++i) {
    const Instant began = mono_now();
    REQUIRE(tls.client.Get("/tls"));
    if (i >= acknowledged_at_once) quickest_ms = std::min(quickest_ms, mono_now().value() - began.value());
  }
  // A delayed acknowledgement takes 40 ms at least; the quickest of many is quick on a busy machine too.
  CHECK(quickest_ms < 35);
}

TEST_CASE("Door: many clients at once each get their own answer") {
  OpenDoor open;
  const auto talk = [&open](int who) {
    httplib::Client client{"127.0.0.1", open.door->port()};
    client.set_keep_alive(true);
    int right = 0;
    for (int i = 0; i < 50; ++i) {
      const std::string path = "/" + std::to_string(who) + "/" + std::to_string(i);
      const auto got = client.Get(path);
      if (got && got->body == "GET " + path + " zh 0") ++right;
    }
    return right;
  };
  std::vector<std::future<int>> all;
  for (int who = 0; who < 8; ++who) all.push_back(std::async(std::launch::async, talk, who));
  for (auto& one : all) CHECK(one.get() == 50);
}

}  // namespace
}  // namespace redress::shell
