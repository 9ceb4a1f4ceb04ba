#include "tests/sim/beside.h"

#include <algorithm>

namespace redress::sim {
namespace {

constexpr unsigned beside_permille = 350;
constexpr const char* staff_of_all = "7";

std::vector<casework::FieldText> fields_for(const std::string& kind, SiteId handler) {
  if (kind == "accused_named")
    return {{"accused_site", std::to_string(handler.value())}, {"accused_staff", staff_of_all}};
  if (kind == "accused_cleared")
    return {{"accused_site", std::to_string(handler.value())}, {"accused_staff", staff_of_all}, {"reason", "mistaken"}};
  if (kind.starts_with("classif")) return {{"edition", "bank-forms-1"}, {"grade", "2"}};
  if (kind == "proposed") return {{"opinion", "a refund"}};
  if (kind == "proposal_approved") return {};
  if (kind == "extension_asked") return {{"reason", "an expert is away"}, {"until", "2027-01-01"}};
  if (kind == "extension_granted") return {{"until", "2027-01-01"}};
  if (kind == "order_given") return {{"content", "answer by Friday"}};
  if (kind == "order_answered")
    return {{"facts", "f"},
            {"persons_opinion", "p"},
            {"lessons", "l"},
            {"satisfaction", "s"},
            {"handler", "clerk"},
            {"handled_at", "2026-11-22"},
            {"contact_phone", "13800138000"}};
  if (kind == "withdrawal_claimed") return {{"statement", "let it be"}};
  if (kind == "withdrawal_free") return {{"checked_with", "customer"}, {"checked_at", "2026-11-22"}};
  if (kind == "withdrawal_pressed")
    return {{"checked_with", "customer"}, {"checked_at", "2026-11-22"}, {"pressure", "was called"}};
  return {{"reason", "not so"}};
}

}  // namespace

// Mostly what they may do and what waits for it; now and then anything.
std::optional<Beside::Wish> Beside::wish(std::size_t memo, unsigned relation, SiteId handler) {
  if (!dice_.chance(beside_permille)) return std::nullopt;
  const auto known = open_.find(memo);
  std::vector<unsigned> weights;
  for (const BesideRow& row : beside_rows()) {
    const unsigned now = known == open_.end() ? topic_never : known->second[static_cast<std::size_t>(row.topic)];
    const bool theirs = (row.who & relation) != 0;
    const bool waits = row.wants != 0 && (row.wants & now) != 0 && now == topic_asked;
    const bool rare = row.topic == Topic::none;
    weights.push_back(theirs ? rare ? 2 : waits ? 30 : 6 : 1);
  }
  const BesideRow& row = beside_rows()[dice_.weighted(weights)];
  return Wish{row.name, fields_for(row.name, handler)};
}

void Beside::note(std::size_t memo, const std::string& kind) {
  for (const BesideRow& row : beside_rows()) {
    if (kind != row.name || row.topic == Topic::none) continue;
    const auto fresh = open_.try_emplace(memo);
    if (fresh.second) fresh.first->second.fill(topic_never);
    fresh.first->second[static_cast<std::size_t>(row.topic)] = row.becomes;
  }
}

}  // namespace redress::sim
