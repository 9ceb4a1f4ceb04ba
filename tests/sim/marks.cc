#include "tests/sim/marks.h"

#include "protocol/wire/refusal.h"
#include "tests/sim/claims.h"

namespace redress::sim {
namespace {

// Beside every kind of fault.
const std::vector<std::string>& wanted() {
  static const std::vector<std::string> names = {
      "event up",
      "event down silent",
      "event duplicate",
      "event hole hole",
      "event rewound",
      "event stale frame dropped stale_session",
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
  std::string name = std::string{"event "} + sync::name_of(event.what);
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
