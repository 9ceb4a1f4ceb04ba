// An enrolled site that says what it likes on a line of its own, beside an honest branch.
#pragma once

#include "tests/gateway/office.h"

namespace redress::hostile {

class Attacker {
 public:
  // Branch 0 of the office.
  explicit Attacker(gateway::Office& in) : office{in}, node{*in.nodes.at(0)} { dial(); }

  // A new connection with the site's key.
  void dial() { line = copy_of(view_of("attack " + std::to_string(++lines))); }

  // What head office answers on this line to these bytes.
  std::vector<wire::Frame> say(ByteView bytes) {
    office.gateway.on_frame(office.now(), line, node.id, bytes);
    office.turn();
    std::vector<wire::Frame> answers;
    for (const gateway::Outgoing& out : office.last.sends) {
      if (out.to != line) continue;
      auto frame = wire::decode(out.frame);
      REQUIRE(frame.has_value());
      answers.push_back(std::move(*frame));
    }
    return answers;
  }
  std::vector<wire::Frame> say(const wire::Frame& frame) { return say(wire::encode(frame)); }

  // As an honest branch of this store would say it.
  [[nodiscard]] wire::Hello hello() const {
    wire::Hello out;
    out.protocol_min = wire::protocol_min;
    out.protocol_max = wire::protocol_max;
    out.suite = sim::sim_domain().suite->id;
    out.network = sim::sim_domain().network;
    out.site = node.id;
    out.journals = node.site->own_journals();
    out.token = token;
    out.window = 1 << 20;
    out.clock = office.now().wall;
    out.version = "hostile";
    return out;
  }
  // Greets and is welcome.
  void greet() {
    dial();
    const auto answers = say(hello());
    REQUIRE(!answers.empty());
    const auto* welcome = std::get_if<wire::Welcome>(&answers[0]);
    REQUIRE(welcome != nullptr);
    session = welcome->session;
    token = welcome->token;
  }
  // The refusal that ends the session, and nothing else; nothing more is heard on this line.
  template <typename Said>
  wire::Refusal refused(const Said& said) {
    const auto answers = say(said);
    REQUIRE(answers.size() == 1);
    REQUIRE(std::holds_alternative<wire::Refusal>(answers[0]));
    return std::get<wire::Refusal>(answers[0]);
  }

  gateway::Office& office;
  sim::Node& node;
  gateway::Connection line;
  SessionId session;
  LinkToken token;
  int lines = 0;
};

}  // namespace redress::hostile
