"""What can be wrong with the documents that have to exist: SOP910–SOP912."""

from __future__ import annotations

from typing import Final

from sopkit.diagnostics import Rule, Severity
from sopkit.rules.law_examples import CALL, catalog, playbook
from sopkit.rules.sharing_rules import DESK, desk
from sopkit.text import Phrase

POPUP: Final = "  - {id: pop, do: 首页弹窗, via: pop-up, for: onboarding, by: guide, within: 1d}\n"
WINDOW: Final = "channels: {pop-up: {title: 弹窗, tool: mini-program, preset: pop-up, reach: pull}}"
PAPER: Final = (
    "artefacts:\n"
    "  one-tap: {title: 弹窗规范, owner: guide, type: policy, date: 2026-01-10, file: papers/popup.md, covers: [pop-up]}\n"
    "  plan: {title: 应急预案, owner: guide, type: incident-plan, date: 2026-01-10, file: papers/plan.md}\n"
    "  trained: {title: 培训记录, owner: guide, type: training-record, date: 2026-01-10, file: papers/training.md}"
)

UNASSESSED: Final = Rule(
    code="SOP910",
    name="processing-without-assessment",
    severity=Severity.ERROR,
    summary=Phrase("没有事先做影响评估", "processing without an impact assessment"),
    message=Phrase("“{name}”{what}，{problem}", "`{name}` {what}, and {problem}"),
    why=Phrase(
        "敏感信息、自动化决策、委托、提供、出境之前都要评估，报告要保存多年。",
        "Sensitive data, automated decisions, processors, sharing, transfers abroad: all are assessed first, and kept for years.",
    ),
    fix=Phrase(
        "做评估，登记为 type: impact-assessment 的 artefact，covers 写上它",
        "assess it, and enter an artefact of `type: impact-assessment` that covers it",
    ),
    bad=desk(papers=DESK[1].replace("file: papers/pia.md, covers: [desk]", "file: papers/pia.md, covers: [crm]")),
    good=desk(),
    aliases=("GOV01",),
)
MISSING: Final = Rule(
    code="SOP911",
    name="missing-policy",
    severity=Severity.ERROR,
    summary=Phrase("缺少制度、预案或培训记录", "a policy, incident plan or training record is missing"),
    message=Phrase("登记的文件里{problem}", "among the documents {problem}"),
    why=Phrase(
        "制度、应急预案、培训是法定义务，检查时第一样要看的就是文件。",
        "Policies, an incident plan and training are duties; the documents are what an inspection asks for first.",
    ),
    fix=Phrase(
        "补上，登记为 type: {type} 的 artefact，写明 owner、date、file",
        "enter an artefact of `type: {type}` with `owner`, `date`, `file`",
    ),
    bad=desk(papers=DESK[1].replace("type: incident-plan", "type: other")),
    good=desk(),
    aliases=("GOV02",),
)
STICKY: Final = Rule(
    code="SOP912",
    name="pop-up-without-rule",
    severity=Severity.ERROR,
    summary=Phrase("弹窗没有写明一键关闭的规范", "a pop-up with no document that it closes with one click"),
    message=Phrase("弹窗渠道“{channel}”，{problem}", "the pop-up channel `{channel}`: {problem}"),
    why=Phrase("弹出广告要能一键关闭，关不掉的会被处罚。", "Pop-up advertising has to close with one click."),
    fix=Phrase(
        "写一份弹窗规范，登记为 artefact，covers 写上这个渠道",
        "write the rule down, and enter an artefact that covers the channel",
    ),
    bad=playbook(CALL, POPUP, before=catalog(WINDOW)),
    good=playbook(CALL, POPUP, before=catalog(WINDOW, PAPER)),
    aliases=("AD04",),
)

RULES: Final = (UNASSESSED, MISSING, STICKY)
