#include "store/room.h"

#include <algorithm>

namespace redress::store {
namespace {

constexpr std::uint64_t kept_divisor = 50;
constexpr std::uint64_t kept_bytes_max = std::uint64_t{64} << 20;

// In shares of what is kept.
constexpr std::uint64_t views_wait_below = 4;
constexpr std::uint64_t line_waits_below = 2;

}  // namespace

std::uint64_t kept_bytes(const Space& space) { return std::min(space.limit_bytes / kept_divisor, kept_bytes_max); }

Room room_of(const Space& space) {
  const std::uint64_t in_store = space.limit_bytes - std::min(space.used_bytes, space.limit_bytes);
  const std::uint64_t left = std::min(in_store, space.disk_free_bytes);
  const std::uint64_t kept = kept_bytes(space);
  if (left < kept) return Room::full;
  if (left < line_waits_below * kept) return Room::line_waits;
  return views_must_wait(space) ? Room::views_wait : Room::ample;
}

bool views_must_wait(const Space& space) { return space.disk_free_bytes < views_wait_below * kept_bytes(space); }

bool views_must_go(const Space& space) { return space.disk_free_bytes < line_waits_below * kept_bytes(space); }

bool views_may_return(const Space& space, std::uint64_t dropped_bytes) {
  const std::uint64_t needed = views_wait_below * kept_bytes(space);
  return space.disk_free_bytes >= needed && space.disk_free_bytes - needed >= dropped_bytes;
}

const char* name_of(Room room) {
  switch (room) {
    case Room::ample:
      return "ample";
    case Room::views_wait:
      return "views_wait";
    case Room::line_waits:
      return "line_waits";
    case Room::full:
      return "full";
  }
  return "";
}

}  // namespace redress::store
