#include "ops/shell/case_json.h"

#include <nlohmann/json.hpp>

#include "protocol/base/time.h"
#include "protocol/wire/refusal.h"

namespace redress::shell {
namespace {

using nlohmann::json;

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

json line_json(const casework::Kinds& kinds, const store::CaseFile& file, const casework::Line& line) {
  const casework::Told& told = file.told[line.told];
  const store::Way& way = file.ways[line.told];
  const journal::What& what = told.header.what;
  const casework::KindRow* row = kinds.find(what.kind);
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

json open_json(const casework::State& state) {
  json out = json::array();
  for (std::size_t i = 0; i < state.matters.size(); ++i) {
    if (state.matters[i].standing != casework::stands_open) continue;
    const auto matter = static_cast<casework::Matter>(i);
    out.push_back({{"matter", std::string{casework::name_of(matter)}}, {"zh", std::string{casework::zh_of(matter)}}});
  }
  return out;
}

json proposed_grade_json(const casework::GradeRules& rules, const store::CaseFile& file) {
  std::vector<const casework::Event*> said;
  for (const casework::Line& line : file.view.timeline) {
    const auto& event = file.told[line.told].event;
    if (line.verdict == casework::Verdict::stands && event) said.push_back(&*event);
  }
  const casework::Graded graded = casework::grade_of(rules, said);
  const auto texts = [](const std::vector<std::string_view>& all) {
    json out = json::array();
    for (const std::string_view rule : all) out.push_back(std::string{rule});
    return out;
  };
  return {{"grade", graded.grade},
          {"major", graded.major},
          {"complex", graded.complex},
          {"because", texts(graded.because)},
          {"blank", texts(graded.blank)}};
}

}  // namespace

json case_json(const casework::Kinds& kinds, const casework::GradeRules& rules, SiteId here,
               const store::CaseFile& file, const casework::Actor& reader) {
  const casework::CaseView& view = file.view;
  json out{{"case", to_hex(file.id.bytes)},
           {"here", here.value()},
           {"number", view.number},
           {"state", view.label == nullptr ? std::string{} : std::string{view.label->name}},
           {"state_zh", view.label == nullptr ? std::string{} : std::string{view.label->zh}},
           {"registrar", view.state.registrar.value()},
           {"handler", view.state.handler.value()},
           {"newer", view.newer},
           {"open", open_json(view.state)},
           {"grade_proposed", proposed_grade_json(rules, file)},
           {"lost", json::array()},
           {"timeline", json::array()}};
  for (const casework::Line& line : casework::lost_by(view, file.told, reader)) {
    out["lost"].push_back(to_hex(file.told[line.told].identity.bytes));
  }
  for (const casework::Line& line : view.timeline) out["timeline"].push_back(line_json(kinds, file, line));
  return out;
}

json summary_json(const casework::Kinds& kinds, const store::Summary& summary, WallTime now) {
  const casework::KindRow* row = kinds.find(summary.state);
  json out{{"case", to_hex(summary.id.bytes)},
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
           {"received_at", summary.received_at}};
  if (!summary.due) return out;
  out["due"] = to_rfc3339(*summary.due, summary.offset_minutes);
  out["due_limit"] = summary.due_limit;
  out["late"] = *summary.due <= now;
  return out;
}

}  // namespace redress::shell
