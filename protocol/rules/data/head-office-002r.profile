# 002(r) 总行投诉管理模板。
[profile head-office-002r]
version = 1
zh = 总行客户投诉管理办法（模板）
en = head-office complaint template
source = 002(r)
calendar = cn

[unit branch]
zh = 分行投诉管理部门
en = complaint department of a branch
source = 002(r) 第三条

[unit head_office]
zh = 总行客户投诉管理委员会
en = complaint management committee at head office
source = 002(r) 第三条

[limit transfer]
tag = T11
zh = 转责任部门
en = transfer to the responsible department
source = 002(r) 第九条
clock = stage
starts = received
ends = handed_over
within = 1 working_days

[limit report]
tag = T12
zh = 责任部门报告处理结果
en = the responsible department reports the result
source = 002(r) 第十一条
clock = total
starts = received
ends = disposed
within = 10 working_days
extension = notice
longest = 15 working_days
answers_to = simple

[route review]
zh = 客户申请复查
en = the customer asks for a review
source = 002(r) 第十二条
from = branch
to = head_office

[call_back]
scope = ?
source = 002(r) 第十二条
blank_zh = 只写明由客户确认是否满意，未写明回访范围
blank_en = the customer confirms whether satisfied; no scope of call-back is stated

[retention]
years = ?
source = 002(r)
blank_zh = 文件未写明保存年限
blank_en = the document states no retention period
