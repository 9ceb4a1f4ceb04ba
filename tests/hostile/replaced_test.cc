// A PC that was replaced: its connection outlives the revocation of its key, and its number is another's now.
#include "tests/hostile/enlisted.h"

namespace redress::hostile {
namespace {

// The refusal that this line gets next.
wire::Refusal refusal_on(shell::Dealer& line) {
  const system_test::Deadline deadline;
  for (;;) {
    REQUIRE(deadline.left_ms() > 0);
    shell::Poller poller;
    poller.watch(line);
    REQUIRE(poller.wait(50).has_value());
    const auto bytes = line.receive();
    if (!bytes) continue;
    const auto frame = wire::decode(*bytes);
    REQUIRE(frame.has_value());
    const auto* refusal = std::get_if<wire::Refusal>(&*frame);
    REQUIRE(refusal != nullptr);
    return *refusal;
  }
}

}  // namespace

TEST_CASE("Hostile: the line of a PC that was replaced is not taken for that of the new one") {
  HeadOffice office;
  Enlisted old{office.invite(10), 10};
  old.submit("before");
  REQUIRE(old.until([&] { return old.receipted() == Seq{1}; }));
  const auto line = old.dial();
  REQUIRE(system_test::until([&] { return line->link_change() == shell::LinkChange::up; }));

  CHECK(office.gateway.done({"revoke", "--site", "10"})["standing"] == "revoked");
  Enlisted replaced{office.invite(10), 11};
  REQUIRE(line->send(wire::encode(old.hello("replaced"))));
  const wire::Refusal told = refusal_on(*line);
  CHECK(told.code == Code::revoked);
  CHECK(told.what == "the connection's key is the site's no more");

  replaced.submit("after");
  REQUIRE(replaced.until([&] { return replaced.receipted() == Seq{1}; }));
  CHECK(replaced.lines == 1);
}

}  // namespace redress::hostile
