"""The rules about waivers, and what they say."""

from __future__ import annotations

from typing import Final

from sopkit.diagnostics import Rule, Severity
from sopkit.text import Phrase

WAIVED: Final = """\
kind: automation
id: welcome
title: 入会欢迎
review_by: 2027-12-31
waive:
  - {rule: missing-owner, at: welcome, reason: 负责人下月到岗, approved_by: guide, until: 2026-01-31}
starts_on: member-joined
steps:
  - {id: call, do: 电话欢迎, by: guide, within: 1d}
"""
"""A playbook without an owner, and a waiver that says so; its day has passed."""

ASKED: Final = """\
kind: automation
id: welcome
title: 入会欢迎
owner: lead
waive:
  - {rule: missing-review-date, at: welcome, reason: 下月才定复审日, approved_by: APPROVER, until: 2027-06-30}
starts_on: member-joined
steps:
  - {id: call, do: 电话欢迎, by: guide, within: 1d, inform: [data-officer]}
---
kind: catalog
roles:
  lead: {title: 生命周期运营主管}
  data-officer: {title: 个人信息保护负责人}
"""
"""A playbook whose owner wants an exception for it."""

EXPIRED: Final = Rule(
    code="SOP901",
    name="expired-waiver",
    severity=Severity.WARNING,
    summary=Phrase("豁免已经过期", "a waiver whose day has passed"),
    message=Phrase(
        "对 {rule} 的豁免在 {until} 到期，已经失效", "the waiver of `{rule}` ended on {until} and no longer counts"
    ),
    why=Phrase(
        "豁免是有期限的例外。过期不清，例外就成了没人负责的惯例。",
        "A waiver is an exception for a time; left standing, the exception becomes a habit that nobody answers for.",
    ),
    fix=Phrase(
        "解决原来的问题并删掉这条豁免{again}",
        "mend what it excused and delete it{again}",
    ),
    bad=WAIVED,
    good=WAIVED.replace("2026-01-31", "2027-06-30"),
)

UNUSED: Final = Rule(
    code="SOP902",
    name="unused-waiver",
    severity=Severity.WARNING,
    summary=Phrase("豁免没有对应的问题", "a waiver of something that is not found"),
    message=Phrase(
        "“{place}”没有 {rule} 的问题，这条豁免用不上",
        "no `{rule}` is found at `{place}`, so the waiver excuses nothing",
    ),
    why=Phrase(
        "用不上的豁免留着，等问题真的出现时会把它悄悄盖住。",
        "A waiver that is left lying about will silently cover the fault when it does come.",
    ),
    fix=Phrase(
        "问题已经解决就删掉这条豁免；写错了位置就改 at（文档内的路径，如 awareness/welcome）",
        "delete it if the fault is mended; if it stands at another place, correct `at`, a path such as awareness/welcome",
    ),
    bad=EXPIRED.good.replace("review_by", "owner: guide\nreview_by"),
    good=EXPIRED.good,
)

UNKNOWN: Final = Rule(
    code="SOP903",
    name="waiver-of-unknown-rule",
    severity=Severity.ERROR,
    summary=Phrase("豁免指的规则不存在", "a waiver of a rule that does not exist"),
    message=Phrase("没有规则“{rule}”", "there is no rule `{rule}`"),
    why=Phrase("规则名写错，这条豁免就什么也不会豁免。", "With a misspelt rule the waiver excuses nothing."),
    fix=Phrase(
        "写规则的名称或编号；用 sopkit rules 查看全部",
        "write the rule's name or code; `sopkit rules` lists them all",
    ),
    bad=EXPIRED.good.replace("missing-owner", "missing-ownr"),
    good=EXPIRED.good,
)

UNWAIVABLE: Final = Rule(
    code="SOP904",
    name="waiver-of-broken-text",
    severity=Severity.ERROR,
    summary=Phrase("写法错误不能豁免", "a waiver of a mistake in writing"),
    message=Phrase(
        "{rule} 是写法或引用错误，不能豁免",
        "`{rule}` is a mistake in writing or a broken reference and cannot be waived",
    ),
    why=Phrase(
        "读不懂的内容没法检查，也进不了手册：豁免等于让它悄悄消失。",
        "What can't be read is neither checked nor printed: a waiver would let it vanish in silence.",
    ),
    fix=Phrase("改正写法，删掉这条豁免", "mend the text and delete the waiver"),
    bad=EXPIRED.good.replace("missing-owner", "unknown-key"),
    good=EXPIRED.good,
)

UNENTITLED: Final = Rule(
    code="SOP913",
    name="waiver-without-authority",
    severity=Severity.WARNING,
    summary=Phrase("豁免的批准人无权批准", "a waiver approved by someone who may not"),
    message=Phrase(
        "对 {rule} 的豁免由“{approver}”批准，{why}", "the waiver of `{rule}` is approved by `{approver}`, {why}"
    ),
    why=Phrase(
        "自己的例外自己批，等于没有人批；严重的问题，按法律谁批准都不算数。",
        "Whoever approves an exception of their own has nobody to answer to; and what the law holds critical nobody can approve.",
    ),
    fix=Phrase("{advice}", "{advice}"),
    bad=ASKED.replace("APPROVER", "lead"),
    good=ASKED.replace("APPROVER", "data-officer"),
)

RULES: Final = (EXPIRED, UNUSED, UNKNOWN, UNWAIVABLE, UNENTITLED)

AGAIN: Final = Phrase(
    "；确实还需要，就请 {approver} 重新批准并改 until",
    "; if it is still needed, have `{approver}` approve it again and move `until`",
)
NEVER_AGAIN: Final = Phrase(
    "；按适用的法律它属于严重，重新批准也不算数，只能整改",
    "; by the law that applies it is critical, and no approval counts: it must be mended",
)
CRITICAL: Final = Phrase(
    "而按适用的法律它属于严重，谁批准都不算数", "and by the law that applies it is critical: nobody's approval counts"
)
MEND: Final = Phrase(
    "整改问题，删掉这条豁免；拿不准就请法律顾问看",
    "mend what is found and delete the waiver; if in doubt, ask legal counsel",
)
OWN: Final = Phrase("而这正是他自己负责或自己做的事", "who answers for this or does it: an exception of one's own")
ANOTHER: Final = Phrase(
    "请不负责也不做这件事的岗位批准，例如个人信息保护负责人或运营负责人，把 approved_by 改成那个岗位",
    "have a role approve it that neither answers for this nor does it, such as the data-protection officer or the head of operations, "
    "and write that role behind `approved_by`",
)
