#include "protocol/casework/kinds.h"

#include <array>
#include <limits>
#include <set>

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

const Field* KindRow::field(std::string_view field_name) const {
  for (const Field& row : fields) {
    if (row.name == field_name) return &row;
  }
  return nullptr;
}

const Field* KindRow::field(std::uint16_t id) const {
  for (const Field& row : fields) {
    if (row.id == id) return &row;
  }
  return nullptr;
}

Kinds::Kinds(std::vector<KindRow> rows) : rows_{std::move(rows)} {
  std::set<Kind> kinds;
  std::set<std::string_view> names;
  int openings = 0;
  for (const KindRow& row : rows_) {
    REDRESS_ASSERT(kinds.insert(row.kind).second && names.insert(row.name).second);
    if (row.effect == Effect::open) ++openings;
    std::set<std::uint16_t> ids;
    for (const Field& one : row.fields) REDRESS_ASSERT(one.id != 0 && ids.insert(one.id).second);
  }
  REDRESS_ASSERT(openings == 1);
  REDRESS_ASSERT(rows_.size() < std::numeric_limits<std::uint16_t>::max());
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const std::size_t number = rows_[i].kind.value();
    if (by_number_.size() <= number) by_number_.resize(number + 1);
    by_number_[number] = static_cast<std::uint16_t>(i + 1);
  }
}

const KindRow* Kinds::find(Kind kind) const {
  if (kind.value() >= by_number_.size() || by_number_[kind.value()] == 0) return nullptr;
  return &rows_[by_number_[kind.value()] - 1U];
}

const KindRow* Kinds::find(std::string_view name) const {
  for (const KindRow& row : rows_) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

const KindRow& Kinds::opening() const {
  for (const KindRow& row : rows_) {
    if (row.effect == Effect::open) return row;
  }
  REDRESS_ASSERT(false);
  return rows_.front();
}

}  // namespace redress::casework
