// Who may call the door: API tokens, kept as digests in one small file beside the store.
//
// One Tokens a process, used on the door's thread. issue_token() is for tools: the running program sees a token that
// was added or taken out at its next use, because each call looks whether the file changed.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "protocol/base/random.h"
#include "protocol/base/result.h"

namespace redress::shell {

// What a token may do. Case work and operations are apart: who runs the machines reads no complaint (P12).
enum class Duty : std::uint8_t {
  casework,    // clerks and outlet heads at a branch, officers and leaders at head office
  operations,  // lag, sites, verify, backup
};
[[nodiscard]] std::optional<Duty> duty_named(std::string_view name);
[[nodiscard]] std::string_view name_of(Duty duty);

struct Person {
  StaffId staff;  // from 1: 0 is the program itself, whose records no person makes (LIFE-42)
  Duty duty = Duty::casework;
  std::vector<std::string> roles = {};  // of the profiles that are gone by: "outlet_head" (casework/roles.h)
};

class Tokens {
 public:
  explicit Tokens(std::string path) : path_{std::move(path)} {}
  // Nothing: no such token.
  [[nodiscard]] std::optional<Person> find(const std::string& bearer);

 private:
  void load();
  std::string path_;
  std::int64_t seen_ns_ = -1;             // the file's time of change when it was read
  std::int64_t seen_bytes_ = -1;          // and its size
  std::map<std::string, Person> people_;  // by the token's digest
};

// Adds a token to the file (mode 0600) and returns its text, which is shown once and stored nowhere. Fails with io, or
// bad_value for staff number 0 or a role that is not one word.
[[nodiscard]] Result<std::string> issue_token(const std::string& path, const Person& person, Random& random);

}  // namespace redress::shell
