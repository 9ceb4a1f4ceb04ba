#include "ops/tool/client.h"

#include <arpa/inet.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <functional>
#include <future>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "crypto/tls.h"
#include "tests/tool/http_server.h"
#include "tests/tool/scratch.h"

namespace redress::tool {
namespace {

using nlohmann::json;

std::optional<Code> catalogue(std::string_view name) {
  if (name == "bad_value") return Code::bad_value;
  if (name == "key_reused") return Code::key_reused;
  return std::nullopt;
}

ClientOptions options_for(const std::string& authority) {
  ClientOptions out;
  out.url = "http://" + authority;
  out.code_named = catalogue;
  return out;
}

Client open(ClientOptions options) {
  auto client = Client::open(std::move(options));
  REQUIRE(client);
  return std::move(*client);
}

std::string bad_option(const std::function<void(ClientOptions&)>& change) {
  ClientOptions options;
  change(options);
  const auto client = Client::open(std::move(options));
  if (client) return "none";
  CHECK(client.error().code == Code::bad_config);
  return client.error().field;
}

// Serves one connection after the other, each by its script, then accepts no more.
class ScriptedServer {
 public:
  using Script = std::function<void(int connection)>;

  explicit ScriptedServer(std::vector<Script> scripts) : listener_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::listen(listener_, 8) == 0);
    socklen_t size = sizeof address;
    REQUIRE(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread{[this, all = std::move(scripts)] {
      for (const Script& script : all) {
        const int connection = ::accept(listener_, nullptr, nullptr);
        if (connection < 0) return;
        script(connection);
        ::close(connection);
      }
    }};
  }
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;
  ~ScriptedServer() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }

  [[nodiscard]] std::string authority() const { return "127.0.0.1:" + std::to_string(port_); }

 private:
  const int listener_;
  int port_ = 0;
  std::thread thread_;
};

// One request, to the end of its body.
std::string read_request(int connection) {
  std::string text;
  std::size_t wanted = std::string::npos;
  char byte = 0;
  while (text.size() < wanted && ::read(connection, &byte, 1) == 1) {
    text += byte;
    if (wanted != std::string::npos || text.size() < 4 || text.substr(text.size() - 4) != "\r\n\r\n") continue;
    const std::size_t at = text.find("Content-Length: ");
    wanted = text.size() + (at == std::string::npos ? 0 : std::stoul(text.substr(at + 16)));
  }
  return text;
}

void answer(int connection, const std::string& status, const std::string& body) {
  const std::string text =
      "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  CHECK(::send(connection, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size()));
}

}  // namespace

TEST_CASE("Client: a request carries token, language and host, and its answer is JSON", "[tool][client]") {
  HttpServer server;
  server.on().Get("/api/v1/cases", [](const httplib::Request& request, httplib::Response& response) {
    const json seen{{"token", request.get_header_value("Authorization")},
                    {"language", request.get_header_value("Accept-Language")},
                    {"host", request.get_header_value("Host")},
                    {"q", request.get_param_value("q")}};
    response.set_content(seen.dump(), "application/json");
  });
  server.start();
  ClientOptions options = options_for(server.authority());
  options.token = "secret";
  options.language = "zh";
  Client client = open(std::move(options));
  const auto body = client.get("/api/v1/cases?q=%E4%B8%AD");
  REQUIRE(body);
  CHECK(*body == json{{"token", "Bearer secret"}, {"language", "zh"}, {"host", server.authority()}, {"q", "中"}});
}

TEST_CASE("Client: a post carries its body and key over a kept connection", "[tool][client]") {
  std::vector<int> ports;
  HttpServer server;
  server.on().Post("/p", [&ports](const httplib::Request& request, httplib::Response& response) {
    ports.push_back(request.remote_port);
    const json seen{{"key", request.get_header_value("Idempotency-Key")},
                    {"type", request.get_header_value("Content-Type")},
                    {"body", json::parse(request.body)}};
    response.set_content(seen.dump(), "application/json");
  });
  server.start();
  Client client = open(options_for(server.authority()));
  for (const std::string key : {"cfpb/1", "cfpb/2"}) {
    const auto body = client.post("/p", json{{"text", "中文"}}, key);
    REQUIRE(body);
    CHECK(*body == json{{"key", key}, {"type", "application/json"}, {"body", {{"text", "中文"}}}});
  }
  REQUIRE(ports.size() == 2);
  CHECK(ports[0] == ports[1]);
}

TEST_CASE("Client: a refusal keeps its code, field and trace, and none of its prose", "[tool][client]") {
  HttpServer server;
  server.on().Post("/p", [](const httplib::Request&, httplib::Response& response) {
    response.status = 422;
    response.set_content(
        R"({"code": "bad_value", "message": "张三 is not a date", "field": "received_at", "trace": "t-1"})",
        "application/json");
  });
  server.start();
  Client client = open(options_for(server.authority()));
  const auto refused = client.post("/p", json::object(), "k");
  REQUIRE(!refused);
  CHECK(refused.error().code == Code::bad_value);
  CHECK(refused.error().field == "received_at");
  CHECK(refused.error().what == "call daemon: refused status=422 code=bad_value trace=t-1");
}

TEST_CASE("Client: the rule that says no is told whole, however long its two languages are", "[tool][client]") {
  const std::string rule = "ORG-64: " + std::string(400, 'x') + " (" + std::string(300, 'y') + "由网点负责人办理)";
  const std::string too_long(2'049, 'z');
  HttpServer server;
  server.on().Post("/p", [&](const httplib::Request& request, httplib::Response& response) {
    response.status = 403;
    const bool long_one = request.get_header_value("Idempotency-Key") == "long";
    response.set_content(json{{"code", "none"}, {"detail", long_one ? too_long : rule}}.dump(), "application/json");
  });
  server.start();
  Client client = open(options_for(server.authority()));
  CHECK(client.post("/p", json::object(), "k").error().what.ends_with(" detail=" + rule));
  CHECK(client.post("/p", json::object(), "long").error().what == "call daemon: refused status=403 code=none");
}

TEST_CASE("Client: a refusal without a known code goes by its status", "[tool][client]") {
  const auto [status, body, code] = GENERATE(table<int, std::string, Code>({
      {401, "{}", Code::unauthenticated},
      {403, "no", Code::forbidden},
      {404, "", Code::not_found},
      {413, "[]", Code::too_large},
      {503, R"({"code": "new_word"})", Code::busy},
      {500, R"({"code": 7, "field": {}, "trace": "two\nlines"})", Code::io},
      {418, "null", Code::malformed},
      {301, "", Code::malformed},
  }));
  HttpServer server;
  server.on().Get("/", [status = status, body = body](const httplib::Request&, httplib::Response& response) {
    response.status = status;
    response.set_content(body, "application/json");
  });
  server.start();
  Client client = open(options_for(server.authority()));
  const auto refused = client.get("/");
  REQUIRE(!refused);
  CAPTURE(status);
  CHECK(refused.error().code == code);
  CHECK(refused.error().field.empty());
  CHECK(refused.error().what.find("trace") == std::string::npos);
}

TEST_CASE("Client: an answer that is not JSON, or over 16 MiB, is not taken", "[tool][client]") {
  HttpServer server;
  server.on().Get("/text", [](const httplib::Request&, httplib::Response& response) {
    response.set_content("<html>", "text/html");
  });
  server.on().Get("/empty", [](const httplib::Request&, httplib::Response& response) { response.status = 204; });
  server.on().Get("/large", [](const httplib::Request&, httplib::Response& response) {
    response.set_content('"' + std::string(17 * 1024 * 1024, 'x') + '"', "application/json");
  });
  server.start();
  Client client = open(options_for(server.authority()));
  const auto text = client.get("/text");
  REQUIRE(!text);
  CHECK(text.error().code == Code::malformed);
  const auto empty = client.get("/empty");
  REQUIRE(empty);
  CHECK(empty->is_null());
  const auto large = client.get("/large");
  REQUIRE(!large);
  CHECK(large.error().code == Code::too_large);
  CHECK(client.get("/empty"));
}

TEST_CASE("Client: a daemon that is not there is unreachable", "[tool][client]") {
  std::string authority;
  {
    const ScriptedServer gone{{}};
    authority = gone.authority();
  }
  Client client = open(options_for(authority));
  const auto answer = client.get("/");
  REQUIRE(!answer);
  CHECK(answer.error().code == Code::unreachable);
}

TEST_CASE("Client: a post on a kept connection that dies is sent once more with the same key", "[tool][client]") {
  std::vector<std::string> requests;
  ScriptedServer server{{[&](int connection) {
                           requests.push_back(read_request(connection));
                           answer(connection, "201 Created", "{}");
                           requests.push_back(read_request(connection));
                         },
                         [&](int connection) {
                           requests.push_back(read_request(connection));
                           answer(connection, "200 OK", R"({"again": true})");
                         }}};
  Client client = open(options_for(server.authority()));
  CHECK(client.post("/p", json{{"n", 1}}, "key-1"));
  const auto second = client.post("/p", json{{"n", 2}}, "key-2");
  REQUIRE(second);
  CHECK(*second == json{{"again", true}});
  REQUIRE(requests.size() == 3);
  CHECK(requests[1] == requests[2]);
  CHECK(requests[2].find("Idempotency-Key: key-2\r\n") != std::string::npos);
}

TEST_CASE("Client: a post on a new connection that dies is not sent again", "[tool][client]") {
  int requests = 0;
  const auto die = [&](int connection) {
    read_request(connection);
    ++requests;
  };
  const auto server = std::make_unique<ScriptedServer>(std::vector<ScriptedServer::Script>{die, die});
  Client client = open(options_for(server->authority()));
  const auto cut = client.post("/p", json::object(), "key");
  REQUIRE(!cut);
  CHECK(cut.error().code == Code::unreachable);
  CHECK(requests == 1);
}

TEST_CASE("Client: long work is waited for beyond the time in which other answers come", "[tool][client]") {
  std::promise<void> asked;
  std::promise<void> given_up;
  ScriptedServer server{{[&](int connection) {
    read_request(connection);
    asked.set_value();
    given_up.get_future().wait();
    answer(connection, "200 OK", "{}");
  }}};
  ClientOptions options = options_for(server.authority());
  options.answer_within_s = 1;
  auto patient = std::async(std::launch::async, [&] { return open(options).post_long("/api/v1/verify", {}, "k"); });
  asked.get_future().wait();
  // Nobody accepts this one: it is given up in its time, which began after the other's.
  const auto usual = open(options).post("/api/v1/verify", {}, "k");
  CHECK(usual.error().code == Code::unreachable);
  given_up.set_value();
  CHECK(patient.get().has_value());
}

TEST_CASE("Client: an answer that is not HTTP is unreachable", "[tool][client]") {
  const ScriptedServer server{{[](int connection) {
    read_request(connection);
    constexpr std::string_view noise = "SSH-2.0-something\r\n\r\n";
    CHECK(::send(connection, noise.data(), noise.size(), MSG_NOSIGNAL) > 0);
  }}};
  Client client = open(options_for(server.authority()));
  const auto answer = client.get("/");
  REQUIRE(!answer);
  CHECK(answer.error().code == Code::unreachable);
}

TEST_CASE("Client: a daemon killed while it is written to is unreachable, and signals are as before",
          "[tool][client]") {
  const auto before = ::signal(SIGPIPE, SIG_DFL);
  {
    const ScriptedServer server{{[](int connection) {
      char byte = 0;
      CHECK(::read(connection, &byte, 1) == 1);
      // An end of its side and then a reset: the way that makes the writer's next send a SIGPIPE.
      ::shutdown(connection, SHUT_WR);
      const linger at_once{1, 0};
      ::setsockopt(connection, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    }}};
    Client client = open(options_for(server.authority()));
    const auto answer = client.post("/p", json{{"text", std::string(4 * 1024 * 1024, 'x')}}, "key");
    REQUIRE(!answer);
    CHECK(answer.error().code == Code::unreachable);
  }
  sigset_t blocked;
  pthread_sigmask(SIG_BLOCK, nullptr, &blocked);
  CHECK(sigismember(&blocked, SIGPIPE) == 0);
  ::signal(SIGPIPE, before);
}

TEST_CASE("Client: a new case and one registered earlier are told apart", "[tool][client]") {
  HttpServer server;
  server.on().Post("/api/v1/cases", [](const httplib::Request& request, httplib::Response& response) {
    response.status = request.get_header_value("Idempotency-Key") == "new" ? 201 : 200;
    response.set_content("{}", "application/json");
  });
  server.start();
  Client client = open(options_for(server.authority()));
  const auto fresh = client.register_case(json::object(), "new");
  REQUIRE(fresh);
  CHECK(*fresh == Client::Registered::now);
  const auto old = client.register_case(json::object(), "old");
  REQUIRE(old);
  CHECK(*old == Client::Registered::earlier);
}

TEST_CASE("Client: https trusts the pinned certificate and no other", "[tool][client][tls]") {
  const Scratch scratch;
  const auto made = [&scratch](const std::string& name, const std::vector<std::string>& names) {
    REQUIRE(crypto::make_self_signed(scratch.path(name + ".crt"), scratch.path(name + ".key"), names, 1));
  };
  made("loopback", {"127.0.0.1"});
  made("other", {"127.0.0.1"});
  made("named", {"gateway.example"});
  const auto ask = [&scratch](const std::string& served, const std::string& trusted, const std::string& server_name) {
    HttpServer server{std::make_unique<httplib::SSLServer>(scratch.path(served + ".crt").c_str(),
                                                           scratch.path(served + ".key").c_str())};
    server.on().Get("/", [](const httplib::Request& request, httplib::Response& response) {
      response.set_content(json(request.get_header_value("Host")).dump(), "application/json");
    });
    server.start();
    ClientOptions options;
    options.url = "https://" + server.authority();
    options.ca_file = trusted.empty() ? "" : scratch.path(trusted + ".crt");
    options.server_name = server_name;
    Client client = open(std::move(options));
    const auto answer = client.get("/");
    if (answer) {
      CHECK(*answer == server.authority());
    } else {
      CHECK(answer.error().code == Code::unreachable);
    }
    return answer.has_value();
  };
  CHECK(ask("loopback", "loopback", ""));
  CHECK_FALSE(ask("loopback", "other", ""));
  CHECK_FALSE(ask("loopback", "", ""));
  CHECK_FALSE(ask("named", "named", ""));
  CHECK(ask("named", "named", "gateway.example"));
  CHECK_FALSE(ask("named", "named", "another.example"));
}

TEST_CASE("Client: options that cannot be right are refused by name", "[tool][client]") {
  for (const std::string url :
       {"", "127.0.0.1:7700", "ftp://127.0.0.1", "http://", "http://127.0.0.1:", "http://127.0.0.1:0",
        "http://127.0.0.1:70000", "http://127.0.0.1:7x", "http://127.0.0.1/api", "http://me@127.0.0.1", "http://[::1",
        "http://[::1]7700", "http://gateway.example", "http://127.evil.example"}) {
    CAPTURE(url);
    CHECK(bad_option([&url](ClientOptions& options) { options.url = url; }) == "url");
  }
  for (const std::string url : {"http://127.0.0.1", "http://localhost:7700/", "http://[::1]:7700", "http://127.0.0.2:1",
                                "https://gateway.example"}) {
    CAPTURE(url);
    CHECK(bad_option([&url](ClientOptions& options) { options.url = url; }) == "none");
  }
  CHECK(bad_option([](ClientOptions& options) { options.token = "a\r\nX: b"; }) == "token");
  CHECK(bad_option([](ClientOptions& options) { options.language = "zh en"; }) == "language");
}

}  // namespace redress::tool
