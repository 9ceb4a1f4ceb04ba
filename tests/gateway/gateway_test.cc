#include "gateway/gateway.h"

#include "tests/gateway/office.h"

namespace redress::gateway {
namespace {

// Text that does not pack.
std::string noise(Random& random, std::size_t size) {
  std::string out;
  while (out.size() < size) out += to_base32(random.fixed<Digest>().bytes);
  return out;
}

TEST_CASE("Gateway: a case goes up, a disposition comes down, and both ends say so") {
  Office office;
  Dialled& branch = office.dial();
  const CaseId id = office.register_case(branch);
  REQUIRE(office.office.file_of(id).has_value());
  const agent::LinkView up = branch.agent.view(office.clock);
  CHECK(up.state == "up");
  CHECK(up.journal_head == Seq{1});
  CHECK(up.journal_receipted == Seq{1});
  office.submit(office.gateway, office.disposition(id));
  office.settle();
  const auto file = branch.node.file_of(id);
  REQUIRE(file.has_value());
  CHECK(file->view.timeline.size() == 2);
  const auto status = office.status();
  REQUIRE(status.size() == 1);
  CHECK(status[0].site == SiteId{2});
  CHECK(status[0].up.state == sync::LagState::level);
  CHECK(status[0].journal_held == Seq{1});
  CHECK(status[0].feed_head == status[0].feed_receipted);
  CHECK(status[0].version == "test");
}

TEST_CASE("Gateway: another session of the same store ends the older one") {
  Office office;
  Dialled& older = office.dial();
  office.settle();
  REQUIRE(older.agent.view(office.clock).state == "up");
  Dialled& newer = office.dial();
  office.settle();
  CHECK(refused_with(older) == Code::stale_session);
  CHECK(older.agent.view(office.clock).state == "waiting");
  CHECK(!refused_with(newer).has_value());
  CHECK(newer.agent.view(office.clock).state == "up");
  static_cast<void>(office.register_case(newer));
  CHECK(office.office.site->ledger().position == Position{1});
}

TEST_CASE("Gateway: two sites do not fence each other") {
  Office office{2};
  Dialled& one = office.dial(0);
  Dialled& two = office.dial(1);
  office.settle();
  CHECK(one.agent.view(office.clock).state == "up");
  CHECK(two.agent.view(office.clock).state == "up");
}

TEST_CASE("Gateway: a revoked key is refused at its next message, in the middle of a session") {
  Office office;
  Dialled& branch = office.dial();
  static_cast<void>(office.register_case(branch));
  REQUIRE(office.directory.members->revoke(SiteId{2}).has_value());
  office.submit(branch.agent, office.registration(branch.node, "after"));
  office.settle();
  REQUIRE(office.answers.back().has_value());
  CHECK(refused_with(branch) == Code::revoked);
  CHECK(branch.agent.view(office.clock).trouble->code == Code::revoked);
  CHECK(office.office.site->ledger().position == Position{1});
  static_cast<void>(office.status());
  CHECK(office.gateway.next_deadline() == never);
}

TEST_CASE("Gateway: a revoked site that only listens is told at the next turn, and is fed nothing more") {
  Office office;
  Dialled& branch = office.dial();
  const CaseId id = office.register_case(branch);
  REQUIRE(office.directory.members->revoke(SiteId{2}).has_value());
  office.submit(office.gateway, office.disposition(id));
  branch.heard.clear();
  office.turn();
  REQUIRE(office.answers.back().has_value());
  REQUIRE(branch.heard.size() == 1);
  CHECK(std::get<wire::Refusal>(branch.heard.front()) ==
        wire::Refusal{SessionId{}, Code::revoked, "the site's key is not bound any more", 0});
  branch.heard.clear();
  for (int i = 0; i < 20; ++i) {
    office.clock = after_ms(office.clock, 1'000);
    office.turn();
  }
  CHECK(branch.heard.empty());
}

TEST_CASE("Gateway: a site that is enrolled again is not fed on the connection of its old key") {
  Office office;
  Dialled& branch = office.dial();
  const CaseId id = office.register_case(branch);
  gateway::Members& members = *office.directory.members;
  REQUIRE(members.revoke(SiteId{2}).has_value());
  REQUIRE(members.invite(Directory::invited(2)).has_value());
  const crypto::SiteKeys fresh = crypto::make_site_keys(branch.node.random);
  const Invitation by = Directory::invitation(2);
  REQUIRE(members.enrol(by, fresh.transport.public_key, fresh.signing.public_key, noon).has_value());
  office.submit(office.gateway, office.disposition(id));
  branch.heard.clear();
  office.turn();
  REQUIRE(branch.heard.size() == 1);
  CHECK(refused_with(branch) == Code::revoked);
}

TEST_CASE("Gateway: a site that is not bound to the key is refused as revoked") {
  Office office;
  const Bytes line = copy_of(view_of("line"));
  office.gateway.on_frame(office.now(), line, SiteId{77}, view_of("anything"));
  const Turned turned = office.gateway.turn(office.now());
  REQUIRE(turned.sends.size() == 1);
  CHECK(turned.sends[0].to == line);
  const auto frame = wire::decode(turned.sends[0].frame);
  REQUIRE(frame.has_value());
  REQUIRE(std::holds_alternative<wire::Refusal>(*frame));
  CHECK(std::get<wire::Refusal>(*frame).code == Code::revoked);
}

TEST_CASE("Gateway: a step that cannot be stored costs its own session; the others are receipted") {
  Office office{2};
  Dialled& big = office.dial(0);
  Dialled& small = office.dial(1);
  office.settle();
  office.submit(big.agent, office.registration(big.node, noise(office.office.random, 30'000)));
  office.submit(small.agent, office.registration(small.node, "small"));
  office.submit(office.gateway, office.registration(office.office, "head office's own"));
  office.office.truth.set_limit(office.office.truth.space().used_bytes + 15'000);
  office.turn(big);
  office.turn(small);
  office.turn();
  CHECK(refused_with(big) == Code::retry_later);
  CHECK(!refused_with(small).has_value());
  // The officer's command was carried out, and told.
  REQUIRE(office.answers.size() == 3);
  CHECK(office.answers.back().has_value());
  CHECK(!office.last.stop.has_value());
  for (const wire::Frame& frame : big.heard) CHECK(!std::holds_alternative<wire::Receipted>(frame));
  office.settle();
  CHECK(small.agent.view(office.clock).journal_receipted == Seq{1});
  CHECK(big.agent.view(office.clock).journal_receipted == Seq{});
}

TEST_CASE("Gateway: a command is told done only by the turn that committed it") {
  Office office;
  office.submit(office.gateway, office.registration(office.office, "x"));
  CHECK(office.answers.empty());
  office.turn();
  REQUIRE(office.answers.size() == 1);
  REQUIRE(office.answers[0].has_value());
  CHECK(office.answers[0]->ledger == office.office.site->ledger().position);
  office.turn();
  CHECK(office.answers.size() == 1);
}

TEST_CASE("Gateway: a command that does not fit is told store_full, and the program goes on") {
  Office office;
  office.office.truth.fail_commit(Code::store_full);
  office.submit(office.gateway, office.registration(office.office, "x"));
  office.turn();
  REQUIRE(office.answers.size() == 1);
  REQUIRE(!office.answers[0].has_value());
  CHECK(office.answers[0].error().code == Code::store_full);
  CHECK(!office.last.stop.has_value());
}

TEST_CASE("Gateway: when a commit's fate is unknown everybody is told so, nothing is receipted, and it stops") {
  using enum sim::MemoryTruth::Applied;
  for (const auto applied : {yes, told}) {
    Office office;
    Dialled& branch = office.dial();
    office.settle();
    office.submit(office.gateway, office.registration(office.office, "x"));
    office.submit(branch.agent, office.registration(branch.node, "y"));
    office.turn(branch);
    office.office.truth.unknown_commit(applied);
    office.turn();
    REQUIRE(office.answers.size() == 2);
    CHECK(office.answers[1].has_value() == (applied == told));
    if (applied != told) CHECK(office.answers[1].error().code == Code::unknown_outcome);
    REQUIRE(office.last.stop.has_value());
    CHECK(office.last.stop->code == Code::unknown_outcome);
    for (const wire::Frame& frame : branch.heard) CHECK(!std::holds_alternative<wire::Receipted>(frame));
  }
}

TEST_CASE("Gateway: feeds are sent in turns, a batch to each branch") {
  Office office{2};
  Dialled& one = office.dial(0);
  Dialled& two = office.dial(1);
  constexpr int cases = 60;
  for (Dialled* branch : {&one, &two}) {
    for (int i = 0; i < cases; ++i) office.submit(branch->agent, office.registration(branch->node, "x"));
  }
  office.settle();
  const auto told = office.answers;
  REQUIRE(told.size() == 2 * cases);
  std::size_t disposed = 0;
  const auto dispose = [&](std::size_t until) {
    for (; disposed < until; ++disposed) {
      const auto& answer = told[disposed % 2 * cases + disposed / 2];  // by turns of one branch and the other
      REQUIRE(answer.has_value());
      office.submit(office.gateway, office.disposition(answer->case_id, noise(office.office.random, 30'000)));
    }
  };
  // The lines are seen to bear more than one batch first.
  for (std::size_t done = 0; done <= cases; done += cases / 4) {
    dispose(done);
    office.settle();
  }
  dispose(told.size());
  office.turn();
  std::vector<Connection> order;
  for (const Outgoing& out : office.last.sends) {
    const auto frame = wire::decode(out.frame);
    if (frame && std::holds_alternative<wire::Batch>(*frame)) order.push_back(out.to);
  }
  // While both lines have room.
  const auto first = std::count(order.begin(), order.end(), order.front());
  const auto both = 2 * static_cast<std::size_t>(std::min<std::ptrdiff_t>(first, std::ssize(order) - first));
  REQUIRE(both >= 6);
  for (std::size_t i = 0; i + 1 < both; ++i) CHECK(order[i] != order[i + 1]);
  office.settle();
  for (Dialled* branch : {&one, &two}) CHECK(branch->agent.view(office.clock).feed_held == Seq{cases});
}

TEST_CASE("Gateway: a feed that got no receipt is due again before the next heartbeat") {
  Office office;
  Dialled& branch = office.dial();
  const CaseId id = office.register_case(branch);
  branch.is_cut = true;
  office.submit(office.gateway, office.disposition(id));
  office.turn();
  REQUIRE(!office.last.sends.empty());
  CHECK(office.gateway.next_deadline() <= after_ms(office.now().mono, 5'000));
}

TEST_CASE("Gateway: whoever was served first in one turn is not served first in the next") {
  Office office{2};
  Dialled& one = office.dial(0);
  Dialled& two = office.dial(1);
  const std::vector<CaseId> ids{office.register_case(one), office.register_case(two)};
  std::vector<Connection> first;
  for (int round = 0; round < 2; ++round) {
    for (const CaseId& id : ids) office.submit(office.gateway, office.disposition(id));
    const Turned turned = office.gateway.turn(office.now());
    REQUIRE(turned.sends.size() == 2);
    first.push_back(turned.sends.front().to);
  }
  CHECK(first[0] != first[1]);
}

TEST_CASE("Gateway: when it stops every branch is told, and asked to come back") {
  Office office{2};
  Dialled& one = office.dial(0);
  Dialled& two = office.dial(1);
  office.settle();
  office.gateway.drain();
  office.turn();
  CHECK(refused_with(one) == Code::draining);
  CHECK(refused_with(two) == Code::draining);
  static_cast<void>(office.status());
  CHECK(office.gateway.next_deadline() == never);
}

TEST_CASE("Gateway: a branch that fell silent is down, and what it lacks is at least so much") {
  Office office;
  Dialled& branch = office.dial();
  const CaseId id = office.register_case(branch);
  branch.is_cut = true;
  office.submit(office.gateway, office.disposition(id));
  office.turn();
  for (int i = 0; i < 10; ++i) {
    office.clock = after_ms(office.clock, 2'000);
    office.turn();
  }
  const auto status = office.status();
  REQUIRE(status.size() == 1);
  CHECK(status[0].down.state == sync::LagState::unknown);
  CHECK(status[0].down.entries == 1);
  CHECK(status[0].up.state == sync::LagState::unknown);
  REQUIRE(status[0].down.contact_ms.has_value());
  CHECK(*status[0].down.contact_ms >= 18'000);
  CHECK(std::any_of(office.events.begin(), office.events.end(),
                    [](const sync::Event& event) { return event.what == sync::Happening::down; }));
  CHECK(office.gateway.next_deadline() == never);
}

}  // namespace
}  // namespace redress::gateway
