#include "ops/measure/archive_fill.h"

#include "crypto/random.h"
#include "ops/measure/stopwatch.h"
#include "ops/shell/case_clocks.h"
#include "ops/shell/offline.h"
#include "ops/shell/process.h"
#include "ops/shell/rebuild.h"
#include "store/desk.h"

namespace redress::measure {
namespace {

constexpr std::size_t together = 250;
constexpr std::size_t accepted_every = 10;
constexpr std::size_t disposed_every = 40;
constexpr std::size_t told_every = 50'000;
constexpr std::int64_t back_ms = std::int64_t{90} * 24 * 3'600 * 1000;

// Head office's desk over a journal that no program has open.
class Filling {
 public:
  Filling(shell::Offline& office, store::Site& site, const Texts& texts, std::size_t count)
      : site_{site},
        texts_{texts},
        desk_{office.journal(), desk_options(office), kinds_, serial_, random_},
        step_ms_{std::max<std::int64_t>(back_ms / static_cast<std::int64_t>(count), 1)},
        clock_{shell::wall_now().value() - step_ms_ * static_cast<std::int64_t>(count)} {}

  // Registers some, and does what is done about them. Fails with the first refusal.
  [[nodiscard]] Status add(std::size_t count, Filled& filled) {
    const std::size_t first = filled.ids.size();
    for (std::size_t i = first; i < first + count; ++i) {
      clock_ += step_ms_;
      auto made = desk_.register_case({StaffId{7}, "fill/" + std::to_string(i + 1), fields(i), WallTime{clock_}});
      const Status taken = take(std::move(made));
      if (!taken) return taken;
      filled.ids.push_back(std::get<store::Append>(work_.back()).what.case_id);
    }
    Status done = commit(filled);
    for (std::size_t i = first; done && i < first + count; ++i) {
      if (i % accepted_every == 0) done = act(filled.ids[i], "accepted", {{"told_how", "accepted-note"}});
    }
    if (done) done = commit(filled);
    for (std::size_t i = first; done && i < first + count; ++i) {
      if (i % disposed_every == 0) done = act(filled.ids[i], "disposed", {{"decision", "upheld"}, {"opinion", "o"}});
    }
    return done ? commit(filled) : done;
  }

 private:
  static store::DeskOptions desk_options(shell::Offline& office) {
    return {office.options(), SiteId{}, 480, [](SiteId) { return std::optional<SiteId>{}; }};
  }
  std::vector<casework::FieldText> fields(std::size_t which) const {
    std::vector<casework::FieldText> out;
    for (const auto& [name, value] : short_fields()) {
      if (name != "channel" && name != "phone" && name != "received_at") out.emplace_back(name, value);
    }
    out.emplace_back("narrative", texts_[which % texts_.size()] + " " + planted_word(which));
    out.emplace_back("channel", "channel-" + std::to_string(which % 10));
    out.emplace_back("phone", planted_phone(which));
    return out;
  }
  [[nodiscard]] Status act(const CaseId& id, const char* kind, std::vector<casework::FieldText> fields) {
    const std::string key = "fill-acts/" + std::to_string(++acts_);
    return take(desk_.act(id, kind, {StaffId{8}, key, std::move(fields), WallTime{clock_}}));
  }
  [[nodiscard]] Status take(Result<std::variant<store::Append, store::Appended>> made) {
    if (!made) return fail(made.error());
    if (!std::holds_alternative<store::Append>(*made)) return fail(Code::key_reused, "the home is not new");
    work_.emplace_back(std::get<store::Append>(std::move(*made)));
    return Done{};
  }
  [[nodiscard]] Status commit(Filled& filled) {
    filled.entries += work_.size();
    for (const auto& outcome : site_.commit(std::exchange(work_, {}), WallTime{clock_})) {
      if (!outcome) return fail(outcome.error());
    }
    return Done{};
  }

  store::Site& site_;
  const Texts& texts_;
  crypto::SystemRandom random_;
  const casework::Kinds kinds_{casework::shipped_kinds()};
  store::Serial serial_{0};
  store::Desk desk_;
  std::vector<store::Work> work_;
  std::size_t acts_ = 0;
  const std::int64_t step_ms_;
  std::int64_t clock_;
};

Status make_views(shell::Offline& office, store::Site& site, Filled& filled) {
  const auto views = store::LmdbTruth::open(shell::views_options(office.home()));
  if (!views) return fail(views.error());
  const auto rules = shell::open_rulebook(office.home().config.rules, office.home().path(shell::config_file));
  if (!rules) return fail(rules.error());
  crypto::SystemRandom random;
  const casework::Kinds kinds{casework::shipped_kinds()};
  auto beside = shell::Rebuild::begin({&office.home(), &office.journal(), &office.options(), site.born(), &kinds,
                                       shell::due_rules(*rules, kinds),
                                       /*with_signs=*/true,
                                       /*views_bytes=*/0, [&] { return office.journal().space(); },
                                       /*is_stopping=*/{}, &random});
  if (!beside) return fail(beside.error());
  const auto rebuilt = (*beside)->take_place_of(**views);
  if (!rebuilt) return fail(rebuilt.error());
  filled.rebuild_s = static_cast<double>(rebuilt->took_ms) / 1000;
  return Done{};
}

}  // namespace

std::string planted_word(std::size_t which) { return "word" + std::to_string(1'000'000'000 + which * 7'919) + "x"; }

std::string planted_phone(std::size_t which) { return "139" + std::to_string(10'000'000 + which * 89 % 89'999'999); }

Result<Filled> fill_archive(Stage& stage, const std::string& home, std::size_t count) {
  const auto office = shell::Offline::open(home);
  if (!office) return fail(office.error());
  crypto::SystemRandom random;
  const auto site = store::Site::open((*office)->journal(), (*office)->options(), random);
  if (!site) return fail(site.error());
  Filled filled;
  Filling filling{**office, **site, stage.texts(), count};
  const std::int64_t began = ns_now();
  while (filled.ids.size() < count) {
    const Status added = filling.add(std::min(together, count - filled.ids.size()), filled);
    if (!added) return fail(added.error());
    if (filled.ids.size() % told_every == 0) stage.tell("registered " + std::to_string(filled.ids.size()));
  }
  filled.fill_s = static_cast<double>(ns_now() - began) / ns_a_s;
  stage.tell("views of " + std::to_string(filled.entries) + " entries are made");
  const Status made = make_views(**office, **site, filled);
  if (!made) return fail(made.error());
  return filled;
}

}  // namespace redress::measure
