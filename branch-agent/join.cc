#include "branch-agent/join.h"

#include <algorithm>

#include "crypto/suite_intl.h"
#include "ops/shell/curve.h"
#include "ops/shell/letter.h"
#include "protocol/wire/frames.h"
#include "protocol/wire/refusal.h"

namespace redress::agent {
namespace {

constexpr std::int64_t attempt_ms_max = 10'000;
constexpr std::int64_t pause_ms_max = 3'000;

wire::Enrol enrol_of(const shell::Home& home) {
  wire::Enrol enrol;
  enrol.protocol_min = wire::protocol_min;
  enrol.protocol_max = wire::protocol_max;
  enrol.suite = crypto::intl().id;
  enrol.network = home.keys.network;
  enrol.site = home.keys.site;
  enrol.transport = home.keys.keys.transport.public_key;
  enrol.signing = home.keys.keys.signing.public_key;
  enrol.version = shell::version_text("redress-agent");
  return enrol;
}

// Waits up to `ms`; true if it was told to stop.
bool wait(shell::Poller& poller, shell::StopSignal& stop, const shell::Dealer* dealer, std::int64_t ms) {
  poller.clear();
  poller.watch_descriptor(stop.descriptor());
  if (dealer != nullptr) poller.watch(*dealer);
  const auto ready = poller.wait(ms);
  return ready && std::count(ready->begin(), ready->end(), stop.descriptor()) > 0 && stop.take();
}

// One connection, one question. The answer's frame; unreachable if there was none.
Result<wire::Frame> ask(const shell::Home& home, shell::LinkContext& context, shell::StopSignal& stop) {
  const crypto::Invite& invite = *home.keys.invite;
  auto dealer = shell::Dealer::open(context, home.config.link.connect, shell::curve_of(invite.one_time),
                                    invite.gateway_transport);
  if (!dealer) return fail(dealer.error());
  shell::Poller poller;
  const Instant until = after_ms(shell::mono_now(), attempt_ms_max);
  for (Instant now = shell::mono_now(); now < until; now = shell::mono_now()) {
    if (wait(poller, stop, dealer->get(), until.value() - now.value()))
      return fail(Code::draining, "join: told to stop");
    while (const auto change = (*dealer)->link_change()) {
      if (*change == shell::LinkChange::refused)
        return fail(Code::unknown_site, "join: the gateway does not take the one-time key");
      if (*change == shell::LinkChange::down)
        return fail(Code::unreachable, "join: no connection to " + home.config.link.connect);
      if (!(*dealer)->send(wire::encode(enrol_of(home)))) return fail(Code::unreachable, "join: not sent");
    }
    if (const auto bytes = (*dealer)->receive()) return wire::decode(*bytes);
  }
  return fail(Code::unreachable, "join: no answer from " + home.config.link.connect);
}

Status keep(shell::Home& home, const wire::Enrolled& enrolled, Random& random) {
  auto letter = shell::open_letter(home.keys.network, home.keys.site, home.keys.keys.transport.secret, enrolled.sealed);
  if (!letter) return fail(letter.error());
  const crypto::Invite invite = *home.keys.invite;
  crypto::KeystoreContent keys = home.keys;
  keys.enrolment = crypto::Enrolment{letter->pairwise,
                                     letter->pairwise_generation,
                                     invite.gateway_transport,
                                     letter->head_office_signing,
                                     invite.endpoint,
                                     letter->site_name,
                                     letter->zone,
                                     letter->parent};
  keys.invite.reset();
  const Status saved = crypto::save_keystore(home.keystore_path(), home.passphrase, keys, random);
  if (saved) home.keys = std::move(keys);
  return saved;
}

bool is_final(Code code) {
  return code == Code::invite_expired || code == Code::invite_used || code == Code::network || code == Code::suite ||
         code == Code::version || code == Code::revoked || code == Code::draining || code == Code::bad_config;
}

}  // namespace

Status join(shell::Home& home, shell::LinkContext& context, shell::StopSignal& stop, Random& random, shell::Log& log) {
  REDRESS_ASSERT(home.keys.invite.has_value() && !home.keys.enrolment.has_value());
  shell::Poller poller;
  for (;;) {
    if (shell::wall_now() > home.keys.invite->expires) {
      log.warn("join", "the token has expired by this machine's clock; asking all the same");
    }
    auto frame = ask(home, context, stop);
    Error why{Code::unexpected_frame, "join: neither enrolled nor refused", "frame"};
    if (!frame) {
      why = frame.error();
    } else if (const auto* enrolled = std::get_if<wire::Enrolled>(&*frame)) {
      return keep(home, *enrolled, random);
    } else if (const auto* refusal = std::get_if<wire::Refusal>(&*frame)) {
      why = {refusal->code, refusal->what, "enrol"};
    }
    // Past its time the key is refused at the handshake, before any words can be had.
    const bool late = why.code == Code::unknown_site && shell::wall_now() > home.keys.invite->expires;
    if (late) return fail(Code::invite_expired, "join: the token was good until it expired", "token");
    if (is_final(why.code)) return fail(why);
    log.warn("join", "not yet", {{"code", wire::name_of(why.code)}, {"why", why.what}});
    if (wait(poller, stop, nullptr, 1 + random.below(pause_ms_max))) return fail(Code::draining, "join: told to stop");
  }
}

}  // namespace redress::agent
