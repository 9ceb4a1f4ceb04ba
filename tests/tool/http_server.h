// An HTTP server of the test's own on a free port of loopback. Make it before the client that calls it.
#pragma once

#include <httplib.h>

#include <memory>
#include <string>
#include <thread>
#include <utility>

namespace redress::tool {

class HttpServer {
 public:
  explicit HttpServer(std::unique_ptr<httplib::Server> server = std::make_unique<httplib::Server>())
      : server_{std::move(server)}, port_{server_->bind_to_any_port("127.0.0.1")} {}
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;
  ~HttpServer() {
    if (!thread_.joinable()) return;
    server_->stop();
    thread_.join();
  }

  // To be set up before start().
  [[nodiscard]] httplib::Server& on() { return *server_; }
  void start() {
    thread_ = std::thread{[this] { server_->listen_after_bind(); }};
    while (!server_->is_running()) std::this_thread::yield();
  }
  [[nodiscard]] std::string authority() const { return "127.0.0.1:" + std::to_string(port_); }

 private:
  const std::unique_ptr<httplib::Server> server_;
  const int port_;
  std::thread thread_;
};

}  // namespace redress::tool
