#include "ops/measure/parts.h"

#include <nlohmann/json.hpp>

#include "ops/measure/branch.h"
#include "ops/measure/go.h"
#include "ops/measure/reference_branch.h"
#include "ops/measure/reference_hub.h"
#include "ops/measure/reference_must.h"

namespace redress::measure {
namespace {

using nlohmann::json;
using Tell = std::function<void(const json&)>;

json times_json(const reference::Times& times) {
  return {
      {"begun_ns", times.begun_ns}, {"done_ns", times.done_ns}, {"begun_at", times.begun_at}, {"cpu_ns", times.cpu_ns}};
}

int run_hub(const json& plan, const Tell& tell) {
  reference::run_hub(plan.value("folder", ""), plan.value("endpoint", "tcp://127.0.0.1:*"),
                     [&](const reference::Address& at) {
                       tell({{"endpoint", at.endpoint}, {"key", at.key}});
                     });
  return 0;
}

int run_reference(const json& plan, const Texts& texts, const Tell& tell) {
  reference::BranchPlan branch;
  branch.folder = plan.value("folder", "");
  branch.hub = {plan.value("endpoint", ""), plan.value("key", "")};
  for (const std::string& text : texts) branch.records.push_back(plain_record(text));
  branch.count = plan.value("count", std::size_t{0});
  branch.sealed = plan.value("sealed", false);
  const std::string task = plan.value("task", "live");
  const auto ready = [&] { tell({{"ready", true}}); };
  if (task == "catch_up") {
    tell(times_json(reference::run_catch_up(branch, ready)));
  } else if (task == "paced") {
    tell({{"lags_us", reference::run_paced(branch, [&] {
             ready();
             const auto slices = await_go(plan.value("go", ""), 1);
             reference::must(slices.has_value(), "hear when to begin");
             return *slices;
           })}});
  } else {
    tell(times_json(reference::run_live(branch)));
  }
  return 0;
}

int run_product(const json& plan, const Texts& texts, const Tell& tell) {
  const std::string task = plan.value("task", "live");
  const std::string shape = plan.value("shape", "mixed");
  BranchTask branch;
  branch.home = plan.value("home", "");
  branch.task = task == "catch_up" ? Task::catch_up
                : task == "paced"  ? Task::paced
                : task == "fill"   ? Task::fill
                                   : Task::live;
  branch.load.shape = shape == "alone" ? Shape::alone : shape == "cases" ? Shape::cases : Shape::mixed;
  branch.load.count = plan.value("count", std::size_t{0});
  branch.load.source = plan.value("source", "bench");
  branch.load.texts = &texts;
  branch.go = plan.value("go", "");
  branch.level = plan.value("level", false);
  return run_branch(branch, tell);
}

}  // namespace

int run_part(const std::string& plan_text, const Tell& tell) {
  const json plan = json::parse(plan_text, nullptr, /*allow_exceptions=*/false);
  if (!plan.is_object()) return 1;
  const auto texts = read_texts(plan.value("texts", ""));
  reference::must(texts.has_value(), "read the texts");
  const std::string part = plan.value("part", "");
  if (part == "hub") return run_hub(plan, tell);
  if (part == "reference") return run_reference(plan, *texts, tell);
  if (part == "product") return run_product(plan, *texts, tell);
  return 1;
}

}  // namespace redress::measure
