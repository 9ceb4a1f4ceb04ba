// One enrolled branch tries to get what is another's, or to write in its name: ten thousand times, by every way that
// the frames give.
#include "tests/hostile/enlisted.h"
#include "tests/sim/forge.h"

namespace redress::hostile {
namespace {

constexpr int attempts = 10'000;

wire::Item item_of(const store::Site& site, Seq seq) {
  return site.read({site.journal(), seq, 1, std::size_t{1} << 20, head_office, false}).items.at(0);
}

// An enrolled site's key and store, and a tongue of its own.
class Thief {
 public:
  Thief(Enlisted& own, const Enlisted& other, const StreamName& others_feed)
      : own_{own}, other_{other}, feed_{others_feed} {
    line_ = own.dial();
    REQUIRE(answered([&] { return line_->link_change() == shell::LinkChange::up; }));
  }

  // The frame that ended it, after the attempt; every frame on the way was looked at.
  wire::Refusal try_way(int way) {
    wire::Hello hello = own_.hello("thief");
    hello.token = token_;
    if (way == 0) hello.site = other_.token.site;
    if (way == 1) hello.journals = other_.site->own_journals();
    if (way == 2) hello.journals.insert(hello.journals.begin(), other_.site->own_journals().at(0));
    if (way == 3) hello.feeds = {{{feed_, {}, Seq{1}}, std::nullopt, {}}};
    say(hello);
    if (way <= 3) return refusal();
    REQUIRE(answered([&] { return take_until_welcome(); }));
    say(attack(way));
    return refusal();
  }

  static constexpr int ways = 14;
  int leaks = 0;  // frames that named what is the other's, refusals aside

 private:
  [[nodiscard]] bool answered(const std::function<bool()>& holds) {
    const system_test::Deadline deadline;
    while (!holds()) {
      if (deadline.left_ms() == 0) return false;
      shell::Poller poller;
      poller.watch(*line_);
      REQUIRE(poller.wait(50).has_value());
    }
    return true;
  }
  void say(const wire::Frame& frame) {
    REQUIRE(answered([&] { return line_->send(wire::encode(frame)); }));
  }
  [[nodiscard]] std::optional<wire::Frame> next() {
    const auto bytes = line_->receive();
    if (!bytes) return std::nullopt;
    auto frame = wire::decode(*bytes);
    REQUIRE(frame.has_value());
    if (names_the_other(*frame)) ++leaks;
    return std::move(*frame);
  }
  bool take_until_welcome() {
    const auto frame = next();
    const auto* welcome = frame ? std::get_if<wire::Welcome>(&*frame) : nullptr;
    if (welcome == nullptr) return false;
    session_ = welcome->session;
    token_ = welcome->token;
    return true;
  }
  wire::Refusal refusal() {
    std::optional<wire::Refusal> told;
    REQUIRE(answered([&] {
      const auto frame = next();
      if (frame && std::holds_alternative<wire::Refusal>(*frame)) told = std::get<wire::Refusal>(*frame);
      return told.has_value();
    }));
    return *told;
  }
  [[nodiscard]] bool is_others(const StreamName& stream) const {
    return stream.owner == other_.token.site || stream.reader == other_.token.site;
  }
  [[nodiscard]] bool names_the_other(const wire::Frame& frame) const {
    const auto any = [&](const std::vector<wire::Cursor>& cursors) {
      return std::any_of(cursors.begin(), cursors.end(), [&](const auto& one) { return is_others(one.stream); });
    };
    if (std::holds_alternative<wire::Batch>(frame)) return true;  // This site has no case: nothing is its to read.
    if (const auto* welcome = std::get_if<wire::Welcome>(&frame)) return any(welcome->cursors);
    if (const auto* beat = std::get_if<wire::Beat>(&frame)) return any(beat->heads) || any(beat->received);
    if (const auto* probe = std::get_if<wire::Probe>(&frame)) return is_others(probe->stream);
    if (const auto* receipted = std::get_if<wire::Receipted>(&frame)) return is_others(receipted->receipt.stream);
    if (const auto* hole = std::get_if<wire::Hole>(&frame)) return is_others(hole->stream);
    return false;
  }
  [[nodiscard]] wire::Batch batch_of(const StreamName& stream, std::vector<wire::Item> items) const {
    journal::Mark mark;
    for (const wire::Item& item : items) mark = {mark.seq.next(), journal::entry_digest(own_.domain, item.header)};
    const journal::Checkpoint checkpoint =
        journal::sign(own_.domain, *own_.signer, {{}, {}, stream, mark, shell::wall_now(), {}, {}});
    return {session_, stream, Seq{1}, std::move(items), {}, checkpoint};
  }
  [[nodiscard]] wire::Frame attack(int way) const {
    const StreamName mine = own_.site->journal();
    const StreamName theirs = other_.site->journal();
    const wire::Item stolen = item_of(*other_.site, Seq{1});
    switch (way) {
      case 4:  // their own entry, signed by them, said by us
        return wire::Batch{session_, theirs, Seq{1}, {stolen}, {}, *other_.site->checkpoint_at(theirs, Seq{1})};
      case 5:  // under our signature
        return batch_of(theirs, {stolen});
      case 6:  // as one of ours
        return batch_of(mine, {stolen});
      case 7: {  // their name on an entry in our journal
        auto header = journal::decode_header(stolen.header);
        header->place = {mine.owner, mine.epoch, Seq{1}, journal::genesis(own_.domain, mine, std::nullopt)};
        return batch_of(mine, {{journal::encode(*header), stolen.body}});
      }
      case 8: {  // our journal, said to be for them to read
        return batch_of(feed_, {stolen});
      }
      case 9: {  // that they have had all of their feed
        const journal::Receipt receipt{{}, {}, feed_, Seq{1}, {Seq{1}, Digest{}}, shell::wall_now(), {}, {}};
        return wire::Receipted{session_, journal::sign(own_.domain, *own_.signer, receipt), 1 << 20};
      }
      case 10:  // that their feed goes to us from its beginning
        return wire::Hole{session_, feed_, {}};
      case 11:  // what stands in their journal, and in their feed
        return wire::Probe{theirs, Seq{1}, std::nullopt};
      case 12:
        return wire::Probe{feed_, Seq{1}, std::nullopt};
      default:  // new keys for them
        return wire::Enrol{wire::protocol_min,
                           wire::protocol_max,
                           own_.domain.suite->id,
                           own_.domain.network,
                           other_.token.site,
                           own_.keys.transport.public_key,
                           own_.keys.signing.public_key,
                           "thief"};
    }
  }

  Enlisted& own_;
  const Enlisted& other_;
  const StreamName feed_;
  std::unique_ptr<shell::Dealer> line_;
  SessionId session_;
  LinkToken token_;
};

}  // namespace

TEST_CASE("Drill: ten thousand attempts to read another branch's feed or to write in its name get nothing") {
  HeadOffice office;
  Enlisted victim{office.invite(10), 10};
  Enlisted own{office.invite(11), 11};
  victim.submit("charged twice");
  REQUIRE(victim.until([&] { return victim.receipted() == Seq{1}; }));
  const std::string id = to_hex(victim.last->case_id.bytes);
  const auto disposed = office.gateway.client().post(
      "/api/v1/cases/" + id + "/acts",
      {{"kind", "disposed"}, {"fields", {{"decision", "upheld"}, {"opinion", "refund"}}}}, "office/1");
  INFO((disposed ? "" : disposed.error().what));
  REQUIRE(disposed.has_value());
  REQUIRE(victim.until([&] { return victim.agent->view(shell::mono_now()).feed_held == Seq{1}; }));
  const StreamName feed = victim.site->received_feeds().at(0).head.stream;
  const auto before = office.gateway.done({"verify"});

  Thief thief{own, victim, feed};
  std::map<Code, int> told;
  for (int i = 0; i < attempts; ++i) {
    ++told[thief.try_way(i % Thief::ways).code];
    // The victim goes on, unimpressed.
    if (i % 50 == 0) victim.turn(0);
  }
  CHECK(thief.leaks == 0);
  for (const auto& [code, count] : told) {
    INFO(wire::name_of(code) << " " << count);
    CHECK((code == Code::foreign_site || code == Code::unexpected_frame || code == Code::bad_author ||
           code == Code::bad_chain));
  }
  // Nothing was written, by anybody; their case is as it was, and they are still served.
  const auto after = office.gateway.done({"verify"});
  CHECK(after["errors"] == 0);
  CHECK(after["entries"] == before["entries"]);
  CHECK(office.gateway.timeline(id) == std::vector<std::string>{"registered", "disposed"});
  victim.submit("another");
  REQUIRE(victim.until([&] { return victim.receipted() == Seq{2}; }));
  CHECK(victim.is_up());
}

}  // namespace redress::hostile
