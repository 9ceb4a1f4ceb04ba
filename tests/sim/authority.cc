#include "tests/sim/authority.h"

#include <algorithm>
#include <map>
#include <set>

#include "tests/sim/books.h"
#include "tests/sim/matters.h"
#include "tests/sim/prompted.h"

namespace redress::sim {
namespace {

enum class Act : std::uint16_t {
  registered = 1,
  handed_over,
  started,
  disposed,
  replied,
  called_back,
  closed,
  withdrawn,
  reopened
};

// What is so in a case after some acts; entries by their number in the file.
struct Standing {
  std::optional<std::size_t> opened, moved, ended, resumed, disposed;
  std::set<std::size_t> replies;
  bool open = false;
  SiteId registrar;
  SiteId handler;
  std::set<SiteId> supervisors;
  Matters matters;
};

class Reading : public Precedence {
 public:
  explicit Reading(const store::CaseFile& file) : file_{file} {
    std::map<Cause, std::size_t> by_cause;
    for (std::size_t i = 0; i < file.told.size(); ++i) by_cause.emplace(journal::cause_of(file.told[i].identity), i);
    causes_.resize(file.told.size());
    before_.resize(file.told.size());
    std::map<Digest, std::size_t> first;
    for (std::size_t i = 0; i < file.told.size(); ++i) first.emplace(file.told[i].identity, i);
    for (std::size_t i = 0; i < file.told.size(); ++i) {
      const std::size_t shown = first.at(file.told[i].identity);
      note_causes(i, shown, by_cause, first);
    }
    rank_supervisors();
  }

  std::vector<std::string> objections() {
    Standing all;
    std::vector<std::size_t> counted;
    for (const casework::Line& line : file_.view.timeline) {
      const std::size_t i = line.told;
      note_ancestors(i);
      if (line.verdict == casework::Verdict::unread) continue;
      Standing known;
      for (const std::size_t earlier : counted) {
        if (ancestors_[i].contains(earlier)) apply(known, earlier);
      }
      const bool may = allowed(known, i);
      if (may == (line.verdict == casework::Verdict::refused))
        wrong_.push_back(name(i) + (may ? " is refused, and may" : " stands, and may not"));
      if (!may) continue;
      counted.push_back(i);
      apply(all, i);
    }
    compare(all);
    note_turns();
    return wrong_;
  }

 private:
  [[nodiscard]] const journal::What& what(std::size_t i) const { return file_.told[i].header.what; }
  [[nodiscard]] Person person(std::size_t i) const { return {what(i).author, what(i).staff}; }
  [[nodiscard]] bool knew(std::size_t later, std::size_t earlier) const override {
    return ancestors_.at(later).contains(earlier);
  }
  [[nodiscard]] int rank_of(std::size_t i) const override { return rank(i); }
  [[nodiscard]] Act act(std::size_t i) const { return static_cast<Act>(what(i).kind.value()); }
  [[nodiscard]] std::string name(std::size_t i) const { return "entry " + short_name(file_.told[i].identity); }

  // An entry rests on what it names and on what stands before it in every journal that has it.
  void note_causes(std::size_t i, std::size_t shown, const std::map<Cause, std::size_t>& by_cause,
                   const std::map<Digest, std::size_t>& first) {
    const journal::Header& header = file_.told[i].header;
    for (const Cause& cause : header.what.after) {
      const auto found = by_cause.find(cause);
      if (found != by_cause.end() && found->second != shown) causes_[shown].insert(found->second);
    }
    for (std::size_t k = 0; k < file_.told.size(); ++k) {
      const journal::Place& place = file_.told[k].header.place;
      if (place.site != header.place.site || place.epoch != header.place.epoch) continue;
      if (place.seq == header.place.seq) continue;
      const std::size_t other = first.at(file_.told[k].identity);
      const std::size_t early = place.seq < header.place.seq ? other : shown;
      const std::size_t late = place.seq < header.place.seq ? shown : other;
      if (early != late) before_[late].insert(early);
    }
  }

  void rank_supervisors() {
    for (std::size_t i = 0; i < file_.told.size(); ++i) {
      const auto& to = what(i).to;
      const std::size_t from = act(i) == Act::registered ? 0 : act(i) == Act::handed_over ? 1 : to.size();
      for (std::size_t k = from; k < to.size(); ++k) {
        if (to[k] != what(i).author) supervise_.insert(to[k]);
      }
    }
  }
  [[nodiscard]] int rank(std::size_t i) const {
    return what(i).author == head_office ? 0 : supervise_.contains(what(i).author) ? 1 : 2;
  }

  // D7: of the entries whose causes have been taken, the one of the highest rank comes next, then the least identity.
  void note_turns() {
    const auto& timeline = file_.view.timeline;
    if (timeline.size() != file_.told.size()) return;  // an entry has two places: a store was repaired
    const auto less = [&](std::size_t a, std::size_t b) {
      return rank(a) != rank(b) ? rank(a) < rank(b) : file_.told[a].identity < file_.told[b].identity;
    };
    std::set<std::size_t> taken;
    for (std::size_t at = 0; at < timeline.size(); ++at) {
      for (std::size_t later = at + 1; later < timeline.size(); ++later) {
        const std::size_t other = timeline[later].told;
        const auto is_taken = [&](std::size_t cause) { return taken.contains(cause); };
        const bool ready = std::all_of(causes_[other].begin(), causes_[other].end(), is_taken) &&
                           std::all_of(before_[other].begin(), before_[other].end(), is_taken);
        if (ready && less(other, timeline[at].told)) wrong_.push_back(name(other) + " comes out of its turn");
      }
      taken.insert(timeline[at].told);
    }
  }

  void note_ancestors(std::size_t i) {
    for (const std::size_t cause : causes_[i]) {
      if (!ancestors_.contains(cause)) wrong_.push_back(name(i) + " is shown before its cause " + name(cause));
    }
    for (const auto* known : {&causes_[i], &before_[i]}) {
      for (const std::size_t cause : *known) {
        if (!ancestors_.contains(cause)) continue;  // what two journals order in two ways has no order
        ancestors_[i].insert(cause);
        ancestors_[i].insert(ancestors_[cause].begin(), ancestors_[cause].end());
      }
    }
    ancestors_.try_emplace(i);
  }

  [[nodiscard]] bool allowed(const Standing& known, std::size_t i) const {
    const SiteId who = what(i).author;
    const bool centre = who == head_office;
    const bool registrar = who == known.registrar;
    const bool handler = who == known.handler;
    const bool supervisor = known.supervisors.contains(who);
    const bool begun = known.opened.has_value();
    const bool open = begun && known.open;
    const bool replied = !known.replies.empty();
    if (known.matters.shuts_out(person(i))) return false;
    if (const BesideRow* row = beside_row(what(i).kind.value())) {
      const unsigned relation = (registrar ? is_registrar : 0U) | (handler ? is_handler : 0U) |
                                (supervisor ? is_supervisor : 0U) | (centre ? is_centre : 0U);
      return begun && known.matters.allows(*row, relation, open, person(i));
    }
    if (is_prompt(file_.told[i])) return begun && centre && what(i).staff == StaffId{};
    switch (act(i)) {
      case Act::registered:
        return !begun;
      case Act::handed_over:
        return open && (handler || supervisor || centre);
      case Act::started:
        return open && handler;
      case Act::disposed:
        return open && centre;
      case Act::replied:
        return open && (registrar || handler || centre);
      case Act::called_back:
        return begun && replied && (registrar || handler || supervisor || centre);
      case Act::closed:
        return open && replied && (handler || supervisor || centre) && known.matters.may_close();
      case Act::withdrawn:
        return open && (registrar || centre) && known.matters.may_withdraw(who);
      case Act::reopened:
        return begun && !known.open && (registrar || handler || supervisor || centre);
    }
    return false;
  }

  // A later act, or one of no lower rank, takes the place of the one that holds it.
  [[nodiscard]] bool takes(const std::optional<std::size_t>& holder, std::size_t i) const {
    return !holder || ancestors_.at(i).contains(*holder) || rank(i) <= rank(*holder);
  }

  void apply(Standing& to, std::size_t i) const {
    if (is_prompt(file_.told[i])) return;
    if (const BesideRow* row = beside_row(what(i).kind.value())) return to.matters.note(*row, i, file_.told[i], *this);
    switch (act(i)) {
      case Act::registered:
        if (!takes(to.opened, i)) return;
        to.opened = i;
        to.open = true;
        to.registrar = to.handler = what(i).author;
        to.supervisors = {what(i).to.begin(), what(i).to.end()};
        return;
      case Act::handed_over:
        if (!takes(to.moved, i)) return;
        to.moved = i;
        if (what(i).to.empty()) return;
        to.handler = what(i).to.front();
        to.supervisors.insert(what(i).to.begin() + 1, what(i).to.end());
        return;
      case Act::disposed:
        if (takes(to.disposed, i)) to.disposed = i;
        return;
      case Act::replied:
        to.replies = {i};
        return;
      case Act::closed:
      case Act::withdrawn:
        if (!takes(to.open ? to.resumed : to.ended, i)) return;
        to.ended = i;
        to.open = false;
        return;
      case Act::reopened:
        if (!takes(to.open ? to.resumed : to.ended, i)) return;
        to.resumed = i;
        to.open = true;
        std::erase_if(to.replies, [&](std::size_t reply) { return ancestors_.at(i).contains(reply); });
        if (to.disposed && ancestors_.at(i).contains(*to.disposed)) to.disposed.reset();
        to.matters.note_resumption(i, *this);
        return;
      case Act::started:
        to.matters.note_start(i, person(i));
        return;
      case Act::called_back:
        return;
    }
  }

  void compare(const Standing& all) {
    const casework::State& shown = file_.view.state;
    const bool open = shown.status == casework::Status::open;
    if (all.opened && open != all.open) wrong_.push_back("the case's status is not what its acts make");
    if (shown.handler != all.handler) wrong_.push_back("the case's handler is not whom its acts name");
    if (shown.registrar != all.registrar) wrong_.push_back("the case's registrar is not who opened it");
    if (shown.disposed != all.disposed) wrong_.push_back("another disposition holds than the acts make");
    for (std::size_t i = 1; i < topic_count; ++i) {
      const auto topic = static_cast<Topic>(i);
      const casework::MatterState& matter = shown.matter(matter_of(topic));
      if (standing_of(matter.standing) != all.matters.on(topic).now || matter.latest != all.matters.on(topic).latest)
        wrong_.push_back("a matter does not stand as its acts make it: " +
                         std::string{casework::name_of(matter_of(topic))});
    }
  }

  const store::CaseFile& file_;
  std::vector<std::set<std::size_t>> causes_;
  std::vector<std::set<std::size_t>> before_;
  std::map<std::size_t, std::set<std::size_t>> ancestors_;
  std::set<SiteId> supervise_;
  std::vector<std::string> wrong_;
};

}  // namespace

std::vector<std::string> authority_objections(const store::CaseFile& file) { return Reading{file}.objections(); }

}  // namespace redress::sim
