// How much room a store has, and what gives way as it gets short (P10, D25): views first, then what comes by the line,
// then registering. What is left after that is for cursors, receipts, erasure and deletes.
//
// Values; pure.
#pragma once

#include "store/truth.h"

namespace redress::store {

enum class Room : std::uint8_t {
  ample,
  views_wait,  // the disk is short: what is derived is not written
  line_waits,  // what peers send is refused: they keep it
  full,        // new entries of this site are refused too
};

// The share that nothing but cursors, receipts, erasure and deletes may use: 2 % of the limit, at most 64 MiB.
[[nodiscard]] std::uint64_t kept_bytes(const Space& space);
[[nodiscard]] Room room_of(const Space& space);
// True while what is derived is not written; only the disk decides that: the views' own store does not fill this one.
[[nodiscard]] bool views_must_wait(const Space& space);
// True if the disk is so short that what is derived gives its place to what is true.
[[nodiscard]] bool views_must_go(const Space& space);
// True if the views may be written again, having given back `dropped_bytes`.
[[nodiscard]] bool views_may_return(const Space& space, std::uint64_t dropped_bytes);

// "ample", "views_wait", "line_waits", "full": for metrics and health.
[[nodiscard]] const char* name_of(Room room);

}  // namespace redress::store
