#include "ops/shell/case_lists.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "ops/shell/case_json.h"
#include "ops/shell/process.h"
#include "protocol/base/limits.h"
#include "protocol/base/time.h"

namespace redress::shell {
namespace {

using nlohmann::json;

constexpr std::size_t page_default = 50;
constexpr std::size_t full_page_max = 100;

std::string query(const Request& request, const char* name) {
  const auto found = request.query.find(name);
  return found == request.query.end() ? std::string{} : found->second;
}

// A number from 1; nothing: it is not asked for.
Result<std::optional<std::uint64_t>> number_in(const Request& request, const char* name) {
  const std::string text = query(request, name);
  if (!request.query.contains(name)) return std::optional<std::uint64_t>{};
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value == 0)
    return fail(Code::bad_value, "a number from 1", name);
  return std::optional{value};
}

// Above `most` counts as `most`.
Result<std::size_t> page_of(const Request& request, std::size_t most) {
  const auto limit = number_in(request, "limit");
  if (!limit) return fail(limit.error());
  return std::min<std::size_t>(limit->value_or(page_default), most);
}

Result<SiteId> site_in(const Request& request, const char* name) {
  const auto number = number_in(request, name);
  if (!number) return fail(number.error());
  if (number->value_or(0) > UINT32_MAX) return fail(Code::bad_value, "no such site", name);
  return SiteId{static_cast<std::uint32_t>(number->value_or(0))};
}

// As `next` said it: of a list by due date its second, "-", and the case; else the case alone.
Result<store::ListMark> mark_in(const Request& request, store::Sorted sorted) {
  std::string text = query(request, "before");
  store::ListMark mark;
  if (text.empty()) return mark;
  if (sorted == store::Sorted::due) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), mark.due_s);
    const auto dash = static_cast<std::size_t>(end - text.data());
    if (error != std::errc{} || dash >= text.size() || text[dash] != '-')
      return fail(Code::bad_value, "not what a page of this list ended with", "before");
    text.erase(0, dash + 1);
  }
  const auto id = fixed_from_hex<CaseId>(text);
  if (!id) return fail(Code::bad_value, "not a case id", "before");
  mark.id = *id;
  return mark;
}

std::string text_of(const store::ListMark& mark, store::Sorted sorted) {
  return (sorted == store::Sorted::due ? std::to_string(mark.due_s) + "-" : std::string{}) + to_hex(mark.id.bytes);
}

Result<store::Sorted> sorted_in(const Request& request) {
  const std::string name = query(request, "sort");
  if (name.empty() || name == "newest") return store::Sorted::newest;
  if (name == "due") return store::Sorted::due;
  return fail(Code::bad_value, "newest or due", "sort");
}

json counts_json(const casework::Kinds& kinds, const store::Counts& counts) {
  json out{{"cases", counts.cases},
           {"due", counts.due},
           {"late", counts.late},
           {"states", json::array()},
           {"units", json::array()},
           {"channels", json::array()},
           {"other_channels", counts.other_channels}};
  for (const auto& [state, cases] : counts.states) {
    const casework::KindRow* row = kinds.find(Kind{state});
    out["states"].push_back({{"state", row == nullptr ? std::string{} : std::string{row->name}},
                             {"state_zh", row == nullptr ? std::string{} : std::string{row->zh}},
                             {"cases", cases}});
  }
  for (const auto& [unit, cases] : counts.handlers) out["units"].push_back({{"unit", unit}, {"cases", cases}});
  for (const auto& [channel, cases] : counts.channels)
    out["channels"].push_back({{"channel", channel}, {"cases", cases}});
  return out;
}

}  // namespace

CaseLists::CaseLists(const CaseListsParts& parts, Api& api) : parts_{parts} {
  ViewReaders& readers = *parts_.readers;
  api.add("GET", "/api/v1/cases", Access::casework,
          readers.waiting([this](const Call& call, bool stale) { list(call, stale); }));
  api.add("GET", "/api/v1/counts", Access::casework,
          readers.waiting([this](const Call& call, bool stale) { count(call, stale); }));
  api.add("GET", "/api/v1/search", Access::casework,
          readers.waiting([this](const Call& call, bool stale) { search(call, stale); }));
}

Result<store::Wanted> CaseLists::wanted_in(const Call& call) const {
  store::Wanted wanted;
  wanted.hides = casework::Actor{parts_.here, call.person.staff};
  const std::string state = query(call.request, "state");
  const casework::KindRow* row = parts_.kinds->find(state);
  if (!state.empty() && row == nullptr) return fail(Code::unknown_kind, "no such state", "state");
  if (row != nullptr) wanted.state = row->kind;
  const auto unit = site_in(call.request, "unit");
  if (!unit) return fail(unit.error());
  wanted.handler = *unit;
  const auto registrar = site_in(call.request, "registrar");
  if (!registrar) return fail(registrar.error());
  wanted.registrar = *registrar;
  if (call.request.query.contains("channel")) wanted.channel = query(call.request, "channel");
  const std::string before = query(call.request, "due_before");
  if (before.empty()) return wanted;
  wanted.due_before = before == "now" ? wall_now() : from_rfc3339(before);
  if (!wanted.due_before) return fail(Code::bad_value, "RFC 3339 with a zone, or now", "due_before");
  return wanted;
}

void CaseLists::list(const Call& call, bool stale) const {
  const bool full = query(call.request, "full") == "1";
  const auto limit = page_of(call.request, full ? full_page_max : limits::list_page_max);
  if (!limit) return call.respond(error_response(call.request, limit.error()));
  const auto sorted = sorted_in(call.request);
  if (!sorted) return call.respond(error_response(call.request, sorted.error()));
  const auto before = mark_in(call.request, *sorted);
  if (!before) return call.respond(error_response(call.request, before.error()));
  const auto wanted = wanted_in(call);
  if (!wanted) return call.respond(error_response(call.request, wanted.error()));
  const auto page = parts_.views->list(*wanted, *sorted, *before, *limit);
  if (!page) return call.respond(error_response(call.request, page.error()));
  json body{{"cases", json::array()}, {"stale", stale}};
  const casework::Actor reader = *wanted->hides;
  for (const store::Summary& summary : page->cases) {
    if (!full) {
      body["cases"].push_back(summary_json(*parts_.kinds, summary, wall_now()));
      continue;
    }
    // The case may have gone on since the views were written.
    const auto file = parts_.desk->file_of(summary.id);
    if (file && !casework::shut_out(file->view.state, reader))
      body["cases"].push_back(case_json(*parts_.kinds, parts_.rules->grade_rules(*file), parts_.here, *file, reader));
  }
  if (page->next) body["next"] = text_of(*page->next, *sorted);
  call.respond(json_response(200, body));
}

void CaseLists::count(const Call& call, bool stale) const {
  const auto wanted = wanted_in(call);
  if (!wanted) return call.respond(error_response(call.request, wanted.error()));
  json body = counts_json(*parts_.kinds, parts_.views->count(*wanted, wall_now()));
  body["stale"] = stale;
  call.respond(json_response(200, body));
}

void CaseLists::search(const Call& call, bool stale) const {
  const auto asked = store::parse_query(query(call.request, "q"));
  if (!asked) return call.respond(error_response(call.request, asked.error()));
  const auto limit = page_of(call.request, limits::list_page_max);
  if (!limit) return call.respond(error_response(call.request, limit.error()));
  const auto before = number_in(call.request, "before");
  if (!before) return call.respond(error_response(call.request, before.error()));
  const auto wanted = wanted_in(call);
  if (!wanted) return call.respond(error_response(call.request, wanted.error()));
  const auto found = parts_.search->find(
      *asked, Position{before->value_or(0)}, *limit,
      [&](const store::Summary& summary) { return store::is_wanted(summary, *wanted); }, wanted->hides);
  if (!found) return call.respond(error_response(call.request, found.error()));
  json body{{"cases", json::array()}, {"stale", stale}};
  for (const store::Summary& summary : found->cases)
    body["cases"].push_back(summary_json(*parts_.kinds, summary, wall_now()));
  if (found->next) body["next"] = std::to_string(found->next->value());
  call.respond(json_response(200, body));
}

}  // namespace redress::shell
