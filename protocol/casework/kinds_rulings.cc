#include "protocol/casework/kinds_rows.h"

namespace redress::casework {
namespace {

using enum FieldType;

constexpr std::string_view ruled = "P6: head office has classified the case (总行已定类，由总行变更)";

// The axes of a code edition, and the grades that a rule set proposes.
std::vector<Field> classification_fields() {
  return {
      {1, "edition", "代码表版本", "edition of the codes", label, must},
      coded("channel", {2, "channel_code", "业务办理渠道代码", "channel, coded", label}),
      coded("business", {3, "business_code", "业务类别代码", "business, coded", label}),
      coded("cause", {4, "cause_code", "投诉原因代码", "cause, coded", label}),
      coded("type", {5, "type_code", "投诉类型代码", "type, coded", label}),
      coded("object", {6, "object_code", "投诉对象代码", "object, coded", label}),
      coded("conduct", {7, "conduct_code", "违规行为代码", "breach of conduct, coded", label}),
      chosen("1|2|3", {8, "grade", "投诉等级", "grade", label}),
      chosen("general|major", {9, "weight", "一般或重大", "general or major", label}),
      chosen("general|complex|specially_complex", {10, "complexity", "繁简类别", "complexity", label}),
      chosen("constructive|critical|accusing", {11, "manner", "投诉性质", "manner", label}),
      {12, "reason", "分类理由", "reason", text},
      chosen("own_service|own_product|agency_product|external_linked|external",
             {13, "origin", "问题来源", "origin of the fault", label}),
  };
}

}  // namespace

std::vector<KindRow> rows_of_rulings() {
  return {
      {Kind{20},
       1,
       "classified",
       "分类",
       "classified",
       Effect::none,
       who_has_it,
       when_open,
       false,
       "CLS: a unit that has the case classifies it (经办机构分类)",
       classification_fields(),
       Matter::classification,
       Turn::raise,
       {{Matter::classification, stands_idle | stands_open, ruled}}},
      {Kind{21}, 1, "classification_ruled", "总行定类", "classification ruled", Effect::none, who_head_office,
       when_begun, false, "OUT-02: head office has the last word on the nature of a case (由总行最终定性)",
       classification_fields(), Matter::classification, Turn::grant},
      {Kind{22},
       1,
       "validity_stated",
       "有效特殊初判",
       "validity stated",
       Effect::none,
       who_has_it,
       when_open,
       false,
       "CLS-06: a unit that has the case states its validity for now (经办机构初判)",
       {chosen("valid|special", {1, "validity", "有效或特殊", "valid or special", label, must}),
        {2, "reason", "初判理由", "reason", text}},
       Matter::validity,
       Turn::raise,
       {{Matter::validity, stands_idle | stands_open, "P6: head office has certified it (总行已鉴定)"}}},
      {Kind{23},
       1,
       "certified_valid",
       "鉴定为有效投诉",
       "certified as valid",
       Effect::none,
       who_head_office,
       when_begun,
       false,
       "CLS-06: head office certifies a complaint (由总行调查取证鉴定)",
       {{1, "basis", "鉴定依据", "basis", text, must}, {2, "nature", "定性", "nature", label}},
       Matter::validity,
       Turn::grant},
      {Kind{24},
       1,
       "certified_special",
       "鉴定为特殊投诉",
       "certified as special",
       Effect::none,
       who_head_office,
       when_begun,
       false,
       "CLS-06: head office certifies a complaint (由总行调查取证鉴定)",
       {{1, "basis", "鉴定依据", "basis", text, must},
        chosen("correct_operation|untrue", {2, "why", "特殊投诉情形", "why special", label, must})},
       Matter::validity,
       Turn::refuse},
      {Kind{25},
       1,
       "responsibility_ruled",
       "责任认定",
       "responsibility ruled",
       Effect::none,
       who_head_office,
       when_begun,
       false,
       "P6: head office decides on responsibility and penalty (责任与处罚由总行认定)",
       {chosen("responsible|partly_responsible|not_responsible|assist_only",
               {1, "responsibility", "责任类别", "responsibility", label, must}),
        {2, "person", "责任人", "person", label},
        chosen("direct|outlet_head|superior_head|leader",
               {3, "person_role", "责任人身份", "part of the person", label}),
        {4, "article", "依据条款", "article", label},
        {5, "penalty_min_fen", "处罚下限（分）", "least penalty in fen", money},
        {6, "penalty_max_fen", "处罚上限（分）", "greatest penalty in fen", money},
        {7, "penalty_fen", "处罚金额（分）", "penalty in fen", money},
        {8, "measure", "处理措施", "measure", label},
        {9, "basis", "认定依据", "basis", text, must}},
       Matter::responsibility,
       Turn::grant},
  };
}

}  // namespace redress::casework
