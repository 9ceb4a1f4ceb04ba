#include "ops/demonstration/verdict.h"

#include <catch2/catch.hpp>

namespace redress::demo {
namespace {

Verdict good() {
  Verdict verdict;
  verdict.proof = {10, 2, 8, 0, 0, 0, 3, 3, 0, {}};
  verdict.registered = 8;
  verdict.crashes = 2;
  verdict.partition_s = 1.24;
  verdict.lag_entries_max = 5;
  verdict.drain_s = 0.96;
  return verdict;
}

TEST_CASE("Verdict: says exactly what is promised, in order") {
  CHECK(to_json(good()) ==
        R"({"registered":8,"rejected":2,"at_gateway":8,"missing":0,"duplicated":0,"altered":0,"dispositions_issued":3,)"
        R"("dispositions_at_branch":3,"dispositions_elsewhere":0,"verify_errors":0,"crashes":2,"partition_s":1.2,)"
        R"("lag_entries_max":5,"drain_s":1.0})");
}

TEST_CASE("Verdict: each thing that is not as it should be fails it") {
  REQUIRE(passes(good()));
  const auto broken = [](auto breaks) {
    Verdict verdict = good();
    breaks(verdict);
    return !passes(verdict);
  };
  CHECK(broken([](Verdict& v) { v.registered = 7; }));
  CHECK(broken([](Verdict& v) { v.proof.rejected = 1; }));
  CHECK(broken([](Verdict& v) { v.proof.at_gateway = 7; }));
  CHECK(broken([](Verdict& v) { v.proof.missing = 1; }));
  CHECK(broken([](Verdict& v) { v.proof.duplicated = 1; }));
  CHECK(broken([](Verdict& v) { v.proof.altered = 1; }));
  CHECK(broken([](Verdict& v) { v.proof.dispositions_at_branch = 2; }));
  CHECK(broken([](Verdict& v) { v.proof.dispositions_issued = v.proof.dispositions_at_branch = 0; }));
  CHECK(broken([](Verdict& v) { v.proof.dispositions_elsewhere = 1; }));
  CHECK(broken([](Verdict& v) { v.verify_errors = 1; }));
  CHECK(broken([](Verdict& v) { v.crashes = 1; }));
  CHECK(broken([](Verdict& v) { v.lag_entries_max = 0; }));
}

}  // namespace
}  // namespace redress::demo
