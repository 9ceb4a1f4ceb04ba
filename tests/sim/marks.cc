#include "tests/sim/marks.h"

#include "protocol/wire/refusal.h"
#include "tests/sim/claims.h"

namespace redress::sim {
namespace {

const char* name_of(sync::Happening what) {
  switch (what) {
    case sync::Happening::up:
      return "up";
    case sync::Happening::down:
      return "down";
    case sync::Happening::refused:
      return "refused";
    case sync::Happening::peer_refused:
      return "peer refused";
    case sync::Happening::duplicate:
      return "duplicate";
    case sync::Happening::hole:
      return "hole";
    case sync::Happening::rewound:
      return "rewound";
    case sync::Happening::stale:
      return "stale";
    case sync::Happening::forked:
      return "forked";
    case sync::Happening::renewed:
      return "renewed";
    case sync::Happening::recovering:
      return "recovering";
    case sync::Happening::heard:
      return "heard";
    case sync::Happening::cloned:
      return "cloned";
    default:
      return "other";
  }
}

// Beside every kind of fault.
const std::vector<std::string>& wanted() {
  static const std::vector<std::string> names = {
      "event up",
      "event down silent",
      "event duplicate",
      "event hole hole",
      "event rewound",
      "event stale stale_session",
      "event refused stale_session",
      "event refused retry_later",
      "event peer refused retry_later",
      "answer told",
      "answer repeated",
      "answer store_full",
      "answer unknown_outcome",
      "answer none",
      "asked refused forbidden",
      "asked refused wrong_state",
      "asked again",
      "verdict stands",
      "verdict superseded",
      "verdict refused",
      "case at three sites",
      "commit of several branches",
      "lag unknown",
      "lag known",
      "flip named",
      "real suite",
  };
  return names;
}

}  // namespace

void Marks::hit(const sync::Event& event) {
  std::string name = std::string{"event "} + name_of(event.what);
  if (event.code) name += " " + std::string{wire::name_of(*event.code)};
  hit(name);
}

void Marks::merge(const Marks& other) {
  for (const auto& [name, times] : other.counts_) counts_[name] += times;
}

std::vector<std::string> missing_in(const Marks& marks, bool repair) {
  std::vector<std::string> missing;
  const auto need = [&](const std::string& name) {
    if (!marks.counts().contains(name)) missing.push_back(name);
  };
  for (const std::string& name : wanted()) need(name);
  for (const FaultRow& row : fault_table()) {
    if (!row.needs_repair || repair) need("fault " + std::string{row.name});
  }
  return missing;
}

}  // namespace redress::sim
