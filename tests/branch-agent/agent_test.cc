// A branch's turn against a head office of real sessions: what is committed is told, what is told is committed, and
// nothing leaves that rests on less.
#include "branch-agent/agent.h"

#include <catch2/catch.hpp>

#include "protocol/sync/gateway_session.h"
#include "tests/sim/pair.h"

namespace redress::agent {
namespace {

constexpr WallTime noon{1'795'305'600'000};  // 2026-11-22

sync::Self self_of(const sim::Node& node) {
  sync::Self self;
  self.domain = sim::sim_domain();
  self.site = node.id;
  self.signer = &node.signer;
  self.streams = node.site.get();
  self.version = "test";
  return self;
}

struct Branch {
  [[nodiscard]] Now now() const { return {clock, WallTime{noon.value() + clock.value()}}; }
  void submit(const std::string& narrative = "x") {
    auto composed =
        node.desk->register_case({StaffId{7}, "k/" + std::to_string(++keys), {{"narrative", narrative}}, now().wall});
    REQUIRE(composed.has_value());
    agent.submit({std::move(std::get<store::Append>(*composed)),
                  [this](Result<store::Appended> told) { answers.push_back(std::move(told)); }});
  }
  Turned turn() {
    Turned turned = agent.turn(now());
    if (turned.line == sync::Line::open) agent.on_line_up(now());
    return turned;
  }
  // One turn of the branch, and what head office makes of its frames. True if anything moved.
  bool exchange() {
    Turned turned = turn();
    for (const Bytes& frame : turned.sends) serve(frame);
    return !turned.sends.empty() || turned.line == sync::Line::open;
  }
  void serve(const Bytes& frame) {
    session.on_frame(now(), frame);
    answer_from_head_office();
  }
  void answer_from_head_office() {
    sync::Step step = session.take_step();
    std::vector<store::Work> work;
    for (const sync::Write& write : step.writes) std::visit([&](const auto& one) { work.emplace_back(one); }, write);
    for (const auto& outcome : office.site->commit(work, now().wall)) {
      REQUIRE(outcome.has_value());
      if (const auto* receipt = std::get_if<journal::Receipt>(&*outcome)) session.on_committed(*receipt);
    }
    while (session.on_sendable(now())) {
    }
    sync::Step after = session.take_step();
    for (const sync::Step* part : {&step, &after}) {
      for (const Bytes& frame : part->sends) agent.on_frame(now(), frame);
    }
  }
  void settle() {
    while (exchange()) {
    }
  }

  casework::Kinds kinds{casework::shipped_kinds()};
  sim::Node office{head_office, SiteId{}, 1, kinds};
  sim::Node node{SiteId{2}, head_office, 1, kinds};
  sync::GatewaySession session{self_of(office), {SiteId{2}, node.keys.signing.public_key}, office.random};
  Agent agent{*node.site, self_of(node), {office.keys.signing.public_key}, node.random};
  Instant clock{1'000};
  int keys = 0;
  std::vector<Result<store::Appended>> answers;
};

bool has_batch(const Turned& turned) {
  for (const Bytes& bytes : turned.sends) {
    const auto frame = wire::decode(bytes);
    if (frame && std::holds_alternative<wire::Batch>(*frame)) return true;
  }
  return false;
}

TEST_CASE("Agent: a command is told done by the turn that committed it, once") {
  Branch branch;
  branch.submit();
  CHECK(branch.answers.empty());
  CHECK(branch.node.site->ledger().position == Position{});
  static_cast<void>(branch.turn());
  REQUIRE(branch.answers.size() == 1);
  REQUIRE(branch.answers[0].has_value());
  CHECK(branch.answers[0]->ledger == Position{1});
  CHECK(branch.node.file_of(branch.answers[0]->case_id).has_value());
  static_cast<void>(branch.turn());
  CHECK(branch.answers.size() == 1);
}

TEST_CASE("Agent: all commands of a turn are one commit, told in order") {
  Branch branch;
  const std::size_t before = branch.node.truth.commits().size();
  for (int i = 0; i < 5; ++i) branch.submit();
  static_cast<void>(branch.turn());
  CHECK(branch.node.truth.commits().size() == before + 1);
  REQUIRE(branch.answers.size() == 5);
  for (std::size_t i = 0; i < 5; ++i) CHECK(branch.answers[i]->ledger == Position{i + 1});
}

TEST_CASE("Agent: what was committed is sent in the same turn, and its receipt ends the lag") {
  Branch branch;
  branch.settle();
  REQUIRE(branch.agent.view(branch.clock).state == "up");
  branch.submit();
  const Turned turned = branch.turn();
  CHECK(has_batch(turned));
  const LinkView sent = branch.agent.view(branch.clock);
  CHECK(sent.up.entries == 1);
  CHECK(sent.journal_head == Seq{1});
  CHECK(sent.journal_receipted == Seq{});
  for (const Bytes& frame : turned.sends) branch.serve(frame);
  branch.settle();
  const LinkView done = branch.agent.view(branch.clock);
  CHECK(done.up.entries == 0);
  CHECK(done.up.state == sync::LagState::level);
  CHECK(done.journal_receipted == Seq{1});
  CHECK(branch.office.file_of(branch.answers[0]->case_id).has_value());
}

TEST_CASE("Agent: a receipt counts as an answer once it is there, and as kept once it is committed") {
  Branch branch;
  branch.settle();
  branch.submit();
  for (const Bytes& frame : branch.turn().sends) branch.serve(frame);
  auto composed = branch.node.desk->register_case({StaffId{7}, "k/next", {{"narrative", "y"}}, branch.now().wall});
  REQUIRE(composed.has_value());
  std::optional<LinkView> while_committing;
  branch.agent.submit({std::move(std::get<store::Append>(*composed)),
                       [&](const Result<store::Appended>&) { while_committing = branch.agent.view(branch.clock); }});
  static_cast<void>(branch.turn());
  REQUIRE(while_committing.has_value());
  CHECK(while_committing->journal_answered == Seq{1});
  CHECK(while_committing->journal_receipted == Seq{});
  CHECK(branch.agent.view(branch.clock).journal_receipted == Seq{1});
  CHECK(branch.agent.view(branch.clock).journal_answered == Seq{1});
}

TEST_CASE("Agent: a receipt that could not be kept is no answer any more") {
  Branch branch;
  branch.settle();
  branch.submit();
  for (const Bytes& frame : branch.turn().sends) branch.serve(frame);
  branch.node.truth.fail_commit(Code::store_full);
  static_cast<void>(branch.turn());
  CHECK(branch.agent.view(branch.clock).journal_answered == Seq{});
  CHECK(branch.agent.view(branch.clock).journal_receipted == Seq{});
}

TEST_CASE("Agent: a command that does not fit is told store_full, is not sent, and can be asked again") {
  Branch branch;
  branch.settle();
  branch.node.truth.fail_commit(Code::store_full);
  branch.submit();
  const Turned turned = branch.turn();
  REQUIRE(branch.answers.size() == 1);
  REQUIRE(!branch.answers[0].has_value());
  CHECK(branch.answers[0].error().code == Code::store_full);
  CHECK(!has_batch(turned));
  CHECK(!turned.stop.has_value());
  CHECK(branch.node.site->ledger().position == Position{});
  branch.submit();
  static_cast<void>(branch.turn());
  CHECK(branch.answers.back().has_value());
}

TEST_CASE("Agent: when a commit's fate is unknown the command is told so, nothing is sent, and the program stops") {
  using enum sim::MemoryTruth::Applied;
  for (const auto applied : {no, yes, told}) {
    Branch branch;
    branch.settle();
    branch.node.truth.unknown_commit(applied);
    branch.submit();
    const Turned turned = branch.turn();
    // Once: who was told that it is saved before the commit failed is not told otherwise after it.
    REQUIRE(branch.answers.size() == 1);
    CHECK(branch.answers[0].has_value() == (applied == told));
    if (applied != told) CHECK(branch.answers[0].error().code == Code::unknown_outcome);
    CHECK(!has_batch(turned));
    REQUIRE(turned.stop.has_value());
    CHECK(turned.stop->code == Code::unknown_outcome);
  }
}

TEST_CASE("Agent: a batch from head office that cannot be kept is not receipted, and the line is given up") {
  Branch branch;
  branch.submit();
  branch.settle();
  const CaseId id = branch.answers.at(0)->case_id;
  auto composed = branch.office.desk->act(
      id, "disposed", {StaffId{8}, "h/1", {{"decision", "d"}, {"opinion", "o"}}, branch.now().wall});
  REQUIRE(composed.has_value());
  const auto outcomes = branch.office.site->commit({std::move(std::get<store::Append>(*composed))}, branch.now().wall);
  REQUIRE(outcomes.front().has_value());
  branch.answer_from_head_office();
  branch.node.truth.fail_commit(Code::store_full);
  const Turned turned = branch.turn();
  for (const Bytes& bytes : turned.sends) {
    const auto frame = wire::decode(bytes);
    REQUIRE(frame.has_value());
    CHECK(!std::holds_alternative<wire::Receipted>(*frame));
  }
  CHECK(turned.line == sync::Line::close);
  CHECK(branch.agent.view(branch.clock).trouble->code == Code::retry_later);
  CHECK(branch.node.file_of(id)->view.timeline.size() == 1);
}

TEST_CASE("Agent: a failed batch of head office's does not take the clerk's command along") {
  Branch branch;
  branch.submit();
  branch.settle();
  auto composed = branch.office.desk->act(
      branch.answers.at(0)->case_id, "disposed",
      {StaffId{8}, "h/1", {{"decision", "d"}, {"opinion", std::string(30'000, 'o')}}, branch.now().wall});
  REQUIRE(composed.has_value());
  REQUIRE(branch.office.site->commit({std::move(std::get<store::Append>(*composed))}, branch.now().wall)
              .front()
              .has_value());
  branch.answer_from_head_office();
  // Together they fail; then each is tried alone.
  branch.node.truth.fail_commit(Code::store_full);
  branch.submit();
  const Turned turned = branch.turn();
  REQUIRE(branch.answers.size() == 2);
  CHECK(branch.answers[1].has_value());
  CHECK(!turned.stop.has_value());
}

TEST_CASE("Agent: without a line it takes commands, and the lag says at least so many") {
  Branch branch;
  for (int i = 0; i < 3; ++i) branch.submit();
  static_cast<void>(branch.turn());
  CHECK(branch.answers.size() == 3);
  branch.agent.on_line_down(branch.now(), Code::unreachable);
  static_cast<void>(branch.turn());
  const LinkView view = branch.agent.view(branch.clock);
  CHECK(view.state == "waiting");
  REQUIRE(view.trouble.has_value());
  CHECK(view.trouble->code == Code::unreachable);
  CHECK(view.up.state == sync::LagState::unknown);
  CHECK(view.up.entries == 3);
  CHECK(!view.up.contact_ms.has_value());
}

TEST_CASE("Agent: the lag's oldest grows with the clock while the line is down") {
  Branch branch;
  branch.settle();
  branch.agent.on_line_down(branch.now(), Code::unreachable);
  branch.submit();
  static_cast<void>(branch.turn());
  const auto before = branch.agent.view(branch.clock).up;
  branch.clock = after_ms(branch.clock, 5'000);
  const auto after = branch.agent.view(branch.clock).up;
  CHECK(after.entries == 1);
  CHECK(after.oldest_ms == before.oldest_ms + 5'000);
  REQUIRE(after.contact_ms.has_value());
  CHECK(*after.contact_ms >= 5'000);
}

TEST_CASE("Agent: a refusal is shown with head office's reason") {
  Branch branch;
  branch.settle();
  branch.session.refuse({Code::draining, "the gateway is stopping", "session"}, 500);
  branch.answer_from_head_office();
  const Turned turned = branch.turn();
  CHECK(turned.line == sync::Line::close);
  REQUIRE(branch.agent.view(branch.clock).trouble.has_value());
  CHECK(branch.agent.view(branch.clock).trouble->code == Code::draining);
  CHECK(branch.agent.next_deadline() >= after_ms(branch.clock, 500));
}

}  // namespace
}  // namespace redress::agent
