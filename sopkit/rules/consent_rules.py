"""Nothing goes in; what is wrong with a contact that rests on consent, as rules, comes out: SOP501–SOP504."""

from __future__ import annotations

from typing import Final

from sopkit.diagnostics import Rule, Severity
from sopkit.rules.consent_examples import GUARDED_SEND, SEND, journey
from sopkit.text import Phrase

OTHER_CONSENT: Final = SEND.replace("via: sms", "via: wecom-chat").replace("}\n", ", if: {consent: sms-marketing}}\n")
WAIT: Final = "  - {id: pause, wait: 3d}\n"
FORK: Final = "  - id: fork\n    choose:\n      - if: {consent: sms-marketing}\n        steps:\n"

WITHOUT: Final = Rule(
    code="SOP501",
    name="contact-without-consent",
    severity=Severity.ERROR,
    summary=Phrase("没有取得同意就联系客户", "a customer is contacted without consent"),
    message=Phrase(
        "步骤“{step}”为“{purpose}”联系客户{channel}，有一条路径上客户并没有同意：要有{needed}",
        "`{step}` contacts customers for `{purpose}`{channel}, and on one way to it they have not agreed: it takes {needed}",
    ),
    why=Phrase(
        "问过不等于同意：客户可以不勾。这条路径上的人会收到没有同意过的消息。",
        "To be asked is not to agree: every box may be left empty, and whoever did that is contacted all the same.",
    ),
    fix=Phrase(
        "在这里写 {condition}，只发给已经同意的客户{asked}",
        "write `{condition}` here, so that it goes to those alone who agreed{asked}",
    ),
    bad=journey(SEND),
    good=journey(GUARDED_SEND),
    aliases=("CON01",),
)
BEYOND: Final = Rule(
    code="SOP502",
    name="use-beyond-consent",
    severity=Severity.ERROR,
    summary=Phrase("超出了客户同意的范围", "a use that the consent does not cover"),
    message=Phrase(
        "步骤“{step}”凭同意“{consent}”，但它不包括{missing}",
        "`{step}` relies on the consent `{consent}`, which does not cover {missing}",
    ),
    why=Phrase(
        "同意只对写明的目的、渠道和数据有效；同意收短信，不等于同意加企业微信推送。",
        "A consent holds for the purposes, channels and data that it names: who agreed to SMS has not agreed to WeCom.",
    ),
    fix=Phrase(
        "换成包括{missing}的同意，或者另外征求一项；确实告知过的，补写到这项同意的 purposes、channels 里",
        "test a consent that covers {missing}, or ask for one; where customers were told so, add it to "
        "the consent's `purposes` or `channels`",
    ),
    bad=journey(OTHER_CONSENT),
    good=journey(OTHER_CONSENT.replace("sms-marketing", "wecom-marketing")),
    aliases=("PUR01",),
)
AFTER: Final = Rule(
    code="SOP503",
    name="contact-after-withdrawal",
    severity=Severity.ERROR,
    summary=Phrase("客户已经撤回，还会联系", "a customer is contacted after withdrawing"),
    message=Phrase(
        "步骤“{step}”排在客户撤回之后，还为“{purpose}”联系客户{channel}",
        "`{step}` follows the customer's withdrawal, and contacts them for `{purpose}`{channel} all the same",
    ),
    why=Phrase(
        "客户撤回同意以后，凭这项同意做的事都要停。",
        "Once a consent is withdrawn, all that rested on it must stop.",
    ),
    fix=Phrase(
        "删掉撤回之后的这一步；客户可能已重新同意的，写 if: {{consent: …}}",
        "take this step out of what follows the withdrawal; where customers may have agreed anew, write `if: {{consent: …}}`",
    ),
    bad=journey(SEND, starts="sms-unsubscribed"),
    good=journey(GUARDED_SEND, starts="sms-unsubscribed"),
    aliases=("WDR01",),
)
STALE: Final = Rule(
    code="SOP504",
    name="stale-consent",
    severity=Severity.ERROR,
    summary=Phrase("按过时的同意联系客户", "a contact that rests on an old consent"),
    message=Phrase(
        "步骤“{step}”联系客户时，同意是 {age}前确认的；撤回应在 {allowed}内生效",
        "when `{step}` contacts the customer, the consent was last seen {age} before; a withdrawal must take effect within {allowed}",
    ),
    why=Phrase(
        "从确认同意到发出之间，客户随时可能撤回；隔得太久，撤回了的人照样收到。",
        "Anybody may withdraw between the check and the contact; with so long between them, whoever did is contacted all the same.",
    ),
    fix=Phrase(
        "把条件写到发送的这一步上（if: {{consent: …}}）；由员工做的，缩短 within，或写 recheck，让员工动手前再看一眼",
        "put the condition on the step that sends (`if: {{consent: …}}`); for a person, shorten `within`, or write `recheck` so that "
        "they look again before they act",
    ),
    bad=journey(FORK, "          - {id: pause, wait: 3d}\n", f"        {SEND}", "      - {else: []}\n"),
    good=journey(FORK, "          - {id: pause, wait: 3d}\n", f"        {GUARDED_SEND}", "      - {else: []}\n"),
    aliases=("WDR02",),
)

__all__ = ["AFTER", "BEYOND", "STALE", "WITHOUT"]
