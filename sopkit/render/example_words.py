"""A rule goes in; its examples come out with their Chinese titles and texts in English, for readers of English."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from sopkit.diagnostics import Rule
from sopkit.text import Lang

CHINESE: Final = re.compile(r"[\u4e00-\u9fff]")

ENGLISH: Final = {
    # Titles of nouns, stages, playbooks
    "会员号": "member_no", "操作": "action", "已发送": "went out",
    "前可领": " is the last day to take it",
    "示例": "Demo", "小店": "Small shop", "新客旅程": "New customers", "新客": "New customers", "旅程": "journey",
    "新品通知": "News", "新品短信同意": "Consent to news by SMS", "新品": "New arrivals", "入会欢迎": "Welcome",
    "公众号来信": "A message to the account",
    "公众号客服消息": "Service message of the account", "入会问候": "Greeting",
    "欢迎入会": "Welcome", "欢迎": "Welcome", "入会人数": "New members", "新入会": "new member", "回复率": "Reply rate",
    "护肤贴士": "Skin care tips", "关怀": "Care", "答谢": "Thanks", "谢礼券": "Thank-you coupon", "回访券": "Follow-up coupon",
    "满减券": "Money-off coupon", "邀请好友": "Invite a friend", "邀请券": "Invitation coupon", "小券": "Small coupon",
    "大券": "Large coupon", "到店礼": "Gift in the shop", "首单礼": "First-order gift", "抽奖": "Prize draw", "正装一支": "One full size",
    "限时折扣": "Limited discount", "开奖前公告奖品与概率，公布后不变更": "Prizes and odds are announced before the draw and never changed",
    "认知期": "Awareness", "激活期": "Activation", "沉睡客户": "Dormant customers", "买过的客户": "Buyers", "贵宾": "VIP",
    "等级": "Tier", "级别同步": "Levels", "级别回流": "Levels back", "级别": "Level", "银卡": "Silver", "金卡": "Gold", "铜卡": "Bronze",
    "购买力": "Spending power", "年龄段": "Age band", "过敏史": "Allergies", "肤色": "Skin tone", "肤质同意": "Consent to skin data",
    "肤质告知": "Skin data notice", "微信昵称": "WeChat nickname", "成交额": "Sales", "晒单照片": "Photos of orders",
    "公开晒单同意": "Consent to showing photos", "贴在朋友圈": "post it on Moments", "交来照片": "hands in a photo",
    "导购": "Guide", "生命周期运营主管": "Head of lifecycle", "个人信息保护负责人": "Data-protection officer",
    "美容顾问": "Beauty adviser", "回访专员": "Follow-up agent", "顾问": "Adviser",
    "前台": "Front desk", "夜班": "Night shift",
    "门店大屏": "Screen in the shop", "叫号": "Calling numbers", "模板消息": "Template message", "弹窗规范": "Rule for pop-ups",
    "首页弹窗": "Pop-up on the first page", "弹窗": "Pop-up", "邮件同意": "Consent to email", "邮件": "Email", "点退订": "unsubscribes",
    "短信同意": "Consent to SMS", "口头拒绝": "refuses in person", "生日会": "Birthday party", "过生日": "birthday", "到店": "Visit",
    "会员进会员系统": "Members to the CRM", "短信退订进会员系统": "SMS opt-outs to the CRM", "会员同步": "Members", "订单同步": "Orders",
    "标签同步": "Tags", "同步": "Sync", "打标签": "Tagging", "看商品": "Looks at products", "进店": "Visits", "图文": "Article",
    "提问": "asks", "报名告知": "Sign-up notice", "报名": "Sign-up", "退款关怀": "Care after a refund", "重置": "Reset", "记录": "Record",
    # Papers
    "应急预案": "Incident plan", "培训记录": "Training record", "影响评估": "Impact assessment", "管理制度": "Policy",
    "加密与权限": "Encryption and access", "未成年人信息审计": "Audit of data of minors", "外包客服系统": "the tool of the agency",
    "外包客服": "Service agency", "外包合同": "Contract with the agency", "登记": "Record", "记在": "noted in ",
    "企业制度": "Company policy",
    "任务要在一天内完成": "Tasks are done within a day", "步骤 {step} 超过一天": "the step {step} may take longer than a day",
    "客户等不了更久": "Customers wait no longer", "缩短 within": "shorten `within`",
    "客户联系制度": "Policy on contacting customers", "拒绝后不再打扰": "Whoever refuses is left alone", "剧本": "playbooks",
    "下月才定复审日": "the review is set next month", "负责人下月到岗": "the owner starts next month",
    # What people do
    "投诉处理": "Complaints", "给客户回电": "call the customer back", "给出处理结果": "settle it", "两种问候": "Two greetings",
    "电话问候": "greet by phone", "电话欢迎": "welcome by phone", "电话祝贺": "congratulate by phone", "电话致谢": "thank by phone",
    "首次问候": "first greeting", "问候": "Greeting", "跟进": "follow up", "继续": "Go on", "开始": "Start", "写稿": "write it",
    "回答问题": "answer the question", "打开页面": "open the page", "寄送样品": "send a sample", "短信致意": "greet by SMS",
    "已致电": "called", "已问候": "greeted", "周一发推文": "post on Mondays", "周二发短信": "SMS on Tuesdays",
    # Texts
    "【示例】{customer.nickname": "【Demo】Hello {customer.nickname",
    "【示例】您好，有问题随时找我": "【Demo】Hello! Ask me anything", "您好，欢迎入会": "Hello and welcome", "，欢迎入会": "! Welcome",
    "【示例】欢迎入会，拒收请回复T": "【Demo】Welcome! Reply T to opt out",
    "【示例】很高兴认识您，拒收请回复T": "【Demo】Nice to meet you! Reply T to opt out",
    "，新品已到店。客服400-000-0000，拒收请回复T【广告】": "! New arrivals are in. Service 400-000-0000. Reply T to opt out [Ad]",
    "新品到店，欢迎试用。": "New arrivals are in. Come and try. ", "内容由AI辅助生成。": "Written with AI. ",
    "客服400-000-0000": "Service 400-000-0000", "，拒收请回复T": ". Reply T to opt out", "【广告】": " [Ad]", "【示例】": "【Demo】",
    "您好": "there", "为您挑选的新品": "New arrivals for you", "，可在会员中心关闭": ". Turn it off in the member centre",
    "今晚开播": "live tonight", "提醒": "Reminder", "所有人": "everybody", "指标": "KPI", "试验": "Experiment",
    "locale: zh-CN": "locale: en", "晨曦美妆": "Aurora Beauty", "晨曦": "Aurora", "大促": " sale", "双11": "Double 11",
}  # fmt: skip
"""Longer ones come before the shorter ones that they hold."""


@cache
def _any() -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, sorted(ENGLISH, key=len, reverse=True))))


def in_language(rule: Rule, lang: Lang) -> tuple[str, str]:
    """Return the bad and the good example of a rule; as they are where a way of writing Chinese is the point of them."""
    if lang == "en":
        bad, good = (_any().sub(lambda found: ENGLISH[found[0]], example) for example in (rule.bad, rule.good))
        if not CHINESE.search(bad + good):
            return bad, good
    return rule.bad, rule.good
