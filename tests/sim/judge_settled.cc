// What must hold once everything has healed: all that was told is everywhere it belongs, and looks alike.
#include <algorithm>

#include "tests/sim/authority.h"
#include "tests/sim/judge.h"
#include "tests/sim/pair.h"
#include "tests/sim/prompted.h"

namespace redress::sim {
namespace {

constexpr unsigned contradictions_min = 3;

bool shows(const store::CaseFile& file, const Digest& identity) {
  return std::any_of(file.told.begin(), file.told.end(),
                     [&](const casework::Told& told) { return told.identity == identity && told.event.has_value(); });
}

}  // namespace

std::optional<std::string> Judge::not_level(const Machine& branch) {
  const store::Site& centre = *world_.centre().store;
  const store::Site& site = *branch.store;
  for (const wire::Held& own : site.own_journals()) {
    const StreamName& journal = own.head.stream;
    if (own.head.mark.seq == Seq{}) continue;
    if (centre.mark_of(journal) != own.head.mark)
      return "head office stands elsewhere in " + name_of(journal, own.head.mark.seq);
    // Of two stores of one site, each holds receipts for its own line only.
    if (!branch.is_copy && site.receipted(journal) != own.head.mark.seq)
      return "no receipt for " + name_of(journal, own.head.mark.seq);
  }
  for (const wire::Held& feed : site.received_feeds()) {
    if (centre.mark_of(feed.head.stream) != feed.head.mark)
      return "head office stands elsewhere in " + name_of(feed.head.stream, feed.head.mark.seq);
  }
  for (const wire::Held& held : centre.streams_of(branch.site)) {
    if (held.head.mark.seq == Seq{}) continue;
    if (site.mark_of(held.head.stream) != held.head.mark)
      return "it lacks " + name_of(held.head.stream, held.head.mark.seq);
    const bool live = held.head.stream == feed_for(centre.epoch(), branch.site);
    if (live && centre.receipted(held.head.stream) != held.head.mark.seq)
      return "head office holds no receipt for " + name_of(held.head.stream, held.head.mark.seq);
  }
  return std::nullopt;
}

std::optional<std::string> Judge::not_level() {
  Machine& centre = world_.centre();
  if (!centre.is_up()) return "head office is down";
  std::set<std::pair<SiteId, Epoch>> writing;
  for (std::size_t i = 1; i < world_.size(); ++i) {
    const Machine& branch = world_.machine(i);
    if (!is_sound(branch)) continue;
    auto why = branch.is_up() ? not_level(branch) : std::optional<std::string>{"it is down"};
    // Two stores of one site part when both have greeted.
    if (!why && !writing.emplace(branch.site, branch.store->epoch()).second) why = "it has not parted from its copy";
    if (why) return "site " + std::to_string(branch.site.value()) + ", machine " + std::to_string(i) + ": " + *why;
  }
  for (const SiteId site : centre.store->unheard()) {
    // For a liar it waits until a person ends that.
    if (is_sound(world_.machine(site.value() - 1)))
      return "head office still waits for site " + std::to_string(site.value());
  }
  return std::nullopt;
}

void Judge::settle() {
  settle_told();
  settle_disks();
  settle_epochs();
  settle_contradictions();
}

// P3, P8: what stands at a place is compared, not assumed. One such batch may meet a session that is just ending.
void Judge::settle_contradictions() {
  for (const auto& [site, said] : contradictions_) {
    if (said.times > 0) world_.marks.hit(said.told ? "contradiction told" : "contradiction not told");
    if (said.times >= contradictions_min && !said.told)
      broke(world_.centre(), "P3 it says nothing of other entries at places of site " + std::to_string(site.value()));
  }
}

// P8: what was an old image, or lives twice, has gone on in an epoch of its own; what was feigned is told to people.
void Judge::settle_epochs() {
  std::map<std::pair<SiteId, Epoch>, std::size_t> writing;
  for (std::size_t i = 1; i < world_.size(); ++i) {
    Machine& machine = world_.machine(i);
    if (!is_sound(machine)) continue;
    const Epoch epoch = machine.store->epoch();
    const auto old = old_epochs_.find(i);
    // Head office, put back itself, may have forgotten the newer token too.
    if (old != old_epochs_.end() && old->second == epoch && !shaken_.contains(head_office))
      broke(machine, "P8 an old image goes on in its epoch " + std::to_string(epoch.value()));
    if (!writing.emplace(std::pair{machine.site, epoch}, i).second)
      broke(machine, "P8 two stores of a site write in one epoch");
  }
  const auto alarms = world_.centre().store->alarms();
  for (const SiteId site : feigning_) {
    const bool told = std::any_of(alarms.begin(), alarms.end(), [&](const store::Alarm& alarm) {
      return alarm.site == site && alarm.code == Code::bad_value;
    });
    // A backup that was put back has lost its alarms with the rest.
    if (!told && !shaken_.contains(head_office))
      broke(world_.centre(),
            "P6 it says nothing of what site " + std::to_string(site.value()) + " claims to have seen");
  }
  for (const store::Alarm& alarm : alarms) {
    const bool honest = is_sound(world_.machine(alarm.site.value() - 1)) && !feigning_.contains(alarm.site);
    if (alarm.code == Code::bad_value && honest) broke(world_.centre(), "P6 it accuses an honest site: " + alarm.what);
  }
}

void Judge::settle_told() {
  std::map<CaseId, std::vector<const ToldSaved*>> cases;
  for (const ToldSaved& told : told_) {
    const Machine& by = world_.machine(told.machine);
    if (by.hostile) continue;
    // What a revoked branch did not send is not asked for; what it sent is like any other.
    const bool sent = book_of(world_.centre()).holds(told.appended.identity);
    if (!sent && (!is_sound(by) || destroyed_.contains(told.appended.identity))) continue;
    cases[told.appended.case_id].push_back(&told);
  }
  // The key of a case comes with its opening: where that is gone with every disk, the rest is kept and not read.
  for (const Digest& identity : destroyed_) {
    const auto fact = facts_.find(identity);
    const bool gone = fact != facts_.end() && fact->second.opens && !book_of(world_.centre()).holds(identity);
    if (gone) locked_.insert(fact->second.case_id);
  }
  const Standings standings = standings_now();
  for (const auto& [id, told] : cases) {
    const auto standing = standings.find(id);
    settle_case(id, told, standing == standings.end() ? std::set<SiteId>{} : standing->second);
  }
}

void Judge::settle_case(const CaseId& id, const std::vector<const ToldSaved*>& told, const std::set<SiteId>& standing) {
  Machine& centre = world_.centre();
  const auto file = centre.desk->file_of(id);
  if (!file) return broke(centre, "P2 it has no such case: " + short_name(told.front()->appended.identity));
  const bool locked = locked_.contains(id);
  for (const ToldSaved* one : told) {
    const Digest& identity = one->appended.identity;
    if (locked ? !book_of(centre).holds(identity) : !shows(*file, identity))
      broke(centre, "P2 it lacks entry " + short_name(one->appended.identity) + ", told at machine " +
                        std::to_string(one->machine));
  }
  std::set<Digest> once;
  for (const casework::Line& line : file->view.timeline) {
    if (!once.insert(file->told[line.told].identity).second)
      broke(centre, "P3 an entry counts twice: " + short_name(file->told[line.told].identity));
    world_.marks.hit(line.verdict == casework::Verdict::stands       ? "verdict stands"
                     : line.verdict == casework::Verdict::superseded ? "verdict superseded"
                     : line.verdict == casework::Verdict::refused    ? "verdict refused"
                                                                     : "verdict unread");
  }
  for (const ToldSaved* one : told) {
    if (!once.contains(one->appended.identity))
      broke(centre, "P5 its timeline leaves out entry " + short_name(one->appended.identity));
  }
  // Where head office wrote two lines of one epoch, places do not tell any more what an author knew.
  if (!shaken_.contains(head_office)) {
    for (const std::string& what : authority_objections(*file)) broke(centre, "P6 " + what);
  }
  for (const std::string& what : prompt_objections(*file, shaken_.contains(head_office))) broke(centre, "P3 " + what);
  for (const casework::Told& one : file->told) {
    if (is_prompt(one)) world_.marks.hit(one.header.what.kind == Kind{74} ? "prompt reminded" : "prompt overdue");
  }
  for (std::size_t i = 1; i < world_.size(); ++i) {
    Machine& machine = world_.machine(i);
    if (is_sound(machine) && standing.contains(machine.site)) settle_copy(machine, id, told, *file);
  }
}

void Judge::settle_copy(Machine& machine, const CaseId& id, const std::vector<const ToldSaved*>& told,
                        const store::CaseFile& at_centre) {
  // What cannot be read is missed where it was, and the case looks like that there; all else is shown (P11).
  const auto is_rotten = [&](const ToldSaved* one) { return rotten_.contains(one->appended.identity); };
  const auto file = machine.desk->file_of(id);
  if (!file && std::all_of(told.begin(), told.end(), is_rotten)) return;
  if (!file) return broke(machine, "P2 it has no such case: " + short_name(told.front()->appended.identity));
  for (const ToldSaved* one : told) {
    if (is_rotten(one)) continue;
    if (!locked_.contains(id) && !shows(*file, one->appended.identity))
      broke(machine, "P2 it lacks entry " + short_name(one->appended.identity) + ", told at machine " +
                         std::to_string(one->machine));
  }
  if (std::any_of(told.begin(), told.end(), is_rotten)) return;
  if (portrait(*file) != portrait(at_centre)) {
    broke(machine, "P5 it shows another case than head office:\n" + portrait(at_centre) + "\n" + portrait(*file));
  }
}

bool Judge::names_liar(const store::Finding& finding) const {
  for (std::size_t i = 1; i < world_.size(); ++i) {
    const Machine& machine = world_.machine(i);
    const std::string name = " site=" + std::to_string(machine.site.value()) + " ";
    const bool unopened = finding.what.find("open sealed body") != std::string::npos;
    if (machine.hostile && unopened && finding.where.find(name) != std::string::npos) return true;
  }
  return false;
}

// What was changed is named by its place in the ledger, or, if the header still decodes, by what that says now.
bool Judge::names_rotten(const Machine& machine, const store::Finding& finding) const {
  if (!rotten_at_.contains(machine.site)) return false;
  const auto says = [&](const std::string& what) {
    return finding.where.find(what) != std::string::npos || finding.what.find(what) != std::string::npos;
  };
  if (says("the ledger's chain does not end in its stored head") || says("open sealed body")) return true;
  return std::any_of(rotten_ledger_.begin(), rotten_ledger_.end(), [&](Position ledger) {
    const std::string name = "ledger=" + std::to_string(ledger.value());
    const auto ends_in = [&](const std::string& text) {
      const auto at = text.find(name);
      return at != std::string::npos && (at + name.size() == text.size() || text[at + name.size()] == ' ');
    };
    return ends_in(finding.where) || ends_in(finding.what);
  });
}

void Judge::settle_disks() {
  const store::SigningKeysOf keys_of = [this](SiteId site) { return std::vector{world_.signing_of(site)}; };
  for (std::size_t i = 0; i < world_.size(); ++i) {
    Machine& machine = world_.machine(i);
    // Head office holds what every branch wrote; of the branches every second is looked through in one run.
    if (machine.hostile || (i > 0 && (i + setting_.seed) % 2 == 0)) continue;
    const auto verified = store::verify(machine.truth, machine.options(), keys_of, machine.random);
    if (!verified) {
      broke(machine, "P7 it cannot be verified: " + verified.error().what);
      continue;
    }
    for (const store::Finding& finding : verified->findings) {
      // A liar's body that does not open is kept as it came, and named.
      if (!names_liar(finding) && !names_rotten(machine, finding))
        broke(machine, "P7 it does not verify: " + finding.where + " " + finding.what);
    }
  }
}

}  // namespace redress::sim
