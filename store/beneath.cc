#include "store/beneath.h"

namespace redress::store {

Result<bool> Beneath::has(SiteId unit) {
  const Status read = truth_.view([&](const Reading& store) -> Status {
    store.scan(Table::entries, key_of(read_.next()), [&](ByteView key, ByteView value) {
      read_ = position_of(key);
      const auto entry = decode_entry(domain_, value);
      if (!entry || entry->header.what.kind != opening_) return true;
      const journal::What& what = entry->header.what;
      if (what.author != site_ && !what.to.empty() && what.to.front() == site_) known_.insert(what.author);
      return true;
    });
    return Done{};
  });
  if (!read) return fail(read.error());
  return known_.contains(unit);
}

}  // namespace redress::store
