// redress-gateway: the program at head office. Wiring only.
#include <algorithm>

#include "gateway/api.h"
#include "gateway/gateway.h"
#include "gateway/loop.h"
#include "gateway/prompting.h"
#include "gateway/router.h"
#include "gateway/zap.h"
#include "ops/shell/curve.h"
#include "ops/shell/daemon.h"
#include "ops/shell/start.h"
#include "protocol/casework/kinds.h"

namespace redress {
namespace {

int run(shell::Started& started) {
  shell::Home& home = started.home;
  shell::Log& log = *started.log;
  crypto::SystemRandom random;
  auto members =
      gateway::Members::open({home.path(shell::members_file), home.keys.network, home.keys.keys.kek}, random);
  if (!members) return shell::give_up(log, members.error());
  const auto parent_of = [&](SiteId site) -> std::optional<SiteId> {
    const auto member = (*members)->find(site);
    return member ? std::optional{member->parent} : std::nullopt;
  };
  const gateway::DirectoryRouter router{parent_of, casework::Kinds{casework::shipped_kinds()}.opening().kind};
  const PublicKey own_signing = home.keys.keys.signing.public_key;
  const shell::DaemonOptions options{members->get(),
                                     &router,
                                     SiteId{},
                                     parent_of,
                                     [&](SiteId site) {
                                       if (site == head_office) return std::vector{own_signing};
                                       return (*members)->signing_keys_of(site);
                                     },
                                     shell::Searching::by_signatures};
  auto daemon = shell::Daemon::open(home, options, log);
  if (!daemon) return shell::give_up(log, daemon.error());

  auto context = shell::LinkContext::open();
  if (!context) return shell::give_up(log, context.error());
  auto zap = gateway::Zap::open(**context);
  if (!zap) return shell::give_up(log, zap.error());
  const shell::CurvePair transport = shell::curve_of(home.keys.keys.transport);
  auto socket = shell::Router::open(**context, home.config.link.listen, transport);
  if (!socket) return shell::give_up(log, socket.error());
  const auto user_id_of = [&](const PublicKey& key) { return (*members)->user_id_of(key, shell::wall_now()); };
  const Status strangers =
      gateway::refuse_strangers_check(**context, (*socket)->endpoint(), transport.public_key, **zap, user_id_of);
  if (!strangers) return shell::give_up(log, strangers.error());

  const sync::Self self{(*daemon)->site_options().domain,
                        head_office,
                        &(*daemon)->signer(),
                        &(*daemon)->site(),
                        home.config.link.heartbeat_ms,
                        static_cast<std::size_t>(home.config.link.window_kib) * 1024,
                        shell::version_text("redress-gateway")};
  const gateway::QuotaOptions quota{static_cast<std::size_t>(home.config.link.quota_kib_s) * 1024};
  gateway::Gateway gateway{(*daemon)->site(), self, **members, home.keys.keys.signing, random, quota};
  gateway::add_routes((*daemon)->api(), {members->get(), &gateway, &home, (*socket)->endpoint(), &random,
                                         [&wake = (*daemon)->wake()] { wake.signal(); }});
  const Status serving = (*daemon)->serve([&] { gateway::refresh((*daemon)->metrics(), gateway); });
  if (!serving) {
    const int status = shell::give_up(log, serving.error());
    (*daemon)->stop();
    return status;
  }
  shell::tell_where(home, shell::endpoint_file, (*socket)->endpoint(), log);
  log.info("gateway", "ready", {{"endpoint", (*socket)->endpoint()}, {"port", (*daemon)->door().port()}});
  gateway::Prompting prompting{**daemon, parent_of, log};
  prompting.start();
  gateway::Loop loop{gateway, **daemon, **members, **zap, **socket, *started.stop, log};
  const int status = loop.run();
  prompting.stop();
  return status;
}

}  // namespace
}  // namespace redress

int main(int argc, char** argv) {
  return redress::shell::start("redress-gateway", redress::shell::Role::gateway, argc, argv, redress::run);
}
