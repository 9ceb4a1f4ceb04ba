// A real gateway, as a process, and branches made by hand that join it over real sockets: their stores are in memory,
// and they say what a test wants said.
#pragma once

#include "branch-agent/agent.h"
#include "crypto/suite_intl.h"
#include "crypto/token.h"
#include "ops/shell/curve.h"
#include "ops/shell/letter.h"
#include "ops/shell/process.h"
#include "store/head_office_secret.h"
#include "tests/sim/pair.h"
#include "tests/system/programs.h"

namespace redress::hostile {

// Head office's program in a home of its own.
class HeadOffice {
 public:
  // `quota_kib_s`: as in its configuration; 0: the default.
  explicit HeadOffice(int quota_kib_s = 0) {
    const system_test::Ran made = folder.run({REDRESS_OPS, "init", "--role", "gateway", "--home", gateway.home,
                                              "--listen", "tcp://127.0.0.1:*", "--door", "127.0.0.1:0"});
    INFO(made.err);
    REQUIRE(made.status == 0);
    const std::string path = gateway.home + "/redress.toml";
    std::string config = system_test::text_of_file(path);
    if (quota_kib_s > 0) {
      const std::string key = "quota_kib_s = ";
      const auto at = config.find(key);
      REQUIRE(at != std::string::npos);
      config.replace(at, config.find('\n', at) - at, key + std::to_string(quota_kib_s));
    }
    std::ofstream{path} << config;
    gateway.start();
  }
  [[nodiscard]] std::string invite(std::uint32_t site) const {
    const auto invited = gateway.done(
        {"enrol", "--site", std::to_string(site), "--name", "site " + std::to_string(site), "--parent", "1"});
    return invited["token"];
  }
  [[nodiscard]] std::string endpoint() const { return system_test::Site::line_of(gateway.home + "/link.endpoint"); }
  [[nodiscard]] std::size_t resident_bytes() const {
    std::ifstream file{"/proc/" + std::to_string(gateway.pid()) + "/status"};
    for (std::string word; file >> word;) {
      std::size_t kib = 0;
      if (word == "VmRSS:" && file >> kib) return kib * 1024;
    }
    return 0;
  }

  system_test::Folder folder;
  system_test::Site gateway{folder, "gateway", REDRESS_GATEWAY, "link.endpoint"};
};

class Enlisted {
 public:
  Enlisted(const std::string& token_text, std::uint64_t seed) : random{seed}, keys{crypto::make_site_keys(random)} {
    auto read = crypto::decode_token(token_text);
    REQUIRE(read.has_value());
    token = *read;
    join();
    domain = {&crypto::intl(), token.network};
    signer = std::make_unique<crypto::Ed25519Signer>(keys.signing);
    secret = std::make_unique<store::HeadOfficeSecret>(letter->pairwise);
    store::SiteOptions options;
    options.site = token.site;
    options.domain = domain;
    options.kek = keys.kek;
    options.signer = signer.get();
    options.pairwise = secret.get();
    auto opened = store::Site::open(truth, options, random);
    REQUIRE(opened.has_value());
    site = std::move(*opened);
    serial = std::make_unique<store::Serial>(site->last_serial());
    desk =
        std::make_unique<store::Desk>(truth, store::DeskOptions{options, head_office, 480, {}}, kinds, *serial, random);
    sync::Self self;
    self.domain = domain;
    self.site = token.site;
    self.signer = signer.get();
    self.streams = site.get();
    self.version = "enlisted";
    agent = std::make_unique<agent::Agent>(*site, self, sync::AgentPeer{letter->head_office_signing}, random);
  }
  Enlisted(const Enlisted&) = delete;
  Enlisted& operator=(const Enlisted&) = delete;

  // A connection under this site's key, for frames by hand.
  [[nodiscard]] std::unique_ptr<shell::Dealer> dial() {
    auto made = shell::Dealer::open(*context, token.endpoint, shell::curve_of(keys.transport), token.gateway);
    REQUIRE(made.has_value());
    return std::move(*made);
  }

  // With which its store would greet, under the name of a program.
  [[nodiscard]] wire::Hello hello(const std::string& version) const {
    wire::Hello out;
    out.protocol_min = wire::protocol_min;
    out.protocol_max = wire::protocol_max;
    out.suite = domain.suite->id;
    out.network = domain.network;
    out.site = token.site;
    out.journals = site->own_journals();
    out.window = 1 << 20;
    out.clock = shell::wall_now();
    out.version = version;
    return out;
  }

  // One turn of an honest branch's loop, waiting at most `wait_ms` for the line.
  void turn(std::int64_t wait_ms) {
    if (dealer) {
      shell::Poller poller;
      poller.watch(*dealer);
      REQUIRE(poller.wait(wait_ms).has_value());
    }
    const Now now = shell::now();
    while (dealer) {
      const auto change = dealer->link_change();
      if (!change) break;
      if (*change == shell::LinkChange::up) {
        agent->on_line_up(now);
        ++lines;
      } else {
        agent->on_line_down(now, Code::unreachable);
      }
    }
    for (int i = 0; dealer && i < 64; ++i) {
      const auto frame = dealer->receive();
      if (!frame) break;
      agent->on_frame(now, *frame);
    }
    agent::Turned turned = agent->turn(now);
    for (const Bytes& frame : turned.sends) {
      if (dealer) static_cast<void>(dealer->send(frame));
    }
    if (turned.line == sync::Line::close) dealer.reset();
    if (turned.line == sync::Line::open) dealer = dial();
  }
  // Turns until it holds; false if it does not in time.
  [[nodiscard]] bool until(const std::function<bool()>& holds) {
    const system_test::Deadline deadline;
    while (!holds()) {
      if (deadline.left_ms() == 0) return false;
      turn(10);
    }
    return true;
  }
  [[nodiscard]] Seq receipted() const { return agent->view(shell::mono_now()).journal_receipted; }
  [[nodiscard]] bool is_up() const { return agent->view(shell::mono_now()).state == "up"; }
  // Hands a registration to the agent; carried out by its next turn.
  void submit(const std::string& narrative) {
    auto composed = desk->register_case(
        {StaffId{7}, "k/" + std::to_string(++commands), {{"narrative", narrative}}, shell::wall_now()});
    REQUIRE(composed.has_value());
    agent->submit({std::move(std::get<store::Append>(*composed)), [this](Result<store::Appended> told) {
                     REQUIRE(told.has_value());
                     last = *told;
                   }});
  }

  sim::SeededRandom random;
  const casework::Kinds kinds{casework::shipped_kinds()};
  const crypto::SiteKeys keys;
  std::unique_ptr<shell::LinkContext> context = std::move(*shell::LinkContext::open());
  crypto::JoinToken token;
  std::optional<shell::Letter> letter;
  journal::Domain domain;
  std::unique_ptr<crypto::Ed25519Signer> signer;
  std::unique_ptr<store::HeadOfficeSecret> secret;
  sim::MemoryTruth truth;
  std::unique_ptr<store::Site> site;
  std::unique_ptr<store::Serial> serial;
  std::unique_ptr<store::Desk> desk;
  std::unique_ptr<agent::Agent> agent;
  std::unique_ptr<shell::Dealer> dealer;
  std::optional<store::Appended> last;
  int lines = 0;  // how often its line came up
  int commands = 0;

 private:
  void join() {
    auto opened = shell::Dealer::open(*context, token.endpoint,
                                      shell::curve_of(crypto::transport_pair(token.one_time_secret)), token.gateway);
    REQUIRE(opened.has_value());
    wire::Enrol enrol;
    enrol.protocol_min = wire::protocol_min;
    enrol.protocol_max = wire::protocol_max;
    enrol.suite = crypto::intl().id;
    enrol.network = token.network;
    enrol.site = token.site;
    enrol.transport = keys.transport.public_key;
    enrol.signing = keys.signing.public_key;
    enrol.version = "enlisted";
    const system_test::Deadline deadline;
    while (!letter) {
      REQUIRE(deadline.left_ms() > 0);
      shell::Poller poller;
      poller.watch(**opened);
      REQUIRE(poller.wait(100).has_value());
      if (const auto change = (*opened)->link_change()) {
        REQUIRE(*change == shell::LinkChange::up);
        REQUIRE((*opened)->send(wire::encode(enrol)));
      }
      const auto answer = (*opened)->receive();
      if (!answer) continue;
      const auto frame = wire::decode(*answer);
      REQUIRE(frame.has_value());
      const auto* enrolled = std::get_if<wire::Enrolled>(&*frame);
      REQUIRE(enrolled != nullptr);
      auto read = shell::open_letter(token.network, token.site, keys.transport.secret, enrolled->sealed);
      REQUIRE(read.has_value());
      letter = *read;
    }
  }
};

}  // namespace redress::hostile
