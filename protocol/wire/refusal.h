// The closed catalogue of reasons: each code's name, who must act, and what it says to people, in Chinese and English.
//
// Pure; the table has static life. `redress-ops explain CODE`, HTTP errors and refusal frames all speak from here.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "protocol/base/code.h"

namespace redress::wire {

enum class Actor { nobody, clerk, operations, head_office, programmer };

struct Reason {
  Code code;
  std::string_view name;  // as it stands in APIs and logs
  Actor who;              // who must act
  std::string_view zh;
  std::string_view en;
};

[[nodiscard]] std::span<const Reason> catalogue();
// A code that a later catalogue may have gets a reason that says so.
[[nodiscard]] const Reason& reason_of(Code code);
[[nodiscard]] std::string_view name_of(Code code);
// Takes the name or the number.
[[nodiscard]] std::optional<Code> code_named(std::string_view name_or_number);
[[nodiscard]] std::string_view actor_in(Actor who, std::string_view language);

}  // namespace redress::wire
