#include "store/case_memory.h"

#include <algorithm>
#include <utility>

namespace redress::store {
namespace {

constexpr std::size_t heap_bytes = 16;  // that an allocation takes beside what is asked for

std::size_t bytes_told(const casework::Told& told) {
  std::size_t bytes = sizeof told + sizeof(casework::Line) + told.header.what.after.size() * sizeof(Cause) +
                      told.header.what.to.size() * sizeof(SiteId);
  return told.event ? bytes + bytes_of(*told.event) : bytes;
}

}  // namespace

std::size_t bytes_of(const casework::Event& event) {
  std::size_t bytes = 0;
  for (const auto& [name, value] : event.fields)
    bytes += sizeof(casework::FieldText) + name.capacity() + value.capacity();
  return bytes;
}

// What stays is copied: a short text that is moved to where a long one was keeps its room.
casework::Event without_texts(const casework::Kinds& kinds, const casework::Event& event) {
  const casework::KindRow* row = kinds.find(event.kind);
  casework::Event kept{event.kind, {}};
  for (const casework::FieldText& one : event.fields) {
    const casework::Field* field = row == nullptr ? nullptr : row->field(one.first);
    if (field != nullptr && field->type != casework::FieldType::text) kept.fields.push_back(one);
  }
  kept.fields.shrink_to_fit();
  return kept;
}

void CaseMemory::add_sealed(const Digest& identity, casework::Event event) {
  const auto give_up_oldest = [this] {
    static_cast<void>(take_sealed(sealed_turns_.front()));
    sealed_turns_.pop_front();
  };
  if (sealed_.contains(identity)) return;
  sealed_bytes_ += bytes_of(event);
  sealed_.insert_or_assign(identity, std::move(event));
  sealed_turns_.push_back(identity);
  while (sealed_turns_.size() > sealed_max || sealed_bytes_ > sealed_bytes_max) give_up_oldest();
}

const casework::Event* CaseMemory::sealed(const Digest& identity) const {
  const auto found = sealed_.find(identity);
  return found == sealed_.end() ? nullptr : &found->second;
}

std::optional<casework::Event> CaseMemory::take_sealed(const Digest& identity) {
  auto found = sealed_.extract(identity);
  if (found.empty()) return std::nullopt;
  sealed_bytes_ -= bytes_of(found.mapped());
  return std::move(found.mapped());
}

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
  for (const casework::Told& one : file.told) bytes += bytes_told(one);
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
