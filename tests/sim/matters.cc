#include "tests/sim/matters.h"

#include <algorithm>

namespace redress::sim {
namespace {

constexpr unsigned is_above = is_supervisor | is_centre;
constexpr unsigned has_it = is_registrar | is_handler | is_above;
constexpr std::uint16_t accused_named = 15;
constexpr std::uint16_t accused_cleared = 16;

constexpr std::array<BesideRow, 15> rows{{
    {accused_named, "accused_named", is_handler | is_above, true},
    {accused_cleared, "accused_cleared", is_above, true},
    {20, "classified", has_it, false, Topic::classification, topic_asked, topic_never | topic_asked},
    {21, "classification_ruled", is_centre, true, Topic::classification, topic_allowed},
    {42, "proposed", is_handler | is_supervisor, false, Topic::proposal, topic_asked},
    {43, "proposal_approved", is_above, false, Topic::proposal, topic_allowed, topic_asked, true},
    {44, "proposal_returned", is_above, false, Topic::proposal, topic_refused, topic_asked, true},
    {45, "extension_asked", is_handler, false, Topic::extension, topic_asked},
    {46, "extension_granted", is_above, false, Topic::extension, topic_allowed, topic_asked, true},
    {47, "extension_denied", is_above, false, Topic::extension, topic_refused, topic_asked, true},
    {62, "order_given", is_above, false, Topic::order, topic_asked},
    {63, "order_answered", is_handler, false, Topic::order, topic_allowed},
    {84, "withdrawal_claimed", has_it, false, Topic::withdrawal, topic_asked},
    {85, "withdrawal_free", is_registrar | is_above, false, Topic::withdrawal, topic_allowed, topic_asked, true, true},
    {86, "withdrawal_pressed", is_registrar | is_above, false, Topic::withdrawal, topic_refused, topic_asked, false,
     true},
}};

Person author_of(const casework::Told& told) { return {told.header.what.author, told.header.what.staff}; }

// Who is named in an act; a number that is no number names nobody.
std::uint32_t number_named(const casework::Told& told, const char* field) {
  const std::string* text = told.event ? told.event->value(field) : nullptr;
  std::uint32_t number = 0;
  for (const char c : text == nullptr ? std::string_view{} : std::string_view{*text}) {
    if (c < '0' || c > '9') break;
    number = number * 10 + static_cast<std::uint32_t>(c - '0');
  }
  return number;
}

}  // namespace

const BesideRow* beside_row(std::uint16_t kind) {
  const auto found = std::find_if(rows.begin(), rows.end(), [&](const BesideRow& row) { return row.kind == kind; });
  return found == rows.end() ? nullptr : &*found;
}

std::span<const BesideRow> beside_rows() { return rows; }

bool Matters::allows(const BesideRow& row, unsigned relation, bool open, const Person& person) const {
  const Standing& topic = on(row.topic);
  const bool in_time = open || row.after_the_end;
  const bool fits = row.wants == 0 || (topic.now & row.wants) != 0;
  const bool own = row.by_another && (topic.asker == person || starter_ == person);
  const bool unit = row.not_accused_unit && accused_units_.contains(person.first);
  return in_time && (row.who & relation) != 0 && fits && !own && !unit;
}

bool Matters::may_close() const {
  return on(Topic::proposal).now != topic_asked && on(Topic::order).now != topic_asked &&
         on(Topic::withdrawal).now != topic_asked;
}

bool Matters::may_withdraw(SiteId unit) const {
  return (on(Topic::withdrawal).now & (topic_never | topic_allowed)) != 0 && !accused_units_.contains(unit);
}

void Matters::note(const BesideRow& row, std::size_t entry, const casework::Told& told, const Precedence& precedence) {
  if (row.kind == accused_named || row.kind == accused_cleared) {
    const std::uint32_t site = number_named(told, "accused_site");
    const StaffId staff{number_named(told, "accused_staff")};
    const Person person{site == 0 ? told.header.what.author : SiteId{site}, staff};
    if (row.kind == accused_cleared) {
      accused_.erase(person);
      return;
    }
    if (site != 0) accused_units_.insert(person.first);
    if (staff != StaffId{}) accused_.insert(person);
    return;
  }
  Standing& topic = topics_[static_cast<std::size_t>(row.topic)];
  const bool gives_way = topic.latest && !precedence.knew(entry, *topic.latest) &&
                         precedence.rank_of(entry) > precedence.rank_of(*topic.latest);
  if (gives_way) return;
  topic.latest = entry;
  topic.now = row.becomes;
  if (row.becomes == topic_asked) topic.asker = author_of(told);
}

void Matters::note_start(std::size_t entry, const Person& person) {
  started_ = entry;
  starter_ = person;
}

void Matters::note_resumption(std::size_t entry, const Precedence& precedence) {
  if (started_ && precedence.knew(entry, *started_)) started_.reset();
  if (!started_) starter_.reset();
  for (const Topic round : {Topic::proposal, Topic::extension, Topic::withdrawal}) {
    Standing& topic = topics_[static_cast<std::size_t>(round)];
    if (topic.latest && precedence.knew(entry, *topic.latest)) topic = {};
  }
}

casework::Matter matter_of(Topic topic) {
  switch (topic) {
    case Topic::classification:
      return casework::Matter::classification;
    case Topic::proposal:
      return casework::Matter::proposal;
    case Topic::extension:
      return casework::Matter::extension;
    case Topic::order:
      return casework::Matter::order;
    case Topic::withdrawal:
      return casework::Matter::withdrawal;
    case Topic::none:
      break;
  }
  return casework::Matter::none;
}

unsigned standing_of(casework::Standings standing) {
  unsigned out = 0;
  if ((standing & casework::stands_idle) != 0) out |= topic_never;
  if ((standing & casework::stands_open) != 0) out |= topic_asked;
  if ((standing & casework::stands_granted) != 0) out |= topic_allowed;
  if ((standing & casework::stands_refused) != 0) out |= topic_refused;
  return out;
}

}  // namespace redress::sim
