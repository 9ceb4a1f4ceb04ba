// redress-agent: the program on a branch PC. Wiring only.
#include "branch-agent/agent.h"
#include "branch-agent/api.h"
#include "branch-agent/join.h"
#include "branch-agent/loop.h"
#include "ops/shell/daemon.h"
#include "ops/shell/start.h"
#include "store/head_office_secret.h"

namespace redress {
namespace {

int run(shell::Started& started) {
  shell::Home& home = started.home;
  shell::Log& log = *started.log;
  crypto::SystemRandom random;
  auto context = shell::LinkContext::open();
  if (!context) return shell::give_up(log, context.error());
  if (!home.keys.enrolment) {
    if (!home.keys.invite)
      return shell::give_up(log, {Code::unknown_site, "the keystore has neither enrolment nor invitation", "keystore"});
    const Status joined = agent::join(home, **context, *started.stop, random, log);
    if (!joined) return joined.error().code == Code::draining ? 0 : shell::give_up(log, joined.error());
    log.info("join", "enrolled", {{"site", home.keys.site.value()}, {"parent", home.keys.enrolment->parent.value()}});
  }
  const crypto::Enrolment& enrolment = *home.keys.enrolment;
  const store::HeadOfficeSecret pairwise{enrolment.pairwise};
  const PublicKey own_signing = home.keys.keys.signing.public_key;
  const shell::DaemonOptions options{
      &pairwise, nullptr, enrolment.parent, {}, [&](SiteId site) -> std::vector<PublicKey> {
        if (site == head_office) return {enrolment.head_office_signing};
        if (site == home.keys.site) return {own_signing};
        return {};
      }};
  auto daemon = shell::Daemon::open(home, options, log);
  if (!daemon) return shell::give_up(log, daemon.error());
  agent::Agent agent{(*daemon)->site(), agent::self_of(**daemon, home), {enrolment.head_office_signing}, random};
  agent::add_routes((*daemon)->api(), agent, home);
  const Status serving = (*daemon)->serve([&] { agent::refresh((*daemon)->metrics(), agent); });
  if (!serving) {
    const int status = shell::give_up(log, serving.error());
    (*daemon)->stop();
    return status;
  }
  log.info("agent", "ready", {{"site", home.keys.site.value()}, {"port", (*daemon)->door().port()}});
  agent::Loop loop{agent, **daemon, **context, home, *started.stop, log};
  return loop.run();
}

}  // namespace
}  // namespace redress

int main(int argc, char** argv) {
  return redress::shell::start("redress-agent", redress::shell::Role::branch, argc, argv, redress::run);
}
