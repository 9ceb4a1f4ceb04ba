#include "protocol/rules/prompt.h"

#include "protocol/base/assert.h"

namespace redress::rules {
namespace {

struct AddresseeWords {
  Addressee addressee;
  std::string_view name;
  std::string_view zh;
  std::string_view en;
};

constexpr AddresseeWords addressee_words[] = {
    {Addressee::registrar, "registrar", "登记机构", "registering unit"},
    {Addressee::handler, "handler", "承办机构", "handling unit"},
    {Addressee::supervisor, "supervisor", "上级行", "supervising unit"},
    {Addressee::head_office, "head_office", "总行", "head office"},
};

const AddresseeWords& words_for(Addressee addressee) {
  for (const AddresseeWords& one : addressee_words) {
    if (one.addressee == addressee) return one;
  }
  REDRESS_ASSERT(false);
  return addressee_words[0];
}

// The day on which the last moment before `due` lies, and how far into it `due` is.
struct Standing {
  Day day;
  std::int64_t into_ms;
};

Standing standing_of(WallTime due, std::int16_t offset_minutes) {
  const Day day = day_of(WallTime{due.value() - 1}, offset_minutes);
  return {day, due.value() - start_of(day, offset_minutes).value()};
}

}  // namespace

std::optional<WallTime> moment_of(const Prompt& prompt, WallTime due, const Calendar& calendar,
                                  std::int16_t offset_minutes) {
  if (!prompt.lead) return std::nullopt;
  const Span& lead = *prompt.lead;
  const int way = prompt.overdue ? 1 : -1;
  if (is_exact(lead.unit)) {
    const std::int64_t minutes = lead.unit == Unit::at_once ? 0 : lead.unit == Unit::hours ? 60 : 1;
    return WallTime{due.value() + way * lead.amount * minutes * 60'000};
  }
  const Standing standing = standing_of(due, offset_minutes);
  Day day = standing.day;
  if (lead.unit == Unit::working_days) {
    const Known<Day> reached = calendar.add_working_days(day, way * lead.amount);
    if (!reached) return std::nullopt;
    day = *reached;
  } else {
    day = day_after(day, way * lead.amount * (lead.unit == Unit::weeks ? 7 : 1));
  }
  return WallTime{start_of(day, offset_minutes).value() + standing.into_ms};
}

std::string_view name_of(Addressee addressee) { return words_for(addressee).name; }
std::string_view zh_of(Addressee addressee) { return words_for(addressee).zh; }
std::string_view en_of(Addressee addressee) { return words_for(addressee).en; }

}  // namespace redress::rules
