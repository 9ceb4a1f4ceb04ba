#include "store/case_memory.h"

#include <algorithm>
#include <utility>

namespace redress::store {
namespace {

std::size_t bytes_of(const casework::Told& told) {
  std::size_t bytes =
      sizeof told + told.header.what.after.size() * sizeof(Cause) + told.header.what.to.size() * sizeof(SiteId);
  if (!told.event) return bytes;
  for (const auto& [name, value] : told.event->fields) {
    bytes += sizeof(casework::FieldText) + name.capacity() + value.capacity();
  }
  return bytes;
}

}  // namespace

void CaseMemory::forget(std::map<CaseId, Kept>::iterator kept) {
  bytes_ -= kept->second.bytes;
  turns_.erase(kept->second.turn);
  cases_.erase(kept);
}

std::vector<casework::Told> CaseMemory::take(const CaseId& case_id) {
  const auto found = cases_.find(case_id);
  if (found == cases_.end()) return {};
  std::vector<casework::Told> told = std::move(found->second.told);
  forget(found);
  return told;
}

void CaseMemory::keep(const CaseId& case_id, const std::vector<casework::Told>& told) {
  REDRESS_ASSERT(!cases_.contains(case_id));
  Kept kept;
  kept.told.reserve(told.size());
  std::copy_if(told.begin(), told.end(), std::back_inserter(kept.told), [](const auto& one) { return one.event; });
  for (const casework::Told& one : kept.told) kept.bytes += bytes_of(one);
  if (kept.told.empty() || kept.bytes > bytes_max_) return;
  while (bytes_ + kept.bytes > bytes_max_) forget(cases_.find(turns_.front()));
  kept.turn = turns_.insert(turns_.end(), case_id);
  bytes_ += kept.bytes;
  cases_.emplace(case_id, std::move(kept));
}

}  // namespace redress::store
