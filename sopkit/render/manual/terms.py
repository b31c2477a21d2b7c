"""The words of the manuals themselves, with what they mean to someone who works in a shop."""

from __future__ import annotations

from typing import Final

from sopkit.text import Phrase

TERMS: Final[tuple[tuple[Phrase, Phrase], ...]] = (
    (
        Phrase("旅程", "journey"),
        Phrase(
            "一位客户从某件事开始，按固定步骤走到结束的过程",
            "what happens to one customer, step by step, from a start to an end",
        ),
    ),
    (
        Phrase("阶段", "stage"),
        Phrase("旅程中的一段，有自己的目标和步骤", "a part of a journey, with targets and steps of its own"),
    ),
    (Phrase("作业流程", "procedure"), Phrase("员工按顺序完成的一项工作", "work that staff do in a fixed order")),
    (
        Phrase("内容节奏", "content on the calendar"),
        Phrase(
            "按日历重复发布的内容，例如每周二的图文", "content published on a calendar, as the articles of each Tuesday"
        ),
    ),
    (
        Phrase("触达", "touch"),
        Phrase("客户收到的一条消息、一通电话或一次推送", "one message, call or push that a customer gets"),
    ),
    (
        Phrase("一对一", "one-to-one"),
        Phrase(
            "只有这位客户能看到的消息，如短信、企业微信私聊",
            "a message that only this customer sees, as an SMS or a private chat",
        ),
    ),
    (
        Phrase("话术", "script"),
        Phrase("经审核、可以直接使用的说法", "words that have been reviewed and are used as they stand"),
    ),
    (Phrase("权益", "offer"), Phrase("券、礼品、积分等给客户的好处", "a coupon, gift or points that a customer gets")),
    (
        Phrase("触达上限", "cap"),
        Phrase("一段时间内最多打扰同一位客户几次", "how many touches one customer may get in a time"),
    ),
    (
        Phrase("静默时段", "quiet hours"),
        Phrase("不给客户发营销消息的时段", "hours in which customers get no marketing"),
    ),
    (
        Phrase("工作日", "working day"),
        Phrase(
            "周一至周五，法定节假日除外，含调休上班日", "Monday to Friday, without public holidays, with make-up days"
        ),
    ),
    (
        Phrase("同意", "consent"),
        Phrase(
            "客户自愿、明确表示可以；沉默、默认勾选都不算",
            "a customer's free and clear yes; silence or a ticked box by default is none",
        ),
    ),
    (
        Phrase("升级", "Escalate"),
        Phrase("自己办不了或超时，交给指定的人", "hand over to the named person when stuck or late"),
    ),
    (Phrase("留痕", "Record"), Phrase("做完留下的凭据，日后可查", "what shows afterwards that the step was done")),
    (Phrase("基线", "baseline"), Phrase("用来比较的原有水平", "the earlier level that a target is compared with")),
    (
        Phrase("内容指纹", "content hash"),
        Phrase("由内容算出的一串字符，内容一改就变", "letters computed from the content; any change changes them"),
    ),
)
