#include "ops/shell/commands.h"

#include <poll.h>

#include <catch2/catch.hpp>

namespace redress::shell {
namespace {

struct Queued {
  Queued() {
    auto opened = Wake::open();
    REQUIRE(opened.has_value());
    wake = std::move(*opened);
    queue = std::make_unique<CommandQueue>(*wake);
  }
  Command command(int number) {
    return {{}, [this, number](const Result<store::Appended>&) { told.push_back(number); }};
  }
  [[nodiscard]] bool is_woken() const {
    pollfd look{wake->descriptor(), POLLIN, 0};
    return ::poll(&look, 1, 0) == 1;
  }
  std::unique_ptr<Wake> wake;
  std::unique_ptr<CommandQueue> queue;
  std::vector<int> told;
};

TEST_CASE("CommandQueue: commands come out once, in order, and a push wakes the loop") {
  Queued queued;
  CHECK(!queued.is_woken());
  REQUIRE(queued.queue->push(queued.command(1)));
  REQUIRE(queued.queue->push(queued.command(2)));
  CHECK(queued.is_woken());
  for (Command& command : queued.queue->take_all()) command.done(fail(Code::busy, ""));
  CHECK(queued.told == std::vector<int>{1, 2});
  CHECK(queued.queue->take_all().empty());
}

TEST_CASE("CommandQueue: whoever pushes after the loop has looked wakes it again, and nothing waits untold") {
  Queued queued;
  for (int round = 0; round < 3; ++round) {
    REQUIRE(queued.queue->push(queued.command(1)));
    CHECK(queued.is_woken());
    queued.wake->drain();
    // Between the two the loop still looks.
    REQUIRE(queued.queue->push(queued.command(2)));
    CHECK(queued.queue->take_all().size() == 2);
  }
}

TEST_CASE("CommandQueue: a full queue takes nothing, and takes again when it was emptied") {
  Queued queued;
  for (std::size_t i = 0; i < limits::command_queue_max; ++i) REQUIRE(queued.queue->push(queued.command(0)));
  CHECK(!queued.queue->push(queued.command(1)));
  CHECK(queued.queue->take_all().size() == limits::command_queue_max);
  CHECK(queued.queue->push(queued.command(1)));
}

TEST_CASE("CommandQueue: a closed queue takes nothing and gives what it has") {
  Queued queued;
  REQUIRE(queued.queue->push(queued.command(1)));
  queued.queue->close();
  CHECK(!queued.queue->push(queued.command(2)));
  CHECK(queued.queue->take_all().size() == 1);
}

}  // namespace
}  // namespace redress::shell
