// The rules that a site goes by: what the program ships, what the site's files add, and which profiles are shown.
//
// Values, read once at the start. Every site must be given the same files, or sites show different dates.
#pragma once

#include "ops/shell/config.h"
#include "protocol/rules/shipped.h"

namespace redress::shell {

struct Rulebook {
  rules::Calendars calendars;
  rules::Profiles profiles;
  std::vector<std::string> shown;  // ids of profiles, each known
  std::uint64_t digest = 0;        // of all of it: other rules, another number
};

// Paths start from the configuration's folder. Fails with io or too_large naming the file, with what is wrong in a
// file (its line and field), or with bad_config if a profile that is to be shown is not known.
[[nodiscard]] Result<Rulebook> open_rulebook(const RulesConfig& config, const std::string& config_path);

// A role that a shown profile has on a day.
struct NamedRole {
  std::string profile;  // "bank-000/1"
  rules::Role role;
};
// In the order of the shown profiles and their rows.
[[nodiscard]] std::vector<NamedRole> roles_of(const Rulebook& book, rules::Day day);

// The fields that the shown profiles add to a registration made on a day, each id once: of the first that has it.
[[nodiscard]] std::vector<rules::ExtraField> extra_fields(const Rulebook& book, rules::Day day);

}  // namespace redress::shell
