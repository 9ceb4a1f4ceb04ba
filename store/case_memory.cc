#include "store/case_memory.h"

#include <algorithm>
#include <utility>

namespace redress::store {
namespace {

constexpr std::size_t heap_bytes = 16;  // that an allocation takes beside what is asked for

std::size_t bytes_of(const casework::Told& told) {
  std::size_t bytes = sizeof told + sizeof(casework::Line) + told.header.what.after.size() * sizeof(Cause) +
                      told.header.what.to.size() * sizeof(SiteId);
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

CaseFile CaseMemory::take(const CaseId& case_id) {
  CaseFile file;
  if (const auto found = cases_.find(case_id); found != cases_.end()) {
    file = std::move(found->second.file);
    forget(found);
  }
  file.id = case_id;
  return file;
}

void CaseMemory::keep(CaseFile file) {
  REDRESS_ASSERT(!cases_.contains(file.id));
  const auto unread = std::erase_if(file.told, [](const casework::Told& one) { return !one.event; });
  if (unread > 0) file.view = {};
  // The nodes of map and list, and the view in them: more than the one entry that most cases have.
  constexpr std::size_t node_bytes = sizeof(Kept) + 2 * sizeof(CaseId) + 6 * sizeof(void*) + 4 * heap_bytes;
  std::size_t bytes = node_bytes;
  for (const casework::Told& one : file.told) bytes += bytes_of(one);
  if (file.told.empty() || bytes > bytes_max_) return;
  while (bytes_ + bytes > bytes_max_) forget(cases_.find(turns_.front()));
  bytes_ += bytes;
  const CaseId case_id = file.id;
  cases_.emplace(case_id, Kept{std::move(file), bytes, turns_.insert(turns_.end(), case_id)});
}

CaseFile& CaseMemory::hand_out(const CaseId& case_id) {
  if (in_hand_ && in_hand_->id == case_id) return *in_hand_;
  if (in_hand_) keep(std::move(*in_hand_));
  return in_hand_.emplace(take(case_id));
}

}  // namespace redress::store
