#include "tests/rough/clients.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "ops/demonstration/dice.h"

namespace redress::rough {
namespace {

using demo::Dice;
using nlohmann::json;

constexpr std::int64_t retry_ms = 20;
constexpr std::size_t asked_after_return = 3;  // what was last told is looked for first of all
constexpr std::size_t known_max = 40;          // cases that one of them remembers

// Somebody at one site.
class Person {
 public:
  Person(const Fleet& fleet, History& history, SiteId site, std::uint64_t seed, const Pace& pace)
      : fleet_{fleet}, history_{history}, site_{site}, dice_{seed}, pace_{pace} {}

  // One thing. False: nobody answers.
  bool act() {
    if (!client_ && !come_back()) return false;
    const auto open = history_.open_of(site_);
    if (!open.empty() && dice_.below(10) < 7) return told(ask(*client_, history_, open.front()));
    const std::int64_t drawn = dice_.below(100);
    if (drawn < 10) return repeat();
    if (drawn < 40 && !known_.empty()) return look_and_act();
    if (site_ == head_office || drawn < 50) return look_around();
    return add();
  }

 private:
  // The first thing after a break: what was told last must be known.
  bool come_back() {
    auto made = fleet_.client(site_);
    if (!made) return false;
    client_ = std::move(*made);
    for (const Wish& wish : history_.last_saved(site_, asked_after_return)) {
      if (!told(ask(*client_, history_, wish))) return false;
    }
    return true;
  }
  // After "nobody answers" the connection is given up.
  bool told(bool answered) {
    if (!answered) client_.reset();
    return answered;
  }
  bool add() {
    if (!told(ask(*client_, history_, history_.wish(site_, "registered", "", pace_.text_bytes)))) return false;
    for (const Wish& wish : history_.last_saved(site_, 1)) remember(wish.case_id);
    return true;
  }
  bool repeat() {
    const auto saved = history_.last_saved(site_, known_max);
    if (saved.empty()) return true;
    const auto at = static_cast<std::size_t>(dice_.below(static_cast<std::int64_t>(saved.size())));
    return told(ask(*client_, history_, saved[at]));
  }
  // Looks at the cases that are here, and remembers some.
  bool look_around() {
    const auto listed = client_->get("/api/v1/cases?limit=20");
    if (!listed) return told(listed.error().code != Code::unreachable);
    for (const json& one : (*listed)["cases"]) remember(one.value("case", ""));
    return true;
  }
  void remember(const std::string& id) {
    if (std::find(known_.begin(), known_.end(), id) != known_.end()) return;
    if (known_.size() == known_max) known_.erase(known_.begin());
    known_.push_back(id);
  }
  bool look_and_act() {
    const std::string id = known_[static_cast<std::size_t>(dice_.below(static_cast<std::int64_t>(known_.size())))];
    const auto shown = client_->get("/api/v1/cases/" + id);
    if (!shown) {
      // What is known here was shown or saved here.
      if (shown.error().code == Code::not_found) history_.problem("a case that was here is gone: " + id);
      return told(shown.error().code != Code::unreachable);
    }
    history_.on_shown(site_, *shown);
    const std::string state = shown->value("state", "");
    const bool decides = site_ == head_office && state != "disposed" && state != "replied";
    const bool replies = site_ != head_office && state == "disposed";
    if (!decides && !replies) return true;
    return told(ask(*client_, history_, history_.wish(site_, decides ? "disposed" : "replied", id, 0)));
  }

  const Fleet& fleet_;
  History& history_;
  const SiteId site_;
  Dice dice_;
  const Pace pace_;
  std::optional<tool::Client> client_;
  std::vector<std::string> known_;
};

json body_of(const Wish& wish) {
  if (wish.kind == "registered") return {{"fields", {{"narrative", wish.text}}}};
  if (wish.kind == "disposed")
    return {{"kind", "disposed"}, {"fields", {{"decision", "upheld"}, {"opinion", wish.text}}}};
  return {{"kind", wish.kind}, {"fields", {{"content", wish.text}}}};
}

}  // namespace

bool ask(tool::Client& client, History& history, const Wish& wish) {
  const std::string path = wish.kind == "registered" ? "/api/v1/cases" : "/api/v1/cases/" + wish.case_id + "/acts";
  const auto answer = client.post(path, body_of(wish), wish.key);
  if (answer) {
    history.on_saved(wish, *answer);
    return true;
  }
  switch (answer.error().code) {
    case Code::unreachable:
    case Code::unknown_outcome:
    case Code::malformed:
    case Code::io:
    case Code::draining:
    case Code::busy:
      return false;  // nobody knows
    default:
      history.on_refused(wish, answer.error());
      return true;
  }
}

Status ask_open(const Fleet& fleet, History& history, SiteId site) {
  auto client = fleet.client(site);
  if (!client) return fail(client.error());
  for (const Wish& wish : history.open_of(site)) {
    if (!ask(*client, history, wish)) return fail(Code::unreachable, "no answer to " + wish.key);
  }
  return Done{};
}

Clients::Clients(const Fleet& fleet, History& history, std::uint64_t seed, const Pace& pace) {
  for (const SiteId site : fleet.sites()) {
    threads_.emplace_back([this, &fleet, &history, site, seed, pace] {
      Person person{fleet, history, site, seed * 1'000 + site.value(), pace};
      while (!stop_) {
        const bool answered = person.act();
        pass_time(answered ? pace.pause_ms : retry_ms);
      }
    });
  }
}

Clients::~Clients() {
  stop_ = true;
  for (std::thread& thread : threads_) thread.join();
}

}  // namespace redress::rough
