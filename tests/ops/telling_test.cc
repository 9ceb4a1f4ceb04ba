#include "ops/shell/telling.h"

#include <catch2/catch.hpp>
#include <fstream>

#include "tests/ops/served.h"

namespace redress::shell {
namespace {

TEST_CASE("Telling: refusals warn, ups inform, and what repairs itself is for debugging only") {
  const TempFolder folder;
  Metrics metrics;
  {
    const auto log = Log::open(LogLevel::info, folder / "log");
    REQUIRE(log.has_value());
    tell(**log, metrics, {sync::Happening::up, SiteId{11}, std::nullopt, "peer_version=1"});
    tell(**log, metrics, {sync::Happening::refused, SiteId{12}, Code::fork, "two entries"});
    tell(**log, metrics, {sync::Happening::duplicate, SiteId{13}, std::nullopt, "again"});
  }
  std::ifstream file{folder / "log"};
  const std::string text{std::istreambuf_iterator<char>{file}, {}};
  CHECK(text.find("info session: up site=11") != std::string::npos);
  CHECK(text.find("warn session: refused site=12 code=fork") != std::string::npos);
  CHECK(text.find("duplicate") == std::string::npos);
  INFO(text);
  const std::string shown = metrics.exposition();
  CHECK(shown.find(R"(redress_session_events_total{code="fork",event="refused"} 1)") != std::string::npos);
  CHECK(shown.find(R"(redress_session_events_total{code="",event="duplicate"} 1)") != std::string::npos);
}

TEST_CASE("Telling: a refusal that comes again is logged once a minute, with how many lines were left out") {
  using sync::Happening;
  const TempFolder folder;
  Metrics metrics;
  const auto log = Log::open(LogLevel::info, folder / "log");
  REQUIRE(log.has_value());
  Telling telling{**log, metrics};
  const auto told = [&] {
    std::vector<std::string> lines;
    std::ifstream file{folder / "log"};
    for (std::string line; std::getline(file, line);) lines.push_back(line.substr(line.find(' ') + 1));
    return lines;
  };
  const Instant start{1'000};
  for (int i = 0; i < 100; ++i)
    telling.tell(start, {Happening::refused, SiteId{12}, Code::bad_frame, std::to_string(i)});
  telling.tell(start, {Happening::refused, SiteId{13}, Code::bad_frame, "site"});
  telling.tell(start, {Happening::refused, SiteId{12}, Code::revoked, "code"});
  // Numbers that the peer made up.
  telling.tell(start, {Happening::peer_refused, SiteId{12}, static_cast<Code>(60'000), "theirs"});
  telling.tell(start, {Happening::peer_refused, SiteId{12}, static_cast<Code>(60'001), "theirs"});
  for (int i = 0; i < 2; ++i) telling.tell(start, {Happening::cloned, SiteId{12}, Code::fork, "two"});
  std::vector<std::string> wanted{"warn session: refused site=12 code=bad_frame why=0",
                                  "warn session: refused site=13 code=bad_frame why=site",
                                  "warn session: refused site=12 code=revoked why=code",
                                  "warn session: peer refused site=12 code=unknown why=theirs",
                                  "warn session: cloned site=12 code=fork why=two",
                                  "warn session: cloned site=12 code=fork why=two"};
  CHECK(told() == wanted);
  telling.on_tick(after_ms(start, 59'999));
  CHECK(told() == wanted);

  CHECK(telling.next_deadline() == after_ms(start, 60'000));
  telling.on_tick(after_ms(start, 60'000));
  wanted.push_back("warn session: refused site=12 code=bad_frame why=99 left_out=99");
  wanted.push_back("warn session: peer refused site=12 code=unknown why=theirs left_out=1");
  CHECK(told() == wanted);
  // What comes in the next minute waits for its end, and whoever is quiet for a minute is told of at once again.
  telling.tell(after_ms(start, 60'001), {Happening::refused, SiteId{12}, Code::bad_frame, "more"});
  CHECK(told() == wanted);
  telling.on_tick(after_ms(start, 120'000));
  wanted.push_back("warn session: refused site=12 code=bad_frame why=more left_out=1");
  CHECK(told() == wanted);
  telling.on_tick(after_ms(start, 180'000));
  CHECK(telling.next_deadline() == never);
  telling.tell(after_ms(start, 180'001), {Happening::refused, SiteId{12}, Code::bad_frame, "again"});
  wanted.push_back("warn session: refused site=12 code=bad_frame why=again");
  CHECK(told() == wanted);
  const std::string shown = metrics.exposition();
  INFO(shown);
  CHECK(shown.find(R"(redress_session_events_total{code="bad_frame",event="refused"} 103)") != std::string::npos);
}

TEST_CASE("Telling: a lag without contact says at least, and that nobody was heard") {
  const auto unknown = lag_json(sync::Lag{sync::LagState::unknown, 7, 1200, std::nullopt}, {});
  CHECK(unknown["at_least"] == true);
  CHECK(unknown["oldest_at_least"] == true);
  CHECK(unknown["entries"] == 7);
  CHECK(unknown["oldest_ms"] == 1200);
  CHECK(unknown["contact_ms"].is_null());
  const auto level = lag_json(sync::Lag{sync::LagState::level, 0, 0, 15}, {4, 10, 20, 30});
  CHECK(level["at_least"] == false);
  CHECK(level["oldest_at_least"] == false);
  CHECK(level["contact_ms"] == 15);
  CHECK(level["state"] == sync::name_of(sync::LagState::level));
  CHECK(level["took"] == nlohmann::json{{"count", 4}, {"p50_ms", 10}, {"p95_ms", 20}, {"p99_ms", 30}});
}

TEST_CASE("Telling: the gauges hold the three numbers and whether they are known") {
  Metrics metrics;
  set_lag(metrics, {{"site", "11"}}, sync::Lag{sync::LagState::draining, 3, 2500, 500}, {4, 10, 20, 1500});
  const std::string shown = metrics.exposition();
  CHECK(shown.find(R"(redress_lag_entries{site="11"} 3)") != std::string::npos);
  CHECK(shown.find(R"(redress_lag_oldest_seconds{site="11"} 2.5)") != std::string::npos);
  CHECK(shown.find(R"(redress_lag_contact_seconds{site="11"} 0.5)") != std::string::npos);
  CHECK(shown.find(R"(redress_lag_known{site="11"} 1)") != std::string::npos);
  CHECK(shown.find(R"(redress_took_seconds{quantile="0.99",site="11"} 1.5)") != std::string::npos);
}

}  // namespace
}  // namespace redress::shell
