#include "ops/demonstration/verdict.h"

#include <cmath>
#include <nlohmann/json.hpp>

namespace redress::demo {
namespace {

double tenths(double value) { return std::round(value * 10) / 10; }

}  // namespace

std::string to_json(const Verdict& verdict) {
  const Proof& proof = verdict.proof;
  nlohmann::ordered_json out;
  out["registered"] = verdict.registered;
  out["rejected"] = proof.rejected;
  out["at_gateway"] = proof.at_gateway;
  out["missing"] = proof.missing;
  out["duplicated"] = proof.duplicated;
  out["altered"] = proof.altered;
  out["dispositions_issued"] = proof.dispositions_issued;
  out["dispositions_at_branch"] = proof.dispositions_at_branch;
  out["dispositions_elsewhere"] = proof.dispositions_elsewhere;
  out["verify_errors"] = verdict.verify_errors;
  out["crashes"] = verdict.crashes;
  out["partition_s"] = tenths(verdict.partition_s);
  out["lag_entries_max"] = verdict.lag_entries_max;
  out["drain_s"] = tenths(verdict.drain_s);
  return out.dump();
}

bool passes(const Verdict& verdict) {
  const Proof& proof = verdict.proof;
  const bool all_there = verdict.registered == proof.rows - proof.rejected && proof.at_gateway == verdict.registered;
  const bool all_back = proof.dispositions_issued > 0 && proof.dispositions_at_branch == proof.dispositions_issued;
  const bool hard_enough = verdict.crashes >= 2 && verdict.lag_entries_max > 0;
  return all_there && all_back && hard_enough && proof.missing == 0 && proof.duplicated == 0 && proof.altered == 0 &&
         proof.dispositions_elsewhere == 0 && verdict.verify_errors == 0;
}

}  // namespace redress::demo
