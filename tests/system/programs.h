// The real programs, started, watched and killed from outside; homes in a temporary folder, ports picked by the
// programs.
//
// Every wait is a poll() with a deadline: a program that does not come, go or answer in 60 s fails the test.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <nlohmann/json.hpp>

#include "ops/tool/client.h"
#include "protocol/wire/refusal.h"

namespace redress::system_test {

using nlohmann::json;

inline constexpr int patience_ms = 60'000;

class Deadline {
 public:
  explicit Deadline(int ms = patience_ms) : end_{std::chrono::steady_clock::now() + std::chrono::milliseconds{ms}} {}
  [[nodiscard]] int left_ms() const {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(end_ - std::chrono::steady_clock::now()).count();
    return left < 0 ? 0 : static_cast<int>(left);
  }

 private:
  std::chrono::steady_clock::time_point end_;
};

// Looks again and again, 25 ms apart, until it holds; false if it does not in time.
[[nodiscard]] inline bool until(const std::function<bool()>& holds) {
  const Deadline deadline;
  while (!holds()) {
    if (deadline.left_ms() == 0) return false;
    ::poll(nullptr, 0, 25);
  }
  return true;
}

[[nodiscard]] inline std::string text_of_file(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

// A child process; killed when it goes out of scope.
class Process {
 public:
  // Its standard error goes to the file `log`, its output into `output()`, read by finish().
  Process(std::vector<std::string> words, const std::string& log) {
    std::array<int, 2> pipe{};
    REQUIRE(::pipe2(pipe.data(), O_CLOEXEC) == 0);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, pipe[1], 1);
    posix_spawn_file_actions_addopen(&actions, 2, log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    const int failed = posix_spawn(&pid_, argv[0], &actions, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    ::close(pipe[1]);
    output_ = pipe[0];
    REQUIRE(failed == 0);
    descriptor_ = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
    REQUIRE(descriptor_ >= 0);
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process() {
    if (!status_) {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, nullptr, 0);
    }
    ::close(output_);
    ::close(descriptor_);
  }

  void signal(int number) const { REQUIRE(::kill(pid_, number) == 0); }
  [[nodiscard]] bool has_ended() const {
    pollfd look{descriptor_, POLLIN, 0};
    return ::poll(&look, 1, 0) == 1;
  }
  // Waits for its end. The exit status; 128 and the signal if one killed it.
  int finish() {
    const Deadline deadline;
    for (bool open = true; open;) {
      pollfd look{output_, POLLIN, 0};
      REQUIRE(::poll(&look, 1, deadline.left_ms()) == 1);
      std::array<char, 4096> bytes{};
      const ssize_t got = ::read(output_, bytes.data(), bytes.size());
      if (got > 0) said_.append(bytes.data(), static_cast<std::size_t>(got));
      open = got > 0;
    }
    pollfd look{descriptor_, POLLIN, 0};
    REQUIRE(::poll(&look, 1, deadline.left_ms()) == 1);
    int status = 0;
    REQUIRE(::waitpid(pid_, &status, 0) == pid_);
    status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return *status_;
  }
  [[nodiscard]] const std::string& output() const noexcept { return said_; }
  [[nodiscard]] pid_t pid() const noexcept { return pid_; }

 private:
  pid_t pid_ = 0;
  int output_ = -1;
  int descriptor_ = -1;
  std::optional<int> status_;
  std::string said_;
};

struct Ran {
  int status = 0;
  std::string out;
  std::string err;
  [[nodiscard]] json answer() const { return json::parse(out, nullptr, false); }
};

class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "redress_system_XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path_); }
  [[nodiscard]] std::string operator/(const std::string& name) const { return path_ + "/" + name; }

  // Runs a program to its end.
  Ran run(std::vector<std::string> words) const {
    const std::string log = *this / ("err." + std::to_string(++runs_));
    Process process{std::move(words), log};
    Ran ran;
    ran.status = process.finish();
    ran.out = process.output();
    ran.err = text_of_file(log);
    return ran;
  }

 private:
  std::string path_;
  mutable int runs_ = 0;
};

// One site's home and, while it runs, its daemon.
class Site {
 public:
  Site(const Folder& folder, const std::string& name, std::string program, std::string ready_file)
      : home{folder / name}, folder_{folder}, program_{std::move(program)}, ready_file_{std::move(ready_file)} {}

  // redress-ops about this home, answering in JSON.
  Ran ops(std::vector<std::string> words) const {
    words.insert(words.begin(), REDRESS_OPS);
    words.insert(words.end(), {"--home", home, "--lang", "en", "--json"});
    return folder_.run(std::move(words));
  }
  json done(const std::vector<std::string>& words) const {
    const Ran ran = ops(words);
    INFO(words.front() << ": " << ran.err << text_of_file(home + "/stderr"));
    REQUIRE(ran.status == 0);
    return ran.answer();
  }

  void start() {
    std::filesystem::remove(home + "/" + ready_file_);
    daemon_ = std::make_unique<Process>(std::vector<std::string>{program_, "--home", home}, home + "/stderr");
    const bool ready = until([&] { return daemon_->has_ended() || std::filesystem::exists(home + "/" + ready_file_); });
    INFO(text_of_file(home + "/stderr"));
    REQUIRE((ready && !daemon_->has_ended()));
  }
  // Tells it, without waiting, and waits for its end.
  void signal(int number) const { daemon_->signal(number); }
  int ended() {
    const int status = daemon_->finish();
    daemon_.reset();
    return status;
  }
  // Requires: it runs.
  [[nodiscard]] pid_t pid() const { return daemon_->pid(); }
  int terminate() {
    signal(SIGTERM);
    return ended();
  }

  // The door, as a program of the desk's.
  [[nodiscard]] tool::Client client(const std::string& token_file = "desk.token") const {
    tool::ClientOptions options;
    options.url = line_of(home + "/door.url");
    options.token = line_of(home + "/" + token_file);
    options.language = "en";
    options.code_named = wire::code_named;
    if (options.url.rfind("https", 0) == 0) options.ca_file = home + "/door.crt";
    auto made = tool::Client::open(options);
    REQUIRE(made.has_value());
    return std::move(*made);
  }
  [[nodiscard]] static std::string line_of(const std::string& path) {
    const std::string text = text_of_file(path);
    return text.substr(0, text.find('\n'));
  }
  // Registers over the door; fails the test if it is not saved.
  json register_case(const std::string& narrative, const std::string& key) const {
    auto answer = client().post("/api/v1/cases", {{"fields", {{"narrative", narrative}}}}, key);
    INFO((answer ? "" : answer.error().what));
    REQUIRE(answer.has_value());
    return *answer;
  }
  // The kinds in a case's timeline; empty if it is not here.
  [[nodiscard]] std::vector<std::string> timeline(const std::string& id) const {
    std::vector<std::string> kinds;
    const auto shown = client().get("/api/v1/cases/" + id);
    if (!shown) return kinds;
    for (const json& line : (*shown)["timeline"]) kinds.push_back(line["kind"]);
    return kinds;
  }
  [[nodiscard]] bool has(const std::string& id, const std::string& kind) const {
    const auto kinds = timeline(id);
    return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
  }
  [[nodiscard]] std::size_t case_count() const {
    const auto listed = client().get("/api/v1/cases?limit=500");
    return listed ? (*listed)["cases"].size() : 0;
  }

  const std::string home;

 private:
  const Folder& folder_;
  const std::string program_;
  const std::string ready_file_;
  std::unique_ptr<Process> daemon_;
};

// Head office, primary branch 10, and its outlet 11.
class Network {
 public:
  Network() {
    const Ran made = folder.run({REDRESS_OPS, "init", "--role", "gateway", "--home", gateway.home, "--listen",
                                 "tcp://127.0.0.1:*", "--door", "127.0.0.1:0"});
    INFO(made.err);
    REQUIRE(made.status == 0);
    gateway.start();
    keep_port();
    join(primary, 10, 1);
    join(outlet, 11, 10);
  }

  [[nodiscard]] bool is_level() {
    for (const Site* site : {&primary, &outlet}) {
      const auto lag = site->client().get("/api/v1/lag");
      if (!lag) return false;
      const json& one = (*lag)["sites"][0];
      for (const char* way : {"up", "down"}) {
        if (one[way]["state"] != "level") return false;
      }
    }
    return true;
  }
  void dispose(const std::string& id, const std::string& key) {
    const auto disposed =
        gateway.client().post("/api/v1/cases/" + id + "/acts",
                              {{"kind", "disposed"}, {"fields", {{"decision", "upheld"}, {"opinion", "refund"}}}}, key);
    INFO((disposed ? "" : disposed.error().what));
    REQUIRE(disposed.has_value());
  }

  // Invites a site, makes its home and starts it.
  void join(Site& site, int number, int parent) {
    const json invited = gateway.done({"enrol", "--site", std::to_string(number), "--name",
                                       "site " + std::to_string(number), "--parent", std::to_string(parent)});
    const Ran made = folder.run({REDRESS_OPS, "init", "--role", "branch", "--home", site.home, "--door", "127.0.0.1:0",
                                 "--join", invited["token"]});
    INFO(made.err);
    REQUIRE(made.status == 0);
    site.start();
  }

  Folder folder;
  Site gateway{folder, "gateway", REDRESS_GATEWAY, "link.endpoint"};
  Site primary{folder, "primary", REDRESS_AGENT, "door.url"};
  Site outlet{folder, "outlet", REDRESS_AGENT, "door.url"};

 private:
  // Its branches come back to the port that was picked, so the next start asks for that one.
  void keep_port() {
    const std::string path = gateway.home + "/redress.toml";
    std::string config = text_of_file(path);
    const std::string any = "tcp://127.0.0.1:*";
    const auto at = config.find("\"" + any + "\"");
    REQUIRE(at != std::string::npos);
    config.replace(at + 1, any.size(), Site::line_of(gateway.home + "/link.endpoint"));
    std::ofstream{path} << config;
  }
};

}  // namespace redress::system_test
