// Joining over a real encrypted line on loopback: head office's end is played by the test.
#include "branch-agent/join.h"

#include <signal.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <thread>

#include "gateway/zap.h"
#include "ops/shell/letter.h"
#include "protocol/wire/frames.h"
#include "tests/ops/served.h"

namespace redress::agent {
namespace {

shell::CurvePair curve_of(const crypto::KeyPair& pair) {
  shell::CurvePair out;
  out.public_key = pair.public_key;
  std::copy(pair.secret.view().begin(), pair.secret.view().end(), out.secret_key.begin());
  return out;
}

template <typename T>
T opened(Result<T> result) {
  REQUIRE(result.has_value());
  return *std::move(result);
}

struct Joining {
  Joining() {
    home.folder = folder.path();
    home.config.site.id = home.keys.site = SiteId{11};
    home.config.link.connect = router->endpoint();
    home.passphrase = "p";
    home.keys.network.bytes.fill(std::byte{3});
    home.keys.keys = crypto::make_site_keys(random);
    home.keys.invite =
        crypto::Invite{one_time, gateway.public_key, router->endpoint(), WallTime{shell::wall_now().value() + 60'000}};
  }

  // Runs join() on a thread of its own, giving each enrolment the next of these answers.
  using Answer = std::function<wire::Frame(const wire::Enrol&)>;
  Status join(const std::vector<Answer>& answers) {
    Status status{Done{}};
    const auto log = opened(shell::Log::open(shell::LogLevel::error, folder / "log"));
    std::thread thread{[&] {
      status = agent::join(home, *context, *stop, random, *log);
      done->signal();
    }};
    shell::Poller poller;
    for (bool over = false; !over;) {
      poller.clear();
      poller.watch(*router);
      poller.watch(zap->door());
      poller.watch_descriptor(done->descriptor());
      const auto ready = poller.wait(20'000);
      over = !ready || !ready->empty();
      zap->answer_pending([&](const PublicKey& key) -> std::optional<std::string> {
        return key == one_time.public_key ? std::optional<std::string>{"invited 11"} : std::nullopt;
      });
      while (const auto received = router->receive()) {
        CHECK(received->user_id == "invited 11");
        const auto frame = wire::decode(received->frame);
        const auto* enrol = frame ? std::get_if<wire::Enrol>(&*frame) : nullptr;
        CHECK(enrol != nullptr);
        if (enrol == nullptr || asked >= answers.size()) continue;
        static_cast<void>(router->send(received->from, wire::encode(answers[asked++](*enrol))));
      }
    }
    thread.join();
    return status;
  }
  wire::Frame letter_for(const wire::Enrol& enrol) {
    shell::Letter letter;
    letter.pairwise.bytes()[0] = std::byte{5};
    letter.head_office_signing.bytes.fill(std::byte{6});
    letter.parent = SiteId{10};
    letter.site_name = "南街";
    letter.zone = "Asia/Shanghai";
    return wire::Enrolled{enrol.site,
                          opened(shell::seal_letter(enrol.network, enrol.site, enrol.transport, letter, random))};
  }

  shell::TempFolder folder;
  crypto::SystemRandom random;
  crypto::KeyPair gateway = crypto::make_transport_pair(random);
  crypto::KeyPair one_time = crypto::make_transport_pair(random);
  std::unique_ptr<shell::StopSignal> stop = opened(shell::StopSignal::open());
  std::unique_ptr<shell::Wake> done = opened(shell::Wake::open());
  std::unique_ptr<shell::LinkContext> context = opened(shell::LinkContext::open());
  std::unique_ptr<gateway::Zap> zap = opened(gateway::Zap::open(*context));
  std::unique_ptr<shell::Router> router = opened(shell::Router::open(*context, "tcp://127.0.0.1:*", curve_of(gateway)));
  shell::Home home;
  std::size_t asked = 0;
};

TEST_CASE("Join: the letter becomes the enrolment, and the one-time key is gone, in memory and in the keystore") {
  Joining joining;
  const Status joined = joining.join({[&](const wire::Enrol& enrol) {
    CHECK(enrol.site == SiteId{11});
    CHECK(enrol.network == joining.home.keys.network);
    CHECK(enrol.transport == joining.home.keys.keys.transport.public_key);
    CHECK(enrol.signing == joining.home.keys.keys.signing.public_key);
    return joining.letter_for(enrol);
  }});
  REQUIRE(joined.has_value());
  const auto kept = crypto::load_keystore(joining.home.keystore_path(), "p");
  REQUIRE(kept.has_value());
  for (const crypto::KeystoreContent* keys :
       std::initializer_list<const crypto::KeystoreContent*>{&joining.home.keys, &*kept}) {
    CHECK(!keys->invite.has_value());
    REQUIRE(keys->enrolment.has_value());
    CHECK(keys->enrolment->pairwise.view()[0] == std::byte{5});
    CHECK(keys->enrolment->gateway_transport == joining.gateway.public_key);
    CHECK(keys->enrolment->head_office_signing.bytes[0] == std::byte{6});
    CHECK(keys->enrolment->parent == SiteId{10});
    CHECK(keys->enrolment->site_name == "南街");
    CHECK(keys->enrolment->zone == "Asia/Shanghai");
    CHECK(keys->enrolment->endpoint == joining.router->endpoint());
  }
}

TEST_CASE("Join: a refusal that no waiting mends ends it with head office's code") {
  for (const Code code : {Code::invite_used, Code::invite_expired, Code::network, Code::suite, Code::version}) {
    Joining joining;
    const Status joined = joining.join({[&](const wire::Enrol&) {
      return wire::Refusal{SessionId{}, code, "because", 0};
    }});
    REQUIRE(!joined.has_value());
    CHECK(joined.error().code == code);
    CHECK(joining.home.keys.invite.has_value());
    CHECK(!joining.home.keys.enrolment.has_value());
  }
}

TEST_CASE("Join: told to stop it ends with draining, and the invitation stays for the next start") {
  // To the process: a signal to one thread does not show at a descriptor that another reads.
  const auto tell = [] { REQUIRE(::kill(::getpid(), SIGTERM) == 0); };
  SECTION("while it waits for an answer") {
    Joining joining;
    tell();
    const Status joined = joining.join({});
    CHECK(joined.error().code == Code::draining);
    CHECK(joining.home.keys.invite.has_value());
  }
  SECTION("while it waits to ask again") {
    Joining joining;
    const Status joined = joining.join({[&](const wire::Enrol&) {
      tell();
      return wire::Refusal{SessionId{}, Code::retry_later, "later", 0};
    }});
    CHECK(joined.error().code == Code::draining);
    CHECK(joining.home.keys.invite.has_value());
  }
}

TEST_CASE("Join: a key that is refused past its time by this machine's clock is an invitation that expired") {
  Joining joining;
  joining.home.keys.invite->one_time = crypto::make_transport_pair(joining.random);
  joining.home.keys.invite->expires = WallTime{shell::wall_now().value() - 1};
  const Status joined = joining.join({});
  REQUIRE(!joined.has_value());
  CHECK(joined.error().code == Code::invite_expired);
  CHECK(joined.error().what == "join: the token was good until it expired");
  CHECK(joining.home.keys.invite.has_value());
}

TEST_CASE("Join: a letter for another key is damaged, and the invitation stays") {
  Joining joining;
  const crypto::KeyPair other = crypto::make_transport_pair(joining.random);
  const Status joined = joining.join({[&](wire::Enrol enrol) {
    enrol.transport = other.public_key;
    return joining.letter_for(enrol);
  }});
  REQUIRE(!joined.has_value());
  CHECK(joined.error().code == Code::damaged);
  CHECK(joining.home.keys.invite.has_value());
}

TEST_CASE("Join: an answer that is none is asked for again") {
  Joining joining;
  const Status joined = joining.join({[](const wire::Enrol&) {
                                        return wire::Refusal{SessionId{}, Code::retry_later, "later", 0};
                                      },
                                      [&](const wire::Enrol& enrol) { return joining.letter_for(enrol); }});
  CHECK(joined.has_value());
  CHECK(joining.asked == 2);
}

}  // namespace
}  // namespace redress::agent
