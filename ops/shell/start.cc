#include "ops/shell/start.h"

#include <filesystem>
#include <iostream>

#include <CLI/CLI.hpp>

#include "crypto/tls.h"
#include "ops/shell/code_tables.h"
#include "ops/shell/daemon.h"
#include "ops/shell/rulebook.h"
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

// Of the files that the configuration leads to, each read as it will be served by.
std::vector<Error> faults_in_files_of(const Home& home) {
  std::vector<Error> faults;
  const std::string config_path = home.path(config_file);
  const auto rules = open_rulebook(home.config.rules, config_path);
  if (!rules) faults.push_back(rules.error());
  const auto editions = load_code_editions(home.path(codes_folder));
  if (!editions) faults.push_back(editions.error());
  if (!home.config.door.certificate.empty()) {
    const auto tls = crypto::TlsServer::open(beside(config_path, home.config.door.certificate),
                                             beside(config_path, home.config.door.key));
    if (!tls) faults.push_back(tls.error());
  }
  return faults;
}

}  // namespace

int give_up(Log& log, const Error& error) {
  const wire::Reason& reason = wire::reason_of(error.code);
  log.error("program", "stops",
            {{"code", reason.name}, {"why", error.what}, {"field", error.field}, {"words", reason.en}});
  return 3;
}

void tell_where(const Home& home, const char* file, const std::string& where, Log& log) {
  const std::string path = home.path(file);
  const auto said = read_small_file(path);
  if (said && *said == where) return;
  const Status written = write_small_file(path, where + "\n");
  if (written) return;
  // It would send people to where nobody listens.
  std::error_code ignored;
  for (const char* end : {"", ".new"}) std::filesystem::remove(path + end, ignored);
  log.warn("program", "cannot be looked up", {{"file", file}, {"listens", where}, {"why", written.error().what}});
}

int start(const char* program, Role role, int argc, char** argv, const std::function<int(Started&)>& run) {
  CLI::App app{std::string{program} + (role == Role::branch
                                           ? ": keeps a branch's complaints and carries them to head office"
                                           : ": head office's end: aggregates cases, sends dispositions back")};
  std::string folder = ".";
  bool check_only = false;
  app.add_option("--home", folder, "the site's folder, made by redress-ops init")->envname("REDRESS_HOME");
  app.add_flag("--check-config", check_only,
               "read configuration, keystore and the files they lead to, name every error, and stop");
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
  if (const auto faults = faults_in_files_of(*home); !faults.empty()) return report(folder, faults);
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
  // Before anything of the home is judged by what it holds: whoever serves it may be writing that.
  auto lock = FileLock::open(home->path(home_lock_file));
  if (!lock) return give_up(**log, lock.error());
  Started started{std::move(*home), std::move(*stop), std::move(*log), std::move(*lock)};
  started.log->info("program", "starts",
                    {{"version", version_text(program)}, {"site", started.home.keys.site.value()}});
  const int status = run(started);
  started.log->info("program", "ends", {{"status", status}});
  return status;
}

}  // namespace redress::shell
