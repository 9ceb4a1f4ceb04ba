# 银行业保险业消费投诉处理管理办法（中国银保监会令2020年第3号）。日为自然日。
# Numbers that could not be read in the official text are blank here, with what is believed; a site tells them.
[profile cn-r1]
version = 1
zh = 银行业保险业消费投诉处理管理办法
en = Measures for handling consumer complaints in banking and insurance
source = R1
from = 2020-03-01
calendar = cn

[grade simple]
zh = 事实清楚、争议情况简单
en = facts clear, dispute simple
source = R1 时限
said = complexity:general
default = yes

[grade complex]
zh = 情况复杂
en = complex
source = R1 时限
said = complexity:complex complexity:specially_complex

[limit simple]
tag = R1-15
zh = 作出处理决定并告知投诉人
en = decide and tell the complainant
source = R1 时限
clock = total
starts = received
ends = replied
restarts = facts_added
within = 15 calendar_days
grades = simple

[limit complex]
tag = R1-30
zh = 作出处理决定并告知投诉人
en = decide and tell the complainant
source = R1 时限
remark = 情况特别复杂或有其他特殊原因的，经上级机构或总行高级管理人员审批并告知投诉人，可再延长30日
clock = total
starts = received
ends = replied
restarts = facts_added
within = 30 calendar_days
grades = complex
extension = approval notice
longest = 60 calendar_days

[limit regulator_transfer]
tag = R1i
zh = 监管机构转办
en = passed on by the regulator
source = R1 转办
clock = stage
starts = received
ends = handed_over
channels = 监管转办
within = ? working_days
blank_zh = 转办天数未能与正式文本核对（据称 7 个工作日）
blank_en = the days of the transfer could not be checked against the official text (said to be 7 working days)

[limit review]
tag = R1g
zh = 作出核查决定并告知
en = decide the review and tell the complainant
source = R1 核查
clock = stage
starts = review_asked
ends = reviewed
within = ? calendar_days
blank_zh = 核查天数未能与正式文本核对（据称 30 日）
blank_en = the days of the review could not be checked against the official text (said to be 30 days)

[threshold group]
zh = 重大消费投诉：群体性上访
en = major complaint: a group, face to face
source = R1 重大消费投诉
persons = 20

[threshold representatives]
zh = 共同投诉的代表人
en = representatives of a joint complaint
source = R1 第十二条
persons = 5

[call_back]
scope = none
source = R1 未作规定

[retention]
years = ?
source = R1 档案
blank_zh = 保存年限未能与正式文本核对（2019年征求意见稿为不少于5年）
blank_en = the years could not be checked against the official text (the draft of 2019 said at least 5)

# JR/T 0169-2018, the names of its upper level as a branch of the central bank reported them; the codes of the licensed
# copy replace these.
[codes cause]
C01 = 服务态度及服务质量 | service attitude and quality
C02 = 服务设施、设备、业务系统 | facilities, equipment, business systems
C03 = 管理制度、业务规则与流程 | rules and processes
C04 = 营销方式 | marketing
C05 = 信息披露 | disclosure
C06 = 产品收益 | returns of a product
C07 = 自主选择权 | freedom of choice
C08 = 合同条款 | terms of contract
C09 = 消费者资金安全 | safety of funds
C10 = 消费者信息安全 | safety of personal information

[codes product]
B01 = 人民币储蓄 | savings
B02 = 贷款 | loans
B03 = 银行卡 | bank cards
B04 = 支付结算 | payment and settlement
B05 = 人民币管理 | cash
B06 = 个人金融信息 | personal financial information
B99 = 其他 | other
