#include "store/damage.h"

#include <algorithm>

#include "protocol/base/limits.h"

namespace redress::store {

void Damage::note(const Damaged& found) {
  const std::lock_guard lock{mutex_};
  auto known = std::find_if(noted_.begin(), noted_.end(), [&](const Noted& one) { return one.ledger == found.ledger; });
  if (known == noted_.end()) {
    if (noted_.size() == limits::damage_noted_max) noted_.pop_front();
    known = noted_.insert(noted_.end(), Noted{found.ledger, {}, {}, {}});
    ++version_;
  }
  const bool names_case = known->case_id.is_zero() && !found.case_id.is_zero();
  if (names_case) known->case_id = found.case_id;
  const bool names_author = known->author == SiteId{} && found.author != SiteId{};
  if (names_author) known->author = found.author;
  const bool names_spot = found.spot && known->spots.size() < spots_max && known->spots.insert(*found.spot).second;
  if (names_case || names_author || names_spot) ++version_;
}

void Damage::forget(Position ledger) {
  const std::lock_guard lock{mutex_};
  if (std::erase_if(noted_, [&](const Noted& one) { return one.ledger == ledger; }) > 0) ++version_;
}

std::vector<Damage::Noted> Damage::all() const {
  const std::lock_guard lock{mutex_};
  return {noted_.begin(), noted_.end()};
}

}  // namespace redress::store
