#include "tests/sim/pair.h"

#include <algorithm>
#include <stdexcept>

#include "crypto/derive.h"
#include "crypto/suite_intl.h"

namespace redress::sim {
namespace {

constexpr std::int64_t epoch_ms = 1'795'305'600'000;  // 2026-11-22
constexpr std::uint64_t steps_max = 200'000;
constexpr std::uint64_t steps_per_instant_max = 5'000;

NetworkId network() {
  NetworkId id;
  id.bytes.fill(std::byte{0x4E});
  return id;
}

std::uint64_t seed_for(std::uint64_t seed, SiteId site) { return seed * 1'000'003 + site.value(); }

}  // namespace

void SeededRandom::fill(std::span<std::byte> out) {
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (i % 8 == 0) {
      state_ += 0x9E3779B97F4A7C15U;
      word = state_;
      word = (word ^ (word >> 30)) * 0xBF58476D1CE4E5B9U;
      word = (word ^ (word >> 27)) * 0x94D049BB133111EBU;
      word ^= word >> 31;
    }
    out[i] = static_cast<std::byte>(word >> (8 * (i % 8)));
  }
}

std::optional<crypto::Key32> Secrets::with(SiteId peer) const {
  crypto::Key32 pair;
  pair.bytes()[0] = static_cast<std::byte>(std::min(own_, peer).value());
  pair.bytes()[1] = static_cast<std::byte>(std::max(own_, peer).value());
  return crypto::derive(pair, "redress/sim/1");
}

bool OpenRouter::opens(const journal::What& what) const {
  static const Kind opening = casework::Kinds{casework::shipped_kinds()}.opening().kind;
  return what.kind == opening;
}

std::vector<SiteId> OpenRouter::gains(const journal::What& what, const std::vector<SiteId>& standing) const {
  // Standing is gained by opening a case, or by being named; a later entry of one's own gives none.
  std::vector<SiteId> wanted;
  if (opens(what)) wanted.push_back(what.author);
  wanted.insert(wanted.end(), what.to.begin(), what.to.end());
  std::vector<SiteId> out;
  for (const SiteId site : wanted) {
    const bool held = std::count(standing.begin(), standing.end(), site) + std::count(out.begin(), out.end(), site) > 0;
    if (!held && site != head_office) out.push_back(site);  // it has standing in everything
  }
  return out;
}

journal::Domain sim_domain() { return {&crypto::intl(), network()}; }

Node::Node(SiteId site_id, SiteId parent_id, std::uint64_t seed, const casework::Kinds& table)
    : id{site_id},
      parent{parent_id},
      kinds{table},
      random{seed_for(seed, site_id)},
      keys{crypto::make_site_keys(random)},
      signer{keys.signing},
      secrets{site_id} {
  start();
}

store::SiteOptions Node::options() const {
  store::SiteOptions out;
  out.site = id;
  out.domain = sim_domain();
  out.kek = keys.kek;
  out.signer = &signer;
  out.pairwise = &secrets;
  out.router = id == head_office ? &router : nullptr;
  out.damage = damage;
  return out;
}

void Node::start() {
  desk.reset();
  damage = std::make_shared<store::Damage>();
  auto opened = store::Site::open(truth, options(), random);
  REDRESS_ASSERT(opened.has_value());
  site = std::move(*opened);
  serial = std::make_unique<store::Serial>(site->last_serial());
  store::DeskOptions at{options(), parent, 480, {}};
  if (id == head_office) at.parent_of = [](SiteId) { return std::optional<SiteId>{head_office}; };
  desk = std::make_unique<store::Desk>(truth, at, kinds, *serial, random);
}

Pair::Pair(const PairOptions& options) : kinds_{options.kinds}, options_{options}, random_{options.seed} {
  gateway_ = std::make_unique<Node>(head_office, SiteId{}, options.seed, kinds_);
  for (std::size_t i = 0; i < options.branches; ++i) {
    const SiteId id{static_cast<std::uint32_t>(i + 2)};
    const SiteId parent = options.chained && i > 0 ? SiteId{id.value() - 1} : head_office;
    branches_.push_back(std::make_unique<Branch>());
    branches_.back()->node = std::make_unique<Node>(id, parent, options.seed, kinds_);
    start_session(*branches_.back());
  }
}

Now Pair::now(const Node& node) const { return {clock_, WallTime{epoch_ms + clock_.value() + node.clock_ahead_ms}}; }

sync::Self Pair::self_of(const Node& node) const {
  sync::Self self;
  self.domain = sim_domain();
  self.site = node.id;
  self.signer = &node.signer;
  self.streams = node.site.get();
  self.window_bytes = options_.window_bytes;
  self.version = "sim";
  if (node.id != head_office) self.protocol_max = options_.branch_protocol;
  return self;
}

void Pair::start_session(Branch& branch) {
  const sync::AgentPeer peer{gateway_->keys.signing.public_key};
  branch.session = std::make_unique<sync::AgentSession>(self_of(*branch.node), peer, branch.node->random);
}

sync::GatewaySession* Pair::served(std::size_t i) { return branches_.at(i)->served.get(); }

void Pair::cut_all(Cut how) {
  for (const auto& branch : branches_) branch->cut = how;
}

void Pair::crash(Node& node) {
  for (const auto& branch : branches_) note_shown(*branch);
  ++node.crashes;
  node.crash_after_commit = false;
  node.truth.crash();
  for (std::size_t i = 0; i < branches_.size(); ++i) {
    Branch& branch = *branches_[i];
    if (node.id == head_office) {
      branch.served.reset();
      // Half of them are told by their operating system; the others find out for themselves.
      if (branch.line != 0 && random_.chance(500)) {
        due_.push({after_ms(clock_, weather.delay_ms), ++orders_, i, Due::What::down, branch.line, {}});
      }
    } else if (branch.node.get() == &node) {
      branch.session.reset();
      branch.line = 0;
    }
  }
  node.start();
  for (const auto& branch : branches_) {
    if (branch->session == nullptr) start_session(*branch);
  }
}

void Pair::restore(Node& node, MemoryTruth::Image image) {
  node.truth.restore(std::move(image));
  crash(node);
  // What a disk had shown is gone with it.
  if (node.id != head_office) branches_[index_of(node)]->receipted = Seq{};
}

void Pair::inject_to_gateway(ByteView frame, std::size_t i) {
  arrive({clock_, 0, i, Due::What::to_gateway, branches_.at(i)->line, copy_of(frame)});
}

void Pair::inject_to_branch(ByteView frame, std::size_t i) {
  arrive({clock_, 0, i, Due::What::to_branch, branches_.at(i)->line, copy_of(frame)});
}

void Pair::arrive(const Due& due) {
  Branch& branch = *branches_[due.branch];
  const bool up_cut = branch.cut == Cut::up || branch.cut == Cut::both;
  const bool down_cut = branch.cut == Cut::down || branch.cut == Cut::both;
  const bool for_agent = due.what != Due::What::to_gateway;
  if (for_agent ? (due.line != branch.line || down_cut) : (due.line < branch.served_line || up_cut)) return;
  Node& agent = *branch.node;
  switch (due.what) {
    case Due::What::up:
      branch.session->on_line_up(now(agent));
      break;
    case Due::What::down:
      branch.session->on_line_down(now(agent), Code::unreachable);
      break;
    case Due::What::to_branch:
      branch.session->on_frame(now(agent), due.frame);
      break;
    case Due::What::to_gateway:
      if (branch.served == nullptr || due.line > branch.served_line) {
        const sync::BranchPeer peer{agent.id, agent.keys.signing.public_key};
        branch.served = std::make_unique<sync::GatewaySession>(self_of(*gateway_), peer, gateway_->random);
        branch.served_line = due.line;
      }
      branch.served->on_frame(now(*gateway_), due.frame);
      break;
  }
  turn(for_agent ? agent : *gateway_);
}

void Pair::tick() {
  for (const auto& branch : branches_) {
    if (branch->session->next_deadline() > clock_) continue;
    branch->session->on_tick(now(*branch->node));
    turn(*branch->node);
  }
  for (const auto& branch : branches_) {
    if (branch->served == nullptr || branch->served->next_deadline() > clock_) continue;
    branch->served->on_tick(now(*gateway_));
    turn(*gateway_);
  }
}

Instant Pair::next_deadline() const {
  Instant next = never;
  for (const auto& branch : branches_) {
    next = std::min(next, branch->session->next_deadline());
    if (branch->served != nullptr) next = std::min(next, branch->served->next_deadline());
  }
  return next;
}

std::optional<Result<store::Outcome>> Pair::turn(Node& node, const std::optional<store::Append>& append) {
  std::vector<store::Work> work;
  if (append) work.emplace_back(*append);
  std::optional<Result<store::Outcome>> answer;
  if (node.id == head_office) {
    turn_gateway(std::move(work), answer);
  } else {
    turn_branch(*branches_[index_of(node)], std::move(work), answer);
  }
  return answer;
}

bool Pair::survives(Node& node, const std::vector<Result<store::Outcome>>& outcomes) {
  const bool unknown = std::any_of(outcomes.begin(), outcomes.end(), [](const auto& outcome) {
    return !outcome && outcome.error().code == Code::unknown_outcome;
  });
  if (outcomes.empty() || (!unknown && !node.crash_after_commit && !random_.chance(weather.crashes))) return true;
  crash(node);
  return false;
}

namespace {

// Tells a session what became of its writes. Why the first of those that failed did.
template <typename Session>
std::optional<Error> answer_writes(Session& session, Now now, std::span<const Result<store::Outcome>> outcomes) {
  std::optional<Error> failed;
  for (const auto& outcome : outcomes) {
    if (!outcome) {
      if (!failed) failed = outcome.error();
    } else if (const auto* receipt = std::get_if<journal::Receipt>(&*outcome)) {
      session.on_committed(*receipt);
    } else if (std::holds_alternative<store::Renewed>(*outcome)) {
      if constexpr (requires { session.on_renewed(now); }) session.on_renewed(now);
    }
  }
  return failed;
}

void add(std::vector<store::Work>& work, const std::vector<sync::Write>& writes) {
  for (const sync::Write& write : writes) {
    std::visit([&work](const auto& piece) { work.emplace_back(piece); }, write);
  }
}

}  // namespace

void Pair::turn_branch(Branch& branch, std::vector<store::Work> work, std::optional<Result<store::Outcome>>& answer) {
  Node& node = *branch.node;
  const std::size_t own = work.size();
  sync::Step step = branch.session->take_step();
  add(work, step.writes);
  std::vector<Result<store::Outcome>> outcomes;
  if (!work.empty()) outcomes = node.site->commit(work, now(node).wall);
  if (!survives(node, outcomes)) return;
  if (own > 0) answer = outcomes.front();
  if (const auto failed = answer_writes(*branch.session, now(node), std::span{outcomes}.subspan(own))) {
    step.sends.clear();
    branch.session->on_commit_failed(now(node), *failed);
  }
  while (branch.session->on_sendable(now(node))) {
  }
  sync::Step more = branch.session->take_step();
  REDRESS_ASSERT(more.writes.empty());
  for (sync::Step* part : {&step, &more}) {
    for (Bytes& frame : part->sends) send(index_of(node), node.id, std::move(frame));
    node.events.insert(node.events.end(), part->events.begin(), part->events.end());
  }
  obey(branch, more.line == sync::Line::keep ? step.line : more.line);
}

void Pair::turn_gateway(std::vector<store::Work> work, std::optional<Result<store::Outcome>>& answer) {
  Node& node = *gateway_;
  const std::size_t own = work.size();
  std::vector<sync::Step> steps(branches_.size());
  std::vector<std::size_t> starts;
  for (std::size_t i = 0; i < branches_.size(); ++i) {
    if (branches_[i]->served != nullptr) steps[i] = branches_[i]->served->take_step();
    starts.push_back(work.size());
    for (sync::Write& write : steps[i].writes) await_all(write);
    add(work, steps[i].writes);
  }
  const Epoch epoch = node.site->epoch();
  std::vector<Result<store::Outcome>> outcomes;
  if (!work.empty()) outcomes = node.site->commit(work, now(node).wall);
  if (!survives(node, outcomes)) return;
  if (own > 0) answer = outcomes.front();
  for (std::size_t i = 0; i < branches_.size(); ++i) {
    sync::GatewaySession* session = branches_[i]->served.get();
    if (session == nullptr) continue;
    if (answer_writes(*session, now(node), std::span{outcomes}.subspan(starts[i], steps[i].writes.size()))) {
      steps[i].sends.clear();
      session->on_commit_failed();
    }
    if (node.site->epoch() != epoch)
      session->refuse({Code::recovering, "head office goes on in a new epoch", "session"}, 0);
    while (session->on_sendable(now(node))) {
    }
    sync::Step more = session->take_step();
    REDRESS_ASSERT(more.writes.empty());
    for (sync::Step* part : {&steps[i], &more}) {
      for (Bytes& frame : part->sends) send(i, head_office, std::move(frame));
      node.events.insert(node.events.end(), part->events.begin(), part->events.end());
    }
  }
}

// Every branch may still hold what head office lost.
void Pair::await_all(sync::Write& write) const {
  std::vector<SiteId>* unheard = nullptr;
  if (auto* renew = std::get_if<sync::RenewOffice>(&write)) unheard = &renew->unheard;
  auto* rewind = std::get_if<sync::RewindFeed>(&write);
  if (rewind != nullptr && !rewind->damaged) unheard = &rewind->unheard;
  if (unheard == nullptr) return;
  for (const auto& branch : branches_) unheard->push_back(branch->node->id);
}

void Pair::send(std::size_t i, SiteId from, Bytes frame) {
  const Branch& branch = *branches_[i];
  const bool up = from != head_office;
  ++frames_sent;
  const bool cut = branch.cut == Cut::both || branch.cut == (up ? Cut::up : Cut::down);
  const bool lost = random_.chance(weather.loss);
  const bool twice = random_.chance(weather.duplicates);
  if (cut || lost || (tap && !tap(from, frame))) return;
  const auto what = up ? Due::What::to_gateway : Due::What::to_branch;
  const std::uint64_t line = up ? branch.line : branch.served_line;
  const Instant carried = carry(*branches_[i], up, frame.size());
  for (int copy = 0; copy < (twice ? 2 : 1); ++copy) {
    due_.push({after_ms(carried, weather.delay_ms), ++orders_, i, what, line, frame});
  }
}

// When a narrow line has taken it, behind what it was given before.
Instant Pair::carry(Branch& branch, bool up, std::size_t bytes) {
  if (weather.bytes_a_second == 0) return clock_;
  Instant& free_at = up ? branch.up_free_at : branch.down_free_at;
  free_at = after_ms(std::max(free_at, clock_), static_cast<std::int64_t>(bytes) * 1'000 / weather.bytes_a_second);
  return free_at;
}

void Pair::obey(Branch& branch, sync::Line line) {
  if (line == sync::Line::close) branch.line = 0;
  if (line != sync::Line::open) return;
  branch.line = ++lines_;
  // What the last one had not carried yet is gone with it.
  branch.up_free_at = branch.down_free_at = clock_;
  if (branch.cut != Cut::none) return;
  due_.push(
      {after_ms(clock_, 2 * weather.delay_ms), ++orders_, index_of(*branch.node), Due::What::up, branch.line, {}});
}

Result<store::Appended> Pair::carry_out(Node& node, Result<std::variant<store::Append, store::Appended>> made) {
  if (!made) return fail(made.error());
  if (const auto* before = std::get_if<store::Appended>(&*made)) {
    told_.push_back({node.id, *before});
    return *before;
  }
  const auto answer = turn(node, std::get<store::Append>(*made));
  if (!answer) return fail(Code::unknown_outcome, "the machine died before it answered");
  if (!*answer) return fail((*answer).error());
  const auto& appended = std::get<store::Appended>(**answer);
  told_.push_back({node.id, appended});
  return appended;
}

Result<store::Appended> Pair::register_case(Node& node, std::string_view key,
                                            const std::vector<casework::FieldText>& fields) {
  const std::vector<casework::FieldText> plain{{"narrative", "The counter closed early."}};
  return carry_out(node, node.desk->register_case({StaffId{7}, key, fields.empty() ? plain : fields, now(node).wall}));
}

Result<store::Appended> Pair::act(Node& node, const CaseId& id, std::string_view kind, std::string_view key,
                                  const std::vector<casework::FieldText>& fields) {
  return carry_out(node, node.desk->act(id, kind, {StaffId{7}, key, fields, now(node).wall}));
}

Result<store::Appended> Pair::dispose(const CaseId& id, std::string_view key) {
  return act(*gateway_, id, "disposed", key, {{"decision", "upheld"}, {"opinion", "An apology is due."}});
}

void Pair::step() {
  const Instant deadline = next_deadline();
  if (!due_.empty() && due_.top().at <= deadline) {
    const Due due = due_.top();
    due_.pop();
    clock_ = std::max(clock_, due.at);
    arrive(due);
    return;
  }
  if (deadline == never) return;
  clock_ = std::max(clock_, deadline);
  tick();
}

void Pair::drive(std::int64_t ms) {
  const Instant end = after_ms(clock_, ms);
  std::uint64_t here = 0;
  for (Instant last = clock_;;) {
    const Instant frame = due_.empty() ? never : due_.top().at;
    if (std::min(frame, next_deadline()) > end) break;
    step();
    here = clock_ == last ? here + 1 : 0;
    last = clock_;
    if (here >= steps_per_instant_max) throw std::runtime_error{"a deadline that acting on it does not move"};
  }
  clock_ = end;
}

bool Pair::drive_bounded(std::int64_t ms) {
  const Instant end = after_ms(clock_, ms);
  for (std::uint64_t steps = 0; steps < steps_max && clock_ < end; ++steps) {
    if (is_level()) return true;
    step();
  }
  return is_level();
}

bool Pair::is_level() const {
  const store::Site& centre = *gateway_->site;
  return centre.unheard().empty() && std::all_of(branches_.begin(), branches_.end(), [&](const auto& branch) {
           const store::Site& site = *branch->node->site;
           bool level = site.written().entries == site.written().receipted;
           for (const wire::Held& own : site.own_journals()) {
             if (own.head.mark.seq != Seq{}) level &= centre.mark_of(own.head.stream) == own.head.mark;
           }
           for (const wire::Held& feed : site.received_feeds()) {
             level &= centre.mark_of(feed.head.stream) == feed.head.mark;
           }
           for (const wire::Held& held : centre.streams_of(site.site())) {
             if (held.head.mark.seq == Seq{}) continue;
             level &= site.mark_of(held.head.stream) == held.head.mark;
             if (held.head.stream == feed_for(centre.epoch(), site.site()))
               level &= centre.receipted(held.head.stream) == held.head.mark.seq;
           }
           return level;
         });
}

}  // namespace redress::sim
