// A branch in hostile hands: its keys are good, and it lies about positions, digests, names, and what it may do.
//
// A resource of the world's thread. Its own program goes on beside it on the same line.
#pragma once

#include "tests/sim/world.h"

namespace redress::sim {

class Hostile {
 public:
  // `sly`: it also feigns ignorance, and forks when head office has no room, by chances of their own.
  Hostile(World& world, Machine& machine, std::uint64_t seed, bool sly);
  Hostile(const Hostile&) = delete;
  Hostile& operator=(const Hostile&) = delete;

  // From now on it lies every few minutes.
  void begin();

 private:
  void overhear(Way way, ByteView frame);
  void lie();
  void send_noise();
  void send_changed();
  void lie_in_hello();
  [[nodiscard]] wire::Held lost_feed();
  void lie_in_batch();
  // A batch that begins where head office stands, so that nothing but its one lie is wrong with it.
  void lie_in_new_batch();
  void send_new_batch(const Machine& as, const Machine& other, const CaseId& id, std::size_t how);
  [[nodiscard]] std::optional<wire::Item> entry_at(const journal::Place& place, const crypto::CaseKey& key,
                                                   const CaseId& id, Dice& dice) const;
  [[nodiscard]] journal::Checkpoint word_for(const StreamName& stream, const journal::Mark& mark) const;
  // True: it has done what only a sly one does.
  [[nodiscard]] bool lie_slyly();
  void fork_without_word();
  void give_word();
  void lie_in_receipt();
  void lie_in_beat();
  // Writes an act into its own journal that the desk would refuse.
  void act_beyond_authority();
  // Writes an act on a case of which it only knows the number.
  void act_on_strange_case();
  [[nodiscard]] std::optional<CaseId> some_case();
  [[nodiscard]] wire::Hello hello() const;
  void submit(store::Append append);

  World& world_;
  Machine& machine_;
  Dice dice_;
  casework::Kinds lenient_;
  SessionId session_;
  std::function<void()> once_welcomed_;  // before its own program sees the welcome
  Bytes last_sent_;
  std::uint64_t keys_ = 0;
  std::optional<Dice> sly_;
  bool feigns_less_ = false;       // of what it has seen; else more
  std::vector<wire::Held> forks_;  // epochs in which head office holds an entry, and for which it has no word yet
};

}  // namespace redress::sim
