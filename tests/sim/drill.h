// The restore and clone drill: each way in which a store becomes an old one, one of two or an empty one, made to happen
// on purpose, under a history, a weather and an order of coming back that a seed draws.
//
// The programs, machines and judge are the simulator's; only who strikes, and when, is decided here. In every case some
// disk of a site that still belongs holds everything that was told as saved, so that nothing at all may be missing.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace redress::sim {

struct DrillCase {
  std::string_view name;   // of a seed: "NAME/NUMBER"
  std::string_view words;  // what is made to happen
};

[[nodiscard]] std::span<const DrillCase> drill_cases();

struct Drilled {
  std::vector<std::string> broken;  // empty: every promise was kept
  std::vector<std::string> unseen;  // what should have been detected, or is told to nobody
  std::size_t told = 0;             // entries that somebody was told are saved
  std::size_t lost = 0;             // of those: not readable at head office, or not where they were written
  std::size_t doubled = 0;          // of those: counted more than once
  std::int64_t settled_after_ms = 0;

  [[nodiscard]] bool is_good() const { return broken.empty() && unseen.empty() && lost == 0 && doubled == 0; }
};

// Requires: which < drill_cases().size(). `folder` is for members.log, while it lasts. Every event, in words, goes to
// `line`, if there is one.
[[nodiscard]] Drilled drill(std::size_t which, std::uint64_t number, const std::string& folder,
                            const std::function<void(const std::string&)>& line = {});

}  // namespace redress::sim
