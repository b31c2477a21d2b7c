"""What a check wants documented goes in; what is wrong with the artefacts that should show it comes out: a mere word proves nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from sopkit.law.parameters import DAYS
from sopkit.model.nouns import Artefact
from sopkit.model.values import Duration
from sopkit.rules.case import Case
from sopkit.text import Phrase

NONE_DECLARED: Final = Phrase("没有登记相应的文件", "no document is entered for it")


def papers(case: Case, type_: str, covering: str | None = None) -> Iterator[Artefact]:
    """Yield the artefacts of a type by id, those that cover a noun where one is named."""
    for one in sorted(case.workspace.artefacts.values(), key=lambda one: one.id):
        if one.type == type_ and (covering is None or covering in {ref.id for ref in one.covers}):
            yield one


def problem(case: Case, found: Iterator[Artefact], every: Duration | None = None) -> Phrase | None:
    """Return what is wrong with the best of the artefacts, None where one is in order: owner, date, an existing file, not too old."""
    problems = [_of(case, one, every) for one in found]
    if not problems:
        return NONE_DECLARED
    return None if None in problems else problems[0]


def _of(case: Case, artefact: Artefact, every: Duration | None) -> Phrase | None:
    name = artefact.id
    if artefact.owner is None:
        return Phrase(f"文件“{name}”没有负责人", f"the document `{name}` has no owner")
    if artefact.date is None:
        return Phrase(f"文件“{name}”没有日期", f"the document `{name}` has no date")
    if artefact.date.value > case.today:
        return Phrase(f"文件“{name}”的日期还没到", f"the date of the document `{name}` is to come")
    if every is not None and artefact.date.value + _length(every) < case.today:
        return Phrase(
            f"文件“{name}”已经超过 {every} 没有更新（{artefact.date}）",
            f"the document `{name}` of {artefact.date} is older than {every}",
        )
    if artefact.file is None:
        return Phrase(f"文件“{name}”没有写 file", f"the document `{name}` names no file")
    if not case.exists(artefact.file):
        return Phrase(f"工作区里没有文件 {artefact.file}", f"the workspace has no file {artefact.file}")
    return None


def _length(time: Duration) -> timedelta:
    return timedelta(days=time.amount * DAYS[time.unit])
