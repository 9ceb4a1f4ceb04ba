#include "ops/shell/case_api.h"

#include <nlohmann/json.hpp>
#include <tuple>

#include "ops/shell/case_clocks.h"
#include "ops/shell/case_fields.h"
#include "ops/shell/case_json.h"
#include "ops/shell/kinds_api.h"
#include "protocol/base/time.h"

namespace redress::shell {
namespace {

using nlohmann::json;

Result<std::string> idempotency_key(const Request& request) {
  if (request.idempotency_key.empty()) return fail(Code::key_missing, "no key", "Idempotency-Key");
  if (request.idempotency_key.size() > limits::idempotency_key_bytes_max) {
    return fail(Code::too_large, "over 200 bytes", "Idempotency-Key");
  }
  return request.idempotency_key;
}

}  // namespace

struct CaseApi::Foreseen {
  json said;
  Position as_of;  // the ledger's head when similar ones were looked for; UINT64_MAX: there can be none

  [[nodiscard]] bool holds_at(Position place) const {
    return as_of == Position{UINT64_MAX} || as_of == place || as_of.next() == place;
  }
};

CaseApi::CaseApi(const CaseApiParts& parts, Api& api) : parts_{parts} {
  api.add("POST", "/api/v1/cases", Access::casework, [this](const Call& call) { add_case(call); });
  api.add("GET", "/api/v1/cases/*", Access::casework,
          parts_.readers->waiting([this](const Call& call, bool stale) { show(call, stale); }));
  const auto by_number = parts_.readers->waiting([this](const Call& call, bool stale) { act(call, stale); });
  api.add("POST", "/api/v1/cases/*", Access::casework, [this, by_number](const Call& call) {
    const auto slash = call.tail.find('/');
    if (slash == std::string::npos || call.tail.substr(slash) != "/acts") {
      return call.respond(error_response(call.request, {Code::not_found, "no such route", "path"}));
    }
    const Call named{call.request, call.person, call.tail.substr(0, slash), call.respond};
    // A number is looked up in the views, so it waits for them as a read does.
    return fixed_from_hex<CaseId>(named.tail) ? act(named, false) : by_number(named);
  });
}

json CaseApi::appended_json(const store::Appended& appended) const {
  json out{{"case", to_hex(appended.case_id.bytes)}, {"position", appended.ledger.value()},
           {"site", appended.place.site.value()},    {"epoch", std::to_string(appended.place.epoch.value())},
           {"seq", appended.place.seq.value()},      {"identity", to_hex(appended.identity.bytes)},
           {"saved_at", to_rfc3339(appended.time)},  {"repeated", appended.repeated}};
  return out;
}

void CaseApi::commit(const Call& call, Result<std::variant<store::Append, store::Appended>> composed, json spots,
                     Tells tells) {
  if (!composed) return call.respond(error_response(call.request, composed.error()));
  const auto foreseen = std::make_shared<std::optional<Foreseen>>();
  const auto answer = [this, request = std::make_shared<Request>(call.request), respond = call.respond,
                       spots = std::move(spots), tells, reader = actor_of(call),
                       foreseen](const Result<store::Appended>& appended) {
    if (!appended) return respond(error_response(*request, appended.error()));
    parts_.readers->wrote(appended->ledger);
    json body = appended_json(*appended);
    body["pointed_out"] = spots;
    // What came into the ledger between may be like it.
    if (*foreseen && !appended->repeated && (*foreseen)->holds_at(appended->ledger)) {
      body.update((*foreseen)->said);
    } else {
      describe(*appended, tells, reader, body);
    }
    respond(json_response(appended->repeated ? 200 : 201, body));
  };
  if (auto* before = std::get_if<store::Appended>(&*composed)) return answer(*before);
  auto& append = std::get<store::Append>(*composed);
  const auto file = tells == Tells::similar ? parts_.desk->foreseen(append) : std::nullopt;
  Command command{std::move(append), [this, answer](Result<store::Appended> appended) {
                    parts_.post([answer, appended = std::move(appended)] { answer(appended); });
                  }};
  if (!parts_.commands->push(std::move(command))) {
    return call.respond(error_response(call.request, {Code::busy, "the loop's queue is full or closed", ""}));
  }
  // While the loop commits it. The answer comes to this thread, after this.
  if (file) *foreseen = foresee(*file, actor_of(call));
}

json CaseApi::standing_json(const store::CaseFile& file) const {
  json out{{"number", file.view.number}};
  if (file.view.label != nullptr) {
    out["state"] = file.view.label->name;
    out["state_zh"] = file.view.label->zh;
  }
  return out;
}

std::optional<CaseApi::Foreseen> CaseApi::foresee(const store::CaseFile& file, const casework::Actor& reader) const {
  const auto opened = file.view.state.opened;
  if (!opened) return std::nullopt;
  Foreseen out{standing_json(file), Position{}};
  std::tie(out.said["similar"], out.as_of) =
      similar_json(file.id, *file.told[*opened].event, Position{UINT64_MAX}, reader);
  return out;
}

// The number is read back from the committed entry, so that a repeated command shows the one it was given.
void CaseApi::describe(const store::Appended& appended, Tells tells, const casework::Actor& reader, json& body) const {
  if (tells == Tells::similar) body["similar"] = json::array();
  std::optional<casework::Event> opening;
  static_cast<void>(parts_.desk->recall(appended.case_id, [&](const store::CaseFile& file) {
    body.update(standing_json(file));
    if (tells == Tells::similar && file.view.state.opened) opening = file.told[*file.view.state.opened].event;
  }));
  if (opening) body["similar"] = similar_json(appended.case_id, *opening, appended.ledger, reader).first;
}

std::pair<json, Position> CaseApi::similar_json(const CaseId& id, const casework::Event& opening, Position at,
                                                const casework::Actor& reader) const {
  json out = json::array();
  const auto show = [&](const store::CaseFile& file, const std::vector<std::string>& same) {
    const casework::CaseView& view = file.view;
    if (casework::shut_out(view.state, reader)) return false;
    const journal::What& what = file.told[*view.state.opened].header.what;
    out.push_back({{"case", to_hex(file.id.bytes)},
                   {"number", view.number},
                   {"state", view.label == nullptr ? std::string{} : std::string{view.label->name}},
                   {"state_zh", view.label == nullptr ? std::string{} : std::string{view.label->zh}},
                   {"registered_at", to_rfc3339(what.time, what.offset_minutes)},
                   {"same", same}});
    return true;
  };
  // A warning that cannot be had is none.
  const auto found = parts_.similar->find(id, opening, at, show);
  return {std::move(out), found ? *found : Position{}};
}

void CaseApi::add_case(const Call& call) {
  const auto key = idempotency_key(call.request);
  if (!key) return call.respond(error_response(call.request, key.error()));
  const auto body = json_body(call.request);
  if (!body) return call.respond(error_response(call.request, body.error()));
  auto fields = fields_of(*body);
  if (!fields) return call.respond(error_response(call.request, fields.error()));
  json spots = pointed_out(parts_.kinds->opening(), *fields);
  commit(call, parts_.desk->register_case({call.person.staff, *key, std::move(*fields), wall_now()}), std::move(spots),
         Tells::similar);
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
  commit(call,
         parts_.desk->act(*case_id, kind, {call.person.staff, *key, std::move(*fields), wall_now(), call.person.roles}),
         std::move(spots), Tells::nothing);
}

Result<CaseId> CaseApi::case_named(const std::string& name, bool stale) const {
  if (const auto id = fixed_from_hex<CaseId>(name)) return *id;
  if (const auto id = parts_.views->find(name)) return *id;
  if (stale) return fail(Code::busy, "the views are behind: it may be there", "case");
  return fail(Code::not_found, "no such case here", "case");
}

casework::Actor CaseApi::actor_of(const Call& call) const { return {parts_.site->site, call.person.staff}; }

void CaseApi::show(const Call& call, bool stale) const {
  const auto id = case_named(call.tail, stale);
  if (!id) return call.respond(error_response(call.request, id.error()));
  const auto file = parts_.desk->file_of(*id);
  if (!file) return call.respond(error_response(call.request, {Code::not_found, "no such case here", "case"}));
  if (const auto rule = casework::shut_out(file->view.state, actor_of(call)))
    return call.respond(error_response(call.request, {Code::forbidden, std::string{*rule}, "case"}));
  json body = case_json(*parts_.kinds, parts_.case_rules->grade_rules(*file), parts_.site->site, *file, actor_of(call));
  body.update(clocks_json(*parts_.rules, *parts_.kinds, *file, wall_now()));
  body["stale"] = stale;
  call.respond(json_response(200, body));
}

}  // namespace redress::shell
