#include "protocol/casework/kinds_rows.h"

namespace redress::casework {
namespace {

using enum FieldType;

// The fields of the first release (REC-01 … REC-05; the eighteen CFPB columns; the Chinese ledger).
std::vector<Field> first_fields() {
  Field id_no = formed(Form::resident_id, {9, "id_no", "证件号码", "identity document number", label});
  id_no.form_by = "id_type";
  return {
      {1, "narrative", "投诉内容", "what happened", text, must, source_field},
      {2, "received_at", "受理时间", "received at", moment, false, {}, false, "received_assumed"},
      {3, "received_assumed", "受理时间为推定", "received time is assumed", flag},
      {4, "channel", "投诉渠道", "channel", label},
      {5, "acceptance_form", "受理形式", "form of acceptance", label},
      {6, "customer_name", "客户名称", "customer", label},
      {7, "customer_type", "客户类型", "kind of customer", label},
      {8, "id_type", "证件类型", "kind of identity document", label},
      id_no,
      formed(Form::phone, {10, "phone", "联系电话", "telephone", label}),
      formed(Form::phone, {11, "callback_phone", "回复电话", "telephone for the reply", label}),
      formed(Form::email, {12, "email", "电子邮箱", "e-mail", label}),
      {13, "address", "地址", "address", text},
      {14, "reporter_name", "投诉反映人", "person reporting", label},
      {15, "region", "所在地区", "region", label},
      {16, "postcode", "邮政编码", "postcode", label},
      {17, "product", "业务类别", "product", label},
      {18, "sub_product", "业务小类", "sub-product", label},
      {19, "cause", "投诉原因", "cause", label},
      {20, "sub_cause", "投诉原因细类", "sub-cause", label},
      {21, "business_channel", "业务办理渠道", "business channel", label},
      {22, "accused_unit", "被投诉机构", "institution complained of", label},
      {23, "accused_person", "被投诉人员", "person complained of", label},
      {24, "amount_fen", "涉及金额（分）", "amount in fen", money},
      with_flag("collective", {25, "headcount", "投诉人数", "number of complainants", integer}),
      {26, "claim", "投诉请求", "claim", text},
      {27, "grade", "投诉等级", "grade", label},
      {28, "tags", "客户标签", "tags", label},
      {29, "consent", "客户同意", "consent", label},
      {30, source_field, "来源", "source", label},
      {31, "source_id", "来源编号", "number in the source", label},
      {32, "sent_on", "转出日期", "sent on", label},
  };
}

// Who is meant: the accused, the units, whoever speaks for the customer (REC-03, REC-04; CBIRC Order 2020 No. 3,
// 12–14).
std::vector<Field> person_fields() {
  return {
      {34, "accused_site", "被投诉机构号", "site complained of", site},
      {35, "accused_staff", "被投诉人员工号", "staff number complained of", integer},
      {36, "outlet_head", "网点负责人", "head of the outlet", label},
      {37, "accused_role", "被投诉人岗位", "post of the person complained of", label},
      {38, "agent_name", "代理人或继承人", "agent or heir", label},
      formed(Form::phone, {39, "agent_phone", "代理人电话", "telephone of the agent", label}),
      chosen("agent|heir|legal_representative|relative",
             {40, "agent_kind", "代理身份", "capacity of the agent", label}),
      with_flag("authority_needed", {41, "authority_seen", "授权或继承材料", "proof of authority", label}),
      {42, "authority_needed", "须核验授权", "authority must be proved", flag},
      formed(Form::representatives,
             {43, "representatives", "投诉代表人（至多5名）", "representatives, at most five", label}),
      {57, "org_name", "单位名称", "organisation", label},
      {58, "org_address", "单位住所", "domicile of the organisation", label},
      formed(Form::social_credit, {59, "social_credit_code", "统一社会信用代码", "unified social credit code", label}),
      {60, "legal_representative", "法定代表人", "legal representative", label},
      {70, "third_party", "合作第三方", "third party or partner", label},
      {71, "reachable", "方便联系时间", "when reachable", label},
      {72, "other_contact", "其他联系人", "another contact", label},
      formed(Form::phone, {73, "other_phone", "其他联系人电话", "telephone of another contact", label}),
      {74, "receiving_desk", "受理部门", "receiving desk", label},
      {75, "receiver", "受理人", "person receiving", label},
      {78, "salutation", "称谓", "form of address", label},
      formed(Form::phone, {86, "reporter_phone", "反映人电话", "telephone of the person reporting", label}),
      {87, "reporter_relation", "反映人与客户关系", "relation of the person reporting", label},
  };
}

// What sort of matter it is, and what must be minded about it (REC-05 … REC-16; CLS-21 … CLS-28, CLS-38, CLS-41).
std::vector<Field> matter_fields() {
  return {
      chosen("complaint|suggestion|praise|enquiry", {33, "matter", "事项类别", "kind of matter", label}),
      {44, "anonymous", "匿名", "anonymous", flag},
      {45, "collective", "集体投诉", "collective", flag},
      {46, "repeat", "重复投诉", "repeat", flag},
      {47, "malicious", "恶意投诉", "malicious", flag},
      {48, "sensitive", "热点敏感", "sensitive topic", flag},
      {49, "media", "媒体关注", "media interest", flag},
      {50, "public_figure", "社会知名人士", "public figure", flag},
      {51, "vulnerable", "特殊群体", "vulnerable customer", flag},
      with_flag("vulnerable", {52, "vulnerability", "特殊群体类别", "kind of vulnerability", label}),
      {53, "reputation_risk", "可能产生负面影响", "possible harm to reputation", flag},
      {54, "confidential", "要求保密", "secrecy asked for", flag},
      {55, "recording_refused", "不同意录音", "recording refused", flag},
      {56, "recording", "录音录像索引", "recording, by reference", label},
      {61, "relistened", "已复听录音", "recording heard again", flag},
      formed(Form::bank_card, {62, "card_no", "银行卡号", "bank card", label}),
      formed(Form::account, {63, "account_no", "账号", "account", label}),
      {64, "contract_no", "合同号", "contract", label},
      {65, "claimed_fen", "索赔金额（分）", "amount claimed in fen", money},
      {66, "loss_fen", "损失金额（分）", "loss in fen", money},
      {67, "happened_at", "发生时间", "happened at", moment},
      {68, "happened_where", "发生地点", "happened where", label},
      {69, "grounds", "事实与理由", "facts and grounds", text},
      {76, "on_site", "现场投诉", "on the spot", flag},
      {77, "mood", "客户心情", "mood", label},
      {79, "regulator_file_no", "监管件号", "file number of the regulator", label},
      {80, "urgent", "紧急", "urgent", flag},
      {81, "form_pending", "先口头告知，后补登记单", "told first, form to follow", flag},
      {82, "importance", "客户重要程度", "importance of the customer", label},
      {83, "object", "投诉对象", "object of the complaint", label},
      {84, "related_case", "关联投诉编号", "related case", label},
      chosen("repeat|duplicate|group|second|review|about_handling",
             {85, "relation", "关联方式", "relation to it", label}),
      {88, "departments", "涉及部门", "departments concerned", label},
      {89, "evidence", "证据材料", "evidence", text},
      {91, "lawsuit_risk", "可能引发诉讼", "possible lawsuit", flag},
      {92, "injury", "人身伤害", "injury", flag},
      {93, call_back_field, "须回访", "call-back wanted", flag},
  };
}

}  // namespace

std::vector<Field> registration_fields() {
  std::vector<Field> fields = first_fields();
  for (const auto& more : {person_fields(), matter_fields()}) fields.insert(fields.end(), more.begin(), more.end());
  fields.push_back({90, case_no_field, "投诉编号", "case number", label, false, {}, /*minted=*/true});
  return fields;
}

}  // namespace redress::casework
