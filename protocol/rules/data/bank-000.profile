# 000 银行客户投诉管理制度。期限逐级计算，自解决单送达或接到电话告知之时起（第七条(六)）。
# Lines are answered 24 hours a day (第四条), so hours run on a 24-hour clock.
[profile bank-000]
version = 1
zh = 银行客户投诉管理制度
en = customer complaint policy of a bank
source = 000
calendar = cn

[unit outlet]
zh = 营业网点
en = outlet
source = 000 第四条

[unit primary_branch]
zh = 一级支行、营业部
en = primary branch
source = 000 第四条

[unit head_office]
zh = 总行
en = head office
source = 000 第四条

[unit hotline]
zh = 客服热线（银行卡、电子银行部）
en = customer service hotline
source = 000 第四条(二)

[grade general]
zh = 一般
en = general
source = 000 第七条
said = weight:general
default = yes

[grade major]
zh = 重大
en = major
source = 000 第七条
said = weight:major
definition = ?

[limit pass_on]
tag = T1
zh = 本部门不能解决的转出
en = pass on what cannot be resolved here
source = 000 第七条(六)
clock = hop
starts = delivered
ends = handed_over
moot = started replied
within = 1 hours

[limit start_work]
tag = T2
zh = 接受任务的部门启动工作
en = the unit that received it starts work
source = 000 第七条(六)
clock = hop
starts = delivered
ends = started
moot = replied
within = 2 hours

[limit outlet_reply]
tag = T3
zh = 网点答复客户（应即时，最迟）
en = the outlet replies (at once, at the latest)
source = 000 第七条(一)4
clock = hop
units = outlet
starts = delivered
ends = replied
within = 1 working_days

[limit branch_reply]
tag = T4
zh = 一级行部解决并答复客户
en = the primary branch resolves and replies
source = 000 第七条(二)4
clock = hop
units = primary_branch
starts = delivered
ends = replied
within = ?
blank_zh = 第七条(二)4 的期限在文件中缺失（“……内解决并回复客户”）
blank_en = the limit of art. 7(2)4 is cut from the document

[limit head_office_reply]
tag = T5
zh = 总行协调办理并答复客户
en = head office coordinates and replies
source = 000 第七条(四)4
clock = hop
units = head_office
starts = delivered
ends = replied
within = 3 working_days

[limit promise]
tag = T5
zh = 不能及时解决的，向客户承诺的时限
en = the time promised to the customer for what is not solved in time
source = 000 第七条(四)4
clock = promise
starts = promised
ends = replied
within = promise

[route outlet_up]
zh = 超过解决权限
en = beyond authority
source = 000 第七条(一)1、3
from = outlet
to = primary_branch

[route branch_down]
zh = 转网点办理
en = to the outlet
source = 000 第七条(二)2
from = primary_branch
to = outlet

[route branch_up]
zh = 需上级协调
en = needs coordination above
source = 000 第七条(二)2
from = primary_branch
to = head_office

[route head_office_down]
zh = 转网点或援助电话
en = to an outlet or a primary branch
source = 000 第七条(四)2
from = head_office
to = outlet primary_branch

[route hotline]
zh = 客服热线只转不办
en = the hotline forwards and resolves nothing
source = 000 第七条(三)
from = hotline
to = primary_branch head_office

[route copy_outlet]
zh = 解决单报送两级
en = the finished form goes to both other tiers
source = 000 第七条(一)4
from = outlet
to = primary_branch head_office
copy = yes

[route copy_branch]
zh = 解决单报送两级
en = the finished form goes to both other tiers
source = 000 第七条(二)4
from = primary_branch
to = outlet head_office
copy = yes

[route copy_head_office]
zh = 解决单发送两级
en = the finished form goes to both other tiers
source = 000 第七条(四)4
from = head_office
to = outlet primary_branch
copy = yes

[reminder before_due]
zh = 临期提醒
en = reminder before a limit ends
source = 000 第五条(三)
clocks = hop promise
before = ?
blank_zh = 文件要求全程督办，未写明期限届满前多久提醒
blank_en = the document asks to press throughout, not how long before a limit ends
to = handler

[overdue at_limit]
zh = 逾期督办
en = the limit has passed: press and pursue
source = 000 第五条(三)、第七条(六)
clocks = hop promise
after = at_once
to = handler supervisor head_office

# The accounting supervisor or the lobby manager stands in for an absent head of the outlet.
[role outlet_head]
zh = 网点负责人
en = head of the outlet
source = 000 第七条(一)1
units = outlet
acts = mediated
alone = mediated

[role accounting_supervisor]
zh = 会计主管
en = accounting supervisor
source = 000 第七条(一)1
units = outlet
acts = mediated
alone = mediated

[role lobby_manager]
zh = 大堂经理
en = lobby manager
source = 000 第七条(一)1
units = outlet
acts = mediated
alone = mediated

[call_back]
scope = as_appropriate
source = 000 第四条(三)

[retention]
years = ?
source = 000
blank_zh = 文件未写明保存年限
blank_en = the document states no retention period

[codes channel]
line = 投诉电话 | complaint line
department = 部门 | department
comment_book = 客户意见簿 | comment book
supervisor = 服务质量监督员 | service-quality supervisor
media = 新闻媒体 | news media
letter = 举报信件 | reporting letter

[codes acceptance_form]
phone = 电话 | telephone
letter = 信函 | letter
visit = 来访 | visit
fax = 传真 | fax
mail = 邮件 | mail
other = 其他 | other

[codes validity]
valid = 有效投诉 | valid complaint
special = 特殊投诉 | special complaint
