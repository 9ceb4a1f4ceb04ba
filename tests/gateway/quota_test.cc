#include "gateway/quota.h"

#include "tests/gateway/office.h"

namespace redress::gateway {
namespace {

using Verdict = Quota::Verdict;

constexpr std::size_t kib = 1024;
const Bytes one_line = copy_of(view_of("one"));
const Bytes other_line = copy_of(view_of("other"));

// Another site has an entry stored: whoever floods is not alone for a second.
void work_beside(Quota& quota, Instant now) { quota.charge_entries(now, SiteId{9}, 1, kib); }

// Hands on what is due, turn after turn without time passing, until nothing more is; its bytes.
std::size_t drained(Quota& quota, Instant now) {
  std::size_t bytes = 0;
  for (auto due = quota.take_due(now); !due.empty(); due = quota.take_due(now)) {
    for (const auto& one : due) bytes += one.frame.size();
  }
  return bytes;
}

}  // namespace

TEST_CASE("Quota: a site that keeps within its rate never waits") {
  Quota quota{{100 * kib}};
  Instant now{1'000};
  for (int i = 0; i < 1'000; ++i, now = after_ms(now, 10)) {
    work_beside(quota, now);
    CHECK(quota.on_frame(now, SiteId{2}, one_line, Bytes(kib)) == Verdict::now);
    CHECK(quota.take_due(now).empty());
  }
  CHECK(quota.next_due() == redress::never);
}

TEST_CASE("Quota: what is over waits in order, a turn takes a share, and the rate holds") {
  Quota quota{{100 * kib}};
  Instant now{1'000};
  std::size_t offered = 0;
  std::size_t taken = 0;
  work_beside(quota, now);
  for (int i = 0; i < 60; ++i) {
    const Bytes frame(10 * kib, static_cast<std::byte>(i));
    const Verdict verdict = quota.on_frame(now, SiteId{2}, one_line, frame);
    REQUIRE(verdict != Verdict::never);
    offered += frame.size();
    // 128 KiB in a turn, and no more; the frame that reaches it still goes.
    CHECK((verdict == Verdict::now) == (i < 13));
    if (verdict == Verdict::now) taken += frame.size();
  }
  CHECK(quota.next_due() <= now);
  int next = 13;
  for (auto due = quota.take_due(now); !due.empty(); due = quota.take_due(now)) {
    CHECK(due.size() <= 13);
    for (const auto& one : due) {
      CHECK(one.site == SiteId{2});
      CHECK(one.line == one_line);
      CHECK(one.frame[0] == static_cast<std::byte>(next++));
      taken += one.frame.size();
    }
  }
  // Four seconds' worth had been saved.
  CHECK(taken == 400 * kib);
  CHECK(quota.waiting_bytes() == offered - taken);
  // What is owed, then 10 KiB each 100 ms.
  while (quota.waiting_bytes() > 0) {
    work_beside(quota, now);
    const Instant due = quota.next_due();
    REQUIRE(due > now);
    CHECK(due <= after_ms(now, 110));
    CHECK(drained(quota, Instant{due.value() - 1}) == 0);
    CHECK(drained(quota, due) == 10 * kib);
    now = due;
  }
  CHECK(now.value() - 1'000 >= 1'900);
  CHECK(now.value() - 1'000 <= 2'100);
}

TEST_CASE("Quota: a site that is alone takes a MiB a turn, and has saved as much as before") {
  Quota quota{{100 * kib}};
  Instant now{1'000};
  const auto offer = [&] { return quota.on_frame(now, SiteId{2}, one_line, Bytes(256 * kib)); };
  for (int turn = 0; turn < 100; ++turn) {
    for (int i = 0; i < 4; ++i) CHECK(offer() == Verdict::now);
    quota.charge_entries(now, SiteId{2}, 10'000, 1'000 * kib);
    CHECK(quota.take_due(now).empty());
  }
  for (int i = 0; i < 4; ++i) CHECK(offer() == Verdict::now);
  CHECK(offer() == Verdict::later);
  CHECK(quota.next_due() <= now);
  CHECK(quota.take_due(now).size() == 1);
  // Beside another it has its four seconds, in turns of 128 KiB or a frame.
  work_beside(quota, now);
  std::size_t taken = 0;
  while (taken < 2'000 * kib && drained(quota, now) + quota.waiting_bytes() == 0) {
    taken += offer() == Verdict::now ? 256 * kib : 0;
  }
  CHECK(taken == 512 * kib);
}

TEST_CASE("Quota: who was held back beside others is not, a second after the last of them") {
  Quota quota{{100 * kib}};
  const Instant now{1'000};
  work_beside(quota, now);
  for (int i = 0; i < 6; ++i) REQUIRE(quota.on_frame(now, SiteId{2}, one_line, Bytes(100 * kib)) != Verdict::never);
  CHECK(drained(quota, now) == 200 * kib);
  REQUIRE(quota.on_frame(now, SiteId{2}, one_line, Bytes(1'000 * kib)) == Verdict::later);
  CHECK(drained(quota, after_ms(now, 900)) == 100 * kib);
  CHECK(quota.next_due() == after_ms(now, 1'000));
  CHECK(drained(quota, after_ms(now, 999)) == 0);
  CHECK(drained(quota, after_ms(now, 1'000)) == 1'100 * kib);
}

TEST_CASE("Quota: where another's frames wait nobody is alone") {
  Quota quota{{100 * kib}};
  const Instant now{1'000};
  for (int i = 0; i < 4; ++i) static_cast<void>(quota.on_frame(now, SiteId{2}, one_line, Bytes(512 * kib)));
  REQUIRE(quota.waiting_bytes() == 2 * 512 * kib);
  CHECK(quota.on_frame(now, SiteId{3}, other_line, Bytes(128 * kib)) == Verdict::now);
  CHECK(quota.on_frame(now, SiteId{3}, other_line, Bytes(kib)) == Verdict::later);
}

TEST_CASE("Quota: one site's flood is not another's") {
  Quota quota{{100 * kib}};
  const Instant now{1'000};
  while (quota.on_frame(now, SiteId{2}, one_line, Bytes(10 * kib)) != Verdict::never) {
  }
  CHECK(quota.on_frame(now, SiteId{3}, other_line, Bytes(10 * kib)) == Verdict::now);
}

TEST_CASE("Quota: at most a window and a frame of a site wait, and so much of all") {
  const QuotaOptions options{100 * kib, 2'000 * kib};
  Quota quota{options};
  const Instant now{1'000};
  const auto flood = [&](std::uint32_t site) {
    std::size_t waiting = 0;
    for (Verdict verdict = Verdict::now; verdict != Verdict::never;) {
      verdict = quota.on_frame(now, SiteId{site}, one_line, Bytes(10 * kib));
      if (verdict == Verdict::later) waiting += 10 * kib;
    }
    return waiting;
  };
  const std::size_t most = Quota::window_bytes(options) + limits::frame_bytes_max;
  CHECK(Quota::window_bytes(options) == 200 * kib);
  const std::size_t first = flood(2);
  CHECK(first == most / (10 * kib) * (10 * kib));
  CHECK(quota.waiting_bytes() == first);
  CHECK(flood(3) == 2'000 * kib - first);
  CHECK(quota.on_frame(now, SiteId{4}, one_line, Bytes(10 * kib)) == Verdict::now);
}

TEST_CASE("Quota: many small entries cost more than their bytes, and what is owed has a bound") {
  Quota quota{{1'000 * kib}};
  const Instant now{1'000};
  work_beside(quota, now);
  REQUIRE(quota.on_frame(now, SiteId{2}, one_line, Bytes(100 * kib)) == Verdict::now);
  quota.charge_entries(now, SiteId{2}, 50, 100 * kib);  // large ones: nothing more
  work_beside(quota, now);
  CHECK(quota.on_frame(now, SiteId{2}, one_line, Bytes(kib)) == Verdict::now);
  quota.charge_entries(now, SiteId{2}, 100'000, 10 * kib);
  CHECK(quota.on_frame(now, SiteId{2}, one_line, Bytes(kib)) == Verdict::later);
  CHECK(quota.next_due().value() == 1'000 + 1'000);
  work_beside(quota, after_ms(now, 1'500));
  CHECK(quota.next_due().value() == 1'000 + 2'001);
  CHECK(drained(quota, quota.next_due()) == kib);
}

TEST_CASE("Quota: a frame costs at least a kibibyte, handed on or waiting") {
  for (const std::size_t size : {std::size_t{0}, std::size_t{20}, kib}) {
    INFO(size);
    Quota quota{{100 * kib}};
    const Instant now{1'000};
    work_beside(quota, now);
    std::size_t handed_on = 0;
    std::size_t waiting = 0;
    for (Verdict verdict = Verdict::now; verdict != Verdict::never;) {
      verdict = quota.on_frame(now, SiteId{2}, one_line, Bytes(size));
      handed_on += verdict == Verdict::now ? 1 : 0;
      waiting += verdict == Verdict::later ? 1 : 0;
    }
    CHECK(handed_on == 128);
    CHECK(waiting == 200 + 1'024);  // its window and a frame
    CHECK(quota.waiting_bytes() == waiting * kib);
    for (auto due = quota.take_due(now); !due.empty(); due = quota.take_due(now)) handed_on += due.size();
    CHECK(handed_on == 400);
    CHECK(quota.waiting_bytes() == (128 + waiting - handed_on) * kib);
    quota.forget(one_line);
    CHECK(quota.waiting_bytes() == 0);
  }
}

TEST_CASE("Quota: what a one-time key brings is paid for alone too, by that key and by nobody else") {
  Quota quota{{100 * kib}};
  Instant now{1'000};
  const auto turn = [&] {
    std::size_t handed_on = 0;
    while (handed_on < 1'000 && quota.on_invited_frame(now, key_number(1), Bytes(20))) ++handed_on;
    CHECK(quota.take_due(now).empty());
    return handed_on;
  };
  for (int i = 0; i < 3; ++i) CHECK(turn() == 128);
  // Four seconds' worth had been saved.
  CHECK(turn() == 16);
  CHECK(turn() == 0);
  CHECK(quota.on_invited_frame(now, key_number(2), Bytes(20)));
  CHECK(quota.on_frame(now, SiteId{2}, one_line, Bytes(kib)) == Verdict::now);
  now = after_ms(now, 100);
  CHECK(turn() == 10);
  CHECK(quota.next_due() == redress::never);
}

TEST_CASE("Quota: what waits of a line goes with it") {
  Quota quota{{10 * kib}};
  const Instant now{1'000};
  work_beside(quota, now);
  REQUIRE(quota.on_frame(now, SiteId{2}, one_line, Bytes(100 * kib)) == Verdict::now);
  REQUIRE(quota.on_frame(now, SiteId{2}, one_line, Bytes(kib)) == Verdict::later);
  REQUIRE(quota.on_frame(now, SiteId{2}, other_line, Bytes(kib)) == Verdict::later);
  quota.forget(one_line);
  CHECK(quota.waiting_bytes() == kib);
  const auto due = quota.take_due(after_ms(now, 60'000));
  REQUIRE(due.size() == 1);
  CHECK(due[0].line == other_line);
}

TEST_CASE("Gateway: a site over its quota waits for its receipts, the others do not, and all of it arrives") {
  Office office{2, QuotaOptions{256 * kib}};
  Dialled& busy = office.dial(0);
  Dialled& quiet = office.dial(1);
  static_cast<void>(office.register_case(quiet));
  constexpr int cases = 4'000;
  for (int i = 0; i < cases; ++i) office.submit(busy.agent, office.registration(busy.node, "many"));
  office.settle();
  CHECK(busy.agent.view(office.clock).journal_receipted < Seq{cases});
  CHECK(busy.agent.view(office.clock).journal_receipted > Seq{});
  static_cast<void>(office.register_case(quiet));
  CHECK(quiet.agent.view(office.clock).journal_receipted == Seq{2});
  CHECK(office.gateway.next_deadline() > office.clock);
  int waited_ms = 0;
  while (busy.agent.view(office.clock).journal_receipted < Seq{cases} && waited_ms < 60'000) {
    office.clock = after_ms(office.clock, 100);
    waited_ms += 100;
    static_cast<void>(office.register_case(quiet));
  }
  // 4,000 entries of a kibibyte, less those that were saved up, and those that may be owed.
  CHECK(waited_ms >= 7'000);
  CHECK(waited_ms <= 15'000);
  CHECK_FALSE(refused_with(busy).has_value());
  CHECK_FALSE(refused_with(quiet).has_value());
}

TEST_CASE("Gateway: a site that is alone does not wait for its receipts") {
  Office office{1, QuotaOptions{256 * kib}};
  Dialled& busy = office.dial(0);
  office.settle();
  constexpr int cases = 8'000;
  for (int i = 0; i < cases; ++i) office.submit(busy.agent, office.registration(busy.node, "many"));
  office.settle();
  CHECK(busy.agent.view(office.clock).journal_receipted == Seq{cases});
}

TEST_CASE("Gateway: a site that sends beyond its window is told retry_later, and what it sent is not kept") {
  Office office{2, QuotaOptions{256 * kib}};
  Dialled& quiet = office.dial(1);
  static_cast<void>(office.register_case(quiet));
  const Connection line = copy_of(view_of("flood"));
  std::optional<wire::Refusal> told;
  std::size_t sent = 0;
  while (!told && sent < 8'000 * kib) {
    const Bytes noise(60 * kib, std::byte{1});
    office.gateway.on_frame(office.now(), line, SiteId{2}, noise);
    sent += noise.size();
    office.turn();
    for (const Outgoing& out : office.last.sends) {
      const auto frame = wire::decode(out.frame);
      const auto* refusal = out.to == line && frame ? std::get_if<wire::Refusal>(&*frame) : nullptr;
      if (refusal != nullptr && refusal->code == Code::retry_later) told = *refusal;
    }
  }
  REQUIRE(told.has_value());
  CHECK(told->what == "over the site's quota; keep it and come back");
  CHECK(told->retry_after_ms == 5'000);
  // What it had saved, what it may owe, its window and one frame; and what goes before the first answer.
  CHECK(sent <= (4 + 2) * 256 * kib + 2 * limits::frame_bytes_max + 120 * kib);
  static_cast<void>(office.register_case(quiet));
  CHECK_FALSE(refused_with(quiet).has_value());
}

}  // namespace redress::gateway
