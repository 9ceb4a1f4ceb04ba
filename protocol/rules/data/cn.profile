# 现行监管规定：R1，及中国人民银行金融消费者权益保护实施办法（中国人民银行令〔2020〕第5号）。
[profile cn]
version = 1
zh = 现行监管规定
en = current regulation
source = R1, R6
from = 2020-11-01
inherits = cn-r1

[limit pboc]
tag = R6-15
zh = 答复人民银行转交的投诉
en = answer a complaint passed on by the central bank
source = R6 第四十三、四十四条
clock = total
starts = received
ends = replied
restarts = material_supplied
channels = 人民银行转办 12363
within = 15 calendar_days
extension = approval notice
longest = 60 calendar_days

[retention]
years = 3
source = R6：自办结之日起至少三年
