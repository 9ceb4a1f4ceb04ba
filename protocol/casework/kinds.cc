#include "protocol/casework/kinds.h"

#include <set>

#include "protocol/base/assert.h"
#include "protocol/casework/kinds_rows.h"

namespace redress::casework {
namespace {

using enum FieldType;

}  // namespace

std::vector<KindRow> shipped_kinds() {
  const Who any_standing = who_registrar | who_handler | who_supervisor | who_head_office;
  return {
      {Kind{1}, 1, "registered", "登记", "registered", Effect::open, who_anyone, when_new, false,
       "REC-02: a case is registered once (一案一登记)", registration_fields()},
      {Kind{2},
       1,
       "handed_over",
       "移交",
       "handed over",
       Effect::move,
       who_handler | who_supervisor | who_head_office,
       when_open,
       false,
       "LIFE: the handling unit, its supervisor or head office hands a case over (承办单位、上级行或总行移交)",
       {{1, unit_field, "承办机构", "unit", site, must}, {2, "reason", "移交原因", "reason", text}}},
      {Kind{3},
       1,
       "started",
       "开始处理",
       "started",
       Effect::start,
       who_handler,
       when_open,
       false,
       "LIFE: only the handling unit starts work (承办单位开始处理)",
       {{1, "handler", "承办人", "handler", label}}},
      {Kind{4},
       1,
       "disposed",
       "处理决定",
       "disposed",
       Effect::dispose,
       who_head_office,
       when_open,
       false,
       "P6: head office decides (由总行决定)",
       {{1, "decision", "处理结论", "decision", label, must},
        {2, "opinion", "处理意见", "opinion", text, must},
        {3, "remedy", "补救措施", "remedy", text},
        {4, "compensation_fen", "补偿金额（分）", "compensation in fen", money},
        {5, "basis", "处理依据", "basis", text}}},
      {Kind{5},
       1,
       "replied",
       "答复客户",
       "replied to customer",
       Effect::reply,
       who_registrar | who_handler | who_head_office,
       when_open,
       false,
       "LIFE: the registering or handling unit replies while the case is open (登记或承办单位答复)",
       {{1, "content", "答复内容", "what was said", text, must},
        {2, "method", "答复方式", "how", label},
        {3, "reaction", "客户反应", "customer's reaction", text}}},
      {Kind{6},
       1,
       "called_back",
       "回访",
       "called back",
       Effect::call_back,
       any_standing,
       when_open | when_ended,
       true,
       "CB: a call-back follows the reply (先答复，后回访)",
       {{1, "satisfied", "满意度", "satisfaction", label, must}, {2, "content", "回访情况", "what was said", text}}},
      {Kind{7},
       1,
       "closed",
       "办结",
       "closed",
       Effect::end,
       who_handler | who_supervisor | who_head_office,
       when_open,
       true,
       "LIFE: a case closes after the reply, by the handling unit, its supervisor or head office (答复后方可办结)",
       {{1, "outcome", "办结结果", "outcome", label}, {2, "note", "备注", "note", text}}},
      {Kind{8},
       1,
       "withdrawn",
       "撤诉",
       "withdrawn",
       Effect::end,
       who_registrar | who_head_office,
       when_open,
       false,
       "LIFE: a withdrawal is recorded where the case was registered, or by head office (登记机构或总行记录撤诉)",
       {{1, "reason", "撤诉原因", "reason", text, must}}},
      {Kind{9},
       1,
       "reopened",
       "重新办理",
       "reopened",
       Effect::resume,
       any_standing,
       when_ended,
       false,
       "LIFE: only an ended case is reopened (已办结方可重新办理)",
       {{1, "reason", "重新办理原因", "reason", text, must}}},
  };
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
}

const KindRow* Kinds::find(Kind kind) const {
  for (const KindRow& row : rows_) {
    if (row.kind == kind) return &row;
  }
  return nullptr;
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
