"""The topics of a compliance audit in their order: which controls belong to each, and what people are asked where none does."""

from __future__ import annotations

from typing import Final

from sopkit.frozen import dataclass
from sopkit.text import Phrase


@dataclass(frozen=True, slots=True)
class Topic:
    """One chapter. Its controls are found in whatever packs apply; `question` is for people where no check can answer."""

    id: str
    title: Phrase
    controls: tuple[str, ...] = ()
    question: Phrase | None = None


TOPICS: Final = (
    Topic(
        "lawful-basis",
        Phrase("合法性基础与同意", "Lawful basis and consent"),
        ("CON01", "CON10", "CON09", "PUR01", "CON04", "CON05", "CON06", "CON07", "CON08"),
    ),
    Topic(
        "processing-rules",
        Phrase("最小必要与保存期限", "Necessity and retention"),
        ("PUR02", "PUR03", "PUR04", "RET01"),
    ),
    Topic("notice", Phrase("告知", "Notice"), ("CON02", "CON03")),
    Topic("entrusting", Phrase("委托处理与共同处理", "Processors and joint controllers"), ("SHA03", "SHA02")),
    Topic("provision", Phrase("向其他处理者提供", "Provision to others"), ("SHA01",)),
    Topic("automated", Phrase("自动化决策与差别定价", "Automated decisions and prices"), ("AUT01", "AUT02")),
    Topic("publication", Phrase("公开个人信息", "Publication"), ("SHA04",)),
    Topic("sensitive", Phrase("敏感个人信息", "Sensitive data"), ("SEN01", "SEN02", "SEN03")),
    Topic("minors", Phrase("未成年人", "Minors"), ("MIN01", "MIN02", "MIN03")),
    Topic("cross-border", Phrase("向境外提供", "Transfers abroad"), ("XBD01", "XBD02", "XBD03")),
    Topic("deletion", Phrase("删除", "Erasure"), ("RET02", "RET03")),
    Topic(
        "rights",
        Phrase("个人的权利：撤回与拒绝", "Rights: withdrawal and refusal"),
        ("WDR01", "WDR02", "WDR05", "WDR06", "WDR04"),
    ),
    Topic("management", Phrase("制度、影响评估与培训", "Policies, impact assessments, training"), ("GOV01", "GOV02")),
    Topic(
        "advertising",
        Phrase("广告与商业信息", "Advertising and commercial messages"),
        ("WDR03", "AD01", "AD02", "AD03", "AD04", "AI01"),
    ),
    Topic("promotion", Phrase("促销", "Sales promotion"), ("PRM01", "PRM02", "PRM03", "LNK01")),
    Topic(
        "merger",
        Phrase("因合并、分立等转移", "Transfer by merger or division"),
        question=Phrase(
            "审计期内是否因合并、分立、解散或破产转移过个人信息？接收方是否继续履行义务？",
            "Were personal data transferred by a merger, division, dissolution or bankruptcy, and does the recipient keep the duties?",
        ),
    ),
    Topic(
        "public-places",
        Phrase("公共场所采集", "Capture in public places"),
        question=Phrase(
            "门店是否装有图像采集、身份识别设备？是否有显著提示，是否只用于公共安全？",
            "Do shops capture images or identify people, with a visible sign and for public safety alone?",
        ),
    ),
    Topic(
        "public-data",
        Phrase("处理已公开的信息", "Data already public"),
        question=Phrase(
            "是否使用社交平台等处已公开的个人信息？是否在合理范围内，当事人是否拒绝过？",
            "Are personal data used that people have made public, within reason and not against their refusal?",
        ),
    ),
    Topic(
        "requests",
        Phrase("响应个人的申请", "Responding to requests"),
        question=Phrase(
            "查阅、复制、更正、删除等申请怎样受理，多久答复？抽查几件的记录。",
            "How are requests for access, copies, correction or erasure taken and answered, and how soon? Look at a sample.",
        ),
    ),
    Topic(
        "security",
        Phrase("安全技术措施", "Security measures"),
        question=Phrase(
            "加密、去标识化、权限与日志是否与数据的敏感程度相称？看系统的配置，不看制度的文字。",
            "Do encryption, pseudonyms, access rights and logs fit the data? Look at the systems, not at the policy.",
        ),
    ),
    Topic(
        "incidents",
        Phrase("安全事件的处置", "Handling of incidents"),
        question=Phrase(
            "审计期内有无泄露、篡改、丢失？是否按预案处置并报告？最近一次演练在什么时候？",
            "Were there leaks, changes or losses, handled and reported as planned? When was the last exercise?",
        ),
    ),
    Topic(
        "platform",
        Phrase("大型平台的规则与社会责任报告", "Rules and reports of large platforms"),
        question=Phrase(
            "企业是否属于用户数量巨大的平台？如果是，平台规则、独立监督机构与社会责任报告在哪里？",
            "Is the company a platform with very many users? If so, where are its rules, its independent supervision and its reports?",
        ),
    ),
)
"""They follow the topics of the Chinese audit measures as far as these are known, and add advertising and promotion.

The annex of the measures was not read in full: no number of it is printed.
"""
OTHER: Final = Topic("other", Phrase("其他检查项", "Other controls"))
"""The chapter of controls that no topic names: those of a workspace's own packs."""
