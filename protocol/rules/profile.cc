#include "protocol/rules/profile.h"

#include <algorithm>
#include <utility>

#include "protocol/base/limits.h"

namespace redress::rules {
namespace {

bool same_row(const Section& a, const Section& b) { return a.kind == b.kind && a.name == b.name; }

// The rows of `above`, changed by those of `own`.
std::vector<Section> merged(std::vector<Section> above, const std::vector<Section>& own, const std::string& mark) {
  for (const Section& section : own) {
    const auto held =
        std::find_if(above.begin(), above.end(), [&](const Section& one) { return same_row(one, section); });
    if (section.value("drop") == "yes") {
      if (held != above.end()) above.erase(held);
      continue;
    }
    if (held == above.end()) {
      above.push_back(section);
      above.back().origin = mark;
      continue;
    }
    held->origin = mark;
    for (const Entry& entry : section.entries) {
      const auto same = std::find_if(held->entries.begin(), held->entries.end(),
                                     [&](const Entry& one) { return one.key == entry.key; });
      if (same == held->entries.end()) {
        held->entries.push_back(entry);
      } else {
        *same = entry;
      }
    }
  }
  return above;
}

// What a head passes on to those who inherit it.
bool is_inherited(const Entry& entry) {
  return entry.key == "calendar" || entry.key == "close_of_business" || entry.key == "zone" ||
         entry.key == "revisions_move_old_cases";
}

Section head_of(const Section& own, const Section& above) {
  Section head = own;
  for (const Entry& entry : above.entries) {
    if (is_inherited(entry) && head.entry(entry.key) == nullptr) head.entries.push_back(entry);
  }
  return head;
}

}  // namespace

Status Profiles::add(std::string_view file, std::string_view text) {
  Result<Sheet> sheet = parse_sheet(file, text);
  if (!sheet) return fail(sheet.error());
  const Result<Profile> alone = read_profile(*sheet);
  if (!alone) return fail(alone.error());
  const Section& head = (*sheet).sections.front();
  if ((*alone).version == 0) return fault(file, head.line, "version", "a profile has a version from 1");
  if ((*alone).from && (*alone).until && *(*alone).until <= *(*alone).from) {
    return fault(file, head.line, "until", "ends before it begins");
  }
  const auto held = all_.find((*alone).id);
  for (const Version& one : held == all_.end() ? std::vector<Version>{} : held->second) {
    if (one.number == (*alone).version) return fault(file, head.line, "version", "this version was read before");
    if (one.from == (*alone).from) return fault(file, head.line, "from", "another version begins on this day");
  }
  const std::string inherits{head.value("inherits")};
  all_[(*alone).id].push_back({(*alone).version, (*alone).from, (*alone).until, inherits, std::move(*sheet)});
  return Done{};
}

const Profiles::Version* Profiles::holding(std::string_view id, Day day) const {
  const auto found = all_.find(id);
  if (found == all_.end()) return nullptr;
  const Version* newest = nullptr;
  for (const Version& one : found->second) {
    if ((one.from && *one.from > day) || (one.until && *one.until <= day)) continue;
    if (newest == nullptr || newest->from < one.from) newest = &one;
  }
  return newest;
}

Result<Profile> Profiles::in_force(std::string_view id, Day day) const {
  std::vector<const Version*> chain;
  std::vector<std::string> names;
  for (std::string next{id}; !next.empty(); next = chain.back()->inherits) {
    if (chain.size() == limits::profile_levels_max) {
      return fail(Code::not_found, "profile " + std::string{id} + " inherits through more than 8 levels, or itself",
                  "inherits");
    }
    const Version* version = holding(next, day);
    if (version == nullptr) {
      const bool known = all_.contains(next);
      return fail(Code::not_found,
                  "profile " + next + (known ? ": no version holds on " + to_iso(day) : ": not known here"),
                  chain.empty() ? "profile" : "inherits");
    }
    chain.push_back(version);
    names.push_back(next + "/" + std::to_string(version->number));
  }
  std::vector<Section> rows;
  Section head = chain.back()->sheet.sections.front();
  for (std::size_t level = chain.size(); level-- > 0;) {
    const std::vector<Section>& own = chain[level]->sheet.sections;
    head = head_of(own.front(), head);
    rows = merged(std::move(rows), {own.begin() + 1, own.end()}, names[level]);
  }
  rows.insert(rows.begin(), std::move(head));
  Result<Profile> profile = read_profile({chain.front()->sheet.file, std::move(rows)});
  if (profile) profile->chain = std::move(names);
  return profile;
}

std::vector<std::string> Profiles::ids() const {
  std::vector<std::string> out;
  for (const auto& [id, versions] : all_) out.push_back(id);
  return out;
}

}  // namespace redress::rules
