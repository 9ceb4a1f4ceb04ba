#include "protocol/casework/kinds_rows.h"

namespace redress::casework {
namespace {

using enum FieldType;

// An amendment says any part of the registration again; nothing of it must be given.
std::vector<Field> amendment_fields() {
  std::vector<Field> fields;
  for (Field field : registration_fields()) {
    if (field.minted) continue;
    field.required = false;
    field.unless = {};
    field.needed_with = {};
    fields.push_back(field);
  }
  fields.push_back({120, "amendment_reason", "更正原因", "reason of the amendment", text, must});
  return fields;
}

std::vector<KindRow> rows_of_acceptance() {
  return {
      {Kind{11},
       1,
       "accepted",
       "受理",
       "accepted",
       Effect::none,
       who_has_it,
       when_open,
       false,
       "LIFE-07: a case is accepted while it is open, by a unit that has it (受理由经办机构作出)",
       {{1, "told_at", "告知时间", "customer told at", moment},
        {2, "told_how", "告知方式", "told how", label},
        {3, "expected_by", "预计办结时间", "answer expected by", moment},
        {4, "confirmed", "客户已确认登记内容", "customer confirmed the record", flag}},
       Matter::acceptance,
       Turn::grant,
       {{Matter::material, stands_not_open, "REC-12: accepted when the missing material is there (材料补齐后受理)"}}},
      {Kind{12},
       1,
       "not_accepted",
       "不予受理",
       "not accepted",
       Effect::end,
       who_has_it,
       when_open,
       false,
       "LIFE-07: an accepted case is not refused any more (已受理的不得再作不予受理)",
       {{1, "reason", "不予受理原因", "reason told to the customer", text, must},
        {2, "told_at", "告知时间", "customer told at", moment, must},
        {3, "told_how", "告知方式", "told how", label},
        {4, "competent", "应向何处反映", "competent authority told", text}},
       Matter::acceptance,
       Turn::refuse,
       {{Matter::acceptance, stands_idle,
         "LIFE-07: an accepted case is not refused any more (已受理的不得再作不予受理)"}}},
      {Kind{13},
       1,
       "material_awaited",
       "待补材料",
       "material awaited",
       Effect::none,
       who_speaks,
       when_open,
       false,
       "REC-12: the customer is told what is missing (告知客户补齐材料)",
       {{1, "missing", "所缺材料", "what is missing", text, must},
        {2, "told_at", "告知时间", "customer told at", moment}},
       Matter::material,
       Turn::raise},
      {Kind{14},
       1,
       "material_supplied",
       "材料补齐",
       "material supplied",
       Effect::none,
       who_speaks,
       when_open,
       false,
       "REC-12: what was asked for is supplied (补齐所需证明)",
       {{1, "material", "所补材料", "what was supplied", text, must},
        {2, "supplied_at", "补齐时间", "supplied at", moment}},
       Matter::material,
       Turn::grant,
       {{Matter::material, stands_open, "REC-12: no material is awaited (无待补材料)"}}},
  };
}

}  // namespace

std::vector<KindRow> rows_of_intake() {
  std::vector<KindRow> rows{{Kind{10}, 1, "amended", "更正登记", "registration amended", Effect::amend, who_registrar,
                             when_open, false, "P6: the unit that registered owns its facts (登记事实由登记机构更正)",
                             amendment_fields()}};
  for (KindRow& row : rows_of_acceptance()) rows.push_back(std::move(row));
  const std::vector<KindRow> more{
      {Kind{15},
       1,
       "accused_named",
       "明确被投诉人",
       "person complained of named",
       Effect::amend,
       who_leads,
       when_begun,
       false,
       "INT-03: the handling unit or a superior names the person complained of (承办单位或上级行明确被投诉人)",
       {{1, accused_site_field, "被投诉机构号", "site complained of", site, must},
        {2, accused_staff_field, "被投诉人员工号", "staff number complained of", integer},
        {3, "accused_person", "被投诉人员", "person complained of", label},
        {4, "accused_role", "被投诉人岗位", "post of the person complained of", label},
        {5, "outlet_head", "网点负责人", "head of the outlet", label}}},
      {Kind{16},
       1,
       "accused_cleared",
       "解除回避",
       "no longer complained of",
       Effect::clear,
       who_above,
       when_begun,
       false,
       "INT-03: a superior says that somebody was named in error (由上级行更正误列的被投诉人)",
       {{1, accused_site_field, "机构号", "site", site, must},
        {2, accused_staff_field, "员工号", "staff number", integer, must},
        {3, "reason", "原因", "reason", text, must}}},
      {Kind{17},
       1,
       "linked",
       "关联案件",
       "linked to another case",
       Effect::none,
       who_has_it,
       when_begun,
       false,
       "CLS-24: a unit that has the case links it (经办机构关联案件)",
       {chosen("repeat|duplicate|group|second|review|about_handling",
               {1, "relation", "关联方式", "relation", label, must}),
        {2, "related_case", "关联投诉编号", "related case", label, must},
        {3, "reason", "关联原因", "reason", text}}},
      {Kind{18},
       1,
       "unlinked",
       "解除关联",
       "link undone",
       Effect::none,
       who_has_it,
       when_begun,
       false,
       "CLS-24: a unit that has the case undoes a link (经办机构解除关联)",
       {{1, "related_case", "关联投诉编号", "related case", label, must},
        {2, "reason", "解除原因", "reason", text, must}}},
  };
  rows.insert(rows.end(), more.begin(), more.end());
  return rows;
}

}  // namespace redress::casework
