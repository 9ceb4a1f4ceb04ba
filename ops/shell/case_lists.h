// The routes that name many cases, the same at both programs: the list, and the search. Who is complained of in a case
// finds it in neither.
//
// A resource of the door's thread. What it is given outlives it.
#pragma once

#include "ops/shell/api.h"
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
};

class CaseLists {
 public:
  CaseLists(const CaseListsParts& parts, Api& api);

 private:
  void list(const Call& call, bool stale) const;
  void search(const Call& call, bool stale) const;
  [[nodiscard]] casework::Actor actor_of(const Call& call) const { return {parts_.here, call.person.staff}; }

  CaseListsParts parts_;
};

}  // namespace redress::shell
