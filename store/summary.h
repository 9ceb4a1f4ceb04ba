// What is listed of a case, and the rows of the views store it lies in: sealed, because free pages outlive deletes
// (P12).
//
// Values; pure. Layouts in store/README.md.
#pragma once

#include "protocol/casework/number.h"
#include "store/case_file.h"

namespace redress::store {

struct Summary {
  CaseId id;
  std::string number;
  Kind state;  // the row whose name people call the state by; 0: not readable yet
  casework::Status status = casework::Status::none;
  SiteId registrar;
  SiteId handler;
  WallTime registered_at;
  std::int16_t offset_minutes = 0;
  WallTime updated_at;
  std::uint32_t entries = 0;
  std::uint32_t unread = 0;  // entries that cannot be read here (yet)
  std::string channel;
  std::string product;
  std::string received_at;
  std::vector<casework::Actor> accused;  // shut out of the case: it is not listed to them
  std::optional<WallTime> due;           // of the limits that run, the end of the one that ends first
  std::string due_limit;                 // … and which it is: "bank-000/1 T2"
  std::optional<WallTime> prompt;        // from then on head office may have something to say of its clocks
  friend bool operator==(const Summary&, const Summary&) = default;
};

// What of a case is due next by the rules that a site goes by. It changes with the case's entries and the rules alone.
struct DueNext {
  WallTime at;
  std::string limit;
};
struct Ahead {
  std::optional<DueNext> due;
  std::optional<WallTime> prompt;
};
struct DueRules {
  std::function<Ahead(const CaseFile&)> ahead;  // empty: no rules, so nothing is due
  std::uint64_t digest = 0;                     // of the rules: views made by others are made anew
};

[[nodiscard]] Summary summary_of(const CaseFile& file, const DueRules& rules);
// The number that people use, if it is one of the registrar's.
[[nodiscard]] std::optional<casework::CaseNo> number_of(const Summary& summary);

[[nodiscard]] Bytes seal_summary(const journal::Domain& domain, const crypto::Key32& views_key, const Summary& summary,
                                 Random& random);
// Fails with damaged: another case's row, changed, or under another key.
[[nodiscard]] Result<Summary> open_summary(const journal::Domain& domain, const crypto::Key32& views_key,
                                           const CaseId& id, ByteView sealed);

[[nodiscard]] Bytes key_of(const casework::CaseNo& number, const CaseId& id);

// How far the views follow, and which fold made them.
struct Progress {
  std::uint16_t version = 0;
  Epoch epoch;
  Position at;
  std::uint64_t make = 0;  // what else they hold: views of another make are made anew
};
inline constexpr std::uint16_t casework_version = 7;  // raised whenever the fold or the summary changes
// The make of views by these rules, that hold signatures, of texts folded as they are now, or none.
[[nodiscard]] std::uint64_t make_of(bool with_signs, std::uint64_t rules);
[[nodiscard]] constexpr bool has_signs(std::uint64_t make) noexcept { return (make & 1U) != 0; }
inline constexpr std::string_view progress_key = "at";
// How many of the entries that came back, having been damaged, the views have followed: u64.
inline constexpr std::string_view healed_progress_key = "healed";
[[nodiscard]] Bytes encode(const Progress& progress);
[[nodiscard]] std::optional<Progress> decode_progress(ByteView value);

}  // namespace redress::store
