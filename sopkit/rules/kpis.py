"""What one KPI says: window, direction, baseline, alert, owner, review date: SOP803–SOP809."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sopkit.diagnostics import Finding, Rule, Severity
from sopkit.graph.promises import Promise, promises
from sopkit.graph.satisfiability import leaves
from sopkit.model.documents import Kpi, Workspace
from sopkit.model.formulas import Countable, Customers, ShareOf
from sopkit.model.predicates import EventTest
from sopkit.model.values import Every
from sopkit.rules.case import Case
from sopkit.rules.kpi_examples import kpi, promising, retention, share
from sopkit.rules.repairs import review_date
from sopkit.text import Phrase

CAME_BACK: Final = share("{customers: {chat-received: ever}}")
MONTHLY: Final = kpi("replies", CAME_BACK, "per: month", "measured_in: bi")
REVIEWED: Final = ("per: month", "measured_in: bi", "review: {every: week, at: [mon 10:00], by: guide}")

NO_WINDOW: Final = Rule(
    code="SOP803",
    name="retention-without-window",
    severity=Severity.WARNING,
    summary=Phrase(
        "留存类指标没写看哪几天、看哪批客户", "a retention KPI that does not say which days of which customers"
    ),
    message=Phrase("“{id}”没写清怎么数：{lacking}", "`{id}` does not say how it is counted: {lacking}"),
    why=Phrase(
        "“第7天来过”和“7天内来过”差好几倍；没写清，数就没法比，目标高低也无从判断。",
        "“On day 7” and “within 7 days” differ several times over: without it numbers cannot be compared, nor targets judged.",
    ),
    fix=Phrase(
        "写上 cohort（哪批客户，如 member-joined）和 window：day 7（只看第7天）、days 1..7（期间至少一次）或 from day 7（第7天以后还在）",
        "write `cohort` (`member-joined`, say) and `window`: `day 7` (on that day), `days 1..7` (at least once) or "
        "`from day 7` (still there)",
    ),
    bad=promising("{kpi: back, target: ≥ 20%}") + kpi("back", CAME_BACK, "cohort: member-joined", "measured_in: bi"),
    good=promising("{kpi: back, target: ≥ 20%}") + retention("back", "days 1..7"),
)
WRONG_WAY: Final = Rule(
    code="SOP804",
    name="target-against-direction",
    severity=Severity.WARNING,
    summary=Phrase("目标的方向与指标相反", "a target against the KPI's direction"),
    message=Phrase("“{id}”{better}，目标却是 {target}", "of `{id}`, {better}, and the target is {target}"),
    why=Phrase(
        "照字面执行，做得越好越算没达标。",
        "Taken at its word, doing better is missing the target.",
    ),
    fix=Phrase(
        "把符号反过来，或改指标的 better（higher 越高越好，lower 越低越好）",
        "turn the sign round, or change the KPI's `better`",
    ),
    bad=promising("{kpi: replies, target: ≤ 15%}") + MONTHLY,
    good=promising("{kpi: replies, target: ≥ 15%}") + MONTHLY,
)
NO_BASELINE: Final = Rule(
    code="SOP805",
    name="target-without-baseline",
    severity=Severity.WARNING,
    summary=Phrase("目标写的是比原来提高多少，却没有原来的数", "a target against a baseline that is not given"),
    message=Phrase("目标是 {target}，但“{id}”没有基线", "the target is {target}, and `{id}` has no baseline"),
    why=Phrase(
        "不知道原来是多少，就没人知道要做到多少。", "Without the value before, nobody knows what is to be reached."
    ),
    fix=Phrase(
        "在指标里写上 baseline：{{value: 12%, period: 2026-Q2}}",
        "give the KPI a baseline: `baseline: {{value: 12%, period: 2026-Q2}}`",
    ),
    bad=promising("{kpi: replies, target: +20% over baseline}") + MONTHLY,
    good=promising("{kpi: replies, target: +20% over baseline}")
    + MONTHLY
    + "baseline: {value: 12%, period: 2026-Q2}\n",
)
NO_REVIEW_TO_PRECEDE: Final = Rule(
    code="SOP806",
    name="alert-before-no-review",
    severity=Severity.WARNING,
    summary=Phrase("预警要赶在查看之前，却没写什么时候查看", "an alert ahead of a review that is not set"),
    message=Phrase(
        "“{id}”要提前 {before} 预警，但没写什么时候查看", "`{id}` is to ring {before} ahead, and no review is set"
    ),
    why=Phrase(
        "before 是从查看时间往前数的；没有查看时间，就不知道什么时候该响。",
        "`before` counts back from the review: with none, nobody knows when it should ring.",
    ),
    fix=Phrase(
        "写上 review，例如 {{every: week, at: [mon 10:00], by: guide}}，或去掉 before",
        "write `review`, as `{{every: week, at: [mon 10:00], by: guide}}`, or drop `before`",
    ),
    bad=promising("{kpi: replies, target: ≥ 15%}") + MONTHLY + "alert: {when: < 10%, before: 2h, to: guide}\n",
    good=promising("{kpi: replies, target: ≥ 15%}")
    + kpi("replies", CAME_BACK, *REVIEWED, "alert: {when: < 10%, before: 2h, to: guide}"),
)
AHEAD_OF_ITSELF: Final = Rule(
    code="SOP807",
    name="alert-ahead-of-last-review",
    severity=Severity.WARNING,
    summary=Phrase("预警提前得比两次查看的间隔还长", "an alert further ahead than the reviews are apart"),
    message=Phrase(
        "“{id}”要提前 {before} 预警，可是每 {every} 就查看一次",
        "`{id}` is to ring {before} ahead, and is reviewed every {every}",
    ),
    why=Phrase(
        "那时连上一次查看都还没到，要预警的数还不存在。",
        "At that time not even the review before has come, and the number to warn of does not exist yet.",
    ),
    fix=Phrase("把 before 改短，或把查看的间隔放长", "make `before` shorter, or the reviews further apart"),
    bad=promising("{kpi: replies, target: ≥ 15%}")
    + kpi("replies", CAME_BACK, *REVIEWED, "alert: {when: < 10%, before: 10d, to: guide}"),
    good=promising("{kpi: replies, target: ≥ 15%}")
    + kpi("replies", CAME_BACK, *REVIEWED, "alert: {when: < 10%, before: 1d, to: guide}"),
)
NO_OWNER: Final = Rule(
    code="SOP808",
    name="kpi-without-owner",
    severity=Severity.WARNING,
    summary=Phrase("指标没有负责人", "a KPI that nobody answers for"),
    message=Phrase("指标“{id}”没有负责人", "the KPI `{id}` has no owner"),
    why=Phrase(
        "数不对、目标没达到，都没有人管。", "When the number is wrong or the target missed, it is nobody's business."
    ),
    fix=Phrase("写上 owner，填一个已声明的岗位", "write `owner` with one of the declared roles"),
    bad=promising("{kpi: replies, target: ≥ 15%}") + MONTHLY.replace("owner: guide\n", ""),
    good=promising("{kpi: replies, target: ≥ 15%}") + MONTHLY,
)
NO_REVIEW_DATE: Final = Rule(
    code="SOP809",
    name="kpi-without-review-date",
    severity=Severity.WARNING,
    summary=Phrase("指标没有复审日期", "a KPI with no date of review"),
    message=Phrase("指标“{id}”没写什么时候复审", "the KPI `{id}` does not say when it is looked at again"),
    why=Phrase(
        "业务变了，算法和目标还照旧，数就不再说明问题。",
        "When the business changes and the formula does not, the number no longer tells anything.",
    ),
    fix=Phrase("写上 review_by，例如一年之后的日期", "write `review_by`, a date in a year's time, say"),
    bad=promising("{kpi: replies, target: ≥ 15%}") + MONTHLY.replace("review_by: 2027-12-31\n", ""),
    good=promising("{kpi: replies, target: ≥ 15%}") + MONTHLY,
)
RULES: Final = (
    NO_WINDOW, WRONG_WAY, NO_BASELINE, NO_REVIEW_TO_PRECEDE, AHEAD_OF_ITSELF, NO_OWNER, NO_REVIEW_DATE,
)  # fmt: skip

LONGEST: Final = {"day": 1, "week": 7, "month": 31, "quarter": 92, "year": 366}
"""Days."""
RETENTION: Final = ("retention", "retained", "留存")


def check(case: Case) -> Iterator[Finding]:
    """Yield what is amiss with the workspace's own KPIs, and with what is promised of them."""
    for one in case.workspace.kpis.values():
        if not one.builtin:
            yield from _check_kpi(case, one)
            yield from _check_alert(case, one)
    for promise in promises(case.workspace):
        if not case.doubts.inside(promise.at) and not case.doubts.of_document(promise.kpi.at):
            yield from _check_promise(case, promise)


def _check_kpi(case: Case, one: Kpi) -> Iterator[Finding]:
    subject, doubts = f"kpi/{one.id}", case.doubts
    if one.owner is None and not doubts.of_key(one.at, "owner"):
        yield case.finding(NO_OWNER, one.id_at, subject, id=one.id)
    if one.review_by is None and not doubts.of_key(one.at, "review_by"):
        yield case.finding(NO_REVIEW_DATE, one.id_at, subject, fixes=review_date(case, one.at), id=one.id)
    lacking = _lacking(one, case.workspace)
    if lacking is not None and not doubts.of_document(one.at):
        yield case.finding(NO_WINDOW, one.id_at, subject, id=one.id, lacking=lacking)


def _lacking(one: Kpi, workspace: Workspace) -> Phrase | None:
    """Return what a share of customers leaves open who are followed for some time; one of a calendar period leaves nothing open.

    They are followed where there is a cohort, where the title says so, or where the whole is those to whom something happens once.
    """
    counted = one.formula
    if one.window is not None or not (isinstance(counted, ShareOf) and isinstance(counted.part, Customers)):
        return None
    titles = [text for _, text in one.title.variants] if one.title else []
    named = any(word in text.casefold() for word in RETENTION for text in (one.id, *titles))
    if one.cohort is not None:
        return Phrase("没写看哪几天（window）", "it has a cohort and no `window`")
    if one.per is None and (named or _happens_once(counted.whole, workspace)):
        return Phrase(
            "没写看哪批客户（cohort）的哪几天（window）", "it has no cohort, no `window`, and no period either"
        )
    if named:
        return Phrase("留存要写看哪批客户（cohort）的哪几天（window）", "retention needs a cohort and a `window`")
    return None


def _happens_once(whole: Countable, workspace: Workspace) -> bool:
    """Return whether the whole is customers of events that come once in a lifetime, as joining does."""
    if not isinstance(whole, Customers):
        return False
    tests = leaves(whole.who)
    events = [workspace.events.get(test.event.id) for test in tests if isinstance(test, EventTest) and not test.negated]
    return len(events) == len(tests) > 0 and all(
        event is not None and event.at_most is not None and event.at_most.per == "lifetime" for event in events
    )


def _check_alert(case: Case, one: Kpi) -> Iterator[Finding]:
    before = one.alert.before if one.alert else None
    if before is None or case.doubts.of_document(one.at):
        return
    subject = f"kpi/{one.id}"
    if one.review is None:
        yield case.finding(NO_REVIEW_TO_PRECEDE, before.at, subject, id=one.id, before=str(before))
        return
    every = one.review.every
    apart = _apart(every) if every else None
    if every is not None and apart is not None and before.seconds is not None and before.seconds >= apart:
        yield case.finding(
            AHEAD_OF_ITSELF,
            before.at,
            subject,
            (every.at, Phrase("多久查看一次写在这里", "how often it is reviewed")),
            id=one.id,
            before=str(before),
            every=str(every),
        )


def _apart(every: Every) -> int | None:
    """Return how many seconds two reviews are apart at most, of those that are one period apart."""
    if every.interval is not None:
        return every.interval.seconds
    days = LONGEST.get(every.unit or "")
    return days * 86400 if days else None


def _check_promise(case: Case, promise: Promise) -> Iterator[Finding]:
    target, one = promise.target, promise.kpi
    if target.relative and (one.baseline is None or one.baseline.value is None):
        related = (one.id_at, Phrase("指标在这里", "the KPI is here"))
        yield case.finding(NO_BASELINE, target.at, promise.root, related, id=one.id, target=str(target))
    better = WAYS.get((one.better or "", target.comparator))
    if better is not None:
        related = (one.id_at, Phrase("better 写在这个指标里", "this KPI says which way is better"))
        yield case.finding(WRONG_WAY, target.at, promise.root, related, id=one.id, better=better, target=str(target))


UP: Final = Phrase("越高越好", "more is better")
DOWN: Final = Phrase("越低越好", "less is better")
WAYS: Final = {("higher", "≤"): UP, ("higher", "<"): UP, ("lower", "≥"): DOWN, ("lower", ">"): DOWN}
