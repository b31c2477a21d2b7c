"""Steps that ask for a consent go in; those that may ask somebody who has just refused it come out: SOP509."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import heappop, heappush
from typing import Final

from sopkit.diagnostics import Finding, Outcome, Proof, Rule, Severity, Verdict
from sopkit.frozen import dataclass
from sopkit.graph.course import Course, shortest
from sopkit.graph.nodes import Edge
from sopkit.graph.satisfiability import excludes
from sopkit.law.parameters import size
from sopkit.model.documents import Journey
from sopkit.model.predicates import ConsentTest, Predicate
from sopkit.model.steps import Ask, Step
from sopkit.model.triggers import OnEvent
from sopkit.model.values import SECONDS, Duration, Rate, Ref
from sopkit.rules.case import Case, Playbook
from sopkit.rules.consent_examples import journey
from sopkit.text import Phrase

ASK: Final = (
    "  - {id: again, ask: wecom-marketing, script: news, via: mp-page, for: onboarding, after: 1d, "
    "proof: [time, wording], kept_in: crm}\n"
)
AGAIN: Final = Rule(
    code="SOP509",
    name="asked-again-too-soon",
    severity=Severity.ERROR,
    summary=Phrase("客户刚拒绝又来征求同意", "a customer who has just refused is asked again"),
    message=Phrase(
        "步骤“{step}”会向刚拒绝“{consent}”的客户再次征求：{where}",
        "`{step}` may ask for `{consent}` somebody who has just refused it: {where}",
    ),
    why=Phrase(
        "拒绝以后反复来问，就是不让客户拒绝；法律不许频繁征求。",
        "To ask again and again is to leave no way to refuse; the law forbids it.",
    ),
    fix=Phrase(
        "写 again_after: {days}，或加条件 if: {{consent: {{{consent}: unknown}}}}，只问没有答复过的人",
        "write `again_after: {days}`, or `if: {{consent: {{{consent}: unknown}}}}`, so that only those who never answered are asked",
    ),
    bad=journey(ASK.replace("news", "ask-sms")).replace("  news:\n", "  ask-sms:\n"),
    good=journey(ASK.replace("news", "ask-sms").replace("1d, ", "1d, again_after: 30d, ")).replace(
        "  news:\n", "  ask-sms:\n"
    ),
    aliases=("CON06",),
)
RULES: Final = (AGAIN,)


@dataclass(frozen=True, slots=True)
class Asking:
    """One step that asks for one consent."""

    place: str
    step: Step
    consent: str
    playbook: Playbook


def check(case: Case) -> Iterator[Outcome]:
    """Yield a finding for each step and consent, and a proof where none asks too soon."""
    days = case.law.parameter("ask-again-after")
    if not isinstance(days, Duration):
        return
    asking = list(_asking(case))
    wrong = False
    for one in asking:
        finding = _again(case, one, asking, days)
        if finding is not None:
            wrong = True
            yield finding
    if asking and not wrong:
        zh = f"拒绝过的客户，{days} 内不会再被步骤征求同一项同意"
        yield Proof(AGAIN, "workspace", Phrase(zh, f"no step asks for a consent within {days} of its refusal"))


def _asking(case: Case) -> Iterator[Asking]:
    playbooks = dict(case.playbooks)
    for node, step, ask in case.doing(Ask):
        for ref in ask.what:
            if ref.id in case.workspace.consents:
                yield Asking(node.id, step, ref.id, playbooks[node.playbook])


def _again(case: Case, one: Asking, asking: list[Asking], days: Duration) -> Finding | None:
    again = one.step.again_after
    if (again is not None and size(again) >= size(days)) or _spares(case, one):
        return None
    span = size(days) * SECONDS["d"]
    where, verdict = _sooner(case, one, asking, span), Verdict.VIOLATED
    if where is None:
        where, verdict = _elsewhere(case, one, asking), Verdict.POSSIBLE
    if where is None:
        return None
    return Finding(
        AGAIN,
        case.forest.span(one.step.id_at),
        {"step": one.step.id, "consent": one.consent, "where": where, "days": str(days)},
        one.place,
        verdict=verdict,
    )


def _spares(case: Case, one: Asking) -> bool:
    """Return whether a condition of the step leaves out whoever has refused."""
    refused = ConsentTest(Ref(one.consent, one.step.at), "refused", one.step.at)
    conditions: list[Predicate | None] = [one.step.if_]
    if isinstance(one.playbook, Journey):
        conditions.append(one.playbook.while_)
    course = case.courses.get(case.graph.nodes[one.place].playbook)
    if course is not None:
        conditions += [edge.guard for edge in course.arriving.get(one.place, ()) if edge.label == "if"]
    given = [condition for condition in conditions if condition is not None]
    return bool(given) and excludes(case.workspace, *given, refused) is True


def _sooner(case: Case, one: Asking, asking: list[Asking], span: float) -> Phrase | None:
    """Return how the same run, or the next of the same journey, asks again within the time; None where it does not."""
    root = case.graph.nodes[one.place].playbook
    course = case.courses.get(root)
    if course is None:
        return None
    for trigger in getattr(one.playbook, "starts_on", ()):
        event = case.workspace.events.get(trigger.event.id) if isinstance(trigger, OnEvent) else None
        if (
            event is not None
            and one.consent in {ref.id for ref in event.asks}
            and _soonest(course, root, one.place) < span
        ):
            return Phrase(
                f"旅程由“{event.id}”开始，那时刚问过", f"the journey starts on `{event.id}`, which has just asked"
            )
    for other in asking:
        if other.consent == one.consent and case.graph.nodes[other.place].playbook == root:
            apart = min(
                (
                    shortest_of(edge) + _soonest(course, edge.target, one.place)
                    for edge in course.leaving.get(other.place, ())
                ),
                default=span,
            )
            if apart < span:
                return Phrase(f"步骤“{other.step.id}”之后不久又到这里", f"it follows soon on `{other.step.id}`")
    every = one.step.every
    if every is not None and every.interval is not None and shortest(every.interval) < span:
        return Phrase(f"每 {every.interval} 问一次", f"it asks every {every.interval}")
    return _reentered(case, one, span)


def _reentered(case: Case, one: Asking, span: float) -> Phrase | None:
    if not isinstance(one.playbook, Journey) or one.playbook.reentry.mode == "never":
        return None
    reentry = one.playbook.reentry
    if reentry.mode == "after" and shortest(reentry.after) >= span:
        return None
    for trigger in one.playbook.starts_on:
        event = case.workspace.events.get(trigger.event.id) if isinstance(trigger, OnEvent) else None
        rate = event.at_most if event is not None else None
        if rate is not None and is_as_seldom(rate, span):
            return None
    again = "always" if reentry.mode == "always" else f"after {reentry.after}"
    return Phrase(f"旅程可以重来（reentry: {again}）", f"the journey may start again (`reentry: {again}`)")


def is_as_seldom(rate: Rate, span: float) -> bool:
    """Return whether what happens at this rate never happens twice within so many seconds; a new year comes a day after the old."""
    long = rate.per == "lifetime" or (isinstance(rate.per, Duration) and shortest(rate.per) >= span)
    return rate.count == 1 and long


def _elsewhere(case: Case, one: Asking, asking: list[Asking]) -> Phrase | None:
    for event in case.workspace.events.values():
        if one.consent in {ref.id for ref in event.asks} and not event.builtin:
            return Phrase(f"“{event.id}”也问过", f"`{event.id}` has asked, too")
    for other in asking:
        if other.consent == one.consent and other.place != one.place:
            return Phrase(f"步骤“{other.step.id}”也问过", f"`{other.step.id}` has asked, too")
    for event in case.workspace.events.values():
        if one.consent in {ref.id for ref in event.asks}:
            return Phrase(f"“{event.id}”也问过", f"`{event.id}` has asked, too")
    return None


def _soonest(course: Course, start: str, place: str) -> float:
    """Return after how many seconds at least one place is come to from another; an event may come at once."""
    queue: list[tuple[float, str]] = [(0.0, start)]
    known: set[str] = set()
    while queue:
        spent, at = heappop(queue)
        if at == place:
            return spent
        if at in known:
            continue
        known.add(at)
        for edge in course.leaving.get(at, ()):
            heappush(queue, (spent + shortest_of(edge), edge.target))
    return float("inf")


def shortest_of(edge: Edge) -> float:
    """Return the fewest seconds that an edge takes; one counted from an anchor may take none."""
    return shortest(edge.held.low) + (0.0 if edge.delay.since not in ("", "stage") else shortest(edge.delay.low))
