#include "ops/demonstration/day_stories.h"

namespace redress::demo {
namespace {

using enum Part;

std::vector<SiteId> held_by(SiteId outlet) { return {head_office, primary_branch, outlet}; }
std::vector<SiteId> everybody() { return {head_office, primary_branch, near_outlet, far_outlet}; }

Story settled_at_the_counter() {
  Story story{"现场投诉，当场解决", "settled at the counter"};
  story.acts = {
      {morning, far_outlet, "", {{"narrative", "等候时间过长"}, {"on_site", "true"}, {"channel", "营业网点"}}},
      {morning, far_outlet, "mediated", {{"outcome", "增开窗口并致歉"}, {"settled", "true"}}},
      {morning, far_outlet, "closed", {}, "LIFE"},  // not before the reply
      {morning, far_outlet, "replied", {{"content", "已增开窗口"}, {"method", "当面"}, {"replied_at", "@now"}}},
      {morning, far_outlet, "closed", {{"outcome", "当场解决"}}},
  };
  story.standing = held_by(far_outlet);
  story.state = "closed";
  story.handler = far_outlet;
  return story;
}

Story handed_up_by_telephone() {
  Story story{"断线中移交上级行并电话告知", "handed up by telephone while the line is cut"};
  story.acts = {
      {cut, far_outlet, "", {{"narrative", "理财产品到期未兑付"}, {"channel", "营业网点"}}},
      {cut, far_outlet, "phone_noticed", {{"noticed_at", "@now"}, {"noticed_person", "一级行值班员"}, {"unit", "10"}}},
      {cut, far_outlet, "handed_over", {{"unit", "10"}, {"direction", "up"}, {"carrier", "telephone"}}},
      {cut, far_outlet, "started", {}, "LIFE"},  // it has handed it over
      {evening, primary_branch, "delivered", {{"receiver", "投诉管理岗"}}},
      {evening, primary_branch, "started", {{"handler", "投诉管理岗"}}},
      {evening, primary_branch, "investigated", {{"facts", "产品次日兑付"}, {"investigator", "甲"}}},
      {evening, primary_branch, "replied", {{"content", "款项次日到账"}, {"replied_at", "@now"}}},
      {evening, primary_branch, "closed", {{"outcome", "已解释"}}},
  };
  story.standing = held_by(far_outlet);
  story.state = "closed";
  story.handler = primary_branch;
  // The call began the hop, though the form came hours later.
  story.dates = {{"start_work", primary_branch, "began", "phone_noticed", "noticed_at"}};
  return story;
}

Story led_and_assisted() {
  Story story{"主办与协办，处理建议经审批", "one leads, one assists, a proposal is approved"};
  story.acts = {
      {morning, far_outlet, "", {{"narrative", "异地开户资料有误"}, {"channel", "电话"}}},
      {morning, far_outlet, "handed_over", {{"unit", "10"}, {"direction", "up"}, {"reason", "超出本网点权限"}}},
      {morning, primary_branch, "delivered"},
      {morning, primary_branch, "started"},
      {morning, head_office, "assistance_asked", {{"unit", "11"}, {"task", "提供开户影像"}}},
      {cut, near_outlet, "assisted", {{"content", "影像已调取"}}},
      {cut, primary_branch, "investigated", {{"facts", "录入差错"}, {"investigator", "甲"}}},
      {cut, primary_branch, "proposed", {{"opinion", "更正资料并致歉"}}},
      {cut, primary_branch, "proposal_approved", {}, "LIFE"},  // whoever proposes does not approve
      {cut, head_office, "proposal_approved", {{"opinion", "同意"}}},
      {cut, head_office, "disposed", {{"decision", "成立"}, {"opinion", "更正资料并致歉"}, {"result", "upheld"}}},
      {evening, far_outlet, "replied", {{"content", "资料已更正"}, {"replied_at", "@now"}}},
      {evening, primary_branch, "closed", {{"outcome", "已更正"}}},
  };
  story.standing = everybody();
  story.state = "closed";
  story.handler = primary_branch;
  return story;
}

Story extended() {
  Story story{"申请延期、批准并告知客户", "more time is asked for, granted and told"};
  story.acts = {
      {morning, near_outlet, "", {{"narrative", "残损币鉴定争议"}, {"channel", "营业网点"}}},
      {morning, near_outlet, "accepted", {{"told_at", "@now"}}},
      {morning, near_outlet, "mediated", {{"outcome", "劝解未果"}}, "ORG-64"},  // for the head of the outlet
      {morning, near_outlet, "started"},
      {morning, near_outlet, "extension_asked", {{"reason", "等待鉴定"}, {"until", "@+30"}}},
      {morning, near_outlet, "extension_told", {{"told_at", "@now"}}, "LIFE-38"},  // first approved
      {cut, primary_branch, "extension_granted", {{"until", "@+30"}, {"opinion", "同意"}}},
      {cut, near_outlet, "extension_told", {{"told_at", "@now"}, {"told_how", "电话"}}},
  };
  story.standing = held_by(near_outlet);
  story.state = "started";
  story.handler = near_outlet;
  return story;
}

Story issued_again() {
  Story story{"回访不满意，重新下发", "dissatisfied when called back, issued again"};
  story.acts = {
      {morning, far_outlet, "", {{"narrative", "手续费收取有误"}, {"channel", "电话"}}},
      {morning, far_outlet, "started"},
      {morning, far_outlet, "replied", {{"content", "收费符合标准"}, {"replied_at", "@now"}}},
      {morning, primary_branch, "called_back", {{"satisfied", "不满意"}, {"wish", "rehandling"}}},
      {cut, primary_branch, "reissued", {{"reason", "答复未说明依据"}, {"task", "重新核实并答复"}}},
      {cut, far_outlet, "progress_told", {{"content", "正在复核"}}},
      {evening, far_outlet, "started"},
      {evening, far_outlet, "replied", {{"content", "已退还手续费"}, {"replied_at", "@now"}}},
      {evening, primary_branch, "called_back", {{"satisfied", "满意"}, {"method", "telephone"}}},
      {evening, far_outlet, "closed", {{"outcome", "满意"}}},
  };
  story.standing = held_by(far_outlet);
  story.state = "closed";
  story.handler = far_outlet;
  return story;
}

Story withdrawn_freely() {
  Story story{"客户撤诉，上级行核实自愿", "withdrawn, once found free"};
  story.acts = {
      {morning, far_outlet, "", {{"narrative", "排队纠纷"}, {"channel", "营业网点"}}},
      {cut, far_outlet, "withdrawal_claimed", {{"statement", "误会已消除"}, {"received_at", "@now"}}},
      {cut, far_outlet, "withdrawn", {{"reason", "误会已消除"}}, "CB-14"},  // nobody has asked yet
      {evening, primary_branch, "withdrawal_free", {{"checked_with", "客户本人"}, {"checked_at", "@now"}}},
      {evening, far_outlet, "withdrawn", {{"reason", "误会已消除"}}},
  };
  story.standing = held_by(far_outlet);
  story.state = "withdrawn";
  story.handler = far_outlet;
  return story;
}

Story asked_by_the_media() {
  Story story{"媒体关注，经同意后回应", "the media ask, and are answered with consent"};
  story.acts = {
      {morning, near_outlet, "", {{"narrative", "老年客户被拒兑"}, {"media", "true"}, {"channel", "媒体"}}},
      {morning, near_outlet, "media_asked", {{"outlet", "日报"}, {"matter", "拒兑残币"}}},
      {morning, near_outlet, "media_answered", {{"outlet", "日报"}, {"statement", "正在核实"}}, "ORG-76"},
      {cut, head_office, "media_consented", {{"statement", "已致歉并兑换"}}},
      {cut, near_outlet, "media_answered", {{"outlet", "日报"}, {"statement", "已致歉并兑换"}}},
      {cut, near_outlet, "replied", {{"content", "已上门兑换"}, {"replied_at", "@now"}}},
      {evening, near_outlet, "closed", {{"outcome", "已解决"}}},
  };
  story.standing = held_by(near_outlet);
  story.state = "closed";
  story.handler = near_outlet;
  return story;
}

Story major_and_reported() {
  Story story{"重大投诉，报告监管，总行定类", "major, reported to the regulator, classified by head office"};
  constexpr DayField edition{"edition", "bank-forms-1"};
  story.acts = {
      {morning,
       far_outlet,
       "",
       {{"narrative", "多名客户称资金被挪用"}, {"collective", "true"}, {"headcount", "12"}, {"channel", "营业网点"}}},
      {morning, far_outlet, "escalated", {{"body", "leading_group"}, {"reason", "集体投诉"}}},
      {cut, far_outlet, "classified", {edition, {"grade", "3"}, {"weight", "general"}, {"reason", "待核实"}}},
      {cut, far_outlet, "investigated", {{"facts", "账户流水已调取"}, {"investigator", "甲"}}},
      {cut, head_office, "plan_fixed", {{"plan", "专班处置"}, {"persons", "分管行长"}}},
      {cut, head_office, "classification_ruled", {edition, {"grade", "1"}, {"weight", "major"}}},
      {cut,
       head_office,
       "regulator_reported",
       {{"authority", "当地监管局"}, {"content", "十二人集体投诉"}, {"reported_at", "@now"}}},
      {evening, far_outlet, "classified", {edition, {"grade", "3"}}, "P6"},  // head office has spoken
      {evening, head_office, "regulator_answered", {{"guidance", "先行垫付"}, {"received_at", "@now"}}},
      {evening, head_office, "certified_valid", {{"basis", "流水与陈述相符"}}},
      {evening, head_office, "disposed", {{"decision", "成立"}, {"opinion", "垫付并追责"}, {"result", "upheld"}}},
      {evening, far_outlet, "replied", {{"content", "款项已垫付"}, {"replied_at", "@now"}}},
      {evening, far_outlet, "closed", {}, "OUT-31"},  // not past the four checks
      {evening,
       far_outlet,
       "gate_passed",
       {{"cause_clear", "true"}, {"person_taught", "true"}, {"measures_taken", "true"}, {"person_dealt_with", "true"}}},
      {evening, far_outlet, "closed", {{"outcome", "已垫付"}}},
  };
  story.standing = held_by(far_outlet);
  story.state = "closed";
  story.handler = far_outlet;
  story.superseded = {"classified"};
  return story;
}

Story about_a_clerk() {
  Story story{"投诉柜员本人，回避", "about the clerk, who is shut out"};
  story.acts = {
      {morning, near_outlet, "", {{"narrative", "柜员态度恶劣"}, {"channel", "电话"}}},
      {morning, near_outlet, "handed_over", {{"unit", "10"}, {"direction", "up"}}},
      {morning, primary_branch, "accused_named", {{"accused_site", "11"}, {"accused_staff", "1"}}},
      {cut, near_outlet, "replied", {{"content", "没有此事"}}, "INT-03"},
      {cut, primary_branch, "started"},
      {cut, primary_branch, "investigated", {{"facts", "录像显示争执"}, {"investigator", "甲"}}},
      {cut, primary_branch, "replied", {{"content", "已批评教育"}, {"replied_at", "@now"}}},
      {evening, primary_branch, "called_back", {{"satisfied", "满意"}}},
      {evening, primary_branch, "closed", {{"outcome", "满意"}}},
  };
  story.standing = held_by(near_outlet);
  story.state = "closed";
  story.handler = primary_branch;
  story.shut_out = near_outlet;
  return story;
}

}  // namespace

const std::vector<Story>& stories_of_the_day() {
  static const std::vector<Story> stories{
      settled_at_the_counter(), handed_up_by_telephone(), led_and_assisted(),   extended(),     issued_again(),
      withdrawn_freely(),       asked_by_the_media(),     major_and_reported(), about_a_clerk()};
  return stories;
}

}  // namespace redress::demo
