#include "protocol/casework/kinds.h"

#include <array>
#include <limits>
#include <utility>

#include "protocol/base/assert.h"
#include "protocol/casework/kinds_rows.h"

namespace redress::casework {
namespace {

struct MatterName {
  Matter matter;
  std::string_view name;
  std::string_view zh;
};

constexpr std::array<MatterName, matter_count> matter_names{{
    {Matter::none, "", ""},
    {Matter::acceptance, "acceptance", "受理"},
    {Matter::material, "material", "待补材料"},
    {Matter::hop, "hop", "移交"},
    {Matter::delivery, "delivery", "签收"},
    {Matter::phone_notice, "phone notice", "电话告知"},
    {Matter::assistance, "assistance", "协办"},
    {Matter::conflict, "conflict of interest", "利害关系"},
    {Matter::investigation, "investigation", "调查核实"},
    {Matter::proposal, "proposal", "处理建议"},
    {Matter::promise, "promised time", "承诺时限"},
    {Matter::extension, "extension", "延期"},
    {Matter::extension_told, "notice of extension", "延期告知"},
    {Matter::exclusion, "excluded time", "扣除时间"},
    {Matter::facts, "new facts", "新事实"},
    {Matter::outstanding, "outstanding matter", "未了事宜"},
    {Matter::instructions, "instructions", "请示"},
    {Matter::order, "supervision order", "督办"},
    {Matter::media, "consent to speak to media", "媒体"},
    {Matter::regulator, "report to the regulator", "监管报告"},
    {Matter::review, "review", "核查或申诉"},
    {Matter::withdrawal, "withdrawal", "撤诉"},
    {Matter::abnormal_end, "abnormal closure", "非正常结案"},
    {Matter::correction, "corrective measure", "整改"},
    {Matter::gate, "closing gate", "四不放过"},
    {Matter::classification, "classification", "分类"},
    {Matter::validity, "validity", "有效或特殊"},
    {Matter::responsibility, "responsibility", "责任认定"},
    {Matter::reminder, "reminder", "临期提醒"},
    {Matter::overdue, "overdue limit", "逾期"},
}};

}  // namespace

std::string_view name_of(Matter matter) { return matter_names[static_cast<std::size_t>(matter)].name; }
std::string_view zh_of(Matter matter) { return matter_names[static_cast<std::size_t>(matter)].zh; }

std::vector<KindRow> shipped_kinds() {
  std::vector<KindRow> all;
  for (const auto& rows : {rows_of_the_road(), rows_of_intake(), rows_of_rulings(), rows_of_transfer(), rows_of_work(),
                           rows_of_superiors(), rows_of_the_end()}) {
    all.insert(all.end(), rows.begin(), rows.end());
  }
  return all;
}

Fields::Fields(std::vector<Field> fields) : fields_{std::move(fields)} {
  REDRESS_ASSERT(fields_.size() < std::numeric_limits<std::uint16_t>::max());
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    const Field& one = fields_[i];
    if (by_id_.size() <= one.id) by_id_.resize(one.id + 1U);
    REDRESS_ASSERT(one.id != 0 && by_id_[one.id] == 0);
    by_id_[one.id] = static_cast<std::uint16_t>(i + 1);
    REDRESS_ASSERT(by_name_.emplace(one.name, static_cast<std::uint16_t>(i)).second);
  }
}

const Field* Fields::find(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : &fields_[found->second];
}

const Field* Fields::find(std::uint16_t id) const {
  return id < by_id_.size() && by_id_[id] != 0 ? &fields_[by_id_[id] - 1U] : nullptr;
}

std::size_t Fields::place_of(const Field& field) const {
  REDRESS_ASSERT(&field >= fields_.data() && &field < fields_.data() + fields_.size());
  return static_cast<std::size_t>(&field - fields_.data());
}

Kinds::Kinds(std::vector<KindRow> rows) : rows_{std::move(rows)} {
  REDRESS_ASSERT(rows_.size() < std::numeric_limits<std::uint16_t>::max());
  int openings = 0;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const std::size_t number = rows_[i].kind.value();
    if (by_number_.size() <= number) by_number_.resize(number + 1);
    REDRESS_ASSERT(by_number_[number] == 0);
    by_number_[number] = static_cast<std::uint16_t>(i + 1);
    REDRESS_ASSERT(by_name_.emplace(rows_[i].name, static_cast<std::uint16_t>(i)).second);
    if (rows_[i].effect != Effect::open) continue;
    opening_ = i;
    ++openings;
  }
  REDRESS_ASSERT(openings == 1);
}

const KindRow* Kinds::find(Kind kind) const {
  if (kind.value() >= by_number_.size() || by_number_[kind.value()] == 0) return nullptr;
  return &rows_[by_number_[kind.value()] - 1U];
}

const KindRow* Kinds::find(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : &rows_[found->second];
}

}  // namespace redress::casework
