#include "protocol/casework/kinds_rows.h"

namespace redress::casework {
namespace {

using enum FieldType;

// What must not be left open when a case ends in the ordinary way.
std::vector<Need> closing_needs() {
  return {
      {Matter::proposal, stands_not_open, "LIFE-09: a proposal waits for approval (处理建议待审批，不得办结)"},
      {Matter::order, stands_not_open, "LIFE-22: a supervision order is not answered (督办单未回复，不得办结)"},
      {Matter::instructions, stands_not_open, "ORG-65: instructions are awaited (请示未批复，不得办结)"},
      {Matter::review, stands_not_open, "CB-11: a review is not decided (核查未决定，不得办结)"},
      {Matter::withdrawal, stands_not_open, "CB-14: a withdrawal is not checked (撤诉未核实，不得办结)"},
      {Matter::correction, stands_not_open, "LIFE-17: a measure is not verified (整改未验证，不得办结)"},
      {Matter::outstanding, stands_not_open, "LIFE-15: an outstanding matter is not settled (未了事宜未了结)"},
      {Matter::gate, stands_granted, "OUT-31: a valid complaint closes through the four checks (有效投诉须过四不放过)",
       Matter::validity},
  };
}

KindRow registered() {
  return {Kind{1},
          1,
          "registered",
          "登记",
          "registered",
          Effect::open,
          who_anyone,
          when_new,
          false,
          "REC-02: a case is registered once (一案一登记)",
          registration_fields()};
}

KindRow handed_over() {
  return {
      Kind{2},
      1,
      "handed_over",
      "移交",
      "handed over",
      Effect::move,
      who_leads,
      when_open,
      false,
      "LIFE: the handling unit, its supervisor or head office hands a case over (承办单位、上级行或总行移交)",
      {{1, unit_field, "承办机构", "unit", site, must},
       {2, "reason", "移交原因", "reason", text},
       chosen("up|down|sideways", {3, "direction", "移交方向", "direction", label}),
       chosen("transfer_order|supervision_order|telephone|other", {4, "carrier", "移交方式", "carried by", label}),
       {5, "order_no", "转办单号", "number of the order", label},
       {6, "task", "办理要求", "what is asked", text}},
      Matter::hop,
      Turn::note,
  };
}

KindRow started() {
  return {Kind{3},
          1,
          "started",
          "开始处理",
          "started",
          Effect::start,
          who_handler,
          when_open,
          false,
          "LIFE: only the handling unit starts work (承办单位开始处理)",
          {{1, "handler", "承办人", "handler", label},
           {2, "second_handler", "协同承办人", "second handler", label},
           {3, "started_at", "启动时间", "started at", moment}}};
}

KindRow disposed() {
  return {
      Kind{4},
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
       {5, "basis", "处理依据", "basis", text},
       chosen("upheld|partly_upheld|not_upheld|agreed|mediated|passed_on", {6, "result", "处理结果", "result", label}),
       chosen("monetary|non_monetary|explanation|none", {7, "relief", "救济类别", "relief", label}),
       {8, "waived_fen", "减免费用（分）", "fees waived in fen", money},
       chosen("oral|written|none", {9, "apology", "道歉方式", "apology", label}),
       {10, "persons_opinion", "对责任人处理意见", "opinion on persons", text},
       {11, "lesson", "整改要求", "lesson", text}}};
}

KindRow replied() {
  return {Kind{5},
          1,
          "replied",
          "答复客户",
          "replied to customer",
          Effect::reply,
          who_speaks,
          when_open,
          false,
          "LIFE: the registering or handling unit replies while the case is open (登记或承办单位答复)",
          {{1, "content", "答复内容", "what was said", text, must},
           {2, "method", "答复方式", "how", label},
           {3, "reaction", "客户反应", "customer's reaction", text},
           {4, "replied_at", "答复时间", "replied at", moment},
           {5, "letter_no", "答复书编号", "number of the letter", label},
           {6, "remedies_told", "已告知救济途径", "further remedies told", flag},
           {7, "agreement", "处理协议", "settlement agreement", label}}};
}

KindRow called_back() {
  return {Kind{6},
          1,
          "called_back",
          "回访",
          "called back",
          Effect::call_back,
          who_has_it,
          when_begun,
          true,
          "CB: a call-back follows the reply (先答复，后回访)",
          {{1, "satisfied", "满意度", "satisfaction", label, must},
           {2, "content", "回访情况", "what was said", text},
           {3, "called_at", "回访时间", "called at", moment},
           {4, "called_person", "被回访人", "person called", label},
           formed(Form::phone, {5, "called_phone", "回访电话", "telephone called", label}),
           chosen("telephone|visit|questionnaire|message", {6, "method", "回访方式", "how", label}),
           chosen("nothing|rehandling|review", {7, "wish", "客户要求", "what the customer asks for", label})}};
}

KindRow closed() {
  return {Kind{7},
          1,
          "closed",
          "办结",
          "closed",
          Effect::end,
          who_leads,
          when_open,
          true,
          "LIFE: a case closes after the reply, by the handling unit, its supervisor or head office (答复后方可办结)",
          {{1, "outcome", "办结结果", "outcome", label},
           {2, "note", "备注", "note", text},
           {3, "summary", "投诉总结", "summary", text}},
          Matter::none,
          Turn::none,
          closing_needs()};
}

KindRow withdrawn() {
  return {Kind{8},
          1,
          "withdrawn",
          "撤诉",
          "withdrawn",
          Effect::end,
          who_registrar | who_head_office,
          when_open,
          false,
          "LIFE: a withdrawal is recorded where the case was registered, or by head office (登记机构或总行记录撤诉)",
          {{1, "reason", "撤诉原因", "reason", text, must}},
          Matter::none,
          Turn::none,
          {{Matter::withdrawal, stands_idle | stands_granted,
            "CB-14: a withdrawal that was claimed ends the case once it was found free (撤诉须经核实确属自愿)"}},
          guard_not_accused_unit};
}

KindRow reopened() {
  return {Kind{9},
          1,
          "reopened",
          "重新办理",
          "reopened",
          Effect::resume,
          who_has_it,
          when_ended,
          false,
          "LIFE: only an ended case is reopened (已办结方可重新办理)",
          {{1, "reason", "重新办理原因", "reason", text, must}}};
}

}  // namespace

std::vector<KindRow> rows_of_the_road() {
  return {registered(),  handed_over(), started(),   disposed(), replied(),
          called_back(), closed(),      withdrawn(), reopened()};
}

}  // namespace redress::casework
