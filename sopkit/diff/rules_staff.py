"""What can change for those who do the work: who does it, how, by which figures it is judged: SOP966–SOP969, SOP977–SOP979."""

from __future__ import annotations

from typing import Final

from sopkit.diagnostics import Severity
from sopkit.diff.kinds import BEFORE, JOURNEY, kind
from sopkit.rules.examples import SYNC
from sopkit.text import Phrase

KPI: Final = """\
---
kind: kpi
id: replies
title: 回复率
owner: guide
review_by: 2027-12-31
unit: percent
better: higher
formula: {share: {customers: {chat-received: ever}}, of: {customers: {member-joined: ever}}}
measured_in: bi
target: ≥ 15%
"""

ROLE_CHANGED: Final = kind(
    "SOP966", "role-changed", Severity.NOTE,
    Phrase("谁做、谁负责变了", "who does it or answers for it was changed"),
    why=Phrase(
        "新接手的人要先学会，原来的人要知道不再归自己。",
        "Whoever takes it over has to learn it, and whoever did it has to know.",
    ),
    before=BEFORE, after=BEFORE.replace("owner: guide\nreview_by: 2027-12-31\nstarts_on", "owner: hq\nreview_by: 2027-12-31\nstarts_on")
    + "roles: {hq: {title: 生命周期运营主管}}\n",
)  # fmt: skip
RETRAIN: Final = kind(
    "SOP967", "retraining", Severity.NOTE,
    Phrase("岗位要重新培训和签收", "a role must train and sign again"),
    message=Phrase("{subject}：要重新培训和签收，因为{what}", "{subject}: must train and sign again, because of {what}"),
    why=Phrase(
        "做的步骤或要守的规则变了，按旧手册干就是错的。",
        "Steps that they do, or rules that bind them, are otherwise: the former manual is wrong.",
    ),
    fix=Phrase("生成新版手册（sopkit build --edition），安排培训和签收",
        "build the new edition (sopkit build --edition), train and collect signatures"),
    before=BEFORE, after=BEFORE.replace("电话问候", "电话致谢"),
)  # fmt: skip
TARGET_CHANGED: Final = kind(
    "SOP968", "target-changed", Severity.NOTE,
    Phrase("指标或目标变了", "a KPI or its target was changed"),
    why=Phrase(
        "目标变了，前后的数字不能直接比；考核也要跟着改。",
        "Figures of before and after can't be compared as they are, and appraisals follow the new target.",
    ),
    before=BEFORE + KPI, after=BEFORE + KPI.replace("≥ 15%", "≥ 20%"),
)  # fmt: skip
WORK_CHANGED: Final = kind(
    "SOP969", "work-changed", Severity.NOTE,
    Phrase("做法变了", "how it is done was changed"),
    why=Phrase("员工要按新的做法做。", "Those who do it have to do it the new way."),
    before=BEFORE, after=BEFORE.replace("电话问候", "电话致谢"),
)  # fmt: skip
SYNC_CHANGED: Final = kind(
    "SOP977", "sync-changed", Severity.NOTE,
    Phrase("系统之间传的内容或时间变了", "what tools pass on, or when, was changed"),
    why=Phrase(
        "同步变了，别的系统看到的数据会变，晚多久也会变。",
        "What another tool sees, and how late, is otherwise.",
    ),
    before=BEFORE + SYNC, after=BEFORE + SYNC.replace("every: 15m", "every: 1h"),
)  # fmt: skip
OTHER_CHANGED: Final = kind(
    "SOP979", "other-change", Severity.NOTE,
    Phrase("别的内容变了", "something else was changed"),
    why=Phrase("文件里说的和以前不一样。", "The files say something else than before."),
    before=BEFORE + JOURNEY, after=BEFORE + JOURNEY.replace("title: 新客\n", "title: 新客旅程\n"),
)  # fmt: skip

RULES: Final = (ROLE_CHANGED, RETRAIN, TARGET_CHANGED, WORK_CHANGED, SYNC_CHANGED, OTHER_CHANGED)
