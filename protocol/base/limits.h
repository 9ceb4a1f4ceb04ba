// Every bound over outside data, in one place, related to each other (D6).
#pragma once

#include <cstddef>
#include <cstdint>

namespace redress::limits {

inline constexpr std::size_t kib = 1024;
inline constexpr std::size_t mib = 1024 * kib;

// An entry and its parts, bytes.
inline constexpr std::size_t entry_bytes_max = 48 * kib;
inline constexpr std::size_t text_bytes_max = 32 * kib;   // one text field of a form
inline constexpr std::size_t plain_bytes_max = 47 * kib;  // an event body before sealing
inline constexpr std::size_t seal_overhead_max = 64;
inline constexpr std::size_t after_max = 8;
inline constexpr std::size_t to_max = 16;
inline constexpr std::size_t header_bytes_min = 180;
inline constexpr std::size_t header_bytes_max = header_bytes_min + after_max * 16 + to_max * 4;
inline constexpr std::size_t header_bytes_future_max = 1 * kib;  // a later format may append
inline constexpr std::size_t fields_max = 256;                   // fields of one event, extensions included
inline constexpr std::size_t field_name_bytes_max = 128;

// A batch, a frame, a window.
inline constexpr std::size_t batch_entries_max = 256;
inline constexpr std::size_t batch_bytes_max = 512 * kib;
inline constexpr std::size_t frame_bytes_max = 1 * mib;
inline constexpr std::size_t window_bytes_max = 4 * mib;  // under way in one session, all its streams, one direction
inline constexpr std::size_t grants_max = 512;
inline constexpr std::size_t hello_journals_max = 256;
inline constexpr std::size_t hello_journals_shown = 128;  // of a store's own: whole ones give way, then younger ones
inline constexpr std::size_t hello_feeds_shown = 64;      // of those it reads
inline constexpr std::size_t held_bytes_max = 440;        // one of them in a frame, its proof included
inline constexpr std::size_t hello_bytes_max = 64 * kib;
inline constexpr std::size_t token_offers_max = 8;  // link tokens offered and not confirmed, a store
inline constexpr std::size_t enrol_frame_bytes_max = 4 * kib;
inline constexpr std::size_t healed_a_beat = 8;  // damaged entries asked for, and given, between two heartbeats
inline constexpr std::size_t damage_noted_max = 64;

// A turn of the loop.
inline constexpr std::size_t commit_entries_max = 2048;
inline constexpr std::size_t commit_bytes_max = 4 * mib;
inline constexpr std::size_t command_queue_max = 1024;

// A case.
inline constexpr std::size_t case_entries_max = 4096;
inline constexpr std::size_t case_sites_max = 64;

// A network.
inline constexpr std::size_t sites_max = 40000;

// Rules as text: a calendar or a policy profile.
inline constexpr std::size_t sheet_bytes_max = 256 * kib;
inline constexpr std::size_t notice_days_max = 400;  // in one range of a notice
inline constexpr std::int64_t span_max = 9999;       // hours, days, months of one limit
inline constexpr std::int64_t threshold_max = 1'000'000'000'000'000;
inline constexpr std::size_t profile_levels_max = 8;  // of inheritance

// The HTTP door.
inline constexpr std::size_t http_body_bytes_max = 256 * kib;
inline constexpr std::size_t http_header_bytes_max = 16 * kib;
inline constexpr std::size_t http_connections_max = 256;
inline constexpr std::int64_t http_request_ms_max = 15'000;
inline constexpr std::size_t list_page_max = 500;
inline constexpr std::size_t idempotency_key_bytes_max = 200;

static_assert(header_bytes_max == 372);
static_assert(plain_bytes_max + seal_overhead_max + header_bytes_max <= entry_bytes_max);
static_assert(text_bytes_max < plain_bytes_max);
static_assert(entry_bytes_max <= batch_bytes_max);
static_assert(batch_bytes_max + grants_max * 160 + 64 * kib <= frame_bytes_max);
static_assert(hello_journals_shown * (held_bytes_max - 200) + hello_feeds_shown * held_bytes_max + 2 * kib <=
              hello_bytes_max);
static_assert(hello_journals_shown <= hello_journals_max && hello_feeds_shown <= hello_journals_max);
static_assert(frame_bytes_max <= window_bytes_max);
static_assert(batch_entries_max <= commit_entries_max && batch_bytes_max <= commit_bytes_max);

}  // namespace redress::limits
