#include "ops/shell/start.h"

#include <iostream>

#include <CLI/CLI.hpp>

#include "ops/shell/daemon.h"
#include "protocol/wire/refusal.h"

namespace redress::shell {
namespace {

int report(const std::string& folder, const std::vector<Error>& errors) {
  for (const Error& error : errors) {
    std::cerr << "config: " << folder << ": " << wire::name_of(error.code) << ": " << error.what
              << (error.field.empty() ? "" : " (" + error.field + ")") << "\n";
  }
  return 2;
}

LogLevel level_of(const std::string& name) {
  return name == "debug"   ? LogLevel::debug
         : name == "warn"  ? LogLevel::warn
         : name == "error" ? LogLevel::error
                           : LogLevel::info;
}

}  // namespace

int give_up(Log& log, const Error& error) {
  const wire::Reason& reason = wire::reason_of(error.code);
  log.error("program", "stops",
            {{"code", reason.name}, {"why", error.what}, {"field", error.field}, {"words", reason.en}});
  return 3;
}

int start(const char* program, Role role, int argc, char** argv, const std::function<int(Started&)>& run) {
  CLI::App app{std::string{program} + (role == Role::branch
                                           ? ": keeps a branch's complaints and carries them to head office"
                                           : ": head office's end: aggregates cases, sends dispositions back")};
  std::string folder = ".";
  bool check_only = false;
  app.add_option("--home", folder, "the site's folder, made by redress-ops init")->envname("REDRESS_HOME");
  app.add_flag("--check-config", check_only, "read configuration and keystore, name every error, and stop");
  app.set_version_flag("--version", version_text(program));
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 1;
  }

  // Before any secret is in memory.
  const Status hardened = harden();
  if (!hardened) return report(folder, {hardened.error()});
  auto home = open_home(folder);
  if (!home) return report(folder, home.error());
  if (home->config.role != role)
    return report(folder, {{Code::bad_config, "this home belongs to the other program", "role"}});
  if (check_only) {
    std::cout << "ok: " << folder << "/" << config_file << "\n";
    return 0;
  }
  auto stop = StopSignal::open();
  if (!stop) return report(folder, {stop.error()});
  const std::string zone =
      home->keys.enrolment && !home->keys.enrolment->zone.empty() ? home->keys.enrolment->zone : home->config.site.zone;
  const Status zoned = set_zone(zone);
  if (!zoned) return report(folder, {zoned.error()});
  auto log = Log::open(level_of(home->config.log.level), beside(home->path(config_file), home->config.log.file));
  if (!log) return report(folder, {log.error()});
  Started started{std::move(*home), std::move(*stop), std::move(*log)};
  started.log->info("program", "starts",
                    {{"version", version_text(program)}, {"site", started.home.keys.site.value()}});
  const int status = run(started);
  started.log->info("program", "ends", {{"status", status}});
  return status;
}

}  // namespace redress::shell
