#include "ops/shell/case_lists.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "ops/shell/case_json.h"
#include "protocol/base/limits.h"

namespace redress::shell {
namespace {

using nlohmann::json;

constexpr std::size_t list_look_max = 20'000;
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

// The state that is asked for; null: any.
Result<const casework::KindRow*> state_in(const Request& request, const casework::Kinds& kinds) {
  const std::string name = query(request, "state");
  if (name.empty()) return static_cast<const casework::KindRow*>(nullptr);
  const casework::KindRow* row = kinds.find(name);
  if (row == nullptr) return fail(Code::unknown_kind, "no such state", "state");
  return row;
}

bool may_see(const store::Summary& summary, const casework::Actor& reader) {
  return std::find(summary.accused.begin(), summary.accused.end(), reader) == summary.accused.end();
}

}  // namespace

CaseLists::CaseLists(const CaseListsParts& parts, Api& api) : parts_{parts} {
  ViewReaders& readers = *parts_.readers;
  api.add("GET", "/api/v1/cases", Access::casework,
          readers.waiting([this](const Call& call, bool stale) { list(call, stale); }));
  api.add("GET", "/api/v1/search", Access::casework,
          readers.waiting([this](const Call& call, bool stale) { search(call, stale); }));
}

void CaseLists::list(const Call& call, bool stale) const {
  const bool full = query(call.request, "full") == "1";
  const auto limit = page_of(call.request, full ? full_page_max : limits::list_page_max);
  if (!limit) return call.respond(error_response(call.request, limit.error()));
  const std::string before = query(call.request, "before");
  const auto bound = before.empty() ? std::optional{CaseId{}} : fixed_from_hex<CaseId>(before);
  if (!bound) return call.respond(error_response(call.request, {Code::bad_value, "not a case id", "before"}));
  const auto state = state_in(call.request, *parts_.kinds);
  if (!state) return call.respond(error_response(call.request, state.error()));
  const casework::Actor reader = actor_of(call);
  const auto summaries = parts_.views->list(*bound, *limit, list_look_max, [&](const store::Summary& summary) {
    return may_see(summary, reader) && (*state == nullptr || summary.state == (*state)->kind);
  });
  if (!summaries) return call.respond(error_response(call.request, summaries.error()));
  json body{{"cases", json::array()}, {"stale", stale}};
  for (const store::Summary& summary : *summaries) {
    if (!full) {
      body["cases"].push_back(summary_json(*parts_.kinds, summary));
      continue;
    }
    // The case may have gone on since the views were written.
    const auto file = parts_.desk->file_of(summary.id);
    if (file && !casework::shut_out(file->view.state, reader))
      body["cases"].push_back(case_json(*parts_.kinds, parts_.here, *file, reader));
  }
  if (summaries->size() == *limit) body["next"] = to_hex(summaries->back().id.bytes);
  call.respond(json_response(200, body));
}

void CaseLists::search(const Call& call, bool stale) const {
  const auto asked = store::parse_query(query(call.request, "q"));
  if (!asked) return call.respond(error_response(call.request, asked.error()));
  const auto limit = page_of(call.request, limits::list_page_max);
  if (!limit) return call.respond(error_response(call.request, limit.error()));
  const auto before = number_in(call.request, "before");
  if (!before) return call.respond(error_response(call.request, before.error()));
  const auto state = state_in(call.request, *parts_.kinds);
  if (!state) return call.respond(error_response(call.request, state.error()));
  const casework::Actor reader = actor_of(call);
  const auto found =
      parts_.search->find(*asked, Position{before->value_or(0)}, *limit, [&](const store::Summary& summary) {
        return may_see(summary, reader) && (*state == nullptr || summary.state == (*state)->kind);
      });
  if (!found) return call.respond(error_response(call.request, found.error()));
  json body{{"cases", json::array()}, {"opened", found->opened}, {"stale", stale}};
  for (const store::Summary& summary : found->cases) body["cases"].push_back(summary_json(*parts_.kinds, summary));
  if (found->next) body["next"] = std::to_string(found->next->value());
  call.respond(json_response(200, body));
}

}  // namespace redress::shell
