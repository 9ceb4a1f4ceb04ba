#include "ops/measure/load.h"

#include <algorithm>

#include "ops/shell/process.h"

namespace redress::measure {
namespace {

constexpr std::size_t side_by_side_max = 128;  // more than an outlet has in hand at a time
constexpr StaffId clerk{1};

std::size_t side_by_side(const LoadPlan& plan) {
  const std::size_t entries = plan.shape == Shape::cases ? plan.count : plan.count / 2;
  return std::clamp<std::size_t>(entries / Load::case_entries, 1, side_by_side_max);
}

// What a branch may do again and again to a case of its own.
std::string repeatable_act(const casework::Kinds& kinds) {
  for (const casework::KindRow& row : kinds.rows()) {
    if (row.effect == casework::Effect::reply) return std::string{row.name};
  }
  return {};
}

}  // namespace

Load::Load(const LoadPlan& plan, store::Desk& desk, const casework::Kinds& kinds, shell::CommandQueue& queue)
    : plan_{plan}, desk_{desk}, queue_{queue}, act_kind_{repeatable_act(kinds)}, open_(side_by_side(plan)) {}

Load::Turn Load::turn_of(std::size_t number) const {
  const std::size_t in_round = number % (open_.size() * case_entries);
  return {in_round % open_.size(), in_round < open_.size()};
}

std::vector<casework::FieldText> Load::fields(bool registers) const {
  const std::string& text = (*plan_.texts)[made_ % plan_.texts->size()];
  if (!registers) return {{"content", text}, {"method", "telephone"}, {"reaction", short_fields().front().second}};
  std::vector<casework::FieldText> fields{{"narrative", text}};
  for (const auto& field : short_fields()) fields.push_back(field);
  return fields;
}

void Load::committed(const Result<store::Appended>& appended, Case* of) {
  const std::lock_guard lock{mutex_};
  --under_way_;
  if (!appended && !refused_) refused_ = appended.error();
  if (of != nullptr) {
    of->waits = false;
    if (appended) of->id = appended->case_id;
  }
  moved_.notify_one();
}

Status Load::hand_over(Result<std::variant<store::Append, store::Appended>> made, Case* of) {
  if (!made) return fail(made.error());
  auto* append = std::get_if<store::Append>(&*made);
  if (append == nullptr) return fail(Code::key_reused, "the entry is there already: not a run of its own");
  {
    const std::lock_guard lock{mutex_};
    ++under_way_;
    if (of != nullptr) of->waits = true;
  }
  const bool taken = queue_.push(
      {std::move(*append), [this, of](const Result<store::Appended>& appended) { committed(appended, of); }});
  if (!taken) return fail(Code::draining, "the loop takes nothing more");
  ++made_;
  return Done{};
}

Status Load::next() {
  const bool joins = plan_.shape == Shape::cases || (plan_.shape == Shape::mixed && made_ % 2 == 1);
  const Turn turn = joins ? turn_of(of_cases_++) : Turn{0, true};
  Case* const of = joins ? &open_[turn.at] : nullptr;
  std::optional<CaseId> case_id;
  {
    std::unique_lock lock{mutex_};
    moved_.wait(lock, [&] {
      const bool free = of == nullptr || !of->waits;
      return refused_ || (free && under_way_ < limits::command_queue_max);
    });
    if (refused_) return fail(*refused_);
    if (of != nullptr) case_id = of->id;
  }
  const std::string key = plan_.source + "/" + std::to_string(made_ + 1);
  const store::Desk::Asked asked{clerk, key, fields(turn.registers), shell::wall_now()};
  return hand_over(turn.registers ? desk_.register_case(asked) : desk_.act(*case_id, act_kind_, asked), of);
}

Status Load::settle() {
  std::unique_lock lock{mutex_};
  moved_.wait(lock, [&] { return refused_ || under_way_ == 0; });
  if (refused_) return fail(*refused_);
  return Done{};
}

}  // namespace redress::measure
