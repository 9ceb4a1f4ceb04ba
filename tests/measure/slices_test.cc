#include "ops/measure/slices.h"

#include <catch2/catch.hpp>

#include "ops/measure/stopwatch.h"

namespace redress::measure {

TEST_CASE("Slices: two contenders take turns and are never due together") {
  const Slices first{1'000, 2 * ns_a_s, 5 * ns_a_ms, 3, 0};
  Slices second = first;
  second.turn = 1;
  CHECK(first.items_a_slice() == 400);
  CHECK(first.items() == 1200);
  CHECK(first.due_ns(0) == 1'000);
  CHECK(first.due_ns(399) == 1'000 + 399 * 5 * ns_a_ms);
  CHECK(second.due_ns(0) == 1'000 + 2 * ns_a_s);
  CHECK(first.due_ns(400) == 1'000 + 4 * ns_a_s);
  CHECK(first.due_ns(399) < second.due_ns(0));
  CHECK(second.due_ns(399) < first.due_ns(400));
}

}  // namespace redress::measure
