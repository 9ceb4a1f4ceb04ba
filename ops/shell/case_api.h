// The routes of one case, the same at both programs: register, read, act. Who is complained of in it is refused by its
// rule.
//
// A resource of the door's thread. What it is given outlives it.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "ops/shell/api.h"
#include "ops/shell/case_rules.h"
#include "ops/shell/commands.h"
#include "ops/shell/view_readers.h"
#include "store/desk.h"
#include "store/follower.h"
#include "store/similar.h"

namespace redress::shell {

struct CaseApiParts {
  store::Desk* desk = nullptr;
  const store::Views* views = nullptr;
  const casework::Kinds* kinds = nullptr;
  CommandQueue* commands = nullptr;
  const store::SiteOptions* site = nullptr;
  const Rulebook* rules = nullptr;
  CaseRules* case_rules = nullptr;
  store::Similar* similar = nullptr;
  ViewReaders* readers = nullptr;
  std::function<void(std::function<void()>)> post;  // onto the door's thread
};

class CaseApi {
 public:
  CaseApi(const CaseApiParts& parts, Api& api);

 private:
  void add_case(const Call& call);
  void act(const Call& call, bool stale);  // the tail is the case's id or number
  void show(const Call& call, bool stale) const;
  enum class Tells { nothing, similar };
  // `spots`: what was pointed out in the form; `tells`: what else the answer says.
  void commit(const Call& call, Result<std::variant<store::Append, store::Appended>> composed, nlohmann::json spots,
              Tells tells);
  // What the answer says of a case beside what was appended.
  [[nodiscard]] nlohmann::json standing_json(const store::CaseFile& file) const;
  // … of a registration that is being committed.
  struct Foreseen;
  // Nothing: it must be looked up.
  [[nodiscard]] std::optional<Foreseen> foresee(const store::CaseFile& file, const casework::Actor& reader) const;
  // Adds what is said of what was appended.
  void describe(const store::Appended& appended, Tells tells, const casework::Actor& reader,
                nlohmann::json& body) const;
  // Earlier cases like the one that `opening` registered at `at`, as far as this person may see them, and the head as
  // of which this is so (Similar::find()).
  [[nodiscard]] std::pair<nlohmann::json, Position> similar_json(const CaseId& id, const casework::Event& opening,
                                                                 Position at, const casework::Actor& reader) const;
  [[nodiscard]] casework::Actor actor_of(const Call& call) const;
  [[nodiscard]] nlohmann::json appended_json(const store::Appended& appended) const;
  [[nodiscard]] Result<CaseId> case_named(const std::string& name, bool stale) const;

  CaseApiParts parts_;
};

}  // namespace redress::shell
