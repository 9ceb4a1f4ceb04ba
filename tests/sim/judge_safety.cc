// What may never happen, whatever is broken, cut or switched off.
#include <algorithm>

#include "protocol/base/limits.h"
#include "protocol/casework/number.h"
#include "protocol/wire/refusal.h"
#include "tests/sim/judge.h"
#include "tests/sim/peek.h"

namespace redress::sim {
namespace {

constexpr std::size_t heads_kept = 4'096;
constexpr std::uint64_t row_overhead_bytes = 16;  // as the disk counts

std::string site_name(const Machine& machine) {
  return "site " + std::to_string(machine.site.value()) + (machine.is_copy ? " (one of two)" : "") + ": ";
}

std::uint64_t bytes_of(const MemoryTruth::Change& change) {
  return change.key.size() + (change.value ? change.value->size() : 0);
}

// The epoch that a disk's program writes in.
Epoch epoch_in(const MemoryTruth::Rows& local) {
  const auto row = local.find(copy_of(view_of(store::identity_key)));
  if (row == local.end()) return Epoch{};
  Reader in{row->second};
  static_cast<void>(in.u32());
  return Epoch{in.u64()};
}

}  // namespace

Judge::Judge(World& world, const Setting& setting)
    : world_{world},
      setting_{setting},
      opening_{world.common().kinds->opening().kind},
      journal_heads_(world.size()),
      feed_heads_(world.size()),
      heard_(world.size()) {
  for (std::size_t i = 0; i < world.size(); ++i) books_.emplace_back(world.common().domain);
}

void Judge::broke(const Machine& at, const std::string& what) {
  // What a hostile program does to its own disk is nobody's promise.
  if (!at.hostile) broken_.push_back(site_name(at) + what);
}

void Judge::on_shaken(SiteId site) {
  shaken_.insert(site);
  for (Book& book : books_) book.may_repair = true;
}

void Judge::on_new_machine(Machine& machine) {
  books_.emplace_back(world_.common().domain);
  journal_heads_.emplace_back();
  feed_heads_.emplace_back();
  heard_.emplace_back();
  books_.back().may_repair = true;
  books_.back().read(machine.truth.snapshot());
}

bool Judge::is_held_beside(const Machine& machine, const Digest& identity) const {
  for (std::size_t i = 0; i < world_.size(); ++i) {
    if (i != machine.index && is_sound(world_.machine(i)) && books_[i].holds(identity)) return true;
  }
  return false;
}

void Judge::on_left(const Machine& machine) {
  for (const auto& [identity, position] : book_of(machine).held()) {
    if (!is_held_beside(machine, identity)) destroyed_.insert(identity);
  }
}

std::optional<store::CaseFile> Judge::file_at(Machine& machine, Position ledger) {
  const auto identity = book_of(machine).identity_at(ledger);
  const auto fact = identity ? facts_.find(*identity) : facts_.end();
  return fact == facts_.end() ? std::nullopt : machine.desk->file_of(fact->second.case_id);
}

void Judge::on_rotten(Machine& machine, Position ledger, const std::optional<store::CaseFile>& shown) {
  const auto identity = book_of(machine).identity_at(ledger);
  if (!identity) return;
  const auto now = file_at(machine, ledger);
  std::set<Digest> left;
  if (now) {
    for (const casework::Told& told : now->told) left.insert(told.identity);
  }
  // P11: all else is shown as before.
  if (shown) {
    for (const casework::Told& told : shown->told) {
      if (told.identity != *identity && !left.contains(told.identity))
        broke(machine, "P11 what cannot be read hides entry " + short_name(told.identity) + " of its case");
    }
    if (shown->told.size() > 1) world_.marks.hit("bit rotten in a case that has gone on");
  }
  book_of(machine).lose(*identity);
  if (!is_held_beside(machine, *identity)) destroyed_.insert(*identity);
  rotten_.insert(*identity);
  rotten_at_.insert(machine.site);
  rotten_ledger_.insert(ledger);
  on_shaken(machine.site);
}

// By what is on head office's disk, a store that shows this row's token may be the one that is expected.
bool Judge::is_good_token(const Bytes& key, const Bytes& value) {
  const auto& rows = world_.centre().truth.rows(store::Table::local);
  const auto row = rows.find(key);
  if (row == rows.end()) return false;
  // Tokens stand one after the other; the row check behind them is shorter than one.
  constexpr std::size_t size = LinkToken::size;
  const ByteView shown = ByteView{value}.first(size);
  const ByteView good{row->second};
  for (std::size_t at = 0; at + size <= good.size(); at += size) {
    if (same_bytes(good.subspan(at, size), shown)) return true;
  }
  return false;
}

void Judge::on_disk_change(Machine& machine, const MemoryTruth::Image& becomes) {
  Book after{world_.common().domain};
  after.may_repair = true;
  after.read(becomes);
  for (const auto& [identity, position] : book_of(machine).held()) {
    if (!after.holds(identity) && !is_held_beside(machine, identity)) destroyed_.insert(identity);
  }
  on_shaken(machine.site);
  // A link token that has been replaced since marks the image as an old one, once head office knows that it was: a
  // welcome of which it heard nothing again may have been lost.
  const auto& shown = machine.truth.rows(store::Table::local);
  const auto& back = becomes[static_cast<std::size_t>(store::Table::local)];
  old_epochs_.erase(machine.index);
  for (const auto& [key, value] : back) {
    const auto now = shown.find(key);
    const bool token = redress::text_of(key).starts_with("token") && !machine.is_centre();
    if (token && now != shown.end() && now->second != value && !is_good_token(key, value))
      old_epochs_[machine.index] = epoch_in(back);
  }
  after.may_repair = true;
  book_of(machine) = std::move(after);
  journal_heads_[machine.index].clear();
}

void Judge::on_durable(Machine& machine, const MemoryTruth::Commit& commit) {
  Book& book = book_of(machine);
  std::vector<Stored> stored;
  std::vector<std::string> wrong;
  book.take(commit, stored, wrong);
  for (const std::string& what : wrong) broke(machine, what);
  std::set<SiteId> authors;
  if (world_.tell) tell_commit(machine, commit, stored);
  bool wrote = false;
  for (const Stored& one : stored) {
    wrote |= one.header.what.author == machine.site && !facts_.contains(one.identity);
    note_entry(machine, one);
    authors.insert(one.header.what.author);
  }
  if (wrote) judge_room(machine, commit);
  judge_evidence(machine, commit);
  if (authors.size() > 1) world_.marks.hit("commit of several branches");
  if (stored.size() > limits::commit_entries_max)
    broke(machine, "P10 a commit of " + std::to_string(stored.size()) + " entries");
  judge_places(machine);
  judge_receipts(machine);
}

// P10: what people write leaves 2 % of the store to receipts and cursors.
void Judge::judge_room(Machine& machine, const MemoryTruth::Commit& commit) {
  const store::Space after = machine.truth.space();
  std::uint64_t grew = 0;
  for (const MemoryTruth::Change& change : commit) grew += bytes_of(change);
  if (after.used_bytes > after.limit_bytes - after.limit_bytes / 50 + grew)
    broke(machine, "P10 it writes on in the share that is kept for receipts");
}

// P10: who forks again and again costs a full store nothing.
void Judge::judge_evidence(Machine& machine, const MemoryTruth::Commit& commit) {
  const auto is_word = [&](const MemoryTruth::Change& change) {
    return change.table == store::Table::checkpoints && change.value && store::position_of(change.key) == Position{} &&
           store::stream_of(change.key).owner != machine.site;
  };
  if (std::none_of(commit.begin(), commit.end(), is_word)) return;
  // At most: what was written over is counted whole.
  std::uint64_t grew = 0;
  for (const MemoryTruth::Change& change : commit) grew += bytes_of(change) + row_overhead_bytes;
  const store::Space after = machine.truth.space();
  const std::uint64_t before = after.used_bytes - std::min(grew, after.used_bytes);
  const bool full = before > after.limit_bytes - after.limit_bytes / 50;
  world_.marks.hit(full ? "evidence of a fork, full" : "evidence of a fork");
  if (full) broke(machine, "P10 it keeps evidence of a fork in the share that is kept for receipts");
}

void Judge::note_entry(Machine& machine, const Stored& stored) {
  const journal::What& what = stored.header.what;
  const std::string name = "entry " + short_name(stored.identity);
  const auto [fact, fresh] =
      facts_.try_emplace(stored.identity, Fact{what.case_id, what.author, what.kind == opening_, what.to});
  if (fresh && !world_.machine(what.author.value() - 1).hostile) {
    const auto [known, first] = commands_.emplace(std::pair{what.author, what.command}, stored.identity);
    if (!nonces_.emplace(what.key, stored.nonce).second) broke(machine, "P12 a nonce is used again: " + name);
    // A store that was rolled back may have forgotten that it carried a command out.
    if (!first && !shaken_.contains(what.author)) broke(machine, "P3 a command acted twice: " + name);
  }
  // Whoever wrote it stored it first.
  if (fresh && what.author != machine.site && !world_.machine(what.author.value() - 1).hostile)
    broke(machine, "P6 nobody at site " + std::to_string(what.author.value()) + " wrote " + name);
  if (machine.is_centre()) {
    judge_recovery(machine, stored, fresh);
    note_seen(machine, stored.header);
    note_standing(fact->second, standing_);
    if (standing_[what.case_id].size() >= 3) world_.marks.hit("case at three sites");
  } else if (what.author != machine.site && !standing_[what.case_id].contains(machine.site)) {
    broke(machine, "P12 " + name + " of a case in which the site has no standing");
  }
}

// Nobody has seen what was not written yet, nor less than when it wrote the entry before.
void Judge::note_seen(const Machine& centre, const journal::Header& header) {
  const journal::What& what = header.what;
  const StreamName feed = feed_for(what.seen.epoch, what.author);
  const bool now = centre.store && centre.store->epoch() == what.seen.epoch;
  if (now && what.seen.seq > book_of(centre).head_of(feed).seq) feigning_.insert(what.author);
  // Who opens a case need not say.
  if (what.author == head_office || (what.kind == opening_ && what.seen.epoch == Epoch{})) return;
  const auto [last, first] = seen_.try_emplace(journal_of(header.place.site, header.place.epoch), what.seen);
  if (!first && last->second.epoch == what.seen.epoch && what.seen.seq < last->second.seq) {
    feigning_.insert(what.author);
    world_.marks.hit("seen falls");
  }
  last->second = what.seen;
}

// P9: while sites are waited for nobody at head office acts on a case, and what a branch sends up rests on what is
// here: what it had read of others came back before.
void Judge::judge_recovery(Machine& machine, const Stored& stored, bool fresh) {
  const journal::What& what = stored.header.what;
  const std::string name = "entry " + short_name(stored.identity);
  const bool waiting = machine.store && !machine.store->unheard().empty();
  if (waiting && fresh && what.author == head_office && !what.case_id.is_zero())
    broke(machine, "P9 head office acts before every site was heard: " + name);
  // Who was put back itself may have lost what its own entries rest on.
  if (world_.machine(what.author.value() - 1).hostile || shaken_.contains(what.author) || what.author == head_office)
    return;
  const Book& book = book_of(machine);
  const journal::Place& place = stored.header.place;
  const StreamName journal = journal_of(place.site, place.epoch);
  const bool sent_up = book.moved().contains(journal) && book.digest_at(journal, place.seq) == stored.entry;
  for (const Cause& cause : what.after) {
    if (sent_up && !book.holds(cause)) broke(machine, "P9 what it rests on is not here: " + name);
  }
}

void Judge::gain(std::set<SiteId>& standing, SiteId site) const {
  for (std::optional<SiteId> at = site; at && *at != head_office && *at != SiteId{}; at = world_.parent_of(*at)) {
    if (!standing.insert(*at).second) return;
  }
}

// D12, told again: who opens a case, whom one with standing names above or below itself, whom head office names, and
// who supervises these.
void Judge::note_standing(const Fact& fact, Standings& standings) const {
  std::set<SiteId>& standing = standings[fact.case_id];
  // An act of a case that nobody has opened, which a liar may send, gives nobody standing; nor does it to open what is
  // another's by its id.
  const bool own = casework::opener_of(fact.case_id) == fact.author;
  if (fact.opens && own && (standing.empty() || shaken_.contains(head_office))) gain(standing, fact.author);
  if (fact.author != head_office && !standing.contains(fact.author)) return;
  for (const SiteId named : fact.to) {
    const bool may =
        fact.author == head_office || world_.parent_of(fact.author) == named || world_.parent_of(named) == fact.author;
    if (may && world_.parent_of(named)) gain(standing, named);
  }
}

Judge::Standings Judge::standings_now() const {
  if (!shaken_.contains(head_office)) return standing_;
  std::map<Position, const Fact*> entries;
  for (const auto& [identity, position] : books_.front().held()) entries.emplace(position, &facts_.at(identity));
  Standings now;
  Standings before;
  do {
    before = now;
    for (const auto& [position, fact] : entries) note_standing(*fact, now);
  } while (now != before);
  return now;
}

// Every place of a stream says the same wherever it is held.
void Judge::judge_places(Machine& machine) {
  const Book& book = book_of(machine);
  for (const auto& [stream, from] : book.moved()) {
    const journal::Mark head = book.head_of(stream);
    std::vector<Digest>& agreed = agreed_[stream];
    for (Seq seq = from.next(); seq <= head.seq; seq = seq.next()) {
      const Digest digest = *book.digest_at(stream, seq);
      if (agreed.size() < seq.value()) {
        agreed.resize(seq.value());
        agreed[seq.value() - 1] = digest;
      } else if (agreed[seq.value() - 1] != digest && !shaken_.contains(stream.owner)) {
        broke(machine, "P4 two entries at one place: " + name_of(stream, seq));
      }
    }
    const bool own = stream.owner == machine.site;
    auto& heads =
        stream.reader == no_reader ? journal_heads_[machine.index] : feed_heads_.at(stream.reader.value() - 1);
    if (own) {
      heads.emplace_back(world_.now(), head.seq);
      if (heads.size() > heads_kept) heads.pop_front();
      if (stream.reader != no_reader) fed_ += head.seq.value() - from.value();
    }
  }
}

// A receipt that is kept for an own stream is for what its reader holds.
void Judge::judge_receipts(Machine& machine) {
  const Book& book = book_of(machine);
  for (const StreamName& stream : book.newly_receipted()) {
    if (stream.owner != machine.site) continue;
    const Seq receipted = book.receipted(stream);
    const SiteId reader = stream.reader == no_reader ? head_office : stream.reader;
    if (shaken_.contains(reader) || world_.machine(reader.value() - 1).hostile) continue;
    if (receipted > books_[reader.value() - 1].head_of(stream).seq)
      broke(machine, "P1 a receipt is held for what is not durable at the other end: " + name_of(stream, receipted));
  }
}

void Judge::on_sent(Machine& from, Machine& branch, std::uint64_t line, ByteView frame) {
  if (frame.size() > limits::frame_bytes_max) broke(from, "P10 a frame of " + std::to_string(frame.size()) + " bytes");
  if (from.is_centre() && branch.hostile) note_talk(branch, frame);
  switch (kind_of(frame)) {
    case FrameKind::batch:
      // What a liar says about what it holds opens its own window.
      if (!branch.hostile) judge_batch(from, line, frame);
      return;
    case FrameKind::receipt: {
      const auto decoded = wire::decode(frame);
      const auto* told = decoded ? std::get_if<wire::Receipted>(&*decoded) : nullptr;
      if (told == nullptr) return broke(from, "P10 it sends what cannot be read");
      const journal::Receipt& receipt = told->receipt;
      if (book_of(from).digest_at(receipt.stream, receipt.to.seq) != receipt.to.digest)
        broke(from, "P1 a receipt is sent for what is not on the disk: " + name_of(receipt.stream, receipt.to.seq));
      return;
    }
    default:
      return;
  }
}

// What is in flight stays within the window; going back to the last receipt begins anew.
void Judge::judge_batch(Machine& from, std::uint64_t line, ByteView frame) {
  const auto decoded = wire::decode(frame);
  const auto* batch = decoded ? std::get_if<wire::Batch>(&*decoded) : nullptr;
  if (batch == nullptr) return broke(from, "P10 it sends a batch that cannot be read");
  Sending& sending = sendings_[{line, from.is_centre(), batch->stream}];
  if (sending.session != batch->session) sending = Sending{batch->session, {}, 0, {}};
  if (!sending.flights.empty() && batch->first <= sending.flights.back().to) {
    sending.flights.clear();
    sending.bytes = 0;
  }
  const std::size_t window = std::min(world_.common().window_bytes, limits::window_bytes_max);
  if (sending.bytes >= window)
    broke(from, "P10 more than the window is on its way: " + name_of(batch->stream, batch->first));
  std::size_t bytes = 0;
  for (const wire::Item& item : batch->items) bytes += item.header.size() + item.body.size();
  const Seq to{batch->first.value() + batch->items.size() - 1};
  // Its receipt may lie unread behind what made the sender go back.
  if (to <= sending.receipted) return;
  sending.bytes += bytes;
  sending.flights.push_back({to, bytes});
}

void Judge::note_talk(const Machine& branch, ByteView frame) {
  const auto decoded = wire::decode(frame);
  if (!decoded) return;
  if (const auto* welcome = std::get_if<wire::Welcome>(&*decoded)) {
    contradictions_[branch.site].session = welcome->session;
  } else if (std::holds_alternative<wire::Refusal>(*decoded)) {
    contradictions_[branch.site].session = SessionId{};
  }
}

// Of its own journal, another entry than the one that it gave before.
void Judge::note_contradiction(const Machine& branch, ByteView frame) {
  Contradiction& said = contradictions_[branch.site];
  if (said.session == SessionId{}) return;
  const auto decoded = wire::decode(frame);
  const auto* batch = decoded ? std::get_if<wire::Batch>(&*decoded) : nullptr;
  if (batch == nullptr || batch->session != said.session) return;
  if (batch->stream.owner != branch.site || batch->stream.reader != no_reader) return;
  Seq seq = batch->first;
  for (const wire::Item& item : batch->items) {
    const auto held = books_.front().digest_at(batch->stream, seq);
    if (held && journal::decode_header(item.header) &&
        *held != journal::entry_digest(world_.common().domain, item.header)) {
      ++said.times;
      return;
    }
    seq = seq.next();
  }
}

void Judge::on_arrived(Machine& branch, std::uint64_t line, Way way, Instant sent, ByteView frame) {
  Heard& heard = heard_[branch.index];
  if (way == Way::up) heard.any = world_.now();
  if (branch.hostile && way == Way::up) note_contradiction(branch, frame);
  if (branch.hostile) return;
  const FrameKind kind = kind_of(frame);
  if (kind == FrameKind::beat) {
    Beat& beat = way == Way::up ? heard.up : heard.down;
    beat = {world_.now(), std::max(beat.sent, sent), beat.taken(world_.now())};
  }
  if (kind != FrameKind::receipt) return;
  const auto decoded = wire::decode(frame);
  const auto* told = decoded ? std::get_if<wire::Receipted>(&*decoded) : nullptr;
  if (told == nullptr) return;
  const auto found = sendings_.find({line, way == Way::up, told->receipt.stream});
  if (found == sendings_.end() || found->second.session != told->session) return;
  Sending& sending = found->second;
  sending.receipted = std::max(sending.receipted, told->receipt.to.seq);
  while (!sending.flights.empty() && sending.flights.front().to <= told->receipt.to.seq) {
    sending.bytes -= sending.flights.front().bytes;
    sending.flights.pop_front();
  }
}

// A liar's feed alone may not be level then: head office goes on without what decayed in the rest of it.
void Judge::on_decayed() {
  decayed_ = true;
  if (!world_.centre().store) return;
  const store::Site& centre = *world_.centre().store;
  for (std::size_t i = 1; i < world_.size(); ++i) {
    const StreamName feed = feed_for(centre.epoch(), world_.machine(i).site);
    const auto written = centre.mark_of(feed);
    decayed_unlevel_ |= world_.machine(i).hostile && written && centre.receipted(feed) < written->seq;
  }
}

// What only malice, a store that is not what it was, or a bug of ours can cause.
bool Judge::is_explained(const Machine& at, const sync::Event& event) const {
  const auto touched = [&](SiteId site) { return shaken_.contains(site) || world_.machine(site.value() - 1).hostile; };
  const SiteId branch = at.is_centre() ? event.site : at.site;
  switch (*event.code) {
    case Code::version:
    case Code::network:
    case Code::suite:
    case Code::foreign_site:
    case Code::bad_frame:
    case Code::bad_signature:
    case Code::bad_chain:
    case Code::bad_author:
      return world_.machine(branch.value() - 1).hostile;
    case Code::unexpected_frame:
      // Frames come late and twice; that both ends do not mean the same streams is a mistake.
      return event.why.find("not agreed on") == std::string::npos || world_.machine(branch.value() - 1).hostile;
    case Code::damaged:
      return world_.machine(branch.value() - 1).hostile || rotten_at_.contains(branch) || decayed_;
    case Code::recovering:
      // Nobody talks head office into it; a liar's claim is refused by this name.
      return shaken_.contains(head_office) || (event.what != sync::Happening::recovering && touched(branch)) ||
             decayed_unlevel_;
    case Code::fork:
    case Code::old_image:
      return touched(branch) || shaken_.contains(head_office);
    case Code::revoked:
    case Code::unknown_site:
      return world_.machine(branch.value() - 1).revoked;
    default:
      return true;
  }
}

void Judge::on_event(Machine& at, const sync::Event& event) {
  world_.marks.hit(event);
  if (event.what == sync::Happening::up || event.what == sync::Happening::stale) {
    // What was heard before this session began, or belongs to another, was not taken.
    if (at.is_centre()) {
      heard_.at(event.site.value() - 1).up = Beat{};
    } else {
      heard_[at.index].down = Beat{};
    }
  }
  if (at.is_centre() && event.code == Code::fork) contradictions_[event.site].told = true;
  if (event.code && !is_explained(at, event))
    broke(at, "nothing explains: " + std::string{wire::name_of(*event.code)} + ": " + event.why);
}

void Judge::on_stop(Machine& machine, const Error& why) {
  world_.marks.hit("stopped " + std::string{wire::name_of(why.code)});
  if (!stops_expected_.contains(machine.index)) broke(machine, "nothing explains that it stops: " + why.what);
}

void Judge::on_told(const ToldSaved& told) {
  Machine& machine = world_.machine(told.machine);
  const store::Appended& said = told.appended;
  const std::string name = "entry " + short_name(said.identity);
  if (book_of(machine).identity_at(said.ledger) != said.identity)
    broke(machine, "P1 told saved, and not on the disk: " + name);
  const auto [answer, first] = answers_.emplace(told.key, said.identity);
  if (!first && answer->second != said.identity && !shaken_.contains(machine.site))
    broke(machine, "P3 one key, two answers: " + name);
  told_.push_back(told);
}

}  // namespace redress::sim
