#include "ops/shell/telling.h"

#include <nlohmann/json.hpp>

#include "protocol/wire/refusal.h"

namespace redress::shell {
namespace {

constexpr std::int64_t repeated_ms = 60'000;

std::string_view code_of(const sync::Event& event) {
  return event.code ? wire::name_of(*event.code) : std::string_view{};
}

void count(Metrics& metrics, const sync::Event& event) {
  metrics
      .counter("redress_session_events_total", "What happened on the links",
               {{"event", sync::name_of(event.what)}, {"code", std::string{code_of(event)}}})
      .add();
}

void write(Log& log, const sync::Event& event) {
  const char* name = sync::name_of(event.what);
  const Facts facts{{"site", event.site.value()}, {"code", code_of(event)}, {"why", event.why}};
  switch (event.what) {
    case sync::Happening::up:
    case sync::Happening::down:
    case sync::Happening::heard:
    case sync::Happening::healed:
      return log.info("session", name, facts);
    case sync::Happening::forked:
    case sync::Happening::renewed:
    case sync::Happening::recovering:
    case sync::Happening::cloned:
    case sync::Happening::wanted:
    case sync::Happening::refused:
    case sync::Happening::peer_refused:
      return log.warn("session", name, facts);
    case sync::Happening::duplicate:
    case sync::Happening::hole:
    case sync::Happening::rewound:
    case sync::Happening::stale:
      return log.debug("session", name, facts);
  }
}

}  // namespace

void tell(Log& log, Metrics& metrics, const sync::Event& event) {
  count(metrics, event);
  write(log, event);
}

void Telling::tell(Instant now, const sync::Event& event) {
  on_tick(now);
  count(metrics_, event);
  const bool is_refusal = event.what == sync::Happening::refused || event.what == sync::Happening::peer_refused;
  if (!is_refusal) return write(log_, event);
  const Refusal refusal{event.what, event.site, code_of(event)};
  const auto [found, is_first] = left_out_.try_emplace(refusal);
  if (is_first) {
    dues_.emplace_back(after_ms(now, repeated_ms), refusal);
    return write(log_, event);
  }
  ++found->second.count;
  found->second.why = event.why;
}

void Telling::on_tick(Instant now) {
  while (!dues_.empty() && dues_.front().first <= now) {
    const auto found = left_out_.find(dues_.front().second);
    dues_.pop_front();
    const auto& [what, site, code] = found->first;
    LeftOut& left_out = found->second;
    if (left_out.count == 0) {
      left_out_.erase(found);
      continue;
    }
    log_.warn("session", sync::name_of(what),
              {{"site", site.value()}, {"code", code}, {"why", left_out.why}, {"left_out", left_out.count}});
    left_out = {};
    dues_.emplace_back(after_ms(now, repeated_ms), found->first);
  }
}

Instant Telling::next_deadline() const { return dues_.empty() ? never : dues_.front().first; }

nlohmann::json lag_json(const sync::Lag& lag, const sync::Took& took) {
  nlohmann::json out{{"state", sync::name_of(lag.state)},
                     {"entries", lag.entries},
                     {"oldest_ms", lag.oldest_ms},
                     {"oldest_at_least", lag.oldest_at_least || lag.state == sync::LagState::unknown},
                     {"at_least", lag.state == sync::LagState::unknown}};
  out["took"] = {{"count", took.count}, {"p50_ms", took.p50_ms}, {"p95_ms", took.p95_ms}, {"p99_ms", took.p99_ms}};
  out["contact_ms"] = lag.contact_ms ? nlohmann::json(*lag.contact_ms) : nlohmann::json(nullptr);
  return out;
}

namespace {

void set_took(Metrics& metrics, Labels labels, const char* quantile, std::int64_t ms) {
  labels.emplace("quantile", quantile);
  metrics.gauge("redress_took_seconds", "From one end to the other, at most, of what has arrived", labels)
      .set(static_cast<double>(ms) / 1000.0);
}

}  // namespace

void set_lag(Metrics& metrics, const Labels& labels, const sync::Lag& lag, const sync::Took& took) {
  set_took(metrics, labels, "0.5", took.p50_ms);
  set_took(metrics, labels, "0.95", took.p95_ms);
  set_took(metrics, labels, "0.99", took.p99_ms);
  metrics.gauge("redress_lag_entries", "Entries not yet durable at the other end (without contact: at least)", labels)
      .set(static_cast<double>(lag.entries));
  metrics.gauge("redress_lag_oldest_seconds", "Age of the oldest of them", labels)
      .set(static_cast<double>(lag.oldest_ms) / 1000.0);
  metrics.gauge("redress_lag_contact_seconds", "Since the other end was heard; -1: never", labels)
      .set(lag.contact_ms ? static_cast<double>(*lag.contact_ms) / 1000.0 : -1.0);
  metrics.gauge("redress_lag_known", "1 if the line is up and the numbers are exact, 0 if they are 'at least'", labels)
      .set(lag.state == sync::LagState::unknown ? 0 : 1);
}

nlohmann::json verified_json(const store::Verified& verified, const store::VerifiedViews& views) {
  nlohmann::json findings = nlohmann::json::array();
  for (const auto* of : {&verified.findings, &views.findings}) {
    for (const store::Finding& finding : *of) {
      findings.push_back({{"where", finding.where}, {"what", finding.what}});
      if (finding.holder) findings.back()["holder"] = finding.holder->value();
    }
  }
  return {
      {"errors", verified.errors + views.errors}, {"entries", verified.entries},   {"places", verified.places},
      {"checkpoints", verified.checkpoints},      {"receipts", verified.receipts}, {"unreadable", verified.unreadable},
      {"unchecked", verified.unchecked},          {"cases", views.cases},          {"waiting", views.waiting},
      {"findings", std::move(findings)}};
}

}  // namespace redress::shell
