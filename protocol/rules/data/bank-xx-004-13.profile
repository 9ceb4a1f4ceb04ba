# 004 第13篇 ⅩⅩ银行。
[profile bank-xx-004-13]
version = 1
zh = ⅩⅩ银行投诉处理规定
en = complaint rules of XX bank
source = 004 第13篇
calendar = cn

[unit sub_branch]
zh = 支行
en = sub-branch
source = 004 第13篇

[unit provincial_branch]
zh = 省分行、直属分行
en = provincial or directly managed branch
source = 004 第13篇

[unit head_office]
zh = 总行
en = head office
source = 004 第13篇

[grade general]
zh = 一般
en = general
source = 004 第13篇
said = complexity:general
definition = ?
default = yes

[grade complex]
zh = 复杂
en = complex
source = 004 第13篇
said = complexity:complex complexity:specially_complex
definition = ?

[limit acknowledge]
tag = T23
zh = 告知客户已收到及预计时间
en = acknowledge receipt with an estimated time
source = 004 第13篇
clock = stage
starts = received
ends = accepted
within = at_once

[limit general]
tag = T22
zh = 一般投诉答复客户
en = reply to a general complaint
source = 004 第13篇
clock = total
starts = ?
ends = replied
within = 1 working_days
grades = general
blank_zh = 文件未写明自何时起算
blank_en = the document does not say when it starts
answers_to = simple

[limit complex]
tag = T22
zh = 复杂投诉答复客户
en = reply to a complex complaint
source = 004 第13篇
clock = total
starts = ?
ends = replied
within = 5 working_days
grades = complex
blank_zh = 文件未写明自何时起算
blank_en = the document does not say when it starts
answers_to = complex

[route ask_up]
zh = 逐级请示
en = ask upwards step by step
source = 004 第13篇 13号通知三、五
from = sub_branch
to = provincial_branch

[route files]
zh = 档案上报分行及总行客户服务中心
en = files are reported to the branch and head office
source = 004 第13篇
from = sub_branch
to = provincial_branch head_office
copy = yes

[call_back]
scope = ?
source = 004 第13篇
blank_zh = 文件未写明回访范围
blank_en = the document states no scope of call-back

[retention]
years = ?
source = 004 第13篇
blank_zh = 文件未写明保存年限
blank_en = the document states no retention period
