"""Who answers for a playbook, when it is looked at again, what it is to bring: SOP216–SOP219."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sopkit.diagnostics import Finding, Rule, Severity
from sopkit.graph.nouns import NOUNS, table
from sopkit.model.documents import Cadence, Document, Journey
from sopkit.model.nouns import Noun
from sopkit.model.values import DateValue
from sopkit.rules.case import Case, Playbook
from sopkit.rules.examples import AUTOMATION, CALL, END, KPI, LIFECYCLE
from sopkit.rules.repairs import review_date
from sopkit.text import Phrase

STEP: Final = "  - {id: call, do: 电话问候, by: guide, within: 1d}\n"
STAGE: Final = "  hello:\n" + CALL + END

NO_OWNER: Final = Rule(
    code="SOP216",
    name="missing-owner",
    severity=Severity.WARNING,
    summary=Phrase("剧本没有负责人", "a playbook that nobody answers for"),
    message=Phrase("“{id}”没有负责人", "`{id}` has no owner"),
    why=Phrase(
        "没有负责人，出了问题没人处理，内容过时了也没人改。",
        "Without an owner nobody mends it when it fails, or brings it up to date.",
    ),
    fix=Phrase("写上 owner，填一个已声明的岗位", "write `owner` with one of the declared roles"),
    bad=AUTOMATION.replace("owner: guide\n", "") + STEP,
    good=AUTOMATION + STEP,
)
NO_REVIEW: Final = Rule(
    code="SOP217",
    name="missing-review-date",
    severity=Severity.WARNING,
    summary=Phrase("剧本没有复审日期", "a playbook with no date of review"),
    message=Phrase("“{id}”没写什么时候复审", "`{id}` does not say when it is looked at again"),
    why=Phrase(
        "没有复审日期，没人会想起来改，一线一直照着过时的做法做。",
        "With no date nobody thinks of it, and the staff go on doing what is out of date.",
    ),
    fix=Phrase("写上 review_by，例如一年之后的日期", "write `review_by`, a date in a year's time, say"),
    bad=AUTOMATION.replace("review_by: 2027-12-31\n", "") + STEP,
    good=AUTOMATION + STEP,
)
REVIEW_PASSED: Final = Rule(
    code="SOP218",
    name="review-date-passed",
    severity=Severity.WARNING,
    summary=Phrase("复审日期已过", "a date of review that has passed"),
    message=Phrase(
        "“{id}”应在 {date} 之前复审，已经过了", "`{id}` was to be looked at again by {date}, which has passed"
    ),
    why=Phrase(
        "过了复审日期，没人能保证里面的做法、话术和规定还算数。",
        "Past that day nobody vouches for what it says: methods, texts and rules may have changed.",
    ),
    fix=Phrase(
        "请负责人通读一遍，改好过时的内容，再把 review_by 改成下一次的日期",
        "have its owner read it through and correct it, then move `review_by` to the next date",
    ),
    bad=AUTOMATION.replace("2027-12-31", "2025-12-31") + STEP,
    good=AUTOMATION + STEP,
)
NO_TARGET: Final = Rule(
    code="SOP219",
    name="playbook-without-target",
    severity=Severity.WARNING,
    summary=Phrase("剧本没有目标", "a playbook without a target"),
    message=Phrase("“{id}”没有写要达到什么目标", "`{id}` does not say what it is to bring"),
    why=Phrase(
        "没有目标，做得好不好没有标准，该停该改也没有依据。",
        "Without a target nobody can tell whether it works, or whether to change or to stop it.",
    ),
    fix=Phrase(
        "写上 targets：哪个指标（kpi）、要达到多少（target: ≥ 15%）",
        "write `targets`: which `kpi`, and what it is to reach (`target: ≥ 15%`)",
    ),
    bad=LIFECYCLE.replace("targets: [{kpi: replies, target: ≥ 15%}]\n", "") + STAGE + KPI,
    good=LIFECYCLE + STAGE + KPI,
)

RULES: Final = (NO_OWNER, NO_REVIEW, REVIEW_PASSED, NO_TARGET)


def check(case: Case) -> Iterator[Finding]:
    """Yield playbooks without owner, review or target, and whatever should have been reviewed before today."""
    for root, playbook in case.playbooks:
        doubts, at = case.doubts, playbook.id_at
        if playbook.owner is None and not doubts.of_key(playbook.at, "owner"):
            yield case.finding(NO_OWNER, at, root, id=playbook.id)
        if playbook.review_by is None and not doubts.of_key(playbook.at, "review_by"):
            yield case.finding(NO_REVIEW, at, root, fixes=review_date(case, playbook.at), id=playbook.id)
        if _lacks_target(playbook) and not (doubts.of_key(playbook.at, "targets") or doubts.of_flow(playbook.at)):
            yield case.finding(NO_TARGET, at, root, id=playbook.id)
    workspace = case.workspace
    documents: tuple[Document, ...] = (
        workspace.settings, *workspace.catalogs, *(playbook for _, playbook in case.playbooks),
        *workspace.syncs.values(), *workspace.kpis.values(),
    )  # fmt: skip
    for document in documents:
        yield from _check_date(case, f"{document.kind}/{document.id}", document)
    for kind, section in NOUNS:
        for noun in table(workspace, section).values():
            yield from _check_date(case, f"{kind}/{noun.id}", noun)


def _lacks_target(playbook: Playbook) -> bool:
    match playbook:
        case Journey(kind="lifecycle"):
            return not (playbook.targets or any(stage.targets for stage in playbook.stages))
        case Cadence():
            return not playbook.targets
    return False


def _check_date(case: Case, subject: str, declared: Document | Noun) -> Iterator[Finding]:
    date: DateValue | None = declared.review_by
    if date is not None and date.value < case.today and not declared.builtin:
        yield case.finding(REVIEW_PASSED, date.at, subject, id=declared.id or subject.strip("/"), date=str(date))
