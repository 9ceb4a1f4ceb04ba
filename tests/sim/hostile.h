// A branch in hostile hands: its keys are good, and it lies about positions, digests, names, and what it may do.
//
// A resource of the world's thread. Its own program goes on beside it on the same line.
#pragma once

#include "tests/sim/world.h"

namespace redress::sim {

class Hostile {
 public:
  Hostile(World& world, Machine& machine, std::uint64_t seed);
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
};

}  // namespace redress::sim
