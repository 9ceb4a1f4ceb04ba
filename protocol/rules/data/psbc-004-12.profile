# 004 第12篇 邮政储蓄银行客户投诉处理办法。期限自客户投诉起，至答复客户止，含回复来单部门。
[profile psbc-004-12]
version = 1
zh = 邮政储蓄银行客户投诉处理办法
en = complaint rules of the national savings bank
source = 004 第12篇
calendar = cn
close_of_business = ?

[unit outlet]
zh = 机构网点
en = outlet
source = 004 第12篇 第十条

[unit second_branch]
zh = 二级分行
en = second-level branch
source = 004 第12篇 第十六条

[unit first_branch]
zh = 一级分行
en = first-level branch
source = 004 第12篇 第十条

[unit head_office]
zh = 总行
en = head office
source = 004 第12篇 第十条

[unit overseas]
zh = 海外机构
en = overseas institution
source = 004 第12篇 第十条

[unit centre]
zh = 客户服务中心
en = customer service centre
source = 004 第12篇 第二十一条

[unit union]
zh = 工会（工会工委）
en = union committee
source = 004 第12篇 第二十一条

[grade general]
zh = 一般
en = general
source = 004 第12篇 第十一条
types = work_error service_attitude internal_management
said = type_code:1 type_code:2 type_code:3 complexity:general
default = yes

[grade complex]
zh = 复杂
en = complex
source = 004 第12篇 第十一条
types = product channel rule_violation
said = type_code:complex type_code:4 type_code:5 type_code:6 complexity:complex complexity:specially_complex

[grade other]
zh = 金融犯罪、匿名
en = financial crime, anonymous
source = 004 第12篇 第十四条
types = financial_crime anonymous
said = type_code:special type_code:7 type_code:8

[limit general]
tag = T18
zh = 一般投诉答复客户
en = reply to a general complaint
source = 004 第12篇 第十一条
clock = total
starts = received
ends = replied
within = 3 working_days
grades = general
answers_to = simple

[limit complex]
tag = T19
zh = 复杂投诉答复客户
en = reply to a complex complaint
source = 004 第12篇 第十一条
clock = total
starts = received
ends = replied
within = 7-10 working_days
grades = complex
answers_to = complex

[limit other]
tag = T19
zh = 金融犯罪、匿名投诉答复
en = reply to financial crime or an anonymous complaint
source = 004 第12篇 第十一条
clock = total
starts = received
ends = replied
within = ?
blank_zh = 第十一条未写明金融犯罪、匿名投诉的期限
blank_en = art. 11 gives no limit for financial crime or anonymous complaints
grades = other

[limit dispatch]
tag = T20
zh = 网上投诉由中心发出转办单
en = the centre dispatches the order of an internet complaint
source = 004 第12篇 第十条
clock = stage
channels = internet 网络
starts = ?
ends = handed_over
within = 2 working_days
blank_zh = 第十条未写明自何时起算
blank_en = art. 10 does not say when it starts

[limit comment_book]
tag = T21
zh = 网点负责人查阅意见簿
en = the outlet head reads the comment book
source = 004 第12篇 第十条
clock = routine
within = same_day
day_ends = close_of_business

[route transfer_order]
zh = 投诉转办单
en = transfer order
source = 004 第12篇 第十条
from = centre
to = outlet second_branch first_branch

[route supervision_order]
zh = 投诉督办单
en = supervision order
source = 004 第12篇 第十条
from = union
to = outlet second_branch first_branch

[route down]
zh = 逐级下发
en = down level by level
source = 004 第12篇 第十条
from = head_office
to = first_branch overseas

[route reply_up]
zh = 向来单部门回复
en = reply to the unit the order came from
source = 004 第12篇 第十二条
from = outlet second_branch first_branch
to = centre union
copy = yes

[threshold amount]
zh = 业务金额
en = business amount
source = 004 第12篇 第十条
fen = 5000000

[overdue explain]
zh = 逾期：向受理部门说明原因，并向客户解释
en = overdue: the reason goes to the accepting unit, and the customer is told
source = 004 推荐第12篇 第十一条
clocks = total
after = at_once
to = handler registrar

[overdue union]
zh = 逾期督办：工会督办、协调、考核
en = overdue: the union presses, coordinates and assesses
source = 004 推荐第12篇 第二十一条
clocks = total
after = ?
blank_zh = 第二十一条未写明逾期多久由工会督办
blank_en = art. 21 does not say how long after the limit the union presses
to = handler supervisor head_office

[call_back]
scope = ?
source = 004 第12篇 第二十一条
blank_zh = 只写明建立客户回访制度，未写明范围
blank_en = regular visits are asked for, their scope is not

[retention]
years = ?
source = 004 第12篇 第二十四条
blank_zh = 按年度整理保管，未写明年限
blank_en = kept in yearly files; the years are not stated

[codes channel]
phone = 电话 | telephone
comment_book = 意见簿（箱） | comment book or box
internet = 互联网 | internet
visit = 来访 | walk-in
letter = 信函 | letter
media = 媒体 | media
superior = 上级行 | superior bank
government = 政府部门 | government department

[codes type]
work_error = 工作失误 | work error
service_attitude = 服务态度 | service attitude
internal_management = 内部管理 | internal management
product = 服务产品 | service product
channel = 服务渠道 | service channel
rule_violation = 违规操作 | rule violation
financial_crime = 金融犯罪 | financial crime
anonymous = 匿名投诉 | anonymous

[codes responsibility]
ours = 我方责任 | our side
not_ours = 非我方责任 | not ours
