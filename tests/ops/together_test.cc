// What is asked of one daemon at once: registering and reading on the door's thread, following on the follower's,
// verify, backup and rebuild on theirs, while the loop commits.
#include <catch2/catch.hpp>
#include <thread>

#define CPPHTTPLIB_NO_EXCEPTIONS 1
#include <httplib.h>

#include "tests/ops/served.h"
#include "tests/sim/pair.h"

namespace redress::shell {
namespace {

using nlohmann::json;

constexpr int registrars = 3;
constexpr int cases_each = 25;
constexpr int rounds_min = 2;  // of what takes long

// Who asks, on a thread of its own: the test's assertions are made when it has ended.
class Asker {
 public:
  Asker(const Served& served, const std::string& token) : client_{"127.0.0.1", served.daemon->door().port()} {
    client_.set_keep_alive(true);
    client_.set_read_timeout(100);
    client_.set_bearer_token_auth(token);
  }
  // Null: it was not done. Only that the views are being made anew is no problem.
  json get(const std::string& target) { return told("GET " + target, client_.Get(target)); }
  json post(const std::string& target, const json& body, const std::string& key) {
    return told("POST " + target, client_.Post(target, {{"Idempotency-Key", key}}, body.dump(), "application/json"));
  }
  void expect(bool holds, const std::string& what) {
    if (!holds) problems.push_back(what);
  }

  std::vector<std::string> problems;

 private:
  json told(const std::string& what, const httplib::Result& result) {
    json body = result ? json::parse(result->body, nullptr, false) : json{};
    if (result && result->status < 300) return body;
    const bool is_busy = result && result->status == 503 && body.is_object() && body.value("code", "") == "busy";
    expect(is_busy, what + ": " + (result ? result->body : "no answer"));
    return nullptr;
  }
  httplib::Client client_;
};

void register_and_look(Asker& one, const std::string& name) {
  for (int i = 1; i <= cases_each; ++i) {
    const std::string word = name + "said" + std::to_string(i) + "this";
    const json saved = one.post("/api/v1/cases", {{"fields", {{"narrative", word}, {"phone", "13800138000"}}}}, word);
    one.expect(!saved.is_null(), "not saved: " + word);
    if (saved.is_null()) return;
    // Who is not told that it is stale sees what was saved.
    const auto is_shown = [&](const json& answer) {
      if (answer.is_null() || answer["stale"] == true) return true;
      const json& cases = answer["cases"];
      return std::any_of(cases.begin(), cases.end(), [&](const json& found) { return found["case"] == saved["case"]; });
    };
    one.expect(is_shown(one.get("/api/v1/cases?limit=500")), "not listed: " + word);
    one.expect(is_shown(one.get("/api/v1/search?q=" + word)), "not found: " + word);
    json counted = one.get("/api/v1/counts");
    one.expect(counted["stale"] == true || counted["cases"] >= i, "not counted: " + word);
    one.expect(one.get("/api/v1/cases/" + saved["case"].get<std::string>())["number"] == saved["number"],
               "not shown: " + word);
  }
}

void operate(Asker& one, const std::string& folder, const std::atomic<int>& registering) {
  for (int round = 1; one.problems.empty() && (round <= rounds_min || registering > 0); ++round) {
    const std::string copy = folder + "/copy" + std::to_string(round);
    const json made = one.post("/api/v1/rebuild", nullptr, copy);
    one.expect(made.is_object() && made["cases"] == made["ledger"], "made again: " + made.dump());
    const json verified = one.post("/api/v1/verify", nullptr, copy);
    one.expect(verified.is_object() && verified["errors"] == 0, "verified: " + verified.dump());
    one.expect(one.post("/api/v1/backup", {{"folder", copy}}, copy).is_object(), "not copied");
  }
}

void watch(Asker& one, const std::atomic<int>& registering) {
  while (one.problems.empty() && registering > 0) {
    one.get("/metrics");
    one.expect(one.get("/readyz")["ready"] == true, "not ready");
    one.expect(one.get("/api/v1/alarms")["alarms"].empty(), "an alarm");
  }
}

DaemonOptions options(SiteId site, const store::Router& router) {
  DaemonOptions out;
  if (site != head_office) return out;
  out.router = &router;
  out.searching = Searching::by_signatures;
  return out;
}

}  // namespace

TEST_CASE("Daemon: who registers and reads is answered rightly beside verify, backup and rebuild, at both programs") {
  for (const SiteId site : {SiteId{11}, head_office}) {
    INFO(site.value());
    const sim::OpenRouter router;
    Served served{site, options(site, router)};
    served.turn();
    std::atomic<int> registering{registrars};
    std::atomic<int> running{0};
    std::deque<Asker> people;
    std::vector<std::thread> threads;
    const auto begin = [&](const std::string& token, const auto& work) {
      Asker& one = people.emplace_back(served, token);
      ++running;
      threads.emplace_back([&, work] {
        work(one);
        --running;
        served.daemon->wake().signal();
      });
    };
    for (int who = 1; who <= registrars; ++who) {
      begin(served.desk_token, [&, who](Asker& one) {
        register_and_look(one, "person" + std::to_string(who));
        --registering;
      });
    }
    begin(served.ops_token, [&](Asker& one) { operate(one, served.folder.path(), registering); });
    begin(served.ops_token, [&](Asker& one) { watch(one, registering); });
    while (running > 0) {
      pollfd asked{served.daemon->wake().descriptor(), POLLIN, 0};
      if (::poll(&asked, 1, 100) > 0) served.turn();
    }
    for (std::thread& thread : threads) thread.join();
    for (const Asker& one : people) {
      for (const std::string& problem : one.problems) FAIL_CHECK(problem);
    }
    CHECK(served.get("/api/v1/cases?limit=500").body["cases"].size() == registrars * cases_each);
    const Reply verified = served.operate("POST", "/api/v1/verify");
    CHECK(verified.body["errors"] == 0);
    CHECK(verified.body["cases"] == registrars * cases_each);
    served.daemon->stop();
  }
}

}  // namespace redress::shell
