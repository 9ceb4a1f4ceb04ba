// A door on a free port with a small handler, for the tests of the door.
#pragma once

#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "ops/shell/door.h"

namespace redress::shell {

class CountingRandom final : public Random {
 public:
  void fill(std::span<std::byte> out) override {
    for (std::byte& one : out) one = static_cast<std::byte>(next_++);
  }

 private:
  unsigned next_ = 0;
};

// Hands one value from one thread to the test's, which fails if it does not come.
template <typename T>
class Handed {
 public:
  void put(T value) {
    const std::lock_guard lock{mutex_};
    value_ = std::move(value);
    changed_.notify_all();
  }
  T take() {
    std::unique_lock lock{mutex_};
    const bool has_come = changed_.wait_for(lock, std::chrono::seconds{20}, [this] { return value_.has_value(); });
    REQUIRE(has_come);
    T out = std::move(*value_);
    value_.reset();
    return out;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<T> value_;
};

inline int status_of(Code code) {
  switch (code) {
    case Code::too_large:
      return 413;
    case Code::bad_host:
      return 421;
    case Code::method:
      return 405;
    case Code::draining:
      return 503;
    case Code::unknown_outcome:
      return 500;
    default:
      return 400;
  }
}

inline DoorOptions door_options() {
  DoorOptions options;
  options.listen = "127.0.0.1:0";
  options.refuse = [](const Request& request, const Error& error) {
    Response response;
    response.status = status_of(error.code);
    response.body = "code=" + std::to_string(static_cast<int>(error.code)) + " lang=" + request.language +
                    " trace=" + request.trace + " field=" + error.field;
    return response;
  };
  return options;
}

// Says what it was asked.
inline void echo(const Request& request, const Respond& respond) {
  Response response;
  response.content_type = "text/plain; charset=utf-8";
  response.body = request.method + " " + request.path;
  for (const auto& [key, value] : request.query) response.body += " " + key + "=" + value;
  if (!request.bearer.empty()) response.body += " bearer:" + request.bearer;
  if (!request.idempotency_key.empty()) response.body += " key:" + request.idempotency_key;
  response.body += " " + request.language + " " + std::to_string(request.body.size());
  respond(std::move(response));
}

struct OpenDoor {
  explicit OpenDoor(Handler handler = echo, const DoorOptions& options = door_options()) {
    auto opened = Door::open(options, std::move(handler), random);
    if (!opened) return;
    door = std::move(*opened);
    door->start();
  }
  CountingRandom random;
  std::unique_ptr<Door> door;
};

inline std::string get(const std::string& target, const std::string& headers = "Host: localhost\r\n") {
  return "GET " + target + " HTTP/1.1\r\n" + headers + "\r\n";
}

inline bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace redress::shell
