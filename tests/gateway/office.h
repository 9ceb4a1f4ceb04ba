// Head office with real branches' agents on lines of memory: real sites, sessions and members, a virtual clock, no I/O
// but members.log.
#pragma once

#include <list>

#include "branch-agent/agent.h"
#include "gateway/gateway.h"
#include "tests/gateway/directory.h"

namespace redress::gateway {

// One connection of a branch: its agent, and the name by which head office knows the line.
struct Dialled {
  Dialled(sim::Node& node_in, const sync::Self& self, const PublicKey& head_office_signing)
      : node{node_in}, agent{*node_in.site, self, {head_office_signing}, node_in.random} {}
  sim::Node& node;
  agent::Agent agent;
  Connection line;                 // empty: not open
  bool is_cut = false;             // nothing passes, and nobody is told
  std::vector<wire::Frame> heard;  // from head office, newest last
};

class Office {
 public:
  explicit Office(std::uint32_t branches = 1, const QuotaOptions& quota_in = {}) : quota{quota_in} {
    for (std::uint32_t i = 0; i < branches; ++i) {
      const SiteId id{i + 2};
      nodes.push_back(std::make_unique<sim::Node>(id, head_office, 1, kinds));
      const crypto::SiteKeys& own = nodes.back()->keys;
      REQUIRE(directory.members->invite(Directory::invited(id.value())).has_value());
      const Invitation by = Directory::invitation(id.value());
      REQUIRE(directory.members->enrol(by, own.transport.public_key, own.signing.public_key, noon).has_value());
    }
  }

  [[nodiscard]] static sync::Self self_of(const sim::Node& node) {
    sync::Self self;
    self.domain = sim::sim_domain();
    self.site = node.id;
    self.signer = &node.signer;
    self.streams = node.site.get();
    self.version = "test";
    return self;
  }

  Dialled& dial(std::size_t i = 0) {
    lines.emplace_back(*nodes.at(i), self_of(*nodes.at(i)), office.keys.signing.public_key);
    return lines.back();
  }

  // Turns everybody until nothing moves.
  void settle() {
    for (bool moved = true; moved;) {
      moved = false;
      for (Dialled& one : lines) moved = turn(one) || moved;
      moved = turn() || moved;
    }
  }
  bool turn(Dialled& one) {
    agent::Turned turned = one.agent.turn(now());
    const bool moved = !turned.sends.empty() || turned.line != sync::Line::keep;
    for (const Bytes& frame : turned.sends) {
      if (!one.line.empty() && !one.is_cut) gateway.on_frame(now(), one.line, one.node.id, frame);
    }
    if (turned.line == sync::Line::close) one.line.clear();
    if (turned.line == sync::Line::open) {
      one.line = copy_of(view_of("line " + std::to_string(++opened)));
      one.agent.on_line_up(now());
    }
    return moved;
  }
  bool turn() {
    last = gateway.turn(now());
    for (const Outgoing& out : last.sends) {
      for (Dialled& one : lines) {
        if (one.line != out.to || one.is_cut) continue;
        const auto frame = wire::decode(out.frame);
        REQUIRE(frame.has_value());
        one.heard.push_back(*frame);
        one.agent.on_frame(now(), out.frame);
      }
    }
    events.insert(events.end(), last.events.begin(), last.events.end());
    return !last.sends.empty();
  }

  // What head office shows is level with what it knows: it measures now and then, not every turn.
  [[nodiscard]] std::vector<SiteStatus> status() {
    clock = after_ms(clock, 200);
    turn();
    return gateway.status(clock);
  }

  [[nodiscard]] Now now() const { return {clock, plus_ms(noon, clock.value())}; }

  // Lets `target` (an Agent or the Gateway) carry out what somebody composed; the answer is there after its turn.
  template <typename Target>
  void submit(Target& target, Result<std::variant<store::Append, store::Appended>> composed) {
    REQUIRE(composed.has_value());
    target.submit({std::move(std::get<store::Append>(*composed)),
                   [this](Result<store::Appended> told) { answers.push_back(std::move(told)); }});
  }
  [[nodiscard]] Result<std::variant<store::Append, store::Appended>> registration(sim::Node& node,
                                                                                  const std::string& narrative) {
    return node.desk->register_case(
        {StaffId{7}, "k/" + std::to_string(++keys), {{"narrative", narrative}}, now().wall});
  }
  [[nodiscard]] Result<std::variant<store::Append, store::Appended>> disposition(const CaseId& id,
                                                                                 const std::string& opinion = "o") {
    return office.desk->act(
        id, "disposed",
        {StaffId{8}, "k/" + std::to_string(++keys), {{"decision", "d"}, {"opinion", opinion}}, now().wall});
  }
  // Registered, committed and carried to head office.
  CaseId register_case(Dialled& at, const std::string& narrative = "x") {
    submit(at.agent, registration(at.node, narrative));
    settle();
    REQUIRE(answers.back().has_value());
    return answers.back()->case_id;
  }

  casework::Kinds kinds{casework::shipped_kinds()};
  Directory directory;
  sim::Node office{head_office, SiteId{}, 1, kinds};
  const QuotaOptions quota;
  Gateway gateway{*office.site, self_of(office), *directory.members, office.keys.signing, office.random, quota};
  std::vector<std::unique_ptr<sim::Node>> nodes;
  std::list<Dialled> lines;
  Instant clock{1'000};
  std::uint64_t keys = 0;
  std::uint64_t opened = 0;
  std::vector<Result<store::Appended>> answers;
  std::vector<sync::Event> events;  // of the gateway
  Turned last;
};

// The code of the last refusal heard on a line.
[[nodiscard]] inline std::optional<Code> refused_with(const Dialled& one) {
  for (auto it = one.heard.rbegin(); it != one.heard.rend(); ++it) {
    if (const auto* refusal = std::get_if<wire::Refusal>(&*it)) return refusal->code;
  }
  return std::nullopt;
}

}  // namespace redress::gateway
