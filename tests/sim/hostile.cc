#include "tests/sim/hostile.h"

#include <array>
#include <utility>

namespace redress::sim {
namespace {

// The shipped kinds without a rule: anybody, at any time.
std::vector<casework::KindRow> kinds_without_rules() {
  std::vector<casework::KindRow> rows = casework::shipped_kinds();
  for (casework::KindRow& row : rows) {
    row.who = casework::who_anyone;
    row.when = casework::when_new | casework::when_open | casework::when_ended;
    row.needs_reply = false;
  }
  return rows;
}

}  // namespace

Hostile::Hostile(World& world, Machine& machine, std::uint64_t seed, bool sly)
    : world_{world}, machine_{machine}, dice_{seed}, lenient_{kinds_without_rules()} {
  if (sly) {
    sly_.emplace(split(seed, 57));
    feigns_less_ = sly_->chance(500);
  }
  world_.overheard = [this](Machine& of, Way way, ByteView frame) {
    if (&of == &machine_) overhear(way, frame);
  };
}

void Hostile::begin() {
  world_.at(after_ms(world_.now(), dice_.between(1'000, 600'000)), [this] {
    if (machine_.is_up()) lie();
    begin();
  });
}

void Hostile::overhear(Way way, ByteView frame) {
  if (way == Way::up) {
    if (dice_.chance(300)) last_sent_ = copy_of(frame);
    return;
  }
  const auto decoded = wire::decode(frame);
  if (!decoded) return;
  const auto* welcome = std::get_if<wire::Welcome>(&*decoded);
  if (welcome == nullptr) return;
  session_ = welcome->session;
  if (const auto then = std::exchange(once_welcomed_, nullptr)) then();
}

void Hostile::lie() {
  if (sly_ && lie_slyly()) return;
  constexpr std::array<unsigned, 9> weights{2, 4, 4, 6, 3, 3, 10, 3, 8};
  const std::size_t how = dice_.weighted(weights);
  world_.marks.hit("lie " + std::to_string(how + 1));
  switch (how) {
    case 0:
      return send_noise();
    case 1:
      return send_changed();
    case 2:
      return lie_in_hello();
    case 3:
      return lie_in_batch();
    case 4:
      return lie_in_receipt();
    case 5:
      return lie_in_beat();
    case 6:
      return act_beyond_authority();
    case 7:
      return act_on_strange_case();
    default:
      return lie_in_new_batch();
  }
}

void Hostile::send_noise() {
  Bytes noise(dice_.index(900));
  dice_.fill(noise);
  world_.send_as(machine_, std::move(noise));
}

void Hostile::send_changed() {
  if (last_sent_.empty()) return;
  Bytes frame = last_sent_;
  for (std::size_t times = 1 + dice_.index(3); times > 0; --times) {
    frame[dice_.index(frame.size())] ^= std::byte{static_cast<unsigned char>(1U << dice_.index(8))};
  }
  world_.send_as(machine_, std::move(frame));
}

wire::Hello Hostile::hello() const {
  wire::Hello out;
  out.protocol_min = wire::protocol_min;
  out.protocol_max = machine_.common.heals ? wire::protocol_max : std::uint16_t{wire::protocol_heals - 1};
  out.suite = world_.common().domain.suite->id;
  out.network = world_.common().domain.network;
  out.site = machine_.site;
  out.journals = machine_.store->own_journals();
  for (const wire::Held& feed : machine_.store->received_feeds()) out.received.push_back(feed.head);
  out.window = 1 << 20;
  out.version = "sim";
  return out;
}

void Hostile::lie_in_hello() {
  wire::Hello out = hello();
  const SiteId other{static_cast<std::uint32_t>(1 + dice_.index(world_.size()))};
  switch (dice_.index(7)) {
    case 0:
      out.site = other;
      break;
    case 1:
      out.journals.back().head.stream.owner = other;
      break;
    case 2:
      out.journals.back().head.mark = {Seq{1 + dice_.index(200)}, dice_.fixed<Digest>()};
      break;
    case 3:
      out.received.push_back({feed_for(world_.centre().store ? world_.centre().store->epoch() : Epoch{7}, other),
                              {Seq{1 + dice_.index(200)}, dice_.fixed<Digest>()},
                              Seq{1}});
      break;
    case 4:
      out.token = dice_.fixed<LinkToken>();
      break;
    case 5:
      out.feeds = {lost_feed()};
      break;
    default:
      out.network = dice_.fixed<NetworkId>();
      break;
  }
  world_.send_as(machine_, wire::encode(out));
}

// Places of its feed that head office never wrote, with its own word for them.
wire::Held Hostile::lost_feed() {
  const Epoch epoch = world_.centre().store ? world_.centre().store->epoch() : Epoch{7};
  wire::Held out{
      {feed_for(epoch, machine_.site), {Seq{500 + dice_.index(200)}, dice_.fixed<Digest>()}, Seq{1}}, {}, {}};
  out.proof = journal::encode(
      journal::sign(world_.common().domain, *machine_.options().signer,
                    {{}, {}, out.head.stream, out.head.mark, WallTime{}, machine_.store->ledger(), {}}));
  return out;
}

// A batch of its own journal, or what it calls so, with one thing wrong, and its good signature over it.
void Hostile::lie_in_batch() {
  const StreamName journal = machine_.store->journal();
  const auto head = machine_.store->mark_of(journal);
  if (!head || head->seq == Seq{}) return;
  const Seq from{1 + dice_.index(head->seq.value())};
  sync::Outgoing read = machine_.store->read({journal, from, 4, std::size_t{1} << 16, head_office});
  if (read.items.empty()) return;
  wire::Batch batch{session_, journal, from, std::move(read.items), {}, {}};
  journal::Mark mark = read.last;
  wire::Item& item = batch.items[dice_.index(batch.items.size())];
  const SiteId other{static_cast<std::uint32_t>(1 + dice_.index(world_.size()))};
  switch (dice_.index(5)) {
    case 0:
      item.body[dice_.index(item.body.size())] ^= std::byte{1};
      break;
    case 1:
      item.header[dice_.index(item.header.size())] ^= std::byte{1};
      break;
    case 2:
      batch.first = Seq{batch.first.value() + 1 + dice_.index(5)};
      break;
    case 3:
      batch.stream.owner = other;
      break;
    default:
      mark.digest = dice_.fixed<Digest>();
      break;
  }
  batch.checkpoint = journal::sign(world_.common().domain, *machine_.options().signer,
                                   {{}, {}, batch.stream, mark, WallTime{}, machine_.store->ledger(), {}});
  world_.send_as(machine_, wire::encode(batch));
}

void Hostile::lie_in_new_batch() {
  const auto id = some_case();
  if (!id || !world_.centre().is_up()) return;
  const std::size_t how = dice_.index(6);
  const Machine& other = world_.machine(1 + dice_.index(world_.size() - 1));
  if (how != 5 || !other.is_up()) return send_new_batch(machine_, other, *id, how);
  // It speaks for another branch, in that one's journal.
  wire::Hello as_other = hello();
  as_other.site = other.site;
  as_other.journals = other.store->own_journals();
  world_.send_as(machine_, wire::encode(as_other));
  once_welcomed_ = [this, &other, id] {
    if (other.is_up() && world_.centre().is_up()) send_new_batch(other, other, *id, 5);
  };
}

void Hostile::send_new_batch(const Machine& as, const Machine& other, const CaseId& id, std::size_t how) {
  const journal::Domain& domain = world_.common().domain;
  const StreamName journal = as.store->journal();
  const auto head = world_.centre().store->mark_of(journal);
  if (!head) return;
  const crypto::CaseKey key = crypto::make_case_key(id, dice_);
  const journal::Place place{how == 3 ? other.site : as.site, journal.epoch, head->seq.next(),
                             how == 4 ? dice_.fixed<Digest>() : head->digest};
  auto item = entry_at(place, key, id, dice_);
  if (!item) return;
  wire::Batch batch{session_, journal, place.seq, {std::move(*item)}, {}, {}};
  const journal::Mark mark{place.seq, journal::entry_digest(domain, batch.items.front().header)};
  batch.checkpoint = word_for(journal, mark);
  if (how == 1) batch.items.front().body.back() ^= std::byte{1};
  if (how == 2) batch.checkpoint.signature.bytes.front() ^= std::byte{1};
  world_.send_as(machine_, wire::encode(batch));
}

// What nobody can read, in the name of whose journal it is.
std::optional<wire::Item> Hostile::entry_at(const journal::Place& place, const crypto::CaseKey& key, const CaseId& id,
                                            Dice& dice) const {
  const journal::Domain& domain = world_.common().domain;
  journal::Header header;
  header.place = place;
  header.what.suite = domain.suite->id;
  header.what.kind = Kind{5};
  header.what.author = place.site;
  header.what.staff = StaffId{66};
  header.what.case_id = id;
  header.what.key = key.id;
  header.what.command = dice.fixed<CommandId>();
  crypto::Sealer sealer{dice};
  auto body = sealer.seal(key, journal::associated_data(domain, header.what), view_of("nothing"));
  if (!body) return std::nullopt;
  header.body_bytes = static_cast<std::uint32_t>(body->size());
  const std::array<ByteView, 1> parts{ByteView{*body}};
  header.body = domain.suite->hash(parts);
  return wire::Item{journal::encode(header), std::move(*body)};
}

journal::Checkpoint Hostile::word_for(const StreamName& stream, const journal::Mark& mark) const {
  return journal::sign(world_.common().domain, *machine_.options().signer,
                       {{}, {}, stream, mark, WallTime{}, machine_.store->ledger(), {}});
}

// It goes on in an epoch of its own, as a store that was put back does, and keeps the word to itself that it gave
// before.
void Hostile::fork_without_word() {
  const auto id = some_case();
  if (!id || !world_.centre().is_up()) return;
  const journal::Domain& domain = world_.common().domain;
  const StreamName left = machine_.store->journal();
  const auto common = world_.centre().store->mark_of(left);
  if (!common || common->seq == Seq{}) return;
  const StreamName journal = journal_of(machine_.site, Epoch{sly_->next() | 1});
  const journal::Parent parent{left.epoch, *common};
  const journal::Mark none{Seq{}, journal::genesis(domain, journal, parent)};
  wire::Hello out = hello();
  out.journals.push_back({{journal, none, Seq{1}}, parent, {}});
  world_.send_as(machine_, wire::encode(out));
  once_welcomed_ = [this, id = *id, journal, parent, none] {
    const crypto::CaseKey key = crypto::make_case_key(id, *sly_);
    auto item = entry_at({machine_.site, journal.epoch, Seq{1}, none.digest}, key, id, *sly_);
    if (!item) return;
    wire::Batch batch{session_, journal, Seq{1}, {std::move(*item)}, {}, {}};
    const journal::Mark mark{Seq{1}, journal::entry_digest(world_.common().domain, batch.items.front().header)};
    batch.checkpoint = word_for(journal, mark);
    world_.send_as(machine_, wire::encode(batch));
    forks_.push_back({{journal, mark, Seq{1}}, parent, {}});
    world_.marks.hit("lie fork without word");
  };
}

// Head office keeps what a fork's author signed before it, once for each epoch: now all of it, while it has no room.
void Hostile::give_word() {
  wire::Held fork = forks_.back();
  forks_.pop_back();
  fork.proof = journal::encode(word_for(journal_of(machine_.site, fork.parent->epoch), fork.parent->mark));
  wire::Hello out = hello();
  out.journals.push_back(fork);
  world_.send_as(machine_, wire::encode(out));
  world_.marks.hit("lie word to a full store");
}

bool Hostile::lie_slyly() {
  const Machine& centre = world_.centre();
  if (!forks_.empty() && centre.is_up() && centre.store->is_full()) {
    give_word();
    return true;
  }
  if (!sly_->chance(200)) return false;
  fork_without_word();
  return true;
}

void Hostile::lie_in_receipt() {
  if (!world_.centre().is_up()) return;
  const StreamName feed = feed_for(world_.centre().store->epoch(), machine_.site);
  const Seq to{1 + dice_.index(500)};
  const auto known = machine_.store->digest_at(feed, to);
  const journal::Receipt receipt = journal::sign(
      world_.common().domain, *machine_.options().signer,
      {{}, {}, feed, Seq{1}, {to, known.value_or(dice_.fixed<Digest>())}, WallTime{}, machine_.store->ledger(), {}});
  world_.send_as(machine_, wire::encode(wire::Receipted{session_, receipt, 1 << 20}));
}

void Hostile::lie_in_beat() {
  wire::Beat beat{session_, {}, {}, WallTime{INT64_MAX}};
  const SiteId other{static_cast<std::uint32_t>(1 + dice_.index(world_.size()))};
  for (const SiteId of : {machine_.site, other}) {
    beat.heads.push_back({journal_of(of, Epoch{dice_.next() | 1}), {Seq{dice_.next()}, dice_.fixed<Digest>()}, Seq{1}});
  }
  world_.send_as(machine_, wire::encode(beat));
}

std::optional<CaseId> Hostile::some_case() {
  const MemoryTruth::Rows& rows = machine_.truth.rows(store::Table::by_case);
  if (rows.empty()) return std::nullopt;
  auto row = rows.begin();
  std::advance(row, static_cast<std::ptrdiff_t>(dice_.index(rows.size())));
  Reader in{row->first};
  return in.fixed<CaseId>();
}

void Hostile::submit(store::Append append) {
  world_.submit(machine_, {std::move(append), [](const Result<store::Appended>&) {}});
}

void Hostile::act_beyond_authority() {
  const auto id = some_case();
  if (!id) return;
  static const std::array<std::string, 6> kinds{"disposed", "started", "replied", "closed", "withdrawn", "reopened"};
  const std::string& kind = kinds[dice_.index(kinds.size())];
  std::vector<casework::FieldText> fields;
  for (const casework::Field& field : lenient_.find(kind)->fields) {
    if (field.required) fields.emplace_back(field.name, "because");
  }
  store::DeskOptions at{machine_.options(), machine_.parent, 480, {}};
  store::Desk desk{machine_.truth, at, lenient_, *machine_.serial, machine_.random};
  const std::string key = "lies/" + std::to_string(++keys_);
  auto made = desk.act(*id, kind, {StaffId{66}, key, fields, machine_.now(world_.now()).wall});
  auto* append = made ? std::get_if<store::Append>(&*made) : nullptr;
  if (append == nullptr) return;
  // Now and then it names who it likes, and claims to have seen what was not written, or less than it has.
  if (dice_.chance(200)) append->what.to = {SiteId{static_cast<std::uint32_t>(1 + dice_.index(world_.size()))}};
  const std::uint64_t seen = append->what.seen.seq.value();
  if (dice_.chance(100)) append->what.seen.seq = Seq{feigns_less_ ? seen / 2 : seen + 1'000};
  world_.marks.hit("lie beyond authority");
  submit(std::move(*append));
}

void Hostile::act_on_strange_case() {
  // Numbers that head office has given a case already: those of others it cannot guess.
  const MemoryTruth::Rows& rows = world_.centre().truth.rows(store::Table::by_case);
  if (rows.empty()) return;
  Reader in{rows.rbegin()->first};
  const CaseId id = in.fixed<CaseId>();
  const crypto::CaseKey key = crypto::make_case_key(id, dice_);
  journal::What what;
  what.suite = world_.common().domain.suite->id;
  what.kind = Kind{static_cast<std::uint16_t>(1 + dice_.index(9))};
  what.author = machine_.site;
  what.staff = StaffId{66};
  what.case_id = id;
  what.key = key.id;
  what.command = dice_.fixed<CommandId>();
  what.time = machine_.now(world_.now()).wall;
  crypto::Sealer sealer{dice_};
  auto body = sealer.seal(key, journal::associated_data(world_.common().domain, what), view_of("nothing"));
  if (!body) return;
  store::Append append;
  append.what = what;
  append.body = std::move(*body);
  append.shown = machine_.store->ledger().position;
  world_.marks.hit("lie on a strange case");
  submit(std::move(append));
}

}  // namespace redress::sim
