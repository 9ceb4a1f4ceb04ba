#include "protocol/casework/picture.h"

#include <array>
#include <map>

#include "protocol/casework/rules.h"

namespace redress::casework {
namespace {

void list(std::string& out, std::string_view one, std::string_view between = ", ") {
  if (!out.empty()) out += between;
  out += one;
}

std::string who_text(Who who) {
  if ((who & who_anyone) != 0) return "anyone";
  constexpr std::array<std::pair<Who, std::string_view>, 5> names{{{who_registrar, "registrar"},
                                                                   {who_handler, "handler"},
                                                                   {who_assistant, "assisting unit"},
                                                                   {who_supervisor, "supervisor"},
                                                                   {who_head_office, "head office"}}};
  std::string out;
  for (const auto& [bit, name] : names) {
    if ((who & bit) != 0) list(out, name);
  }
  return out;
}

std::string when_text(const KindRow& row) {
  std::string out;
  if ((row.when & when_new) != 0) list(out, "none", " or ");
  if ((row.when & when_open) != 0) list(out, "open", " or ");
  if ((row.when & when_ended) != 0) list(out, "ended", " or ");
  return row.needs_reply ? out + ", after a reply" : out;
}

std::string standings_text(Standings any_of) {
  constexpr std::array<std::pair<Standings, std::string_view>, 4> names{
      {{stands_idle, "idle"}, {stands_open, "open"}, {stands_granted, "granted"}, {stands_refused, "refused"}}};
  if (any_of == stands_not_open) return "not open";
  std::string out;
  for (const auto& [bit, name] : names) {
    if ((any_of & bit) != 0) list(out, name, " or ");
  }
  return out;
}

std::string needs_text(const KindRow& row) {
  std::string out;
  for (const Need& need : row.needs) {
    std::string one = std::string{name_of(need.matter)} + " " + standings_text(need.any_of);
    if (need.if_granted != Matter::none) one += " (if " + std::string{name_of(need.if_granted)} + " granted)";
    list(out, one, "; ");
  }
  return out;
}

std::string guards_text(Guards guards) {
  std::string out;
  if ((guards & guard_other_person) != 0) list(out, "another person", "; ");
  if ((guards & guard_not_accused_unit) != 0) list(out, "not the accused unit", "; ");
  if ((guards & guard_two_investigators) != 0) list(out, "two, if somebody has an interest", "; ");
  if ((guards & guard_no_person) != 0) list(out, "nobody: the program", "; ");
  return out;
}

std::string called(const KindRow& row) {
  return std::string{row.name} + " " + std::string{row.zh} + (row.needs_reply ? "*" : "");
}

// Several to a line.
std::string wrapped(const std::vector<std::string>& names, std::string_view margin) {
  std::string out;
  std::size_t width = margin.size();
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0 && width + names[i].size() > 110) {
      out += ",\n" + std::string{margin};
      width = margin.size();
    } else if (i > 0) {
      out += ", ";
    }
    out += names[i];
    width += names[i].size() + 2;
  }
  return out;
}

}  // namespace

std::string kinds_table(const Kinds& kinds) {
  std::string out = "| kind | | in state | who | after | person |\n|---|---|---|---|---|---|\n";
  for (const KindRow& row : kinds.rows()) {
    out += "| " + std::to_string(row.kind.value()) + " | `" + std::string{row.name} + "` " + std::string{row.zh} +
           " | " + when_text(row) + " | " + who_text(row.who) + " | " + needs_text(row) + " | " +
           guards_text(row.guards) + " |\n";
  }
  return out;
}

std::string life_cycle_picture(const Kinds& kinds) {
  std::vector<std::string> opens, ends, resumes, within, after;
  std::map<Matter, std::map<Turn, std::string>> beside;
  for (const KindRow& row : kinds.rows()) {
    const bool is_turn = row.effect == Effect::open || row.effect == Effect::end || row.effect == Effect::resume;
    if (row.effect == Effect::open) opens.push_back(called(row));
    if (row.effect == Effect::end) ends.push_back(called(row));
    if (row.effect == Effect::resume) resumes.push_back(called(row));
    if (!is_turn && row.turn == Turn::none && (row.when & when_open) != 0) within.push_back(called(row));
    if (!is_turn && (row.when & when_ended) != 0) after.push_back(called(row));
    if (row.turn != Turn::none) list(beside[row.matter][row.turn], called(row), " or ");
  }
  std::string out = "```text\n";
  out += "(none) ──▶ open    " + wrapped(opens, "                   ") + "\n";
  out += "open   ──▶ ended   " + wrapped(ends, "                   ") + "\n";
  out += "       ──▶ open    " + wrapped(resumes, "                   ") + "\n";
  out += "while open         " + wrapped(within, "                   ") + "\n";
  out += "after the end too  " + wrapped(after, "                   ") + "\n";
  out += "\nbeside the road                                                        * only after a reply\n";
  for (auto& [matter, turns] : beside) {
    out += std::string{name_of(matter)} + " " + std::string{zh_of(matter)} + ":";
    if (!turns[Turn::note].empty()) out += " ──▶ noted by " + turns[Turn::note];
    if (!turns[Turn::raise].empty()) out += " ──▶ open by " + turns[Turn::raise];
    if (!turns[Turn::grant].empty()) out += " ──▶ granted by " + turns[Turn::grant];
    if (!turns[Turn::refuse].empty()) out += " ──▶ refused by " + turns[Turn::refuse];
    out += "\n";
  }
  return out + "```\n";
}

std::string rules_table(const Kinds& kinds) {
  std::vector<std::string_view> order;
  std::map<std::string_view, std::string> guarded;
  const auto note = [&](std::string_view rule, const KindRow& row) {
    if (!guarded.contains(rule)) order.push_back(rule);
    list(guarded[rule], "`" + std::string{row.name} + "`");
  };
  for (const KindRow& row : kinds.rows()) {
    note(row.rule, row);
    for (const Need& need : row.needs) note(need.rule, row);
    for (const Guards guard : {guard_other_person, guard_not_accused_unit, guard_two_investigators, guard_no_person}) {
      if ((row.guards & guard) != 0) note(rule_of(guard), row);
    }
  }
  std::string out = "| rule that a denial names | of |\n|---|---|\n";
  out += "| " + std::string{rule_for_the_accused()} + " | every act, and reading |\n";
  for (const std::string_view rule : order) out += "| " + std::string{rule} + " | " + guarded[rule] + " |\n";
  return out;
}

}  // namespace redress::casework
