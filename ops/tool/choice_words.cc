#include "ops/tool/choice_words.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string_view>

namespace redress::tool {
namespace {

struct Words {
  std::string_view codes;
  std::string_view zh;
};

// By all of a field's codes: one code means another thing in another field.
constexpr std::array<Words, 22> table{
    {{"review|appeal|arbitration|mediation|court", "核查|申诉|仲裁|调解|诉讼"},
     {"upheld|changed|revoked|rehandle", "维持|变更|撤销|重新处理"},
     {"repeat|duplicate|group|second|review|about_handling", "重复投诉|重复登记|群体投诉|二次投诉|核查|对处理不满"},
     {"up|down|sideways", "上转|下转|平转"},
     {"transfer_order|supervision_order|telephone|other", "转办单|督办单|电话|其他"},
     {"upheld|partly_upheld|not_upheld|agreed|mediated|passed_on", "支持|部分支持|不支持|协商一致|调解达成|转其他单位"},
     {"monetary|non_monetary|explanation|none", "经济补偿|非经济补偿|解释说明|无"},
     {"oral|written|none", "口头|书面|无"},
     {"telephone|visit|questionnaire|message", "电话|上门|问卷|短信"},
     {"nothing|rehandling|review", "无要求|重新处理|核查"},
     {"1|2|3", "一级|二级|三级"},
     {"general|major", "一般|重大"},
     {"general|complex|specially_complex", "一般|复杂|特别复杂"},
     {"constructive|critical|accusing", "建议性|批评性|控告性"},
     {"own_service|own_product|agency_product|external_linked|external",
      "自身服务|自有产品|代理产品|外部关联|外部原因"},
     {"valid|special", "有效|特殊"},
     {"correct_operation|untrue", "操作合规|不属实"},
     {"responsible|partly_responsible|not_responsible|assist_only", "有责|部分有责|无责|仅协助"},
     {"direct|outlet_head|superior_head|leader", "直接责任人|网点负责人|上级负责人|领导"},
     {"leading_group|legal|supervision|inspection|office|specialist", "领导小组|法律|监察|检查|办公室|专业部门"},
     {"agent|heir|legal_representative|relative", "代理人|继承人|法定代表人|亲属"},
     {"complaint|suggestion|praise|enquiry", "投诉|建议|表扬|咨询"}}};

std::string_view part_of(std::string_view list, std::size_t index) {
  for (; index > 0; --index) list.remove_prefix(std::min(list.find('|'), list.size() - 1) + 1);
  return list.substr(0, list.find('|'));
}

std::string joined(const std::vector<Choice>& choices) {
  std::string out;
  for (const Choice& choice : choices) out += (out.empty() ? "" : "|") + choice.code;
  return out;
}

}  // namespace

std::vector<Choice> choices_of(const nlohmann::json& field) {
  std::vector<Choice> out;
  for (const auto& code : field.value("choices", nlohmann::json::array())) {
    out.push_back({code.get<std::string>(), code.get<std::string>()});
  }
  const std::string codes = joined(out);
  const auto* words = std::find_if(table.begin(), table.end(), [&](const Words& row) { return row.codes == codes; });
  if (words == table.end()) return out;
  for (std::size_t i = 0; i < out.size(); ++i) out[i].zh = part_of(words->zh, i);
  return out;
}

}  // namespace redress::tool
