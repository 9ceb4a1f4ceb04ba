// The proof: a table, and what head office and every branch hold according to their exports, compared with each other.
//
// Values and functions; any thread.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "ops/demonstration/check_csv.h"
#include "ops/demonstration/check_mapping.h"
#include "protocol/base/ids.h"

namespace redress::demo {

struct HeldCase {
  SiteId registrar;
  std::vector<CaseFields> registrations;  // readable ones
  std::vector<std::string> opinions;      // of the dispositions that stand
};

struct SiteExport {
  SiteId site;
  SiteId parent;                          // of a branch
  std::map<std::string, HeldCase> cases;  // by case id
};

// A disposition that head office was told to record, and said it had.
struct Issued {
  std::string case_id;
  std::string opinion;  // no other disposition has it
};

struct Proof {
  std::size_t rows = 0;  // of the table, the rejected included, the empty not
  std::size_t rejected = 0;
  std::size_t at_gateway = 0;  // rows whose case head office holds
  std::size_t missing = 0;     // rows without a case that is held wherever it should be
  std::size_t duplicated = 0;  // cases, registrations and dispositions beyond one
  std::size_t altered = 0;     // cases of which some copy is not what a row says
  std::size_t dispositions_issued =
      0;  // one for each site with standing: who registered the case, and its primary branch
  std::size_t dispositions_at_branch = 0;  // of these, the ones found there
  std::size_t dispositions_elsewhere = 0;  // found at other sites
  std::vector<std::string> problems;       // the first few, without customer text
};

inline constexpr std::size_t problems_max = 20;

// Requires: the rows are as wide as the layout; one of the exports is head office's.
[[nodiscard]] Proof prove(const Layout& layout, const Table& table, const std::vector<SiteExport>& exports,
                          const std::vector<Issued>& issued);

}  // namespace redress::demo
