#include "protocol/sync/pace.h"

#include <catch2/catch.hpp>

namespace redress::sync {
namespace {

using limits::kib;

Pace begun(std::size_t window_bytes = limits::window_bytes_max) {
  Pace pace;
  pace.begin(2'000);
  pace.on_window(window_bytes);
  return pace;
}

}  // namespace

TEST_CASE("Pace: begins with little, and with no more than the window") {
  CHECK(begun().allowed_bytes() == Pace::first_bytes);
  CHECK(begun(1'000).allowed_bytes() == 1'000);
  CHECK(begun(1'000).batch_bytes() == 500);
  CHECK_FALSE(begun(0).has_room());
}

TEST_CASE("Pace: what was borne within a heartbeat may be there twice; what took longer proves nothing") {
  Pace pace = begun();
  const std::size_t under_way = pace.on_sent(Pace::first_bytes);
  CHECK_FALSE(pace.has_room());
  pace.on_gone(under_way);
  pace.on_borne(under_way, 2'001);
  CHECK(pace.allowed_bytes() == Pace::first_bytes);
  pace.on_borne(under_way, 2'000);
  CHECK(pace.allowed_bytes() == 2 * Pace::first_bytes);
  // A little that passes quickly says nothing of much.
  pace.on_borne(1'000, 1);
  CHECK(pace.allowed_bytes() == 2 * Pace::first_bytes);
}

TEST_CASE("Pace: reaches the window in eight steps, and batches their greatest") {
  Pace pace = begun();
  for (int i = 0; i < 8; ++i) pace.on_borne(pace.allowed_bytes(), 1);
  CHECK(pace.allowed_bytes() == limits::window_bytes_max);
  CHECK(pace.batch_bytes() == limits::batch_bytes_max);
  pace.on_borne(limits::window_bytes_max, 1);
  CHECK(pace.allowed_bytes() == limits::window_bytes_max);
}

TEST_CASE("Pace: halves after a silence, and the next session begins with no more than is proven or first") {
  Pace pace = begun();
  pace.on_borne(limits::mib, 1);
  pace.on_silence();
  CHECK(pace.allowed_bytes() == limits::mib);
  pace.begin(2'000);
  CHECK(pace.allowed_bytes() == Pace::first_bytes);
  pace.on_silence();
  pace.begin(2'000);
  CHECK(pace.allowed_bytes() == Pace::least_bytes);
  pace.on_silence();
  CHECK(pace.allowed_bytes() == Pace::least_bytes);
}

TEST_CASE("Pace: one entry may be more than is allowed, and is waited for accordingly") {
  Pace pace = begun();
  CHECK(pace.load() == 1);
  pace.on_sent(limits::entry_bytes_max);
  CHECK(pace.load() == 3);
  CHECK(pace.batch_bytes() == 0);
  CHECK_FALSE(pace.has_room());
}

TEST_CASE("Pace: no more batches are under way than the socket takes") {
  Pace pace = begun();
  for (int i = 0; i < 32; ++i) {
    CHECK(pace.may_queue());
    pace.on_sent(1);
  }
  CHECK_FALSE(pace.may_queue());
  pace.on_gone(1);
  CHECK(pace.may_queue());
}

}  // namespace redress::sync
