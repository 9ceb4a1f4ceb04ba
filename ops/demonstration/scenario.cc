#include "ops/demonstration/scenario.h"

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "ops/demonstration/check_manifest.h"
#include "ops/demonstration/saboteur.h"
#include "ops/shell/home.h"
#include "ops/tool/mapping.h"

namespace redress::demo {
namespace {

using nlohmann::json;

constexpr std::size_t imports_at_once = 6;
constexpr std::size_t commands_at_once = 4;
constexpr std::int64_t import_ms_max = 280'000;
constexpr std::int64_t drain_ms_max = 120'000;
constexpr std::int64_t look_again_ms = 50;
constexpr std::size_t disposed_every = 10;
constexpr int exit_done = 0;
constexpr int exit_attention = 4;

std::string text_of(SiteId site) { return std::to_string(site.value()); }

std::string seconds(std::int64_t ms) {
  return std::to_string(ms / 1000) + "." + std::to_string(ms % 1000 / 100) + " s";
}

class Scenario {
 public:
  Scenario(const CheckOptions& options, Network& network, const Plan& plan)
      : options_{options},
        network_{network},
        plan_{plan},
        cut_site_{network.sites()[plan.cut_branch].site},
        gateway_saboteur_{network, head_office, plan.gateway, options.tell},
        agent_saboteur_{network, network.sites()[plan.killed_branch].site, plan.agent, options.tell} {}

  Result<Verdict> run() {
    Status done = import_all();
    if (done) done = heal_and_drain();
    if (done) done = verify_all();
    if (done && options_.plant != Plant::none) done = tamper();
    if (done) done = prove();
    if (!done) return fail(done.error());
    return verdict_;
  }

 private:
  Status import_all();
  Status import_slice(std::size_t slice);
  Status count(const std::vector<Finished>& finished);
  Status cut();
  Status watch_lag();
  Status heal_and_drain();
  Status drain();
  Result<bool> is_level();
  Status dispose();
  Status dispose_all(const std::vector<std::string>& cases);
  Status verify_all();
  Status tamper();
  Status tamper_with(const std::map<std::string, HeldCase>& cases);
  Status prove();
  Result<std::map<std::string, HeldCase>> exported(SiteId site);

  std::string export_path(SiteId site) const { return options_.folder + "/export-" + text_of(site) + ".jsonl"; }

  const CheckOptions& options_;
  Network& network_;
  const Plan& plan_;
  const SiteId cut_site_;
  Saboteur gateway_saboteur_;
  Saboteur agent_saboteur_;
  std::vector<std::string> rejects_;
  std::vector<std::string> seen_;  // cases at head office, in the order in which they were seen there
  std::vector<Issued> issued_;
  Verdict verdict_;
};

Status Scenario::import_all() {
  for (std::size_t slice = 0; slice < plan_.slices.size(); ++slice) {
    if (slice == plan_.cut_slice) {
      Status done = dispose();
      if (done) done = cut();
      if (!done) return done;
    }
    Status done = import_slice(slice);
    if (done && slice >= plan_.cut_slice) done = watch_lag();
    if (!done) return done;
  }
  options_.tell("imported " + std::to_string(verdict_.registered) + " rows");
  verdict_.crashes = (gateway_saboteur_.has_struck() ? 1U : 0U) + (agent_saboteur_.has_struck() ? 1U : 0U);
  return Done{};
}

Status Scenario::import_slice(std::size_t slice) {
  std::vector<Command> commands;
  for (const Share& share : plan_.slices[slice]) {
    const SiteId site = network_.sites()[share.branch].site;
    rejects_.push_back(options_.folder + "/rejects-" + std::to_string(share.unit) + ".csv");
    commands.push_back(
        network_.ops(site, {"import", options_.input, "--mapping", options_.mapping, "--rejects", rejects_.back(),
                            "--part", std::to_string(share.unit) + "/" + std::to_string(plan_.units)}));
  }
  const Instant began = shell::mono_now();
  const auto meanwhile = [&](std::size_t) -> Status {
    const Instant now = shell::mono_now();
    const Status done = gateway_saboteur_.tick(slice, began, now);
    return done ? agent_saboteur_.tick(slice, began, now) : done;
  };
  const auto finished = run_all(commands, imports_at_once, {options_.around.stop, options_.folder + "/import.log"},
                                after_ms(began, import_ms_max), meanwhile);
  if (!finished) return fail(finished.error());
  Status done = gateway_saboteur_.finish(slice);
  if (done) done = agent_saboteur_.finish(slice);
  return done ? count(*finished) : done;
}

Status Scenario::count(const std::vector<Finished>& finished) {
  for (const Finished& one : finished) {
    const json report = json::parse(one.output, nullptr, /*allow_exceptions=*/false);
    const bool good = !one.ended.by_signal && (one.ended.number == exit_done || one.ended.number == exit_attention);
    if (!good || !report.is_object())
      return fail(Code::bad_value,
                  "an import did not end well: status=" + std::to_string(one.ended.number) + ", see import.log");
    // A row whose answer was lost in a crash is registered already when it is asked again.
    verdict_.registered += report.value("registered", std::uint64_t{0}) + report.value("already", std::uint64_t{0});
  }
  return Done{};
}

Status Scenario::cut() {
  const auto line = network_.line("cut");
  if (!line) return fail(line.error());
  options_.tell("cut: site " + text_of(cut_site_) + " is on its own; relay " + line->text);
  return Done{};
}

// The lag of the branch that is cut off, as it sees it and as head office sees it.
Status Scenario::watch_lag() {
  const auto own = network_.ask(cut_site_, {"lag"});
  if (!own) return fail(own.error());
  const auto central = network_.ask(head_office, {"lag"});
  if (!central) return fail(central.error());
  for (const json& site : (*own)["sites"]) {
    verdict_.lag_entries_max = std::max(verdict_.lag_entries_max, site["up"]["entries"].get<std::uint64_t>());
  }
  for (const json& site : (*central)["sites"]) {
    if (site["site"] == cut_site_.value())
      verdict_.lag_entries_max = std::max(verdict_.lag_entries_max, site["down"]["entries"].get<std::uint64_t>());
  }
  return Done{};
}

Status Scenario::heal_and_drain() {
  Status done = dispose();
  if (done) done = watch_lag();
  if (!done) return done;
  const auto before = network_.line("status");
  const auto line = before ? network_.line("heal") : before;
  if (!line) return fail(line.error());
  verdict_.partition_s = static_cast<double>(line->cut_ms) / 1000;
  options_.tell("heal: " + std::to_string(verdict_.lag_entries_max) + " entries behind; relay " + line->text);
  const Instant healed = shell::mono_now();
  done = drain();
  if (!done) return done;
  const std::int64_t took = shell::mono_now().value() - healed.value();
  verdict_.drain_s = static_cast<double>(took) / 1000;
  options_.tell("drained in " + seconds(took));
  // What came only now is disposed of too, and must come back as well.
  done = dispose();
  return done ? drain() : done;
}

Status Scenario::drain() {
  return wait_until(options_.around, after_ms(shell::mono_now(), drain_ms_max), look_again_ms, "every lag to be zero",
                    [&] { return is_level(); });
}

// Each end is asked for what it alone knows for certain: what it has written, and what the other end has receipted.
Result<bool> Scenario::is_level() {
  const auto is_zero = [](const json& lag) { return lag["entries"] == 0 && lag["at_least"] == false; };
  const auto central = network_.ask(head_office, {"lag"});
  if (!central) return fail(central.error());
  for (const json& site : (*central)["sites"]) {
    if (!is_zero(site["up"]) || !is_zero(site["down"]) || site["feed_head"] != site["feed_receipted"]) return false;
  }
  for (const PlannedSite& branch : network_.sites()) {
    const auto own = network_.ask(branch.site, {"lag"});
    if (!own) return fail(own.error());
    for (const json& site : (*own)["sites"]) {
      if (!is_zero(site["up"]) || !is_zero(site["down"]) || site["journal_head"] != site["journal_receipted"])
        return false;
    }
  }
  return true;
}

// Not before the views show all that is stored.
Result<std::map<std::string, HeldCase>> Scenario::exported(SiteId site) {
  const Instant until = after_ms(shell::mono_now(), drain_ms_max);
  const Status shown = wait_until(options_.around, until, look_again_ms, "the views", [&]() -> Result<bool> {
    const auto list = network_.ask(site, {"case", "list", "--limit", "1"});
    if (!list) return fail(list.error());
    return list->value("stale", true) == false;
  });
  if (!shown) return fail(shown.error());
  const auto done = network_.ask(site, {"export", "--out", export_path(site)});
  if (!done) return fail(done.error());
  const auto text = read_file(export_path(site));
  if (!text) return fail(text.error());
  return parse_export(*text);
}

// Every tenth case that head office has seen so far, each once.
Status Scenario::dispose() {
  const auto cases = exported(head_office);
  if (!cases) return fail(cases.error());
  const std::size_t known = seen_.size();
  const std::set<std::string> old{seen_.begin(), seen_.end()};
  for (const auto& [id, held] : *cases) {
    if (old.count(id) == 0) seen_.push_back(id);
  }
  std::vector<std::string> chosen;
  for (std::size_t i = known; i < seen_.size(); ++i) {
    if (i % disposed_every == 0) chosen.push_back(seen_[i]);
  }
  options_.tell("head office holds " + std::to_string(seen_.size()) + " cases and disposes of " +
                std::to_string(chosen.size()));
  return dispose_all(chosen);
}

Status Scenario::dispose_all(const std::vector<std::string>& cases) {
  std::vector<Command> commands;
  for (const std::string& id : cases) {
    const std::string number = std::to_string(issued_.size() + 1);
    const std::string opinion = "退还费用并致歉 / refund and apology, no. " + number;
    issued_.push_back({id, opinion});
    commands.push_back(network_.ops(head_office, {"case", "act", id, "disposed", "decision=成立 / upheld",
                                                  "opinion=" + opinion, "--key", "demonstration/" + number}));
  }
  const auto finished = run_all(commands, commands_at_once, {options_.around.stop, options_.folder + "/ops.log"},
                                after_ms(shell::mono_now(), import_ms_max), nullptr);
  if (!finished) return fail(finished.error());
  for (const Finished& one : *finished) {
    if (one.ended != Ended{})
      return fail(Code::bad_value,
                  "a disposition was refused: status=" + std::to_string(one.ended.number) + ", see ops.log");
  }
  return Done{};
}

Status Scenario::verify_all() {
  std::vector<SiteId> all{head_office};
  for (const PlannedSite& branch : network_.sites()) all.push_back(branch.site);
  verdict_.verify_errors = 0;
  std::uint64_t entries = 0;
  for (const SiteId site : all) {
    const auto verified = network_.ask(site, {"verify"});
    if (!verified) return fail(verified.error());
    verdict_.verify_errors += verified->value("errors", std::uint64_t{1});
    entries += verified->value("entries", std::uint64_t{0});
    for (const json& finding : verified->value("findings", json::array())) {
      options_.tell("verify: site " + text_of(site) + ": " + finding.dump());
    }
  }
  options_.tell("verified " + std::to_string(entries) + " entries at " + std::to_string(all.size()) +
                " sites: " + std::to_string(verdict_.verify_errors) + " errors");
  return Done{};
}

Status Scenario::tamper() {
  const auto cases = exported(head_office);
  if (!cases) return fail(cases.error());
  Status done = tamper_with(*cases);
  if (done) done = network_.await_doors();
  if (done) done = drain();
  return done ? verify_all() : done;
}

Status Scenario::tamper_with(const std::map<std::string, HeldCase>& cases) {
  const bool misroute = options_.plant == Plant::misroute;
  const std::vector<PlannedSite>& sites = network_.sites();
  for (const auto& [id, held] : cases) {
    const auto case_id = fixed_from_hex<CaseId>(id);
    if (!case_id || held.registrations.empty() || held.opinions.empty() == misroute) continue;
    const auto registrar = std::find_if(sites.begin(), sites.end(),
                                        [&one = held](const PlannedSite& site) { return site.site == one.registrar; });
    const auto stranger = std::find_if(sites.begin(), sites.end(), [&](const PlannedSite& site) {
      return registrar != sites.end() && site.site != registrar->site && site.site != registrar->parent;
    });
    if (registrar == sites.end() || (misroute && stranger == sites.end())) continue;
    const SiteId target = options_.plant == Plant::duplicate ? held.registrar : head_office;
    Status done = network_.stop(target);
    if (done && options_.plant == Plant::loss) done = plant_loss(network_.home(target), *case_id);
    if (done && options_.plant == Plant::duplicate)
      done = plant_duplicate(network_.home(target), held.registrations.front());
    if (done && misroute) done = plant_misroute(network_.home(target), *case_id, stranger->site);
    if (done) options_.tell("planted behind the back of site " + text_of(target) + ": case " + id);
    return done ? network_.launch(target) : done;
  }
  return fail(Code::not_found, "no case to tamper with");
}

Status Scenario::prove() {
  Manifest manifest{options_.input, options_.mapping, {}, {}, issued_};
  for (const std::string& path : rejects_) manifest.rejects.push_back(path);
  manifest.exports.push_back({head_office, SiteId{}, export_path(head_office)});
  for (const PlannedSite& branch : network_.sites())
    manifest.exports.push_back({branch.site, branch.parent, export_path(branch.site)});
  for (const Manifest::Export& one : manifest.exports) {
    const auto cases = exported(one.site);
    if (!cases) return fail(cases.error());
  }
  const std::string path = options_.folder + "/manifest.json";
  const Status written = shell::write_small_file(path, to_json(manifest));
  if (!written) return written;
  auto checker = Child::start({options_.programs + "/redress-check", path},
                              {options_.around.stop, options_.folder + "/check.log"});
  if (!checker) return fail(checker.error());
  const auto ended = (*checker)->wait(after_ms(shell::mono_now(), import_ms_max));
  if (!ended) return fail(ended.error());
  if (*ended != Ended{}) {
    const auto why = read_file(options_.folder + "/check.log");
    return fail(Code::bad_value, "redress-check: " + (why ? *why : std::string{"no reason given"}));
  }
  auto proof = parse_proof((*checker)->output());
  if (!proof) return fail(proof.error());
  verdict_.proof = std::move(*proof);
  for (const std::string& problem : verdict_.proof.problems) options_.tell("check: " + problem);
  return Done{};
}

}  // namespace

Result<std::size_t> count_rows(const std::string& input, const std::string& mapping_path) {
  const auto mapping = tool::Mapping::load(mapping_path);
  if (!mapping) return fail(mapping.error());
  auto reader = tool::CsvReader::open(input, mapping->encoding());
  if (!reader) return fail(reader.error());
  std::size_t rows = 0;
  for (std::size_t record = 0;; ++record) {
    const auto next = (*reader)->next();
    if (!next) return fail(next.error());
    if (std::holds_alternative<tool::CsvEnd>(*next)) return rows;
    const auto* row = std::get_if<tool::CsvRow>(&*next);
    if (record + 1 == mapping->header_rows() && row != nullptr) (*reader)->expect_width(row->cells.size());
    if (record >= mapping->header_rows() && row != nullptr) ++rows;
  }
}

Result<Verdict> run_check(const CheckOptions& options) {
  const auto rows = count_rows(options.input, options.mapping);
  if (!rows) return fail(rows.error());
  if (*rows == 0) return fail(Code::bad_value, "the table has no rows");
  const Plan plan = make_plan(options.seed, *rows, options.branches);
  options.tell(std::to_string(*rows) + " rows, " + std::to_string(options.branches) + " branches, seed " +
               std::to_string(options.seed));
  auto network =
      Network::open({options.programs, options.folder, sites_for(options.branches), plan.cut_branch, options.around});
  if (!network) return fail(network.error());
  std::string pids = "gateway pid " + std::to_string((*network)->pid_of(head_office));
  for (const PlannedSite& branch : (*network)->sites())
    pids += ", site " + text_of(branch.site) + " pid " + std::to_string((*network)->pid_of(branch.site));
  options.tell(pids);
  return Scenario{options, **network, plan}.run();
}

}  // namespace redress::demo
