// What people do beside a case's main road: ask and answer, propose and approve, order, classify, name who is
// complained of. Only in runs whose seed is from `whole_casework_from` on, so that every other seed stays the run it
// was.
//
// A resource of the world's thread; its chances are a stream of their own.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "protocol/casework/event.h"
#include "tests/sim/dice.h"
#include "tests/sim/matters.h"

namespace redress::sim {

class Beside {
 public:
  explicit Beside(std::uint64_t seed) : dice_{split(seed, 55)} {}

  struct Wish {
    std::string kind;
    std::vector<casework::FieldText> fields;
  };
  // What somebody does now instead of what they would have done; nothing: they do that. `relation`: as far as they
  // remember it.
  [[nodiscard]] std::optional<Wish> wish(std::size_t memo, unsigned relation, SiteId handler);
  // Whoever registered a case acts on it at that very moment.
  [[nodiscard]] bool at_once() { return dice_.chance(100); }
  // It was told as saved.
  void note(std::size_t memo, const std::string& kind);

 private:
  Dice dice_;
  std::map<std::size_t, std::array<unsigned, topic_count>> open_;  // by case, as they remember it
};

}  // namespace redress::sim
