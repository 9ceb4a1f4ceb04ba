// redress-relay: wiring only.
#include <CLI/CLI.hpp>
#include <iostream>

#include "ops/demonstration/tcp_relay.h"
#include "ops/shell/process.h"

namespace {

int fail_with(const redress::Error& error) {
  std::cerr << "redress-relay: " << error.what << '\n';
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"A TCP line that can be cut. Prints {\"port\":N}, then forwards until SIGTERM or SIGINT."};
  app.set_version_flag("--version", redress::shell::version_text("redress-relay"));
  redress::demo::RelayPlan plan;
  app.add_option("--listen", plan.listen, "Where to listen, address:port; port 0 picks one")->required();
  app.add_option("--to", plan.to, "Where to forward to, address:port")->required();
  app.add_option(
         "--control", plan.control,
         "Unix socket that takes the lines: cut, heal, stall, hole up|down, delay MS, rate B/S, drip B/S, flap MS, "
         "reset, status")
      ->required();
  CLI11_PARSE(app, argc, argv);

  const auto stop = redress::shell::StopSignal::open();
  if (!stop) return fail_with(stop.error());
  const auto relay = redress::demo::TcpRelay::open(plan, redress::shell::mono_now);
  if (!relay) return fail_with(relay.error());
  const auto watched = (*relay)->end_when_readable((*stop)->descriptor());
  if (!watched) return fail_with(watched.error());
  std::cout << "{\"port\":" << (*relay)->port() << '}' << std::endl;
  (*relay)->run();
  return 0;
}
