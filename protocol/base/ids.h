// The identifiers and numbers that everything else is said with, each its own type.
//
// Values; no two bare integers stand side by side in a signature.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>

namespace redress {

template <typename Tag, typename Rep>
class Tagged {
 public:
  constexpr Tagged() = default;
  explicit constexpr Tagged(Rep value) noexcept : value_{value} {}
  [[nodiscard]] constexpr Rep value() const noexcept { return value_; }
  friend constexpr auto operator<=>(const Tagged&, const Tagged&) = default;

 private:
  Rep value_{};
};

using SiteId = Tagged<struct SiteTag, std::uint32_t>;        // 1 is head office (总行); never reused; 0 is nobody
using Epoch = Tagged<struct EpochTag, std::uint64_t>;        // the life of one store; random, never 0
using StaffId = Tagged<struct StaffTag, std::uint32_t>;      // a pseudonym; 0 is the program itself
using Kind = Tagged<struct KindTag, std::uint16_t>;          // a kind of event; a row of casework's table
using SuiteId = Tagged<struct SuiteTag, std::uint8_t>;       // 1 intl, 2 gm
using SessionId = Tagged<struct SessionTag, std::uint64_t>;  // one life of a link; 0 is none

// A position counted from 1; 0 means "nothing yet".
template <typename Tag>
class Counted {
 public:
  constexpr Counted() = default;
  explicit constexpr Counted(std::uint64_t value) noexcept : value_{value} {}
  [[nodiscard]] constexpr std::uint64_t value() const noexcept { return value_; }
  [[nodiscard]] constexpr Counted next() const noexcept { return Counted{value_ + 1}; }
  friend constexpr auto operator<=>(const Counted&, const Counted&) = default;

 private:
  std::uint64_t value_{};
};
using Seq = Counted<struct SeqTag>;          // a place in a stream
using Position = Counted<struct LedgerTag>;  // a place in a site's ledger

inline constexpr SiteId head_office{1};

template <typename Tag, std::size_t N>
struct FixedBytes {
  static constexpr std::size_t size = N;
  std::array<std::byte, N> bytes{};
  friend constexpr auto operator<=>(const FixedBytes&, const FixedBytes&) = default;
  [[nodiscard]] constexpr bool is_zero() const noexcept { return *this == FixedBytes{}; }
};

using Digest = FixedBytes<struct DigestTag, 32>;
using NetworkId = FixedBytes<struct NetworkTag, 16>;  // made at `init`; in every digest and signature
using CaseId = FixedBytes<struct CaseTag, 16>;        // time, opener, random (casework/number.h); zero: no case (book)
using KeyId = FixedBytes<struct KeyTag, 16>;
using CommandId = FixedBytes<struct CommandTag, 16>;  // source 8 B, counter 8 B
using Cause = FixedBytes<struct CauseTag, 16>;        // the first 16 bytes of an identity
using Signature = FixedBytes<struct SignatureTag, 64>;
using PublicKey = FixedBytes<struct PublicTag, 32>;
using LinkToken = FixedBytes<struct LinkTokenTag, 16>;

// A monotonic instant in ms; comparable only within one run of one program.
using Instant = Tagged<struct InstantTag, std::int64_t>;
// UTC in ms since 1970; shown and signed, never deciding.
using WallTime = Tagged<struct WallTag, std::int64_t>;

struct Now {
  Instant mono;
  WallTime wall;
};

[[nodiscard]] constexpr Instant after_ms(Instant at, std::int64_t ms) noexcept { return Instant{at.value() + ms}; }
inline constexpr Instant never{INT64_MAX};

// Who speaks a stream to whom: a journal (reader 0), a feed (its reader), or the book (all ones).
struct StreamName {
  SiteId owner;
  Epoch epoch;
  SiteId reader;
  friend constexpr auto operator<=>(const StreamName&, const StreamName&) = default;
};
inline constexpr SiteId no_reader{0};
inline constexpr SiteId every_reader{0xFFFFFFFF};

[[nodiscard]] constexpr StreamName journal_of(SiteId owner, Epoch epoch) noexcept { return {owner, epoch, no_reader}; }
[[nodiscard]] constexpr StreamName feed_for(Epoch head_office_epoch, SiteId reader) noexcept {
  return {head_office, head_office_epoch, reader};
}

}  // namespace redress
