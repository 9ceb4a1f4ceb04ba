// The routes that name or count many cases, the same at both programs: the list, the search, the counts. Who is
// complained of in a case finds it in none of them, nor by what an answer cost or where its page ends.
//
// A resource of the door's thread. What it is given outlives it.
#pragma once

#include "ops/shell/api.h"
#include "ops/shell/case_rules.h"
#include "ops/shell/view_readers.h"
#include "store/desk.h"
#include "store/follower.h"
#include "store/search.h"

namespace redress::shell {

struct CaseListsParts {
  store::Desk* desk = nullptr;
  const store::Views* views = nullptr;
  store::Search* search = nullptr;
  const casework::Kinds* kinds = nullptr;
  SiteId here;
  ViewReaders* readers = nullptr;
  CaseRules* rules = nullptr;
};

class CaseLists {
 public:
  CaseLists(const CaseListsParts& parts, Api& api);

 private:
  void list(const Call& call, bool stale) const;
  void count(const Call& call, bool stale) const;
  void search(const Call& call, bool stale) const;
  // Which cases a call asks for, as far as this person may see them.
  [[nodiscard]] Result<store::Wanted> wanted_in(const Call& call) const;

  CaseListsParts parts_;
};

}  // namespace redress::shell
