// The case routes, the same at both programs: register, list, read, act. Who is complained of in a case is refused by
// its rule, and does not find it in a list.
//
// A resource of the door's thread. What it is given outlives it.
#pragma once

#include <list>
#include <memory>
#include <nlohmann/json_fwd.hpp>

#include "ops/shell/api.h"
#include "ops/shell/commands.h"
#include "ops/shell/rulebook.h"
#include "store/desk.h"
#include "store/follower.h"

namespace redress::shell {

struct CaseApiParts {
  store::Desk* desk = nullptr;
  const store::Views* views = nullptr;
  const casework::Kinds* kinds = nullptr;
  CommandQueue* commands = nullptr;
  const store::SiteOptions* site = nullptr;
  const Rulebook* rules = nullptr;
  std::function<Position()> ledger;                                // the head as last committed; any thread
  std::function<Position()> followed;                              // how far the views are
  std::function<void()> hurry;                                     // somebody waits for them
  std::function<void(std::function<void()>)> post;                 // onto the door's thread
  std::function<void(std::int64_t, std::function<void()>)> later;  // on the door's thread, after ms
};

class CaseApi {
 public:
  CaseApi(const CaseApiParts& parts, Api& api);
  // The views moved: answers who waited for them. On the door's thread.
  void on_followed();

 private:
  struct Waiter {
    Position until;
    std::function<void(bool stale)> go;
  };
  void add_case(const Call& call);
  void act(const Call& call, bool stale);  // the tail is the case's id or number
  void list(const Call& call, bool stale) const;
  void show(const Call& call, bool stale) const;
  // Runs `go` once the views have reached `until`, or with stale = true after a second.
  void when_followed(Position until, std::function<void(bool stale)> go);
  // `spots`: what was pointed out in the form.
  void commit(const Call& call, Result<std::variant<store::Append, store::Appended>> composed, nlohmann::json spots);
  [[nodiscard]] casework::Actor actor_of(const Call& call) const;
  [[nodiscard]] nlohmann::json case_json(const store::CaseFile& file, const casework::Actor& reader) const;
  [[nodiscard]] nlohmann::json open_json(const casework::State& state) const;
  [[nodiscard]] nlohmann::json proposed_grade_json(const store::CaseFile& file) const;
  [[nodiscard]] nlohmann::json line_json(const store::CaseFile& file, const casework::Line& line) const;
  [[nodiscard]] nlohmann::json appended_json(const store::Appended& appended) const;
  [[nodiscard]] Result<CaseId> case_named(const std::string& name, bool stale) const;

  CaseApiParts parts_;
  Position answered_;  // of the newest write answered here: the loop may say later than its commands that it committed
  std::list<std::shared_ptr<Waiter>> waiters_;
};

}  // namespace redress::shell
