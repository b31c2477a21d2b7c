"""The documents that the law wants to exist: assessments, policies, plans, training, the rule for pop-ups: SOP910–SOP912."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sopkit.diagnostics import Outcome
from sopkit.law.vocabulary import is_sensitive
from sopkit.rules.case import Case
from sopkit.rules.content_texts import messages
from sopkit.rules.papers_found import papers, problem
from sopkit.rules.papers_rules import MISSING, RULES, STICKY, UNASSESSED
from sopkit.rules.personal_fields import is_personal
from sopkit.rules.sharing_tools import is_abroad, receives
from sopkit.text import Phrase
from sopkit.tree import Mark

__all__ = ["RULES", "check"]

WANTED: Final = {
    "policy": Phrase("管理制度", "a policy"),
    "incident-plan": Phrase("应急预案", "an incident plan"),
    "training-record": Phrase("培训记录", "a record of training"),
}
"""Types of artefact that every register of documents has to hold (PIPL 51)."""
SENSITIVE: Final = Phrase("是敏感个人信息", "is sensitive")
AUTOMATED: Final = Phrase("按个人特征自动推送", "is used for automated decisions")
ENTRUSTED: Final = Phrase("受托处理数据", "processes data for us")
GIVEN: Final = Phrase("收到我们提供的数据", "is given data")
ABROAD: Final = Phrase("在境外", "is abroad")


def check(case: Case) -> Iterator[Outcome]:
    """Yield the documents that are missing, for the workspace's own nouns."""
    for name, what, at, subject in assessable(case):
        why = problem(case, papers(case, "impact-assessment", name))
        if why is not None:
            yield case.finding(UNASSESSED, at, subject, name=name, what=what, problem=why)
    own = [one for one in case.workspace.artefacts.values() if not one.builtin]
    if own:
        first = own[0]
        for type_, words in WANTED.items():
            why = problem(case, papers(case, type_))
            if why is not None:
                said = Phrase(f"没有{words.zh}：{why.zh}", f"{words.en} is missing: {why.en}")
                yield case.finding(MISSING, first.at, f"artefact/{type_}", problem=said, type=type_)
    for channel in case.workspace.channels.values():
        if (channel.preset or "") == "pop-up" and not channel.builtin:
            covering = (one for one in own if channel.id in {ref.id for ref in one.covers})
            why = problem(case, covering)
            if why is not None:
                yield case.finding(STICKY, channel.at, f"channel/{channel.id}", channel=channel.id, problem=why)


def assessable(case: Case) -> Iterator[tuple[str, Phrase, Mark, str]]:
    """Yield (noun, why it is to be assessed, its place, subject), each noun once."""
    workspace = case.workspace
    for datum in workspace.data.values():
        if is_sensitive(datum.category) and not datum.builtin:
            yield datum.id, SENSITIVE, datum.at, f"data/{datum.id}"
    seen: set[str] = set()
    for one in messages(case):
        purpose = one.purpose
        if purpose is None or purpose.builtin or purpose.id in seen or not one.marketing:
            continue
        if is_personal(case, purpose, one.step):
            seen.add(purpose.id)
            yield purpose.id, AUTOMATED, purpose.at, f"purpose/{purpose.id}"
    for tool in workspace.tools.values():
        if tool.builtin:
            continue
        received = receives(case, tool.id)
        if tool.relation == "processor":
            yield tool.id, ENTRUSTED, tool.at, f"tool/{tool.id}"
        elif tool.relation == "controller" and received:
            yield tool.id, GIVEN, tool.at, f"tool/{tool.id}"
        elif is_abroad(case, tool) and received:
            yield tool.id, ABROAD, tool.at, f"tool/{tool.id}"
