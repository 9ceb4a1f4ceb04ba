// The enrolment frames: one letter for the invited site's own keys, and a code of its own for everything else.
#include <atomic>
#include <thread>

#include "ops/shell/letter.h"
#include "tests/gateway/office.h"

namespace redress::gateway {
namespace {

struct Knocking {
  Knocking() {
    REQUIRE(office.directory.members->invite(Directory::invited(11)).has_value());
    by = let_in(key_number(111));
    enrol.protocol_min = wire::protocol_min;
    enrol.protocol_max = wire::protocol_max;
    enrol.suite = sim::sim_domain().suite->id;
    enrol.network = sim::sim_domain().network;
    enrol.site = SiteId{11};
    enrol.transport = keys.transport.public_key;
    enrol.signing = keys.signing.public_key;
    enrol.version = "test";
  }

  // What a connection with this key shows of itself from then on.
  [[nodiscard]] Invitation let_in(const PublicKey& one_time) const {
    const auto user_id = office.directory.members->user_id_of(one_time, office.now().wall);
    REQUIRE(user_id.has_value());
    const auto caller = caller_of(*user_id);
    REQUIRE(caller.has_value());
    REQUIRE(caller->standing == Standing::invited);
    return {caller->site, caller->key};
  }

  // The one frame that answers.
  wire::Frame answer(ByteView frame) {
    const Bytes line = copy_of(view_of("line"));
    office.gateway.on_invited_frame(office.now(), line, by, frame);
    const Turned turned = office.gateway.turn(office.now());
    REQUIRE(turned.sends.size() == 1);
    CHECK(turned.sends[0].to == line);
    events = turned.events;
    auto decoded = wire::decode(turned.sends[0].frame);
    REQUIRE(decoded.has_value());
    return *decoded;
  }
  // "" if it was enrolled.
  std::optional<Code> code(ByteView frame) {
    const wire::Frame answered = answer(frame);
    const auto* refusal = std::get_if<wire::Refusal>(&answered);
    if (refusal == nullptr) return std::nullopt;
    REQUIRE(events.size() == 1);
    CHECK(events[0].code == refusal->code);
    return refusal->code;
  }
  std::optional<Code> code(const wire::Enrol& asked) { return code(wire::encode(asked)); }
  shell::Letter letter() {
    const wire::Frame answered = answer(wire::encode(enrol));
    REQUIRE(std::holds_alternative<wire::Enrolled>(answered));
    const auto& enrolled = std::get<wire::Enrolled>(answered);
    CHECK(enrolled.site == SiteId{11});
    auto opened = shell::open_letter(enrol.network, SiteId{11}, keys.transport.secret, enrolled.sealed);
    REQUIRE(opened.has_value());
    return std::move(*opened);
  }

  Office office{0};
  sim::SeededRandom random{9};
  crypto::SiteKeys keys = crypto::make_site_keys(random);
  Invitation by;  // the connection
  wire::Enrol enrol;
  std::vector<sync::Event> events;
};

TEST_CASE("Enrolment: the letter holds what the site needs, sealed to its own key") {
  Knocking site;
  const shell::Letter letter = site.letter();
  CHECK(letter.head_office_signing == site.office.office.keys.signing.public_key);
  CHECK(letter.parent == head_office);
  CHECK(letter.site_name == "site 11");
  CHECK(letter.zone == "Asia/Shanghai");
  CHECK(std::ranges::equal(letter.pairwise.view(), site.office.directory.members->with(SiteId{11})->view()));
  CHECK(site.office.directory.members->find(SiteId{11})->signing == site.keys.signing.public_key);
}

TEST_CASE("Enrolment: a lost answer is given again, the same") {
  Knocking site;
  const shell::Letter first = site.letter();
  const shell::Letter second = site.letter();
  CHECK(std::ranges::equal(first.pairwise.view(), second.pairwise.view()));
}

TEST_CASE("Enrolment: the connection that enrolled is answered again past its time, and after its site was seen") {
  Knocking site;
  const shell::Letter first = site.letter();
  site.office.directory.members->on_seen(SiteId{11});
  site.office.clock = Instant{2 * day_ms};
  const shell::Letter second = site.letter();
  CHECK(std::ranges::equal(first.pairwise.view(), second.pairwise.view()));
}

TEST_CASE("Enrolment: the connection of an old one-time key does not enrol by the invitation that came after it") {
  Knocking site;
  Members& members = *site.office.directory.members;
  SECTION("revoked between the two") { REQUIRE(members.revoke(SiteId{11}).has_value()); }
  SECTION("enrolled and revoked between the two") {
    static_cast<void>(site.letter());
    REQUIRE(members.revoke(SiteId{11}).has_value());
  }
  SECTION("expired between the two") { site.office.clock = Instant{day_ms + 1}; }
  SECTION("one right after the other") {}
  Member anew = Directory::invited(11);
  anew.one_time = key_number(200);
  anew.invite_expires = plus_ms(noon, 3 * day_ms);
  REQUIRE(members.invite(anew).has_value());

  const Invitation old = site.by;
  CHECK(site.code(site.enrol) == Code::invite_expired);
  CHECK(site.events[0].why == "another invitation took its place: site=11");
  CHECK(site.code(view_of("noise")) == Code::invite_expired);
  CHECK(members.find(SiteId{11})->standing == Standing::invited);

  site.by = site.let_in(key_number(200));
  static_cast<void>(site.letter());
  CHECK(members.find(SiteId{11})->transport == site.enrol.transport);
  site.by = old;
  CHECK(site.code(site.enrol) == Code::invite_expired);
}

TEST_CASE("Enrolment: whatever the door's thread revokes meanwhile, the answer is a letter or a refusal") {
  Knocking site;
  Members& members = *site.office.directory.members;
  std::atomic<bool> over{false};
  const std::jthread door{[&] {
    for (int i = 0; i < 50; ++i) {
      static_cast<void>(members.revoke(SiteId{11}));
      static_cast<void>(members.invite(Directory::invited(11)));
    }
    over = true;
  }};
  while (!over) {
    // A frame costs its share of a second's quota.
    site.office.clock = after_ms(site.office.clock, 1);
    const auto told = site.code(site.enrol);
    CHECK((!told || *told == Code::unknown_site || *told == Code::revoked));
  }
}

TEST_CASE("Enrolment: a connection that floods is told to come back, and another one-time key is answered beside it") {
  Knocking site;
  REQUIRE(site.office.directory.members->invite(Directory::invited(12)).has_value());
  const Connection line = copy_of(view_of("flood"));
  const Connection other_line = copy_of(view_of("other"));
  constexpr int frames = 1'000;
  for (int i = 0; i < frames; ++i)
    site.office.gateway.on_invited_frame(site.office.now(), line, site.by, view_of("noise"));
  site.office.gateway.on_invited_frame(site.office.now(), other_line, site.let_in(key_number(112)), view_of("noise"));
  std::map<Code, int> told;
  for (const Outgoing& out : site.office.gateway.turn(site.office.now()).sends) {
    const auto frame = wire::decode(out.frame);
    const auto* refusal = frame ? std::get_if<wire::Refusal>(&*frame) : nullptr;
    REQUIRE(refusal != nullptr);
    if (out.to == other_line) CHECK(refusal->code == Code::unexpected_frame);
    if (out.to == line) ++told[refusal->code];
    if (refusal->code == Code::retry_later) CHECK(refusal->retry_after_ms == 5'000);
  }
  // A turn takes 128 KiB of a key, and a frame is a kibibyte at least.
  CHECK(told[Code::unexpected_frame] == 128);
  CHECK(told[Code::retry_later] == frames - 128);
  CHECK(site.code(view_of("noise")) == Code::unexpected_frame);
}

TEST_CASE("Enrolment: other keys are invite_used, and change nothing") {
  Knocking site;
  const shell::Letter first = site.letter();
  wire::Enrol other = site.enrol;
  other.transport = key_number(3);
  CHECK(site.code(other) == Code::invite_used);
  other = site.enrol;
  other.signing = key_number(3);
  CHECK(site.code(other) == Code::invite_used);
  CHECK(site.office.directory.members->find(SiteId{11})->transport == site.enrol.transport);
}

TEST_CASE("Enrolment: what does not agree is refused with its own code, and enrols nobody") {
  Knocking site;
  wire::Enrol other = site.enrol;
  other.site = SiteId{12};
  CHECK(site.code(other) == Code::foreign_site);
  other = site.enrol;
  other.network.bytes[0] ^= std::byte{1};
  CHECK(site.code(other) == Code::network);
  other = site.enrol;
  other.suite = SuiteId{2};
  CHECK(site.code(other) == Code::suite);
  other = site.enrol;
  other.protocol_min = other.protocol_max = wire::protocol_max + 1;
  CHECK(site.code(other) == Code::version);
  CHECK(site.office.directory.members->find(SiteId{11})->standing == Standing::invited);
  other.protocol_min = wire::protocol_min;
  CHECK(site.code(other) == std::nullopt);  // a newer branch that still speaks ours
}

TEST_CASE("Enrolment: an invited site sends nothing else") {
  Knocking site;
  CHECK(site.code(wire::encode(wire::Hello{})) == Code::unexpected_frame);
  CHECK(site.code(view_of("noise")) == Code::unexpected_frame);
  CHECK(site.code(ByteView{}) == Code::unexpected_frame);
  const Bytes large(limits::enrol_frame_bytes_max + 1, std::byte{0});
  CHECK(site.code(large) == Code::too_large);
  CHECK(site.office.directory.members->find(SiteId{11})->standing == Standing::invited);
}

TEST_CASE("Enrolment: an invitation that ended while its site was connected is invite_expired or unknown_site") {
  Knocking site;
  site.office.clock = Instant{day_ms + 1};
  CHECK(site.code(site.enrol) == Code::invite_expired);
  REQUIRE(site.office.directory.members->revoke(SiteId{11}).has_value());
  CHECK(site.code(site.enrol) == Code::unknown_site);
}

TEST_CASE("Enrolment: a key that no letter can be sealed to is refused") {
  Knocking site;
  wire::Enrol other = site.enrol;
  other.transport = PublicKey{};
  CHECK(site.code(other) == Code::bad_value);
}

}  // namespace
}  // namespace redress::gateway
