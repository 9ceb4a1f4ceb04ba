#include "ops/demonstration/processes.h"

#include <signal.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <csignal>
#include <set>

#include "ops/demonstration/ports.h"
#include "tests/tool/scratch.h"

namespace redress::demo {
namespace {

Command shell_command(const std::string& script) { return {"/bin/sh", "-c", script}; }
Instant soon() { return after_ms(shell::mono_now(), 20'000); }

TEST_CASE("Child: its output and exit status are kept, its errors go to the log") {
  const tool::Scratch folder;
  auto child = Child::start(shell_command("echo out; echo err >&2; exit 3"), {nullptr, folder.path("log")});
  REQUIRE(child);
  const auto ended = (*child)->wait(soon());
  REQUIRE(ended);
  CHECK(*ended == Ended{false, 3});
  CHECK((*child)->output() == "out\n");
  CHECK(folder.read("log") == "err\n");
  CHECK_FALSE((*child)->running());
}

TEST_CASE("Child: a program that is not there ends at once") {
  auto child = Child::start({"/nowhere/at/all"}, {});
  REQUIRE(child);
  CHECK(*(*child)->wait(soon()) == Ended{false, 127});
}

TEST_CASE("Child: more output than a pipe holds is taken") {
  auto child = Child::start(shell_command("head -c 300000 /dev/zero"), {});
  REQUIRE(child);
  REQUIRE((*child)->wait(soon()));
  CHECK((*child)->output().size() == 300000);
}

TEST_CASE("Child: killed by a signal, and says so") {
  auto child = Child::start(shell_command("read forever < /dev/zero"), {});
  REQUIRE(child);
  CHECK((*child)->running());
  (*child)->signal(SIGKILL);
  CHECK(*(*child)->wait(soon()) == Ended{true, SIGKILL});
}

TEST_CASE("Child: waiting ends at its deadline, and destruction ends the child") {
  pid_t pid = 0;
  {
    auto child = Child::start(shell_command("read forever < /dev/zero"), {});
    REQUIRE(child);
    pid = (*child)->pid();
    const auto ended = (*child)->wait(shell::mono_now());
    REQUIRE_FALSE(ended);
    CHECK(ended.error().code == Code::unreachable);
  }
  CHECK(::kill(pid, 0) != 0);
  CHECK(errno == ESRCH);
}

TEST_CASE("Child: signals that its starter blocks reach it") {
  sigset_t blocked;
  sigset_t before;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  REQUIRE(sigprocmask(SIG_BLOCK, &blocked, &before) == 0);
  auto child = Child::start(shell_command("read forever < /dev/zero"), {});
  REQUIRE(child);
  (*child)->signal(SIGTERM);
  CHECK(*(*child)->wait(soon()) == Ended{true, SIGTERM});
  sigprocmask(SIG_SETMASK, &before, nullptr);
}

TEST_CASE("Processes: many commands, few at once, answers in order") {
  std::vector<Command> commands;
  for (int i = 0; i < 7; ++i)
    commands.push_back(shell_command("echo " + std::to_string(i) + "; exit " + std::to_string(i)));
  std::size_t last = 0;
  const auto finished = run_all(commands, 2, {}, soon(), [&](std::size_t ended) -> Status {
    last = ended;
    return Done{};
  });
  REQUIRE(finished);
  CHECK(last == 7);
  for (int i = 0; i < 7; ++i) {
    CHECK((*finished)[static_cast<std::size_t>(i)].output == std::to_string(i) + "\n");
    CHECK((*finished)[static_cast<std::size_t>(i)].ended == Ended{false, i});
  }
}

TEST_CASE("Processes: what goes wrong meanwhile ends the wait") {
  const auto finished = run_all({shell_command("read forever < /dev/zero")}, 2, {}, soon(),
                                [](std::size_t) -> Status { return fail(Code::damaged, "x"); });
  REQUIRE_FALSE(finished);
  CHECK(finished.error().code == Code::damaged);
  const auto late = run_all({shell_command("read forever < /dev/zero")}, 2, {}, shell::mono_now(), nullptr);
  REQUIRE_FALSE(late);
  CHECK(late.error().code == Code::unreachable);
}

TEST_CASE("Processes: waiting for something looks until it is so, or until the deadline") {
  int looks = 0;
  CHECK(wait_until({}, soon(), 1, "three looks", [&]() -> Result<bool> { return ++looks == 3; }));
  CHECK(looks == 3);
  const auto vain = wait_until({}, shell::mono_now(), 1, "nothing", []() -> Result<bool> { return false; });
  REQUIRE_FALSE(vain);
  CHECK(vain.error().code == Code::unreachable);
}

TEST_CASE("Ports: free ones, all different, outside the range of outgoing connections") {
  const auto ports = free_ports(30);
  REQUIRE(ports);
  CHECK(std::set<std::uint16_t>(ports->begin(), ports->end()).size() == 30);
  for (const std::uint16_t port : *ports) CHECK(port >= 20000);
}

}  // namespace
}  // namespace redress::demo
