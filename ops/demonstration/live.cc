#include "ops/demonstration/live.h"

#include <algorithm>
#include <deque>
#include <nlohmann/json.hpp>

#include "ops/demonstration/day.h"
#include "ops/demonstration/network.h"
#include "ops/demonstration/screen.h"
#include "ops/tool/mapping.h"

namespace redress::demo {
namespace {

using nlohmann::json;

constexpr std::size_t branches = day_branches;
constexpr std::size_t cut_branch = far_outlet_index;
constexpr std::int64_t tick_ms = 400;
constexpr std::int64_t command_ms_max = 30'000;
constexpr std::int64_t cycle_ms = 60'000;
constexpr std::int64_t cut_at_ms = 12'000;
constexpr std::int64_t heal_at_ms = 32'000;
constexpr std::int64_t paste_from_ms = 40'000;
constexpr std::int64_t line_every_ms = 4'000;
constexpr std::int64_t known_after_ms = 2'500;
constexpr std::size_t disposed_every = 2;
constexpr std::size_t news_max = 6;
constexpr std::size_t commands_at_once = 6;

struct Complaint {
  std::string case_id;
  std::size_t branch = 0;
  Instant at;
};

class Live {
 public:
  Live(const LiveOptions& options, Network& network, std::vector<tool::Fields> samples)
      : options_{options},
        network_{network},
        samples_{std::move(samples)},
        began_{shell::mono_now()},
        day_{network, options.folder, options.around, "live-day", [this](const std::string& text) { tell(text); }} {
    for (const PlannedSite& site : network.sites()) {
      ShownSite shown;
      shown.site = site.site;
      shown.name = site.name;
      view_.sites.push_back(std::move(shown));
    }
  }

  Status tick();
  [[nodiscard]] const ScreenView& view() const noexcept { return view_; }
  // What happened since this was asked before.
  [[nodiscard]] std::vector<std::string> take_news() { return std::exchange(fresh_, {}); }

 private:
  Status turn_line();
  Status play_day();
  void add_registration(std::vector<Command>& commands);
  void add_disposition(std::vector<Command>& commands);
  void take_lag(std::size_t branch, const json& own, const json& central);
  void take_registration(const Finished& answer);
  void take_disposition(const Finished& answer);
  void tell(const std::string& text);
  void offer();

  const LiveOptions& options_;
  Network& network_;
  const std::vector<tool::Fields> samples_;
  const Instant began_;
  DayPlay day_;
  bool day_told_ = false;  // how it ended
  ScreenView view_;
  std::vector<std::string> fresh_;  // news that nobody has taken
  bool cut_ = false;
  std::size_t turn_ = 0;
  std::size_t asked_ = 0;       // registrations so far
  std::size_t disposable_ = 0;  // registered where head office gets them at once
  std::optional<Complaint> registering_;
  std::deque<Complaint> waiting_;  // to be disposed of
  std::optional<Complaint> disposing_;
};

void Live::tell(const std::string& text) {
  view_.news.push_back(std::to_string(view_.elapsed_ms / 60'000) + "'" + std::to_string(view_.elapsed_ms / 1000 % 60) +
                       "\"  " + text);
  fresh_.push_back(view_.news.back());
  if (view_.news.size() > news_max) view_.news.erase(view_.news.begin());
}

Status Live::turn_line() {
  const std::int64_t at = view_.elapsed_ms % cycle_ms;
  const bool wanted = at >= cut_at_ms && at < heal_at_ms;
  if (wanted == cut_) return Done{};
  const auto line = network_.line(wanted ? "cut" : "heal");
  if (!line) return fail(line.error());
  cut_ = wanted;
  view_.sites[cut_branch].is_cut = cut_;
  const std::string& name = view_.sites[cut_branch].name;
  tell(cut_ ? "✂ " + name + " 的线路断开；照常登记 / the line is cut; the branch goes on registering"
            : "线路恢复，积压排空 / " + name + ": the line is back, the backlog drains");
  return Done{};
}

// Among the others, the complaints of one day, an act a tick; and how they stand in the evening.
Status Live::play_day() {
  if (!day_.is_over()) {
    const auto stepped = day_.step(cut_);
    return stepped ? Status{Done{}} : fail(stepped.error());
  }
  if (day_told_ || cut_) return Done{};
  const auto problems = day_.judge();
  if (!problems) return fail(problems.error());
  // What was said last may still be on its way.
  if (!problems->empty()) return Done{};
  day_told_ = true;
  tell("各机构所见一致 / every site shows the same end of " + std::to_string(stories_of_the_day().size()) + " cases");
  return Done{};
}

// The branch that is cut off is the busiest, so that its lag can be seen.
void Live::add_registration(std::vector<Command>& commands) {
  const bool due = cut_ || turn_ % 3 == 0;
  if (!due) return;
  const std::size_t number = asked_++;
  const std::size_t branch = cut_ && number % 2 == 0 ? cut_branch : number % branches;
  const std::size_t round = number / samples_.size();
  std::vector<std::string> arguments{"case", "new"};
  for (const auto& [name, value] : samples_[number % samples_.size()]) {
    std::string argument = name;
    argument += '=';
    argument += value;
    // In a later round the sample is another complaint.
    if (name == "source_id" && round > 0) argument += "-" + std::to_string(round);
    arguments.push_back(std::move(argument));
  }
  arguments.insert(arguments.end(), {"--key", "live/" + std::to_string(number + 1)});
  commands.push_back(network_.ops(network_.sites()[branch].site, arguments));
  registering_ = Complaint{"", branch, shell::mono_now()};
}

void Live::add_disposition(std::vector<Command>& commands) {
  if (waiting_.empty() || shell::mono_now() < after_ms(waiting_.front().at, known_after_ms)) return;
  disposing_ = waiting_.front();
  waiting_.pop_front();
  const std::string number = std::to_string(view_.disposed + 1);
  commands.push_back(network_.ops(
      head_office,
      {"case", "act", disposing_->case_id, "disposed", "decision=成立 / upheld",
       "opinion=退还费用并致歉 / refund and apology, no. " + number, "--key", "live-disposed/" + disposing_->case_id}));
}

void Live::take_registration(const Finished& answer) {
  Complaint complaint = *std::exchange(registering_, std::nullopt);
  const json body = json::parse(answer.output, nullptr, /*allow_exceptions=*/false);
  if (answer.ended != Ended{} || !body.is_object())
    return tell("登记未成 / not registered: see " + options_.folder + "/ops.log");
  ++view_.registered;
  complaint.case_id = body.value("case", std::string{});
  const bool is_away = cut_ && complaint.branch == cut_branch;
  // What the branch that is cut off registers is not at head office yet.
  if (!is_away && ++disposable_ % disposed_every == 0) waiting_.push_back(complaint);
}

void Live::take_disposition(const Finished& answer) {
  const Complaint complaint = *std::exchange(disposing_, std::nullopt);
  if (answer.ended == Ended{}) {
    ++view_.disposed;
  } else {
    tell("处理未成 / not disposed of: see " + options_.folder + "/ops.log");
  }
}

ShownLag lag_in(const json& site, const char* direction) {
  const json& lag = site.at(direction);
  return {lag.value("entries", std::uint64_t{0}), lag.value("at_least", true), lag.value("oldest_ms", std::int64_t{0})};
}

// A branch knows best what it has not sent, head office what it has not sent.
void Live::take_lag(std::size_t branch, const json& own, const json& central) {
  ShownSite& shown = view_.sites[branch];
  for (const json& site : own) {
    shown.up = lag_in(site, "up");
    shown.is_up = site.value("line", std::string{}) == "up";
    const json& contact = site.at("up").at("contact_ms");
    shown.contact_ms = contact.is_number() ? std::optional{contact.get<std::int64_t>()} : std::nullopt;
  }
  for (const json& site : central) {
    if (site.value("site", 0U) == shown.site.value()) shown.down = lag_in(site, "down");
  }
  shown.history.push_back(shown.up.entries + shown.down.entries);
  if (shown.history.size() > history_max) shown.history.pop_front();
}

void Live::offer() {
  const std::string tool = options_.programs + "/redress-ops ";
  const std::string branch = " --home " + network_.home(network_.sites()[1].site);
  view_.paste = {tool + "case new" + branch, tool + "case list" + branch,
                 tool + "lag --home " + network_.home(head_office)};
}

Status Live::tick() {
  view_.elapsed_ms = shell::mono_now().value() - began_.value();
  Status turned = turn_line();
  if (turned) turned = play_day();
  if (!turned) return turned;
  if (view_.elapsed_ms >= paste_from_ms && view_.paste.empty()) offer();
  std::vector<Command> commands{network_.ops(head_office, {"lag"})};
  for (const PlannedSite& site : network_.sites()) commands.push_back(network_.ops(site.site, {"lag"}));
  add_registration(commands);
  add_disposition(commands);
  ++turn_;
  const auto answers = run_all(commands, commands_at_once, {options_.around.stop, options_.folder + "/ops.log"},
                               after_ms(shell::mono_now(), command_ms_max), nullptr);
  if (!answers) return fail(answers.error());
  std::size_t at = branches + 1;
  if (registering_) take_registration((*answers)[at++]);
  if (disposing_) take_disposition((*answers)[at]);
  const auto sites_of = [&](std::size_t index) {
    const json answer = json::parse((*answers)[index].output, nullptr, /*allow_exceptions=*/false);
    return answer.is_object() ? answer.value("sites", json::array()) : json::array();
  };
  const json central = sites_of(0);
  for (std::size_t i = 0; i < branches; ++i) take_lag(i, sites_of(i + 1), central);
  return Done{};
}

Result<std::vector<tool::Fields>> samples_in(const std::string& tree) {
  const auto mapping = tool::Mapping::load(tree + "/ops/mappings/ledger_zh.toml");
  if (!mapping) return fail(mapping.error());
  auto reader = tool::CsvReader::open(tree + "/ops/samples/zh.csv", mapping->encoding());
  if (!reader) return fail(reader.error());
  std::optional<tool::BoundMapping> bound;
  std::vector<tool::Fields> samples;
  for (std::size_t record = 1;; ++record) {
    auto next = (*reader)->next();
    if (!next) return fail(next.error());
    if (std::holds_alternative<tool::CsvEnd>(*next)) break;
    auto* row = std::get_if<tool::CsvRow>(&*next);
    if (row == nullptr) continue;
    if (record == mapping->header_rows()) {
      auto made = mapping->bind(row->cells);
      if (!made) return fail(made.error());
      bound.emplace(std::move(*made));
    } else if (bound && row->cells.size() == bound->width() && !bound->id(row->cells).empty()) {
      samples.push_back(bound->fields(row->cells, shell::wall_now()));
    }
  }
  if (samples.empty()) return fail(Code::not_found, "no samples in " + tree);
  return samples;
}

Status show(Live& live, const LiveOptions& options, std::ostream& to, bool is_terminal) {
  std::optional<Terminal> terminal;
  if (is_terminal) terminal.emplace(to);
  std::int64_t next_line_ms = 0;
  std::size_t pasted = 0;
  for (;;) {
    Status done = live.tick();
    if (!done) return done;
    const ScreenView& view = live.view();
    const std::vector<std::string> news = live.take_news();
    if (terminal) {
      terminal->draw(screen_lines(view));
    } else {
      for (const std::string& one : news) to << one << std::endl;
    }
    if (!terminal && view.elapsed_ms >= next_line_ms) {
      to << plain_line(view) << '\n';
      for (; pasted < view.paste.size(); ++pasted) to << "try: " << view.paste[pasted] << '\n';
      to.flush();
      next_line_ms = view.elapsed_ms + line_every_ms;
    }
    done = pause(options.around, tick_ms);
    if (!done) return done;
  }
}

}  // namespace

Status show_live(const LiveOptions& options, std::ostream& to, bool is_terminal) {
  auto samples = samples_in(options.tree);
  if (!samples) return fail(samples.error());
  to << "总行和三个机构正在启动 / starting head office and three branches" << std::endl;
  const auto network =
      Network::open({options.programs, options.folder, sites_for(branches), cut_branch, options.around});
  if (!network) return fail(network.error());
  Live live{options, **network, std::move(*samples)};
  return show(live, options, to, is_terminal);
}

}  // namespace redress::demo
