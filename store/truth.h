// What a site must keep, and the transaction that keeps it: ordered tables of bytes, with two implementations: LMDB
// here, and memory with a commit log for the simulator (tests/sim/memory_truth.h).
//
// update() is called by one thread, the loop's (or, for the views, of who follows). view() by any thread. A
// transaction lives only inside the function given; what is read is copied out.
#pragma once

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "protocol/base/bytes.h"
#include "protocol/base/result.h"

namespace redress::store {

// Formats in store/README.md.
enum class Table : std::uint8_t {
  // The journal store: the truth.
  entries,      // ledger position → entry
  places,       // stream, seq → ledger position, chain digest
  streams,      // stream → head, parent
  checkpoints,  // stream, seq → checkpoint
  receipts,     // stream, to → receipt, given or held
  keyring,      // case, key id → wrapped case key
  by_case,      // case, ledger position → author
  standing,     // case, site → ledger position
  marks,        // command id → ledger position, request digest
  local,        // what is neither entry nor derived: identity, counters, tokens
  // The views store: what the follower derives.
  cases,     // case → sealed summary
  numbers,   // site, serial → case
  progress,  // the follower's cursor
  signs,     // block, bit → text signatures of head office's entries, sealed
  unread,    // ledger position of an entry that could not be read when it was followed or signed
};
inline constexpr std::size_t table_count = 15;
inline constexpr std::array<const char*, table_count> table_names{
    "entries", "places", "streams", "checkpoints", "receipts", "keyring", "by_case", "standing",
    "marks",   "local",  "cases",   "numbers",     "progress", "signs",   "unread"};

// Each environment's last table has a row that says which format its rows are of. The one row without a check.
inline constexpr std::string_view format_key = "format";
inline constexpr std::string_view format_now = "1";

using Row = std::pair<Bytes, Bytes>;

// Whether a key is known to be the greatest of its table; LMDB then fills pages instead of halving them.
enum class Order { any, last };

// A snapshot.
class Reading {
 public:
  virtual ~Reading() = default;
  // Nothing: no such row.
  [[nodiscard]] virtual std::optional<Bytes> get(Table table, ByteView key) const = 0;
  // Visits rows in key order from the first key not below `from` until `visit` returns false or the table ends.
  virtual void scan(Table table, ByteView from,
                    const std::function<bool(ByteView key, ByteView value)>& visit) const = 0;
  // The row with the greatest key below `bound`; nothing if there is none.
  [[nodiscard]] virtual std::optional<Row> last_below(Table table, ByteView bound) const = 0;
};

// A write transaction. After the first failure the rest has no effect and update() returns that failure.
class Writing : public Reading {
 public:
  virtual void put(Table table, ByteView key, ByteView value, Order order = Order::any) = 0;
  virtual void erase(Table table, ByteView key) = 0;
};

struct Space {
  std::uint64_t used_bytes = 0;  // how far the file has grown; pages freed inside it are used again
  std::uint64_t limit_bytes = 0;
  std::uint64_t disk_free_bytes = UINT64_MAX;  // what the disk still gives, the ballast not counted
};

class Truth {
 public:
  virtual ~Truth() = default;
  // Commits durably if `change` succeeds, else leaves everything as it was. Fails with what `change` said, or
  // store_full (no room in the map or on the disk: nothing happened), or unknown_outcome (the commit itself failed: the
  // program must stop and start again to know), or io.
  [[nodiscard]] Status update(const std::function<Status(Writing&)>& change) { return update(change, {}); }
  // The same for who wants to know sooner. `saved`, if it is not empty, is called at most once, on this thread, when
  // nothing can undo any more what `change` wrote: after that update() succeeds, or fails with unknown_outcome and the
  // next start finds it done. A view that begins after it sees what was written. It may come before the commit, so it
  // must not look into the store; it may not come at all.
  [[nodiscard]] virtual Status update(const std::function<Status(Writing&)>& change,
                                      const std::function<void()>& saved) = 0;
  [[nodiscard]] virtual Status view(const std::function<Status(const Reading&)>& look) const = 0;
  [[nodiscard]] virtual Space space() const = 0;
  // A consistent copy in a new folder, on the disk with the folders that were made for it. Fails with io; in_use if the
  // folder is not empty.
  [[nodiscard]] virtual Status copy_to(const std::string& folder) const = 0;
};

}  // namespace redress::store
