// Expected<T, E> and Result<T>: a value, or the reason why there is none.
//
// A small stand-in for std::expected (C++23) with its names, so that it can become an alias one day.
// Values; no exception crosses a folder.
#pragma once

#include <string>
#include <utility>
#include <variant>

#include "protocol/base/assert.h"
#include "protocol/base/code.h"

namespace redress {

// Why something was not done. `what`: lower case, the act that failed, then key=value facts; never
// customer text, keys or names of persons. `field`: the input field, frame part or file at fault, if any.
struct Error {
  Code code{};
  std::string what;
  std::string field{};
};

template <typename E>
class Unexpected {
 public:
  explicit Unexpected(E error) : error_{std::move(error)} {}
  [[nodiscard]] E& error() noexcept { return error_; }

 private:
  E error_;
};

template <typename T, typename E>
class [[nodiscard]] Expected {
 public:
  Expected(T value) : held_{std::in_place_index<0>, std::move(value)} {}  // NOLINT: implicit by design
  Expected(Unexpected<E> error)                                           // NOLINT: implicit by design
      : held_{std::in_place_index<1>, std::move(error.error())} {}

  [[nodiscard]] bool has_value() const noexcept { return held_.index() == 0; }
  explicit operator bool() const noexcept { return has_value(); }

  // Requires: has_value().
  [[nodiscard]] T& operator*() & { return value(); }
  [[nodiscard]] const T& operator*() const& { return value(); }
  [[nodiscard]] T&& operator*() && { return std::move(value()); }
  [[nodiscard]] T* operator->() { return &value(); }
  [[nodiscard]] const T* operator->() const { return &value(); }

  // Requires: !has_value().
  [[nodiscard]] const E& error() const {
    REDRESS_ASSERT(!has_value());
    return std::get<1>(held_);
  }

 private:
  [[nodiscard]] T& value() {
    REDRESS_ASSERT(has_value());
    return std::get<0>(held_);
  }
  [[nodiscard]] const T& value() const {
    REDRESS_ASSERT(has_value());
    return std::get<0>(held_);
  }

  std::variant<T, E> held_;
};

struct Done {};  // The value of a Result that has nothing else to say.

template <typename T>
using Result = Expected<T, Error>;
using Status = Result<Done>;

[[nodiscard]] inline Unexpected<Error> fail(Code code, std::string what, std::string field = {}) {
  return Unexpected<Error>{Error{code, std::move(what), std::move(field)}};
}
[[nodiscard]] inline Unexpected<Error> fail(Error error) { return Unexpected<Error>{std::move(error)}; }

}  // namespace redress
