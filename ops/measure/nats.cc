#include "ops/measure/nats.h"

#include <nats/nats.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "ops/demonstration/ports.h"
#include "ops/measure/arrivals.h"
#include "ops/measure/stopwatch.h"

namespace redress::measure {
namespace fs = std::filesystem;
namespace {

constexpr const char* program = "/usr/sbin/nats-server";
constexpr const char* stream = "RECORDS";
constexpr const char* subject = "branch.records";
constexpr std::int64_t unacknowledged_max = 4'096;  // as much as the references have under way
constexpr std::int64_t patience_ms = 60'000;
constexpr std::int64_t look_ms = 20;

Error refused(const char* act, natsStatus status) {
  return {Code::io, std::string{act} + ": " + natsStatus_GetText(status), "nats"};
}

struct StreamInfo {
  ~StreamInfo() { jsStreamInfo_Destroy(info); }
  StreamInfo() = default;
  StreamInfo(const StreamInfo&) = delete;
  StreamInfo& operator=(const StreamInfo&) = delete;
  jsStreamInfo* info = nullptr;
};

}  // namespace

// A connection, and what it is asked.
struct Nats::Client {
  Client() = default;
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client() {
    jsCtx_Destroy(streams);
    natsConnection_Destroy(connection);
  }
  natsStatus connect(std::uint16_t port) {
    const std::string url = "nats://127.0.0.1:" + std::to_string(port);
    const natsStatus connected = natsConnection_ConnectTo(&connection, url.c_str());
    if (connected != NATS_OK) return connected;
    jsOptions options;
    jsOptions_Init(&options);
    options.PublishAsync.MaxPending = unacknowledged_max;
    options.PublishAsync.StallWait = patience_ms;
    return natsConnection_JetStream(&streams, connection, &options);
  }
  // A stream of what is published here, or, if `source` names its domain's interface, of another server's stream.
  natsStatus add_stream(const char* source) const {
    jsStreamConfig config;
    jsStreamConfig_Init(&config);
    config.Name = stream;
    config.Storage = js_FileStorage;
    const char* subjects[] = {subject};
    jsExternalStream external{source, ""};
    jsStreamSource from;
    jsStreamSource_Init(&from);
    from.Name = stream;
    from.External = &external;
    jsStreamSource* sources[] = {&from};
    if (source == nullptr) {
      config.Subjects = subjects;
      config.SubjectsLen = 1;
    } else {
      config.Sources = sources;
      config.SourcesLen = 1;
    }
    StreamInfo made;
    return js_AddStream(&made.info, streams, &config, nullptr, nullptr);
  }
  [[nodiscard]] Result<std::size_t> held() const {
    StreamInfo found;
    const natsStatus looked = js_GetStreamInfo(&found.info, streams, stream, nullptr, nullptr);
    if (looked != NATS_OK) return fail(refused("look at the stream", looked));
    return static_cast<std::size_t>(found.info->State.Msgs);
  }

  natsConnection* connection = nullptr;
  jsCtx* streams = nullptr;
};

Nats::Nats(Stage& stage) : stage_{stage} {}

std::string Nats::installed() { return fs::exists(program) ? program : ""; }

Result<std::unique_ptr<Nats>> Nats::open(Stage& stage) {
  std::unique_ptr<Nats> both{new Nats{stage}};
  const Status built = both->build();
  if (!built) return fail(built.error());
  return both;
}

Nats::~Nats() {
  stop(leaf_);
  stop(hub_);
  stage_.discard(folder_);
}

void Nats::stop(Server& server) {
  server.client.reset();
  if (!server.process) return;
  server.process->signal(SIGTERM);
  static_cast<void>(server.process->wait_ms(10'000));
  server.process.reset();
}

Status Nats::start(Server& server) {
  const std::string path = folder_ + "/" + server.name + ".conf";
  std::ofstream config{path};
  config << "server_name: " << server.name << "\nlisten: \"127.0.0.1:" << server.port << "\"\n"
         << "jetstream {domain: " << server.name << ", store_dir: \"" << folder_ << '/' << server.name << "\"}\n"
         << server.settings;
  config.close();
  auto process = demo::Child::start({program, "-c", path}, stage_.around());
  if (!process) return fail(process.error());
  server.process = std::move(*process);
  const Instant until = after_ms(shell::mono_now(), patience_ms);
  return demo::wait_until(stage_.around(), until, look_ms, "the NATS server", [&]() -> Result<bool> {
    if (!server.process->running()) return fail(Code::io, "the NATS server ended: see " + stage_.around().log);
    server.client = std::make_unique<Client>();
    return server.client->connect(server.port) == NATS_OK;
  });
}

Status Nats::build() {
  folder_ = stage_.make_folder();
  const auto ports = demo::free_ports(3);
  if (!ports) return fail(ports.error());
  const std::string link = "127.0.0.1:" + std::to_string((*ports)[2]);
  hub_ = {"office", "leafnodes {listen: \"" + link + "\"}\n", (*ports)[0], nullptr, nullptr};
  leaf_ = {"branch", "leafnodes {remotes: [{url: \"nats-leaf://" + link + "\"}]}\n", (*ports)[1], nullptr, nullptr};
  Status done = start(hub_);
  if (done) done = start(leaf_);
  if (!done) return done;
  natsStatus added = leaf_.client->add_stream(nullptr);
  if (added == NATS_OK) added = hub_.client->add_stream("$JS.branch.API");
  if (added != NATS_OK) return fail(refused("add a stream", added));
  return Done{};
}

Status Nats::publish(std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const std::string record = plain_record(stage_.texts()[i % stage_.texts().size()]);
    const natsStatus sent =
        js_PublishAsync(leaf_.client->streams, subject, record.data(), static_cast<int>(record.size()), nullptr);
    if (sent != NATS_OK) return fail(refused("publish", sent));
  }
  jsPubOptions options;
  jsPubOptions_Init(&options);
  options.MaxWait = patience_ms;
  const natsStatus acknowledged = js_PublishAsyncComplete(leaf_.client->streams, &options);
  if (acknowledged != NATS_OK) return fail(refused("wait for the acknowledgements", acknowledged));
  return Done{};
}

Result<double> Nats::until_arrived(std::size_t before, std::size_t count) {
  return rate_of_arrivals(stage_.around(), "the NATS hub", count, [&]() -> Result<std::size_t> {
    const auto held = hub_.client->held();
    if (!held) return fail(held.error());
    return *held - before;
  });
}

Result<double> Nats::live(std::size_t count) {
  const auto before = hub_.client->held();
  if (!before) return fail(before.error());
  const std::int64_t begun = ns_now();
  const Status published = publish(count);
  if (!published) return fail(published.error());
  const auto arrived = until_arrived(*before, count);
  if (!arrived) return fail(arrived.error());
  return static_cast<double>(count) * static_cast<double>(ns_a_s) / static_cast<double>(ns_now() - begun);
}

Result<double> Nats::catch_up(std::size_t count) {
  const auto before = hub_.client->held();
  if (!before) return fail(before.error());
  stop(hub_);
  const Status published = publish(count);
  if (!published) return fail(published.error());
  const Status started = start(hub_);
  if (!started) return fail(started.error());
  return until_arrived(*before, count);
}

}  // namespace redress::measure
