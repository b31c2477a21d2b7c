"""What can be wrong with the words that customers read: SOP601–SOP608."""

from __future__ import annotations

from typing import Final

from sopkit.diagnostics import Rule, Severity
from sopkit.rules.examples import KPI
from sopkit.rules.law_examples import CALL, SEND, TEXT, catalog, message, playbook, script
from sopkit.text import Phrase

FEED: Final = SEND.replace("via: sms", "via: moments").replace("sms-marketing", "wecom-marketing")

UNLABELLED: Final = Rule(
    code="SOP601",
    name="unlabelled-advertising",
    severity=Severity.ERROR,
    summary=Phrase("广告没有标明“广告”", "advertising that does not say so"),
    message=Phrase(
        "话术“{script}”是营销内容，{locale}没有“广告”字样",
        "the script `{script}` is marketing, and its text{locale} does not say “Ad”",
    ),
    why=Phrase(
        "客户分不清是广告还是通知；监管按广告查，平台也会因此限制发送。",
        "Customers can't tell it from a notice; the regulator takes it for hidden advertising.",
    ),
    fix=Phrase("在文首或文末写上【广告】", "write [Ad] at the beginning or the end"),
    bad=message(TEXT.replace("【广告】", "")),
    good=message(),
    aliases=("AD01",),
)  # fmt: skip
ANONYMOUS: Final = Rule(
    code="SOP602",
    name="anonymous-message",
    severity=Severity.ERROR,
    summary=Phrase(
        "营销消息没有写明发送者、联系方式或拒收办法", "a commercial message without sender, contact or opt-out"
    ),
    message=Phrase(
        "话术“{script}”经“{channel}”发出，{locale}缺少：{missing}",
        "the script `{script}` goes out by `{channel}`; its text{locale} lacks {missing}",
    ),
    why=Phrase(
        "收到的人不知道是谁发的、怎么不再收，只能投诉。",
        "Whoever gets it can't tell who sent it or how to stop it, and complains.",
    ),
    fix=Phrase("补上{advice}", "add {advice}"),
    bad=message(TEXT.replace("，拒收请回复T", "")),
    good=message(),
    aliases=("WDR03",),
)
ABSOLUTE: Final = Rule(
    code="SOP603",
    name="absolute-term",
    severity=Severity.ERROR,
    summary=Phrase("用了绝对化用语", "an absolute term"),
    message=Phrase("“{where}”里用了“{term}”", "`{where}` says “{term}”"),
    why=Phrase(
        "广告法点名的用语一出现就违法；其余最高级的说法，要由人看是否有依据。",
        "The terms that the law names are unlawful wherever they stand; other superlatives are for a person to judge.",
    ),
    fix=Phrase(
        "换成能证明的说法；确实不算的，写进 packs/ 里的 allow 并说明理由",
        "say what can be proved; where it is no claim, list the phrase under `allow` of a pack, with the reason",
    ),
    bad=message(TEXT.replace("欢迎", "本季最佳，欢迎")),
    good=message(TEXT.replace("欢迎", "本季主推，欢迎")),
    aliases=("AD02",),
)
MEDICAL: Final = Rule(
    code="SOP604",
    name="medical-claim",
    severity=Severity.ERROR,
    summary=Phrase("用了医疗用语", "a medical claim"),
    message=Phrase("“{where}”里用了“{term}”", "`{where}` says “{term}”"),
    why=Phrase(
        "医疗、药品之外的广告不得谈治疗，普通化妆品谈疗效处罚很重。",
        "Nothing but medicine may be advertised with cures; for cosmetics the fines are heavy.",
    ),
    fix=Phrase(
        "只写产品备案里有的功能；确实不算的，写进 packs/ 里的 allow 并说明理由",
        "say only what the product is registered for; where it is no claim, list the phrase under `allow` of a pack, with the reason",
    ),
    bad=message(TEXT.replace("欢迎", "消炎祛痘，欢迎")),
    good=message(TEXT.replace("欢迎", "清爽不油腻，欢迎")),
    aliases=("AD03",),
)
UNLABELLED_AI: Final = Rule(
    code="SOP605",
    name="unlabelled-ai-content",
    severity=Severity.ERROR,
    summary=Phrase("AI生成的内容没有标识", "content written by AI without a label"),
    message=Phrase("“{where}”由AI生成，没有写明", "`{where}` is written by AI and does not say so"),
    why=Phrase(
        "读者有权知道；不标识，平台会限流或下架。",
        "Readers are to know; platforms restrict or remove what does not say so.",
    ),
    fix=Phrase("写明“内容由AI辅助生成”；内容节奏写进 standards", "say that it is AI-generated; a cadence says it under `standards`"),
    bad=message(TEXT, "ai_written: true"),
    good=message(TEXT.replace("。客服", "。内容由AI辅助生成。客服"), "ai_written: true"),
    aliases=("AI01",),
)  # fmt: skip
REWARDED_LINK: Final = Rule(
    code="SOP606",
    name="rewarded-external-link",
    severity=Severity.ERROR,
    summary=Phrase("用奖励诱导分享外部链接", "a reward for sharing an external link"),
    message=Phrase(
        "步骤“{step}”请客户转发外部链接“{link}”，并给奖励“{offer}”",
        "the step `{step}` rewards sharing the external link `{link}` with `{offer}`",
    ),
    why=Phrase(
        "微信不许用利益诱导分享外部链接，链接会被拦截，账号会受处罚。",
        "WeChat forbids rewards for sharing external links: the link is blocked and the account punished.",
    ),
    fix=Phrase("改用小程序自带的分享卡片，去掉链接", "use the mini-program's own card, without the link"),
    bad=playbook(
        SEND.replace("news,", "news, offer: friend-coupon,"),
        before=script(TEXT, 'links: ["https://example.com/invite"]')
        + catalog(
            "programmes: {referral: {title: 邀请好友, type: referral}}",
            "offers: {friend-coupon: {title: 邀请券, type: coupon, value: 20 CNY, stacks_with: [], programme: referral}}",
        ),
    ),
    good=playbook(
        SEND.replace("news,", "news, offer: friend-coupon,"),
        before=script(TEXT)
        + catalog(
            "programmes: {referral: {title: 邀请好友, type: referral}}",
            "offers: {friend-coupon: {title: 邀请券, type: coupon, value: 20 CNY, stacks_with: [], programme: referral}}",
        ),
    ),
    aliases=("LNK01",),
)
TOO_LONG: Final = Rule(
    code="SOP607",
    name="text-too-long",
    severity=Severity.WARNING,
    summary=Phrase("文字超过渠道的长度", "a text longer than its channel takes"),
    message=Phrase(
        "话术“{script}”至少有 {length} 个字，渠道“{channel}”最多 {most} 个（来源：{source}）",
        "the script `{script}` has {length} characters at least; `{channel}` takes {most} (source: {source})",
    ),
    why=Phrase("超出的部分会被截断，或者整条发不出去。", "The rest is cut off, or nothing is sent."),
    fix=Phrase("改短，或换一个渠道", "shorten it, or use another channel"),
    bad=message("【示例】" + "新品到店，欢迎试用。" * 50 + "客服400-000-0000，拒收请回复T【广告】"),
    good=message(),
)

ARTICLES: Final = (
    """\
---
kind: cadence
id: articles
title: 图文
owner: guide
review_by: 2027-12-31
via: official-account
audience: followers
for: follow-feed
every: week
at: [tue 10:00]
headline: [number, question]
steps:
  - {id: write, do: 写稿, by: guide, before: 1d, script: news}
targets: [{kpi: replies, target: ≥ 15%}]
"""
    + KPI
)
HEADLINE: Final = Rule(
    code="SOP608",
    name="headline-off-form",
    severity=Severity.WARNING,
    summary=Phrase("标题没有照约定的写法", "a headline that is not in the form agreed on"),
    message=Phrase(
        "“{cadence}”的标题要有{missing}，话术“{script}”里的标题没有",
        "headlines of `{cadence}` have {missing}; the one in the script `{script}` has not",
    ),
    why=Phrase(
        "约定的写法是按打开率定的；模板自己没照做，每一期都会照着错。",
        "The form was chosen for how often it is opened; a template without it puts every issue wrong.",
    ),
    fix=Phrase("在话术的“标题：”一行里补上{missing}", "add {missing} to the line “Headline:” of the script"),
    bad=playbook(CALL, before=script("标题：洗脸的正确做法。正文：先给结论") + ARTICLES),
    good=playbook(CALL, before=script("标题：5个洗脸动作，您做对了几个？正文：先给结论") + ARTICLES),
)

RULES: Final = (UNLABELLED, ANONYMOUS, ABSOLUTE, MEDICAL, UNLABELLED_AI, REWARDED_LINK, TOO_LONG, HEADLINE)
