# 003 保险证券投诉管理制度。全部数字为“[X]”，须由机构填写。
[profile insurance-003]
version = 1
zh = 保险证券投诉管理制度
en = complaint policy of an insurance or securities company
source = 003
calendar = cn

[unit agent]
zh = 客服专员
en = agent
source = 003 三

[unit department]
zh = 部门负责人
en = department head
source = 003 三

[unit leading_group]
zh = 投诉处理领导小组
en = leading group
source = 003 三、1

[grade level_1]
said = grade:1
zh = 一级
en = level 1
source = 003 三、1

[grade level_2]
said = grade:2
zh = 二级
en = level 2
source = 003 三、2

[grade level_3]
said = grade:3
zh = 三级
en = level 3
source = 003 三、3
default = yes

[threshold level_1]
zh = 一级：损失金额以上
en = level 1: loss above
source = 003 三、1
fen = ?

[threshold level_2]
zh = 二级：损失金额以上
en = level 2: loss above
source = 003 三、2
fen = ?

[limit urgent_response]
tag = T13
zh = 紧急投诉首次响应
en = first response to an urgent complaint
source = 003 二、2
only = urgent
clock = stage
starts = received
ends = accepted
within = ? minutes
blank_zh = 文件为“[X]分钟”
blank_en = the document says [X] minutes

[limit level_1_report]
tag = T14
zh = 报领导小组
en = report to the leading group
source = 003 三、1
clock = stage
grades = level_1
starts = received
ends = handed_over
within = ? minutes
blank_zh = 文件为“[X]分钟”
blank_en = the document says [X] minutes

[limit level_1_meeting]
tag = T14
zh = 召开紧急会议
en = emergency meeting
source = 003 三、1
clock = stage
grades = level_1
starts = received
ends = started
within = ? hours
blank_zh = 文件为“[X]小时”
blank_en = the document says [X] hours

[limit level_1_result]
tag = T14
zh = 向客户反馈结果
en = result to the customer
source = 003 三、1
clock = total
grades = level_1
starts = received
ends = replied
within = ? working_days
blank_zh = 文件为“[X]个工作日”
blank_en = the document says [X] working days

[limit level_2_report]
tag = T15
zh = 报部门负责人
en = report to the department head
source = 003 三、2
clock = stage
grades = level_2
starts = received
ends = handed_over
within = ? hours
blank_zh = 文件为“[X]小时”
blank_en = the document says [X] hours

[limit level_2_result]
tag = T15
zh = 完成调查
en = finish the investigation
source = 003 三、2
clock = total
grades = level_2
starts = received
ends = disposed
within = ? working_days
blank_zh = 文件为“[X]个工作日”
blank_en = the document says [X] working days

[limit level_2_reply]
tag = T15
zh = 结果形成后答复客户
en = reply after the result
source = 003 三、2
clock = stage
grades = level_2
starts = disposed
ends = replied
within = ? hours
blank_zh = 文件为“[X]小时”
blank_en = the document says [X] hours

[limit level_3_answer]
tag = T16
zh = 答复客户
en = answer the customer
source = 003 三、3
clock = total
grades = level_3
starts = received
ends = replied
within = ? working_days
blank_zh = 文件为“[X]个工作日”
blank_en = the document says [X] working days

[limit investigation]
tag = T17
zh = 调查期限（复杂的不超过 longest）
en = investigation (complex ones up to longest)
source = 003 四、1
clock = stage
starts = started
ends = disposed
within = ? working_days
extension = allowed
longest = ? working_days
blank_zh = 文件为“[X]个工作日”，复杂的“最长不超过[X]个工作日”
blank_en = the document says [X] working days, complex ones at most [X]

[route level_1]
zh = 一级投诉
en = level 1
source = 003 三、1
from = agent department
to = leading_group

[route level_2]
zh = 二级投诉
en = level 2
source = 003 三、2
from = agent
to = department

[overdue report]
zh = 异常情况报告领导
en = what is delayed is reported to the leaders
source = 003 五、1
after = at_once
to = supervisor head_office
roles = tracker

[role tracker]
zh = 投诉跟踪人
en = who tracks the complaint
source = 003 五、1
acts = escalated progress_told

[call_back]
scope = all
source = 003 三、四

[limit satisfaction]
tag = CB-07
zh = 满意度回访
en = satisfaction follow-up
source = 003 四
clock = call_back
starts = replied
ends = called_back
within = ?
blank_zh = 文件未写明回访期限
blank_en = the document gives no limit for the follow-up

[retention]
years = ?
source = 003
blank_zh = 文件未写明保存年限
blank_en = the document states no retention period

[codes channel]
hotline = 热线 | hotline
online = 网站、移动应用 | website or app
outlet = 网点窗口 | outlet window
letter = 书信邮件 | letter or e-mail
