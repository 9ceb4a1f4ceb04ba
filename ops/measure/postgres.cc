#include "ops/measure/postgres.h"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "ops/demonstration/ports.h"
#include "ops/measure/arrivals.h"
#include "ops/measure/stopwatch.h"

namespace redress::measure {
namespace fs = std::filesystem;
namespace {

constexpr const char* programs = "/usr/lib/postgresql/15/bin";
constexpr const char* system_user = "postgres";
constexpr std::int64_t patience_ms = 60'000;
constexpr std::int64_t load_ms_max = 1'800'000;
constexpr std::int64_t look_ms = 20;
constexpr const char* counted = "count(*)";

// PostgreSQL does not run as root.
std::vector<std::string> as_server(std::vector<std::string> words) {
  if (::geteuid() != 0) return words;
  std::vector<std::string> out{"/usr/bin/setpriv", "--reuid", system_user, "--regid", system_user, "--clear-groups"};
  std::move(words.begin(), words.end(), std::back_inserter(out));
  return out;
}

Status give_to_server(const std::string& folder) {
  if (::geteuid() != 0) return Done{};
  const passwd* const user = ::getpwnam(system_user);
  const bool given = user != nullptr && ::chown(folder.c_str(), user->pw_uid, user->pw_gid) == 0 &&
                     ::chmod(fs::path{folder}.parent_path().c_str(), 0711) == 0;
  if (!given) return fail(Code::io, "give a folder to PostgreSQL's user");
  return Done{};
}

std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out.append(c == '\'' ? 2 : 1, c);
  return out + "'";
}

}  // namespace

std::string Postgres::installed() {
  return fs::exists(std::string{programs} + "/postgres") && fs::exists("/usr/bin/setpriv") ? programs : "";
}

Result<std::unique_ptr<Postgres>> Postgres::open(Stage& stage) {
  std::unique_ptr<Postgres> both{new Postgres{stage}};
  const Status built = both->build();
  if (!built) return fail(built.error());
  return both;
}

Postgres::~Postgres() {
  // The subscriber first: it asks the publisher for more until it ends.
  for (Server* server : {&subscriber_, &publisher_}) {
    if (!server->process) continue;
    server->process->signal(SIGQUIT);
    static_cast<void>(server->process->wait_ms(5'000));
  }
  stage_.discard(folder_);
}

Result<std::string> Postgres::run(std::vector<std::string> words) {
  auto child = demo::Child::start(as_server(std::move(words)), stage_.around());
  if (!child) return fail(child.error());
  const auto ended = (*child)->wait(after_ms(shell::mono_now(), load_ms_max));
  if (!ended) return fail(ended.error());
  if (*ended != demo::Ended{}) return fail(Code::io, "PostgreSQL refused: see " + stage_.around().log);
  std::string output = (*child)->output();
  if (output.ends_with('\n')) output.pop_back();
  return output;
}

Result<std::string> Postgres::ask(const Server& server, const std::string& sql) {
  return run({std::string{programs} + "/psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p",
              std::to_string(server.port), "-U", "bench", "-d", "postgres", "-c", sql});
}

Status Postgres::start(Server& server, const std::string& settings) {
  const auto made =
      run({std::string{programs} + "/initdb", "-D", server.folder, "-A", "trust", "-U", "bench", "-E", "UTF8"});
  if (!made) return fail(made.error());
  std::ofstream config{server.folder + "/postgresql.conf", std::ios::app};
  config << "listen_addresses = '127.0.0.1'\nport = " << server.port << "\nunix_socket_directories = ''\n"
         << "fsync = on\nfull_page_writes = on\nsynchronous_commit = on\nshared_buffers = 256MB\nmax_wal_size = 4GB\n"
         << settings;
  config.close();
  auto process =
      demo::Child::start(as_server({std::string{programs} + "/postgres", "-D", server.folder}), stage_.around());
  if (!process) return fail(process.error());
  server.process = std::move(*process);
  const Instant until = after_ms(shell::mono_now(), patience_ms);
  return demo::wait_until(stage_.around(), until, look_ms, "PostgreSQL", [&]() -> Result<bool> {
    if (!server.process->running()) return fail(Code::io, "PostgreSQL ended: see " + stage_.around().log);
    return run({std::string{programs} + "/pg_isready", "-q", "-h", "127.0.0.1", "-p", std::to_string(server.port)})
        .has_value();
  });
}

Status Postgres::subscribe() {
  for (const Server* server : {&publisher_, &subscriber_}) {
    const auto made = ask(*server, "CREATE TABLE records (id bigint PRIMARY KEY, body text NOT NULL)");
    if (!made) return fail(made.error());
  }
  const auto published = ask(publisher_, "CREATE PUBLICATION p FOR TABLE records");
  if (!published) return fail(published.error());
  const auto subscribed =
      ask(subscriber_, "CREATE SUBSCRIPTION s CONNECTION 'host=127.0.0.1 user=bench dbname=postgres port=" +
                           std::to_string(publisher_.port) + "' PUBLICATION p WITH (synchronous_commit = on)");
  if (!subscribed) return fail(subscribed.error());
  const Instant until = after_ms(shell::mono_now(), patience_ms);
  const Status level = demo::wait_until(stage_.around(), until, look_ms, "the subscription", [&]() -> Result<bool> {
    const auto state = ask(subscriber_, "SELECT srsubstate FROM pg_subscription_rel");
    if (!state) return fail(state.error());
    return *state == "r";
  });
  if (!level) return level;
  // Only now: without a subscriber every commit would wait for ever.
  return wait_for_subscriber(true);
}

Status Postgres::wait_for_subscriber(bool wait) {
  const auto named =
      ask(publisher_, std::string{"ALTER SYSTEM SET synchronous_standby_names = "} + (wait ? "'s'" : "''"));
  if (!named) return fail(named.error());
  const auto loaded = ask(publisher_, "SELECT pg_reload_conf()");
  if (!loaded) return fail(loaded.error());
  const Instant until = after_ms(shell::mono_now(), patience_ms);
  return demo::wait_until(stage_.around(), until, look_ms, "synchronous replication", [&]() -> Result<bool> {
    const auto state = ask(publisher_, "SELECT sync_state FROM pg_stat_replication WHERE application_name = 's'");
    if (!state) return fail(state.error());
    return *state == (wait ? "sync" : "async");
  });
}

Status Postgres::build() {
  folder_ = stage_.make_folder();
  Status done = give_to_server(folder_);
  if (!done) return done;
  const auto ports = demo::free_ports(2);
  if (!ports) return fail(ports.error());
  publisher_ = {folder_ + "/publisher", (*ports)[0], nullptr};
  subscriber_ = {folder_ + "/subscriber", (*ports)[1], nullptr};
  done = start(publisher_, "wal_level = logical\n");
  if (done) done = start(subscriber_, "");
  return done ? subscribe() : done;
}

Result<std::size_t> Postgres::received(const char* as) {
  const auto count = ask(subscriber_, std::string{"SELECT "} + as + " FROM records");
  if (!count) return fail(count.error());
  return static_cast<std::size_t>(std::stoull("0" + *count));
}

Result<std::int64_t> Postgres::insert(std::size_t first, std::size_t count, std::size_t rows_a_commit) {
  const std::string path = folder_ + "/load.sql";
  std::ofstream script{path};
  for (std::size_t i = 0; i < count; ++i) {
    script << (i % rows_a_commit == 0 ? "INSERT INTO records VALUES (" : ",(") << first + i + 1 << ','
           << quoted(plain_record(stage_.texts()[i % stage_.texts().size()])) << ')';
    if ((i + 1) % rows_a_commit == 0 || i + 1 == count) script << ";\n";
  }
  script.close();
  const std::int64_t begun = ns_now();
  const auto loaded = run({std::string{programs} + "/psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1",
                           "-p", std::to_string(publisher_.port), "-U", "bench", "-d", "postgres", "-f", path});
  if (!loaded) return fail(loaded.error());
  return ns_now() - begun;
}

Result<double> Postgres::live(std::size_t count, std::size_t rows_a_commit) {
  const auto first = received(counted);
  if (!first) return fail(first.error());
  const auto took = insert(*first, count, rows_a_commit);
  if (!took) return fail(took.error());
  const auto there = received(counted);
  if (!there) return fail(there.error());
  if (*there != *first + count) return fail(Code::malformed, "PostgreSQL's subscriber does not have every row");
  return static_cast<double>(count) * static_cast<double>(ns_a_s) / static_cast<double>(*took);
}

Result<double> Postgres::catch_up(std::size_t count, std::size_t rows_a_commit) {
  const auto first = received(counted);
  if (!first) return fail(first.error());
  Status done = wait_for_subscriber(false);
  const auto off = done ? ask(subscriber_, "ALTER SUBSCRIPTION s DISABLE") : Result<std::string>{fail(done.error())};
  if (!off) return fail(off.error());
  const auto waits = insert(*first, count, rows_a_commit);
  if (!waits) return fail(waits.error());
  const auto on = ask(subscriber_, "ALTER SUBSCRIPTION s ENABLE");
  if (!on) return fail(on.error());
  const auto rate = rate_of_arrivals(stage_.around(), "PostgreSQL's subscriber", count, [&]() -> Result<std::size_t> {
    const auto highest = received("max(id)");
    if (!highest) return fail(highest.error());
    return *highest - *first;
  });
  if (!rate) return fail(rate.error());
  const auto there = received(counted);
  if (!there) return fail(there.error());
  if (*there != *first + count) return fail(Code::malformed, "PostgreSQL's subscriber does not have every row");
  done = wait_for_subscriber(true);
  if (!done) return fail(done.error());
  return *rate;
}

}  // namespace redress::measure
