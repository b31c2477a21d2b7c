"""Waits that never end, and work of people that nobody knows by when to do: SOP208 and SOP215."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from sopkit.diagnostics import Finding, Rule, Severity
from sopkit.graph.timing import ranged
from sopkit.model.documents import Journey, Procedure, Stage
from sopkit.model.nouns import Event
from sopkit.model.steps import Ask, Choose, Go, Step, Wait
from sopkit.model.triggers import (
    AlertRaised,
    ConsentMoved,
    OnEvent,
    Trigger,
)
from sopkit.rules.case import Case, Playbook
from sopkit.rules.examples import automation
from sopkit.rules.frequency import comes_surely
from sopkit.text import Phrase

WAIT: Final = Rule(
    code="SOP208",
    name="wait-with-no-way-out",
    severity=Severity.ERROR,
    summary=Phrase("等不到头的等待", "a wait that may never end"),
    message=Phrase("“{step}”可能一直等下去：{reason}", "`{step}` may wait for ever: {reason}"),
    why=Phrase(
        "客户停在这一步，后面的步骤不会执行，也没有人知道他停在这里。",
        "The customer stays at this step, nothing after it is done, and nobody notices.",
    ),
    fix=Phrase(
        "写上 up_to（最多等多久），需要的话再写 otherwise（等不到时怎么办）",
        "write `up_to`, the longest time to wait, and `otherwise` where something else is to be done then",
    ),
    bad=automation("  - {id: bought, wait: order-paid}", "  - {id: thank, do: 电话致谢, by: guide, within: 1d}"),
    good=automation("  - {id: bought, wait: order-paid, up_to: 14d}", "  - {id: thank, do: 电话致谢, by: guide, within: 1d}"),
)  # fmt: skip
NO_DEADLINE: Final = Rule(
    code="SOP215",
    name="person-step-without-deadline",
    severity=Severity.ERROR,
    summary=Phrase("人做的步骤没有时限", "a person's step that says nowhere by when"),
    message=Phrase("步骤“{step}”由 {role} 做，但没写多久之内做完", "`{step}` is done by {role}, but nothing says by when"),
    why=Phrase(
        "没有时限，清单排不出先后，逾期也没人发现，后面步骤什么时候开始也算不出来。",
        "With no deadline no checklist can order it, nobody notices when it is late, and nothing after it can be timed.",
    ),
    fix=Phrase(
        "写上 within（多久之内）；倒推的写 before（离那一天还有多久）",
        "write `within`, or `before` where the time counts back from a date or an issue",
    ),
    bad=automation("  - {id: call, do: 电话问候, by: guide}"),
    good=automation("  - {id: call, do: 电话问候, by: guide, within: 1d}"),
)  # fmt: skip

RULES: Final = (WAIT, NO_DEADLINE)

MAY_NOT_COME: Final = Phrase(
    "等的事也许不会发生，又没写 up_to", "what it waits for may never happen, and it has no `up_to`"
)


def check(case: Case) -> Iterator[Finding]:
    """Yield the waits with no way out and the steps of people without a deadline."""
    for root, playbook in case.playbooks:
        stages = {stage.id: stage for stage in playbook.stages} if isinstance(playbook, Journey) else {}
        bounded = isinstance(playbook, Procedure) and playbook.due is not None
        for node, step in case.steps(root):
            if step.by is not None and not bounded and _lacks_deadline(step) and not case.doubts.inside(step.at):
                yield case.finding(NO_DEADLINE, step.id_at, node.id, step=step.id, role=step.by.id)
            elif isinstance(step.verb, Wait) and step.verb.until and step.up_to is None:
                stage = stages.get(node.id.split("/")[2])
                yield from _check_wait(case, playbook, stage, node.id, step)


def _lacks_deadline(step: Step) -> bool:
    """A recurring step is due in its period; what has no doing of its own needs no time."""
    if step.within or step.before or step.every or ranged(step):
        return False
    return not isinstance(step.verb, Wait | Choose | Go)


def _check_wait(case: Case, playbook: Playbook, stage: Stage | None, node: str, step: Step) -> Iterator[Finding]:
    wait = step.verb
    if not isinstance(wait, Wait) or case.doubts.inside(step.at):
        return
    reasons = [_why_never(case, playbook, trigger) for trigger in wait.until]
    never = [reason for reason in reasons if reason is not None]
    if len(never) == len(reasons):
        if not case.doubts.any:
            yield case.finding(WAIT, step.id_at, node, step=step.id, reason=never[0])
    elif not (_has_way_out(playbook, stage) or any(map(comes_surely, wait.until))):
        yield case.finding(WAIT, step.id_at, node, severity=Severity.WARNING, step=step.id, reason=MAY_NOT_COME)


def _has_way_out(playbook: Playbook, stage: Stage | None) -> bool:
    """Return whether something else may end the wait: a transition, the end of the journey, the time set for a procedure."""
    match playbook:
        case Journey():
            left = stage is not None and bool(stage.next)
            return left or bool(playbook.ends_on or playbook.follows or playbook.while_)
        case Procedure():
            return playbook.due is not None
    return False


def _why_never(case: Case, playbook: Playbook, trigger: Trigger) -> Phrase | None:
    """Return why the trigger can't come any more; None where it can, or where that is not certain."""
    match trigger:
        case OnEvent(event):
            noun = case.workspace.events.get(event.id)
            if noun is not None and _once(noun) and _started_by(playbook, event.id):
                return Phrase(
                    f"{event.id} 每人只发生一次，而这个剧本正是由它开始的",
                    f"{event.id} happens once to a customer, and it is what started this",
                )
        case AlertRaised(kpi):
            found = case.workspace.kpis.get(kpi.id)
            if found is not None and found.alert is None:
                return Phrase(f"指标 {kpi.id} 没有写 alert", f"the KPI {kpi.id} has no `alert`")
        case ConsentMoved(consent, way) if consent.id in case.workspace.consents:
            if way == "withdrawn" and not case.workspace.consents[consent.id].withdrawn_by:
                return Phrase(f"没有写明 {consent.id} 怎样撤回", f"nothing says how {consent.id} is withdrawn")
            if way != "withdrawn" and not _is_asked(case, consent.id):
                return Phrase(f"没有地方征求 {consent.id}", f"nothing ever asks for {consent.id}")
    return None


def _once(event: Event) -> bool:
    return event.at_most is not None and event.at_most.per == "lifetime" and event.at_most.count == 1


def _started_by(playbook: Playbook, event: str) -> bool:
    starts: Sequence[Trigger] = playbook.starts_on if isinstance(playbook, Journey) else ()
    return bool(starts) and all(isinstance(one, OnEvent) and one.event.id == event for one in starts)


def _is_asked(case: Case, consent: str) -> bool:
    if any(ref.id == consent for event in case.workspace.events.values() for ref in (*event.asks, *event.gives)):
        return True
    steps = (step for root, _ in case.playbooks for _, step in case.steps(root))
    return any(isinstance(one.verb, Ask) and any(ref.id == consent for ref in one.verb.what) for one in steps)
