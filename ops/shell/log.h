// The log: one line an event, `2026-11-22T08:05:00.123Z info session: up branch=11 seq=81`.
//
// One Log a process, made by main and handed on by reference, never looked up; it outlives who logs. Any thread may
// log. Facts are ids and numbers, never customer text, keys or names of persons.
//   error  it stops, and needs a person now      warn   a person should look
//   info   events of a life, never per message   debug  per message
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>

#include "protocol/base/result.h"

namespace redress::shell {

enum class LogLevel : std::uint8_t { debug, info, warn, error };

template <typename T>
concept LoggedNumber = std::integral<T> && !std::same_as<T, bool> && !std::same_as<T, char>;

// One `key=value` of a line. The key is ours and outlives the call.
struct Fact {
  Fact(std::string_view key_, std::string value_) : key{key_}, value{std::move(value_)} {}
  Fact(std::string_view key_, std::string_view value_) : key{key_}, value{value_} {}
  Fact(std::string_view key_, const char* value_) : key{key_}, value{value_} {}
  Fact(std::string_view key_, LoggedNumber auto value_) : key{key_}, value{std::to_string(value_)} {}

  std::string_view key;
  std::string value;
};
using Facts = std::initializer_list<Fact>;

inline constexpr std::size_t logged_value_bytes_max = 512;  // of one value; what is longer is cut

// The line without its time. Values with spaces, quotes or '=' are quoted; control characters and bytes that are not
// UTF-8 are written \xNN, so that a value never starts a line or moves a terminal.
[[nodiscard]] std::string log_text(LogLevel level, std::string_view room, std::string_view event, Facts facts);

class Log {
 public:
  // Writes events of at least `level` to `file`, made with mode 0600 and appended to; "" is standard error.
  // Fails with io.
  [[nodiscard]] static Result<std::unique_ptr<Log>> open(LogLevel level, const std::string& file);
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;
  ~Log();

  // Never fail: what cannot be written is lost. Flushed from `warn` on, and at the end.
  void debug(std::string_view room, std::string_view event, Facts facts = {}) {
    write(LogLevel::debug, room, event, facts);
  }
  void info(std::string_view room, std::string_view event, Facts facts = {}) {
    write(LogLevel::info, room, event, facts);
  }
  void warn(std::string_view room, std::string_view event, Facts facts = {}) {
    write(LogLevel::warn, room, event, facts);
  }
  void error(std::string_view room, std::string_view event, Facts facts = {}) {
    write(LogLevel::error, room, event, facts);
  }

 private:
  struct Inside;
  explicit Log(std::unique_ptr<Inside> inside) noexcept;
  void write(LogLevel level, std::string_view room, std::string_view event, Facts facts);
  const std::unique_ptr<Inside> inside_;
};

}  // namespace redress::shell
