#include "ops/shell/case_api.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "ops/shell/case_clocks.h"
#include "ops/shell/case_fields.h"
#include "ops/shell/kinds_api.h"
#include "protocol/base/time.h"
#include "protocol/casework/grades.h"
#include "protocol/wire/refusal.h"

namespace redress::shell {
namespace {

using nlohmann::json;

constexpr std::int64_t stale_after_ms = 1000;
constexpr std::size_t list_look_max = 20'000;
constexpr std::size_t full_page_max = 100;

std::string_view name_of(casework::Verdict verdict) {
  switch (verdict) {
    case casework::Verdict::stands:
      return "stands";
    case casework::Verdict::superseded:
      return "superseded";
    case casework::Verdict::refused:
      return "refused";
    case casework::Verdict::unread:
      return "unread";
  }
  return "";
}

// A number from 1; above `most` counts as `most`.
Result<std::size_t> number_in(const Request& request, const char* name, std::size_t otherwise, std::size_t most) {
  const auto found = request.query.find(name);
  if (found == request.query.end()) return std::min(otherwise, most);
  const std::string& text = found->second;
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value == 0)
    return fail(Code::bad_value, "a number from 1", name);
  return std::min(value, most);
}

std::string query(const Request& request, const char* name) {
  const auto found = request.query.find(name);
  return found == request.query.end() ? std::string{} : found->second;
}

Result<std::string> idempotency_key(const Request& request) {
  if (request.idempotency_key.empty()) return fail(Code::key_missing, "no key", "Idempotency-Key");
  if (request.idempotency_key.size() > limits::idempotency_key_bytes_max) {
    return fail(Code::too_large, "over 200 bytes", "Idempotency-Key");
  }
  return request.idempotency_key;
}

}  // namespace

CaseApi::CaseApi(const CaseApiParts& parts, Api& api) : parts_{parts} {
  api.add("POST", "/api/v1/cases", Access::casework, [this](const Call& call) { add_case(call); });
  // A call's request lives as long as the handler: what waits keeps its own copy.
  const auto waiting = [this](auto answer) {
    return [this, answer](const Call& call) {
      const auto request = std::make_shared<Request>(call.request);
      when_followed(std::max(parts_.ledger(), answered_), [this, answer, request, person = call.person,
                                                           tail = call.tail, respond = call.respond](bool stale) {
        (this->*answer)({*request, person, tail, respond}, stale);
      });
    };
  };
  api.add("GET", "/api/v1/cases", Access::casework, waiting(&CaseApi::list));
  api.add("GET", "/api/v1/cases/*", Access::casework, waiting(&CaseApi::show));
  api.add("POST", "/api/v1/cases/*", Access::casework, [this, by_number = waiting(&CaseApi::act)](const Call& call) {
    const auto slash = call.tail.find('/');
    if (slash == std::string::npos || call.tail.substr(slash) != "/acts") {
      return call.respond(error_response(call.request, {Code::not_found, "no such route", "path"}));
    }
    const Call named{call.request, call.person, call.tail.substr(0, slash), call.respond};
    // A number is looked up in the views, so it waits for them as a read does.
    return fixed_from_hex<CaseId>(named.tail) ? act(named, false) : by_number(named);
  });
}

void CaseApi::when_followed(Position until, std::function<void(bool)> go) {
  if (parts_.followed() >= until) return go(false);
  const auto waiter = std::make_shared<Waiter>(Waiter{until, std::move(go)});
  waiters_.push_back(waiter);
  parts_.hurry();
  parts_.later(stale_after_ms, [this, weak = std::weak_ptr{waiter}] {
    const auto still = weak.lock();
    if (!still) return;
    waiters_.remove(still);
    still->go(true);
  });
}

void CaseApi::on_followed() {
  const Position at = parts_.followed();
  for (auto it = waiters_.begin(); it != waiters_.end();) {
    if ((*it)->until > at) {
      ++it;
      continue;
    }
    const auto waiter = *it;
    it = waiters_.erase(it);
    waiter->go(false);
  }
}

json CaseApi::appended_json(const store::Appended& appended) const {
  json out{{"case", to_hex(appended.case_id.bytes)}, {"position", appended.ledger.value()},
           {"site", appended.place.site.value()},    {"epoch", std::to_string(appended.place.epoch.value())},
           {"seq", appended.place.seq.value()},      {"identity", to_hex(appended.identity.bytes)},
           {"saved_at", to_rfc3339(appended.time)},  {"repeated", appended.repeated}};
  return out;
}

void CaseApi::commit(const Call& call, Result<std::variant<store::Append, store::Appended>> composed, json spots) {
  if (!composed) return call.respond(error_response(call.request, composed.error()));
  // The number is read back from the committed entry, so that a repeated command shows the one it was given.
  const auto answer = [this, request = std::make_shared<Request>(call.request), respond = call.respond,
                       spots = std::move(spots)](const Result<store::Appended>& appended) {
    if (!appended) return respond(error_response(*request, appended.error()));
    answered_ = std::max(answered_, appended->ledger);
    json body = appended_json(*appended);
    body["pointed_out"] = spots;
    if (const auto file = parts_.desk->file_of(appended->case_id)) {
      body["number"] = file->view.number;
      if (file->view.label != nullptr) {
        body["state"] = file->view.label->name;
        body["state_zh"] = file->view.label->zh;
      }
    }
    respond(json_response(appended->repeated ? 200 : 201, body));
  };
  if (auto* before = std::get_if<store::Appended>(&*composed)) return answer(*before);
  Command command{std::move(std::get<store::Append>(*composed)), [this, answer](Result<store::Appended> appended) {
                    parts_.post([answer, appended = std::move(appended)] { answer(appended); });
                  }};
  if (!parts_.commands->push(std::move(command))) {
    call.respond(error_response(call.request, {Code::busy, "the loop's queue is full or closed", ""}));
  }
}

void CaseApi::add_case(const Call& call) {
  const auto key = idempotency_key(call.request);
  if (!key) return call.respond(error_response(call.request, key.error()));
  const auto body = json_body(call.request);
  if (!body) return call.respond(error_response(call.request, body.error()));
  auto fields = fields_of(*body);
  if (!fields) return call.respond(error_response(call.request, fields.error()));
  json spots = pointed_out(parts_.kinds->opening(), *fields);
  commit(call, parts_.desk->register_case({call.person.staff, *key, std::move(*fields), wall_now()}), std::move(spots));
}

void CaseApi::act(const Call& call, bool stale) {
  const auto key = idempotency_key(call.request);
  if (!key) return call.respond(error_response(call.request, key.error()));
  const auto body = json_body(call.request);
  if (!body) return call.respond(error_response(call.request, body.error()));
  if (!body->contains("kind") || !(*body)["kind"].is_string()) {
    return call.respond(error_response(call.request, {Code::missing_field, "which act", "kind"}));
  }
  auto fields = fields_of(*body);
  if (!fields) return call.respond(error_response(call.request, fields.error()));
  const auto case_id = case_named(call.tail, stale);
  if (!case_id) return call.respond(error_response(call.request, case_id.error()));
  const auto kind = (*body)["kind"].get<std::string>();
  const casework::KindRow* row = parts_.kinds->find(kind);
  json spots = row == nullptr ? json::array() : pointed_out(*row, *fields);
  commit(call, parts_.desk->act(*case_id, kind, {call.person.staff, *key, std::move(*fields), wall_now()}),
         std::move(spots));
}

Result<CaseId> CaseApi::case_named(const std::string& name, bool stale) const {
  if (const auto id = fixed_from_hex<CaseId>(name)) return *id;
  if (const auto id = parts_.views->find(name)) return *id;
  if (stale) return fail(Code::busy, "the views are behind: it may be there", "case");
  return fail(Code::not_found, "no such case here", "case");
}

json CaseApi::line_json(const store::CaseFile& file, const casework::Line& line) const {
  const casework::Told& told = file.told[line.told];
  const store::Way& way = file.ways[line.told];
  const journal::What& what = told.header.what;
  const casework::KindRow* row = parts_.kinds->find(what.kind);
  json out{{"kind", row == nullptr ? "#" + std::to_string(what.kind.value()) : std::string{row->name}},
           {"zh", row == nullptr ? "本程序尚不认识的事项" : std::string{row->zh}},
           {"en", row == nullptr ? "a kind that this program does not know yet" : std::string{row->en}},
           {"verdict", std::string{name_of(line.verdict)}},
           {"site", what.author.value()},
           {"staff", what.staff.value()},
           {"seq", told.header.place.seq.value()},
           {"identity", to_hex(told.identity.bytes)},
           {"recorded_at", to_rfc3339(what.time, what.offset_minutes)},
           {"here_since", to_rfc3339(way.arrived, what.offset_minutes)},
           {"position", told.arrived.value()}};
  if (!line.rule.empty()) out["rule"] = line.rule;
  if (line.by) out["by"] = to_hex(file.told[*line.by].identity.bytes);
  if (told.unread) out["unread"] = std::string{wire::name_of(*told.unread)};
  if (way.at_head_office) out["at_head_office_since"] = to_rfc3339(*way.at_head_office, what.offset_minutes);
  if (way.read) out["read_at_head_office"] = to_rfc3339(*way.read, what.offset_minutes);
  if (!what.to.empty()) {
    out["to"] = json::array();
    for (const SiteId site : what.to) out["to"].push_back(site.value());
  }
  json fields = json::object();
  if (told.event) {
    for (const auto& [name, value] : told.event->fields) fields[name] = value;
  }
  out["fields"] = std::move(fields);
  return out;
}

json CaseApi::open_json(const casework::State& state) const {
  json out = json::array();
  for (std::size_t i = 0; i < state.matters.size(); ++i) {
    if (state.matters[i].standing != casework::stands_open) continue;
    const auto matter = static_cast<casework::Matter>(i);
    out.push_back({{"matter", std::string{casework::name_of(matter)}}, {"zh", std::string{casework::zh_of(matter)}}});
  }
  return out;
}

json CaseApi::proposed_grade_json(const store::CaseFile& file) const {
  std::vector<const casework::Event*> said;
  for (const casework::Line& line : file.view.timeline) {
    const auto& event = file.told[line.told].event;
    if (line.verdict == casework::Verdict::stands && event) said.push_back(&*event);
  }
  const casework::Graded graded = casework::grade_of(casework::common_grade_rules(), said);
  json because = json::array();
  for (const std::string_view rule : graded.because) because.push_back(std::string{rule});
  return {
      {"grade", graded.grade}, {"major", graded.major}, {"complex", graded.complex}, {"because", std::move(because)}};
}

json CaseApi::case_json(const store::CaseFile& file, const casework::Actor& reader) const {
  const casework::CaseView& view = file.view;
  json out{{"case", to_hex(file.id.bytes)},
           {"here", parts_.site->site.value()},
           {"number", view.number},
           {"state", view.label == nullptr ? std::string{} : std::string{view.label->name}},
           {"state_zh", view.label == nullptr ? std::string{} : std::string{view.label->zh}},
           {"registrar", view.state.registrar.value()},
           {"handler", view.state.handler.value()},
           {"newer", view.newer},
           {"open", open_json(view.state)},
           {"grade_proposed", proposed_grade_json(file)},
           {"lost", json::array()},
           {"timeline", json::array()}};
  for (const casework::Line& line : casework::lost_by(view, file.told, reader)) {
    out["lost"].push_back(to_hex(file.told[line.told].identity.bytes));
  }
  for (const casework::Line& line : view.timeline) out["timeline"].push_back(line_json(file, line));
  return out;
}

casework::Actor CaseApi::actor_of(const Call& call) const { return {parts_.site->site, call.person.staff}; }

void CaseApi::show(const Call& call, bool stale) const {
  const auto id = case_named(call.tail, stale);
  if (!id) return call.respond(error_response(call.request, id.error()));
  const auto file = parts_.desk->file_of(*id);
  if (!file) return call.respond(error_response(call.request, {Code::not_found, "no such case here", "case"}));
  if (const auto rule = casework::shut_out(file->view.state, actor_of(call)))
    return call.respond(error_response(call.request, {Code::forbidden, std::string{*rule}, "case"}));
  json body = case_json(*file, actor_of(call));
  body.update(clocks_json(*parts_.rules, *parts_.kinds, *file, wall_now()));
  body["stale"] = stale;
  call.respond(json_response(200, body));
}

void CaseApi::list(const Call& call, bool stale) const {
  const bool full = query(call.request, "full") == "1";
  const auto limit = number_in(call.request, "limit", 50, full ? full_page_max : limits::list_page_max);
  if (!limit) return call.respond(error_response(call.request, limit.error()));
  const std::size_t count = *limit;
  const std::string state = query(call.request, "state");
  const std::string before = query(call.request, "before");
  const auto bound = before.empty() ? std::optional{CaseId{}} : fixed_from_hex<CaseId>(before);
  if (!bound) return call.respond(error_response(call.request, {Code::bad_value, "not a case id", "before"}));
  const casework::KindRow* wanted = state.empty() ? nullptr : parts_.kinds->find(state);
  if (!state.empty() && wanted == nullptr)
    return call.respond(error_response(call.request, {Code::unknown_kind, "no such state", "state"}));
  const casework::Actor reader = actor_of(call);
  const auto summaries = parts_.views->list(*bound, count, list_look_max, [&](const store::Summary& summary) {
    const bool shut = std::find(summary.accused.begin(), summary.accused.end(), reader) != summary.accused.end();
    return !shut && (wanted == nullptr || summary.state == wanted->kind);
  });
  if (!summaries) return call.respond(error_response(call.request, summaries.error()));
  json body{{"cases", json::array()}, {"stale", stale}};
  for (const store::Summary& summary : *summaries) {
    if (full) {
      // The case may have gone on since the views were written.
      const auto file = parts_.desk->file_of(summary.id);
      if (file && !casework::shut_out(file->view.state, reader)) body["cases"].push_back(case_json(*file, reader));
      continue;
    }
    const casework::KindRow* row = parts_.kinds->find(summary.state);
    body["cases"].push_back({{"case", to_hex(summary.id.bytes)},
                             {"number", summary.number},
                             {"state", row == nullptr ? std::string{} : std::string{row->name}},
                             {"state_zh", row == nullptr ? std::string{} : std::string{row->zh}},
                             {"registrar", summary.registrar.value()},
                             {"handler", summary.handler.value()},
                             {"registered_at", to_rfc3339(summary.registered_at, summary.offset_minutes)},
                             {"updated_at", to_rfc3339(summary.updated_at, summary.offset_minutes)},
                             {"entries", summary.entries},
                             {"unread", summary.unread},
                             {"channel", summary.channel},
                             {"product", summary.product},
                             {"received_at", summary.received_at}});
  }
  if (summaries->size() == count) body["next"] = to_hex(summaries->back().id.bytes);
  call.respond(json_response(200, body));
}

}  // namespace redress::shell
