"""What only a log of touches can show, as rules: SOP980–SOP982. Their examples are a workspace, and rows of a log in comments behind it."""

from __future__ import annotations

from typing import Final

from sopkit.diagnostics import Rule, Severity
from sopkit.rules.examples import AUTOMATION, SCRIPT, WORKSPACE
from sopkit.text import Phrase

PLAN: Final = "---\n" + AUTOMATION + "  - {id: hi, send: hello, via: %s, for: care, within: 1h}\n" + SCRIPT
CAPPED: Final = WORKSPACE + "caps: [{id: weekly, max: 2, per: 7d}]\n"
LOG: Final = "# touches.csv\n# customer,time,channel,step\n# c-1,2026-07-01 10:00,%s,%s\n"

UNDECLARED: Final = Rule(
    code="SOP980",
    name="undeclared-touch",
    severity=Severity.WARNING,
    summary=Phrase("日志里有剧本没有写的触达", "touches that no playbook declares"),
    message=Phrase("{rows} 次触达在剧本里找不到", "{rows} touches stand in no playbook"),
    why=Phrase(
        "剧本以外的触达没有人审过，也不在上限和同意的检查里；要么是剧本漏写，要么是有人绕过了流程。",
        "Nobody has reviewed what stands in no playbook, and no check of caps or consents knows it: a gap in the plan, or a way around it.",
    ),
    fix=Phrase(
        "该发的补进剧本，不该发的停掉；编号写法不同的，在 logs 的对应关系里改",
        "add what is meant to a playbook and stop the rest; where only the ids differ, map them in `logs`",
    ),
    bad=CAPPED + PLAN % "sms" + LOG % ("sms", "goodbye"),
    good=CAPPED + PLAN % "sms" + LOG % ("sms", "hi"),
)
OTHER_CHANNEL: Final = Rule(
    code="SOP981",
    name="touch-by-other-channel",
    severity=Severity.WARNING,
    summary=Phrase("实际用的渠道不是剧本写的", "a step that went out by another channel than declared"),
    message=Phrase("步骤“{step}”有 {rows} 次不是用写明的渠道发的", "{rows} touches of `{step}` went by a channel that it does not name"),
    why=Phrase(
        "换了渠道，同意、上限、发送时段和退订方式都可能不同：按剧本证明过的，对它不成立。",
        "Another channel has its own consent, caps, hours and way to opt out: what was proved of the plan does not hold for it.",
    ),
    fix=Phrase("在步骤的 via 里补上这个渠道，或者让系统只用写明的渠道", "add the channel to the step's `via`, or keep to those it names"),
    bad=CAPPED + PLAN % "sms" + LOG % ("wecom-chat", "hi"),
    good=CAPPED + PLAN % "sms" + LOG % ("sms", "hi"),
)
CLOSED: Final = Rule(
    code="SOP982",
    name="touch-in-closed-hours",
    severity=Severity.WARNING,
    summary=Phrase("在静默时段或渠道不开放的钟点触达了客户", "touches in quiet hours, or when the channel is closed"),
    message=Phrase("{rows} 次触达落在 {hours}", "{rows} touches fall into {hours}"),
    why=Phrase(
        "静默时段是对客户的承诺；剧本会把触达移到开放的钟点，实际没有移，说明系统没有这样设置。",
        "Quiet hours are a promise. The plan moves touches to open hours: where they were not moved, the tool is not set up so.",
    ),
    fix=Phrase("在发送的系统里设置同样的时段，按客户所在时区算", "set the same hours in the tool that sends, by the customer's zone"),
    bad=CAPPED + "quiet_hours: {hours: 09:00-21:00}\n" + PLAN % "sms" + LOG % ("sms", "hi"),
    good=CAPPED + "quiet_hours: {hours: 21:00-09:00}\n" + PLAN % "sms" + LOG % ("sms", "hi"),
)
RULES: Final = (UNDECLARED, OTHER_CHANNEL, CLOSED)
