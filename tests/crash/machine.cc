#include "tests/crash/machine.h"

#include <algorithm>
#include <filesystem>

#include "crypto/suite_intl.h"
#include "protocol/sync/receiver.h"
#include "store/redo.h"
#include "tests/sim/forge.h"
#include "tests/sim/trace.h"

namespace redress::crash {
namespace {

using store::Table;

constexpr std::size_t map_bytes = std::size_t{64} << 20;
constexpr int branch_cases = 24;  // that the branch of an office has written before the office lives
constexpr std::size_t text_bytes_max = 12'000;

store::LmdbOptions journal_in(const std::string& folder) {
  store::LmdbOptions options{folder + "/journal", store::journal_tables(), map_bytes};
  options.redo = true;
  return options;
}

Digest digest_of_rows(const store::Truth& truth) {
  sim::Trace all{0};
  const Status looked = truth.view([&](const store::Reading& rows) -> Status {
    for (const Table table : store::journal_tables()) {
      all.add(static_cast<std::uint64_t>(table));
      rows.scan(table, {}, [&](ByteView key, ByteView value) {
        all.add(key);
        all.add(value);
        return true;
      });
    }
    return Done{};
  });
  REDRESS_ASSERT(looked.has_value());
  return all.digest();
}

// A signature that held holds for ever: verify asks for the same ones of state after state.
bool verify_once(const PublicKey& key, ByteView message, const Signature& signature) {
  static std::set<Digest> held;
  sim::Trace asked{0};
  asked.add(view_of(key));
  asked.add(message);
  asked.add(view_of(signature));
  if (held.contains(asked.digest())) return true;
  const bool holds = crypto::intl().verify(key, message, signature);
  if (holds) held.insert(asked.digest());
  return holds;
}

const journal::Suite& remembering_suite() {
  static const journal::Suite suite{crypto::intl().id, crypto::intl().hash, &verify_once};
  return suite;
}

bool has_twice(std::vector<Digest> identities) {
  std::sort(identities.begin(), identities.end());
  return std::adjacent_find(identities.begin(), identities.end()) != identities.end();
}

Fault broken(std::string what) {
  Fault fault;
  fault.broken = true;
  fault.what = std::move(what);
  return fault;
}

Fault unusable(std::string what) {
  Fault fault;
  fault.unusable = true;
  fault.what = std::move(what);
  return fault;
}

}  // namespace

struct Machine::Running {
  std::unique_ptr<store::LmdbTruth> truth;
  std::unique_ptr<store::Site> site;
  // Only where people work: of a machine that lives.
  std::unique_ptr<store::Serial> serial;
  std::unique_ptr<store::Desk> desk;
};

Machine::Machine(std::uint64_t seed, Role role, std::string folder, Plant plant)
    : role_{role}, folder_{std::move(folder)}, plant_{plant}, random_{seed}, pair_{seed}, disk_{living(), judged()} {
  pair_.cut(sim::Cut::both);
  if (role_ != Role::office) return;
  for (int i = 1; i <= branch_cases; ++i) {
    const auto saved = pair_.register_case(pair_.branch(), "branch/" + std::to_string(i),
                                           {{"narrative", std::string(static_cast<std::size_t>(i) * 100, 'n')}});
    REDRESS_ASSERT(saved.has_value());
  }
}

Machine::~Machine() {
  std::error_code ignored;
  for (const std::string& path : {living(), judged()}) std::filesystem::remove_all(path, ignored);
}

Life Machine::live(const Files& before, int commits) {
  Life life;
  life.before = before;
  grown_.clear();
  lay_out(before, living(), living());
  DiskRecorder recorder{living()};
  auto site = start(living());
  REDRESS_ASSERT(site.has_value());
  sit_down(**site);
  life.holdings.push_back(holding_of(**site));
  for (int i = 0; i < commits; ++i) {
    const auto work = work_for(**site);
    bool told = plant_ == Plant::told_early;
    if (told) recorder.tell();
    const auto tell = [&] {
      if (!std::exchange(told, true)) recorder.tell();
    };
    bool is_ahead = false;
    REDRESS_ASSERT(commit(**site, work, now(), [&](std::size_t, const store::Appended&) {
      is_ahead = true;
      tell();
    }));
    tell();
    if (is_ahead) ++life.ahead;
    life.holdings.push_back(holding_of(**site));
    if (auto finding = finding_in(**site, life.holdings.back().rows)) {
      life.finding = std::move(*finding);
      return life;
    }
  }
  life.events = recorder.events();
  life.next = std::get<store::Append>(registration(**site));
  life.next_at = now();
  if (plant_ == Plant::no_sync) {
    std::erase_if(life.events, [](const DiskEvent& event) { return event.kind == DiskEvent::Kind::sync; });
    for (DiskEvent& event : life.events) event.is_durable = false;
  }
  if (plant_ == Plant::late_redo) {
    for (DiskEvent& event : life.events) event.is_durable = event.is_durable && !event.path.ends_with(store::redo_file);
  }
  return life;
}

Fault Machine::judge(const Life& life, const Files& files, int told) {
  disk_.lay_out(files);
  const DiskRecorder recorder{judged()};
  const Fault fault = judge_laid_out(life, told);
  disk_.follow(recorder.events());
  return fault;
}

Fault Machine::judge_laid_out(const Life& life, int told) {
  auto site = start(judged());
  if (!site) return broken("it does not open: " + site.error().what);
  const Holding found = holding_of(**site);
  Fault fault = compare(life, found, told);
  if (fault.any()) return fault;
  if (const auto finding = finding_in(**site, found.rows)) {
    fault.unwhole = true;
    fault.what = *finding;
    return fault;
  }
  return use(std::move(*site), life, found);
}

Result<std::unique_ptr<Machine::Running>> Machine::start(const std::string& folder) {
  auto running = std::make_unique<Running>();
  auto truth = store::LmdbTruth::open(journal_in(folder));
  if (!truth) return fail(truth.error());
  running->truth = std::move(*truth);
  auto site = store::Site::open(*running->truth, options(), node().random);
  if (!site) return fail(site.error());
  running->site = std::move(*site);
  return running;
}

void Machine::sit_down(Running& site) {
  site.serial = std::make_unique<store::Serial>(site.site->last_serial());
  store::DeskOptions at{options(), node().parent, 480, {}};
  if (role_ == Role::office) at.parent_of = [](SiteId) { return std::optional<SiteId>{head_office}; };
  site.desk = std::make_unique<store::Desk>(*site.truth, at, node().kinds, *site.serial, node().random);
}

Holding Machine::holding_of(const Running& site) {
  Holding out;
  out.rows = digest_of_rows(*site.truth);
  const auto [at, is_new] = identities_.try_emplace(out.rows);
  if (is_new) {
    for (const store::StoredEntry& entry : sim::entries_in(*site.truth))
      at->second.push_back(journal::identity_of(sim::sim_domain(), entry.item.header));
  }
  out.identities = at->second;
  out.receipted = site.site->receipted(receipted_stream(site));
  if (const auto mark = site.site->mark_of(branch_journal()); mark && role_ == Role::office) out.accepted = mark->seq;
  return out;
}

store::SiteOptions Machine::options() {
  store::SiteOptions out = node().options();
  out.domain.suite = &remembering_suite();
  return out;
}

std::vector<store::Work> Machine::work_for(Running& site) {
  const std::int64_t drawn = random_.below(10);
  if (role_ == Role::office && drawn < 5) {
    if (auto work = acceptance(site)) return {std::move(*work)};
  }
  if (role_ == Role::office && drawn < 8) {
    if (auto work = disposition(site)) return {std::move(*work)};
  }
  const auto head = site.site->mark_of(receipted_stream(site));
  if (drawn == 9 && head && site.site->receipted(receipted_stream(site)) < head->seq) return {receipt(site)};
  std::vector<store::Work> together;
  for (std::int64_t i = random_.below(4); i >= 0; --i) together.push_back(registration(site));
  return together;
}

store::Work Machine::registration(Running& site) {
  Bytes noise(static_cast<std::size_t>(random_.below(random_.chance(200) ? text_bytes_max : 300)) + 1);
  random_.fill(noise);
  auto made = site.desk->register_case(
      {StaffId{7}, "desk/" + std::to_string(++commands_), {{"narrative", to_hex(noise)}}, now()});
  REDRESS_ASSERT(made.has_value());
  return std::get<store::Append>(std::move(*made));
}

// What the peer receipts: a branch's journal, head office's feed for the branch.
StreamName Machine::receipted_stream(const Running& site) {
  const StreamName journal = site.site->journal();
  return role_ == Role::office ? feed_for(journal.epoch, pair_.branch().id) : journal;
}

// The peer's word that a part of that stream is durable there.
store::Work Machine::receipt(Running& site) {
  const StreamName stream = receipted_stream(site);
  const std::uint64_t from = site.site->receipted(stream).value();
  const std::uint64_t to = from + 1 +
                           static_cast<std::uint64_t>(random_.below(
                               static_cast<std::int64_t>(site.site->mark_of(stream)->seq.value() - from)));
  const journal::Mark mark{Seq{to}, *site.site->digest_at(stream, Seq{to})};
  const auto& signer = role_ == Role::office ? pair_.branch().signer : pair_.gateway().signer;
  return sync::KeepReceipt{journal::sign(sim::sim_domain(), signer, {{}, {}, stream, Seq{from + 1}, mark, {}, {}, {}})};
}

// The next entries of the branch's journal. Nothing: all are here.
std::optional<store::Work> Machine::acceptance(Running& site) {
  sim::Node& branch = pair_.branch();
  const StreamName stream = branch_journal();
  if (site.site->tokens(branch.id, stream.epoch).known == LinkToken{})
    return sync::KeepTokens{branch.id, stream.epoch, random_.fixed<LinkToken>(), {}};
  const journal::Mark genesis{Seq{}, journal::genesis(sim::sim_domain(), stream, std::nullopt)};
  const journal::Mark stands = site.site->mark_of(stream).value_or(genesis);
  if (stands.seq == Seq{branch_cases}) return std::nullopt;
  sync::Receiver receiver{sim::sim_domain(), stream, stands, std::nullopt, branch.keys.signing.public_key};
  const auto count = static_cast<std::size_t>(1 + random_.below(5));
  wire::Batch batch = sim::batch_of(branch, SessionId{1}, stands.seq.next(), count);
  const sync::Verdict verdict = receiver.on_batch(batch, *site.site);
  REDRESS_ASSERT(verdict.accept.has_value());
  return *verdict.accept;
}

// On a case that is here and was not decided yet. Nothing: there is none.
std::optional<store::Work> Machine::disposition(Running& site) {
  std::vector<CaseId> cases;
  for (const store::StoredEntry& entry : sim::entries_in(*site.truth)) cases.push_back(entry.header.what.case_id);
  std::sort(cases.begin(), cases.end());
  for (std::size_t i = 0; i < cases.size(); ++i) {
    if (std::count(cases.begin(), cases.end(), cases[i]) > 1) continue;
    auto made = site.desk->act(cases[i], "disposed",
                               {StaffId{1},
                                "office/" + std::to_string(++commands_),
                                {{"decision", "upheld"}, {"opinion", "An apology is due."}},
                                now()});
    REDRESS_ASSERT(made.has_value());
    return std::get<store::Append>(std::move(*made));
  }
  return std::nullopt;
}

bool Machine::commit(Running& site, const std::vector<store::Work>& work, WallTime at,
                     const store::Site::Saved& saved) {
  const auto outcomes = site.site->commit(work, at, saved);
  return std::all_of(outcomes.begin(), outcomes.end(), [](const auto& outcome) { return outcome.has_value(); });
}

Fault Machine::compare(const Life& life, const Holding& found, int told) const {
  Fault fault;
  const Holding& then = life.holdings[static_cast<std::size_t>(told)];
  const auto next = static_cast<std::size_t>(told) + 1;
  const bool is_next = next < life.holdings.size() && found.rows == life.holdings[next].rows;
  // Nobody was told anything in this life: a store that was being made is made anew, in another epoch.
  const bool is_start = told == 0 && found.identities == then.identities;
  fault.doubled = has_twice(found.identities);
  const auto is_there = [&](const Digest& identity) {
    return std::find(found.identities.begin(), found.identities.end(), identity) != found.identities.end();
  };
  fault.lost = !std::all_of(then.identities.begin(), then.identities.end(), is_there) ||
               found.receipted < then.receipted || found.accepted < then.accepted;
  fault.broken = !fault.lost && !fault.doubled && !is_start && !is_next && found.rows != then.rows;
  if (fault.any()) {
    fault.what = std::to_string(found.identities.size()) + " entries, told of " +
                 std::to_string(then.identities.size()) + "; receipts to " + std::to_string(found.receipted.value()) +
                 ", told of " + std::to_string(then.receipted.value()) + "; accepted to " +
                 std::to_string(found.accepted.value()) + ", told of " + std::to_string(then.accepted.value());
  }
  return fault;
}

// The first that verify finds in a store with these rows. Nothing: it is whole.
std::optional<std::string> Machine::finding_in(const Running& site, const Digest& rows) {
  if (whole_.contains(rows)) return std::nullopt;
  const auto keys_of = [this](SiteId of) {
    return std::vector<PublicKey>{(of == head_office ? pair_.gateway() : pair_.branch()).keys.signing.public_key};
  };
  const auto verified = store::verify(*site.truth, options(), keys_of, random_);
  if (!verified) return verified.error().what;
  if (verified->errors != 0) return verified->findings.front().where + " " + verified->findings.front().what;
  whole_.insert(rows);
  return std::nullopt;
}

Fault Machine::use(std::unique_ptr<Running> site, const Life& life, const Holding& before) {
  if (!commit(*site, {*life.next}, life.next_at)) return unusable("it cannot be written to");
  site.reset();
  auto again = start(judged());
  if (!again) return unusable("after it was written to it does not open: " + again.error().what);
  const Holding after = holding_of(**again);
  // The same work on the same rows makes the same rows: what was found in order once need not be looked at again.
  if (const auto known = grown_.find(before.rows); known != grown_.end())
    return after.rows == known->second ? Fault{} : unusable("the same work on the same rows made other rows");
  const bool grew = after.identities.size() == before.identities.size() + 1 &&
                    std::equal(before.identities.begin(), before.identities.end(), after.identities.begin());
  if (!grew || after.receipted != before.receipted || after.accepted != before.accepted)
    return unusable("what was written to it is not all that it holds more");
  if (const auto finding = finding_in(**again, after.rows)) return unusable("after it was written to: " + *finding);
  grown_.emplace(before.rows, after.rows);
  return {};
}

}  // namespace redress::crash
