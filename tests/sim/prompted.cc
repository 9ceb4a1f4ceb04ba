#include "tests/sim/prompted.h"

#include <set>

#include "protocol/base/time.h"
#include "tests/sim/books.h"

namespace redress::sim {
namespace {

constexpr std::uint16_t reminded = 74;
constexpr std::uint16_t overdue = 75;

std::string said(const casework::Told& told, const char* field) {
  const std::string* value = told.event->value(field);
  return value == nullptr ? std::string{} : *value;
}

}  // namespace

bool is_prompt(const casework::Told& told) {
  const std::uint16_t kind = told.header.what.kind.value();
  return kind == reminded || kind == overdue;
}

std::vector<std::string> prompt_objections(const store::CaseFile& file, bool twice_is_explained) {
  std::vector<std::string> wrong;
  std::set<std::string> once;
  for (const casework::Line& line : file.view.timeline) {
    const casework::Told& told = file.told[line.told];
    if (!is_prompt(told) || line.verdict == casework::Verdict::unread || line.verdict == casework::Verdict::refused)
      continue;
    const std::string name = "entry " + short_name(told.identity);
    const journal::What& what = told.header.what;
    if (line.verdict != casework::Verdict::stands) wrong.push_back("a prompt gave way: " + name);
    if (what.author != head_office || what.staff != StaffId{} || !what.to.empty())
      wrong.push_back("a prompt is somebody's, or gives standing: " + name);
    const auto due = from_rfc3339(said(told, "due"));
    if (!due || said(told, "limit").empty() || said(told, "step").empty() || said(told, "profile").empty() ||
        said(told, "calendar").empty() || said(told, "addressed_zh").empty() || said(told, "addressed_en").empty()) {
      wrong.push_back("a prompt does not say of what it is: " + name);
      continue;
    }
    const bool is_late = what.time >= *due;
    if (is_late != (what.kind.value() == overdue))
      wrong.push_back("a reminder after the date, or an overdue step before it: " + name);
    const std::string of =
        said(told, "limit") + " " + said(told, "unit") + " " + said(told, "step") + " " + said(told, "due");
    if (!once.insert(of).second && !twice_is_explained) wrong.push_back("a prompt is given again: " + name);
  }
  return wrong;
}

}  // namespace redress::sim
