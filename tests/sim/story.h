// A case told by hand: entries for the fold, without sites or seals.
#pragma once

#include <algorithm>

#include "protocol/casework/case.h"
#include "tests/sim/pair.h"

namespace redress::sim {

// What an entry says beyond its kind.
struct More {
  std::vector<SiteId> to = {};
  std::int64_t wall_ms = 0;  // 0: one second after the entry before
  std::vector<casework::FieldText> fields = {};
  std::optional<Kind> unknown_kind = {};
};

class Story {
 public:
  explicit Story(const casework::Kinds& kinds) : kinds_{kinds} {}

  // Adds an entry that rests on those of these numbers. Its own number.
  std::size_t tell(SiteId site, std::string_view kind, const std::vector<std::size_t>& after, const More& more = {}) {
    casework::Told told;
    const casework::KindRow* row = kinds_.find(kind);
    journal::What& what = told.header.what;
    what.suite = SuiteId{1};
    what.kind = more.unknown_kind.value_or(row == nullptr ? Kind{} : row->kind);
    what.author = site;
    what.to = more.to;
    what.time = WallTime{more.wall_ms != 0 ? more.wall_ms : 1'000 * static_cast<std::int64_t>(entries.size() + 1)};
    for (const std::size_t cause : after) what.after.push_back(journal::cause_of(entries.at(cause).identity));
    told.header.place = {site, Epoch{site.value()}, Seq{++seqs_[site]}, {}};
    told.header.body_bytes = ++bodies_;
    told.identity = journal::identity_of(sim_domain(), journal::encode(told.header));
    told.arrived = Position{entries.size() + 1};
    if (row != nullptr && !more.unknown_kind) {
      told.event = casework::Event{row->kind, more.fields};
    } else {
      told.unread = Code::unknown_kind;
    }
    entries.push_back(std::move(told));
    return entries.size() - 1;
  }

  // Changes the identity of an entry nothing rests on yet, until it is above (or below) that of another.
  void reroll(std::size_t entry, std::size_t other, bool above) {
    casework::Told& told = entries.at(entry);
    do {
      told.header.body_bytes = ++bodies_;
      told.identity = journal::identity_of(sim_domain(), journal::encode(told.header));
    } while ((told.identity > entries.at(other).identity) != above);
  }

  std::vector<casework::Told> entries;

 private:
  const casework::Kinds& kinds_;
  std::map<SiteId, std::uint64_t> seqs_;
  std::uint32_t bodies_ = 0;
};

// The fold's outcome without the places of its input.
inline std::string portrait(const casework::Kinds& kinds, const std::vector<casework::Told>& entries) {
  store::CaseFile file;
  file.told = entries;
  file.view = casework::fold(kinds, entries);
  std::string out = portrait(file) + "\nheads";
  for (const Cause& head : file.view.heads) out += " " + to_hex(head.bytes);
  out += "\nnewer=" + std::to_string(file.view.newer ? 1 : 0) + " supervisors";
  for (const SiteId site : file.view.state.supervisors) out += " " + std::to_string(site.value());
  return out;
}

inline void shuffle(std::vector<casework::Told>& entries, SeededRandom& random) {
  for (std::size_t i = entries.size(); i > 1; --i) {
    std::swap(entries[i - 1], entries[static_cast<std::size_t>(random.below(static_cast<std::int64_t>(i)))]);
  }
}

}  // namespace redress::sim
