#include "store/beneath.h"

namespace redress::store {
namespace {

constexpr std::size_t entries_a_snapshot = 1'024;  // a long one keeps pages from being used again

}  // namespace

void Beneath::take(const journal::What& what) {
  const bool names_us = what.kind == opening_ && !what.to.empty() && what.to.front() == site_;
  if (names_us && what.author != site_) known_.insert(what.author);
}

Status Beneath::take_healed() {
  if (damaged_.empty()) return Done{};
  return truth_.view([&](const Reading& store) -> Status {
    std::erase_if(damaged_, [&](Position at) {
      const auto entry = entry_at(store, domain_, at);
      if (entry) take(entry->header.what);
      return entry.has_value();
    });
    return Done{};
  });
}

Result<bool> Beneath::has(SiteId unit) {
  const Status healed = take_healed();
  if (!healed) return fail(healed.error());
  for (std::size_t count = entries_a_snapshot; count == entries_a_snapshot;) {
    count = 0;
    const Status read = truth_.view([&](const Reading& store) -> Status {
      store.scan(Table::entries, key_of(read_.next()), [&](ByteView key, ByteView value) {
        if (count == entries_a_snapshot) return false;
        ++count;
        // A row that is gone is damaged too.
        for (read_ = read_.next(); read_ < position_of(key); read_ = read_.next()) damaged_.insert(read_);
        const auto entry = decode_entry(domain_, value);
        if (entry) {
          take(entry->header.what);
        } else {
          damaged_.insert(read_);
        }
        return true;
      });
      return Done{};
    });
    if (!read) return fail(read.error());
  }
  return known_.contains(unit);
}

}  // namespace redress::store
