#include "store/room.h"

#include <catch2/catch.hpp>

namespace redress::store {
namespace {

constexpr std::uint64_t mib = std::uint64_t{1} << 20;

// With 100 MiB at most, 2 MiB are kept.
Room with_left(std::uint64_t left, std::uint64_t disk_free = UINT64_MAX) {
  return room_of({100 * mib - left, 100 * mib, disk_free});
}

}  // namespace

TEST_CASE("Room: as the store fills the line gives way first, then registering; the lists only for the disk") {
  CHECK(with_left(50 * mib) == Room::ample);
  CHECK(with_left(4 * mib) == Room::ample);
  CHECK(with_left(4 * mib - 1) == Room::line_waits);
  CHECK(with_left(2 * mib) == Room::line_waits);
  CHECK(with_left(2 * mib - 1) == Room::full);
  CHECK(with_left(0) == Room::full);
  CHECK(room_of({101 * mib, 100 * mib, UINT64_MAX}) == Room::full);
  CHECK_FALSE(views_must_wait({99 * mib, 100 * mib, UINT64_MAX}));
}

TEST_CASE("Room: as the disk fills the lists wait first, then they go, then the line waits, registering last") {
  CHECK(with_left(50 * mib, 8 * mib) == Room::ample);
  CHECK(with_left(50 * mib, 8 * mib - 1) == Room::views_wait);
  CHECK_FALSE(views_must_go({50 * mib, 100 * mib, 4 * mib}));
  CHECK(views_must_go({50 * mib, 100 * mib, 4 * mib - 1}));
  CHECK(with_left(50 * mib, 4 * mib - 1) == Room::line_waits);
  CHECK(with_left(50 * mib, 2 * mib - 1) == Room::full);
}

TEST_CASE("Room: dropped lists come back only when the disk has room for them beside what is kept") {
  CHECK(views_may_return({50 * mib, 100 * mib, 8 * mib}, 0));
  CHECK_FALSE(views_may_return({50 * mib, 100 * mib, 8 * mib}, 1));
  CHECK_FALSE(views_may_return({50 * mib, 100 * mib, 7 * mib}, 0));
  CHECK(views_may_return({50 * mib, 100 * mib, 28 * mib}, 20 * mib));
  CHECK_FALSE(views_may_return({50 * mib, 100 * mib, 28 * mib}, 21 * mib));
}

TEST_CASE("Room: no more is kept than 64 MiB, however large the store may grow") {
  CHECK(kept_bytes({0, 100 * mib, 0}) == 2 * mib);
  CHECK(kept_bytes({0, 1'000'000 * mib, 0}) == 64 * mib);
  CHECK(std::string{name_of(Room::line_waits)} == "line_waits");
}

}  // namespace redress::store
