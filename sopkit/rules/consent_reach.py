"""Consents, and the tools that send on them, go in; withdrawals that come to such a tool too late, or never, come out: SOP507, SOP508."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from sopkit.diagnostics import (
    Extent,
    Finding,
    Moment,
    Outcome,
    Proof,
    Related,
    Rule,
    Severity,
    Unassessed,
    Verdict,
    farthest,
)
from sopkit.frozen import dataclass
from sopkit.graph.clock import wall, zone
from sopkit.graph.latency import MOST_INSTANTS
from sopkit.graph.satisfiability import tests_of
from sopkit.model.nouns import Consent
from sopkit.model.predicates import ConsentTest, Predicate
from sopkit.rules.case import Case
from sopkit.rules.consent_copies import Lateness
from sopkit.rules.consent_examples import GUARDED_SEND, MEMBERS, OPT_OUT, journey
from sopkit.rules.consent_paths import NO_FAILURE, Paths
from sopkit.rules.consent_uses import Use, by_playbook
from sopkit.rules.tools_routes import length, travels
from sopkit.text import Phrase

NIGHTLY: Final = MEMBERS + OPT_OUT.replace("every: 15m\n", 'every: day\nat: ["02:00"]\n')
LATE: Final = Rule(
    code="SOP507",
    name="late-withdrawal",
    severity=Severity.ERROR,
    summary=Phrase("撤回太晚传到发送的系统", "a withdrawal that comes to a sending tool too late"),
    message=Phrase(
        "客户用“{event}”撤回“{consent}”，{tool} {late}；应在 {allowed}内生效",
        "when customers withdraw `{consent}` by `{event}`, `{tool}` {late}; it must take effect within {allowed}",
    ),
    why=Phrase(
        "发送的系统还不知道客户已经撤回，照样会发给他。",
        "The tool that sends does not know that the customer has withdrawn, and goes on sending.",
    ),
    fix=Phrase(
        "让一条到 {tool} 的同步在 carries 里带上“{event}”或同意“{consent}”，并跑得够勤（例如 every: event）",
        "let a sync to `{tool}` carry `{event}`, or the consent `{consent}`, and run often enough (`every: event`, say)",
    ),
    bad=journey(GUARDED_SEND, beside=NIGHTLY),
    good=journey(GUARDED_SEND, beside=MEMBERS + OPT_OUT),
    aliases=("WDR05",),
)
SILENT_EVENT: Final = """\
---
kind: catalog
events:
  said-no: {title: 口头拒绝}
consents:
  news: {title: 新品短信同意, channels: [sms], purposes: [promotion], withdrawn_by: [said-no], effective_within: 24h}
"""
ON_NEWS: Final = GUARDED_SEND.replace("sms-marketing", "news")
UNSEEN: Final = Rule(
    code="SOP508",
    name="unseen-withdrawal",
    severity=Severity.ERROR,
    summary=Phrase("撤回了也没有系统知道", "a withdrawal that no tool sees"),
    message=Phrase(
        "客户没法让系统知道自己撤回“{consent}”：{reason}",
        "no tool learns that a customer withdraws `{consent}`: {reason}",
    ),
    why=Phrase(
        "客户随时可以撤回同意；没有系统看得到，就没有办法停下来。",
        "Anybody may withdraw at any time; where no tool sees it, nothing stops.",
    ),
    fix=Phrase(
        "在同意的 withdrawn_by 里写出撤回的事件，并在事件里写 tool：它发生在哪个系统",
        "name the withdrawing events in `withdrawn_by` of the consent, and in each event its `tool`, where it occurs",
    ),
    bad=journey(ON_NEWS, beside=SILENT_EVENT),
    good=journey(ON_NEWS, beside=SILENT_EVENT.replace("口头拒绝}", "口头拒绝, tool: crm}")),
)
RULES: Final = (LATE, UNSEEN)
NO_TIMES: Final = Phrase("同步的开始时刻没有写明", "when the syncs start is not declared")
MOST_PLACES: Final = 3
"""Uses shown beside a finding."""


@dataclass(frozen=True, slots=True)
class Relying:
    """A tool that decides on contacts by its copy of a consent."""

    consent: Consent
    tool: str
    uses: tuple[Use, ...]


def relying(case: Case, paths: Paths, uses: Sequence[Use]) -> list[Relying]:
    """Return which tools rely on which consents: those that conditions ask about, else all that would cover the use."""
    found: dict[tuple[str, str], list[Use]] = {}
    using = by_playbook(uses)
    every = case.each("relying", lambda root, _: _relying(case, paths, using.get(root, ())))
    for (_, name, tool), some in sorted(every, key=lambda one: one[0][0]):
        found.setdefault((name, tool), []).extend(some)
    known = case.workspace.consents
    return [Relying(known[name], tool, tuple(some)) for (name, tool), some in found.items()]


def _relying(case: Case, paths: Paths, uses: Sequence[Use]) -> Iterable[tuple[tuple[bool, str, str], Sequence[Use]]]:
    """Return the uses of one playbook: those of sensitive data apart, by the consent that is relied on and the tool that does."""
    found: dict[tuple[bool, str, str], list[Use]] = {}
    in_playbook: set[str] | None = None
    for use in uses:
        step = use.step
        tool = step.recheck.id if step is not None and step.recheck is not None else paths.flow.tool_at(use.place)
        if tool is None:
            continue
        asked = use.key
        if len(asked) > 1:
            if in_playbook is None:
                in_playbook = _asked(case, _of_playbook(paths, use))
            own = _of_use(paths, use)
            asked &= _asked(case, own) | in_playbook if own else in_playbook
        for name in sorted(asked or use.key):
            found.setdefault((use.sensitive, name, tool), []).append(use)
    return found.items()


def _of_playbook(paths: Paths, use: Use) -> list[Predicate]:
    journey_ = paths.flow.journey_of(use.place)
    return [one for one in (journey_.while_, journey_.audience) if one is not None] if journey_ is not None else []


def _of_use(paths: Paths, use: Use) -> list[Predicate]:
    guards = [edge.guard for edge in paths.flow.arriving.get(use.place, ()) if edge.guard is not None]
    return [use.step.if_, *guards] if use.step is not None and use.step.if_ is not None else guards


def _asked(case: Case, conditions: Iterable[Predicate]) -> set[str]:
    """Return the consents that conditions ask about."""
    tests = (test for one in conditions for test in tests_of(case.workspace, one))
    return {test.consent.id for test in tests if isinstance(test, ConsentTest) and test.state == "given"}


def check(case: Case, paths: Paths, uses: Sequence[Use]) -> Iterator[Outcome]:
    """Yield a finding for each consent and tool, with the worst event; what was not settled; one proof."""
    pairs = relying(case, paths, uses)
    slowest: tuple[float, str] = (-1.0, "")
    extents: list[Extent] = []
    wrong = False
    for consent in {one.consent.id: one.consent for one in pairs}.values():
        wrong |= (unseen := _unseen(case, consent, pairs)) is not None
        if unseen is not None:
            yield unseen
    for one in pairs:
        late, event = paths.withdrawals.latest(one.consent, one.tool)
        sure, by = paths.withdrawals.latest(one.consent, one.tool, prompt=True)
        allowed = paths.withdrawals.allowed(one.consent.id)
        if late.seconds > allowed and not late.settled:
            wrong = True
            reason = Phrase(f"要考察的时刻超过 {MOST_INSTANTS} 个", f"more than {MOST_INSTANTS} instants to look at")
            yield Unassessed(LATE, f"consent/{one.consent.id}", reason, case.forest.span(one.consent.at))
            continue
        if late.seconds > allowed:
            wrong = True
            certain = sure.seconds > allowed and sure.settled
            yield _late(case, paths, one, sure if certain else late, by if certain else event, certain=certain)
        elif paths.withdrawals.carriage.syncs:
            slowest = max(slowest, (late.seconds, one.consent.id))
            extents.append(Extent("withdrawal", f"consent/{one.consent.id}", late.seconds, allowed))
    if pairs and not wrong and slowest[1]:
        age = length(int(slowest[0]))
        statement = Phrase(
            f"每一项同意，撤回都会按时传到凭它发送的系统；最慢的是“{slowest[1]}”，{age.zh}",
            f"every withdrawal reaches each tool that sends on the consent in time; the slowest, of `{slowest[1]}`, takes {age.en}",
        )
        yield Proof(LATE, "workspace", statement, (NO_FAILURE,), extents=farthest(extents))


def _unseen(case: Case, consent: Consent, pairs: Sequence[Relying]) -> Finding | None:
    events = case.workspace.events
    blind = [ref.id for ref in consent.withdrawn_by if ref.id in events and events[ref.id].tool is None]
    if consent.withdrawn_by and not blind:
        return None
    reason = (
        Phrase(f"事件“{blind[0]}”没有写 tool", f"the event `{blind[0]}` names no tool")
        if blind
        else Phrase("没有写 withdrawn_by", "it has no `withdrawn_by`")
    )
    use = next(use for one in pairs if one.consent is consent for use in one.uses)
    at = use.at if consent.builtin else consent.at
    related = [] if consent.builtin else [(use.at, Phrase("用在这里", "used here"))]
    return case.finding(UNSEEN, at, f"consent/{consent.id}", *related, consent=consent.id, reason=reason)


def _late(case: Case, paths: Paths, one: Relying, late: Lateness, event: str, *, certain: bool) -> Finding:
    consent, span = one.consent, case.forest.span
    home = zone(case.workspace.settings.timezone)
    allowed = paths.withdrawals.allowed(consent.id)
    start = late.at or paths.withdrawals.carriage.span[0]
    noun = case.workspace.events[event]
    never = late.seconds == float("inf")
    due = Phrase("撤回最迟此时生效", "by now the withdrawal must have taken effect")
    unaware = Phrase(f"{one.tool} 还不知道，照样会发", f"{one.tool} does not know, and goes on sending")
    moments = [
        Moment(wall(start, home), Phrase(f"客户撤回（{event}）", f"the customer withdraws ({event})"), span(noun.at)),
        *travels(case, paths.withdrawals.carriage, late.legs),
        Moment(wall(int(start + allowed), home), due),
        Moment(wall(int(start + allowed) + 1, home), unaware, span(one.uses[0].at), counted=True),
    ]
    taken = length(0 if never else int(late.seconds))
    words = (
        Phrase("永远不会知道", "never learns of it")
        if never
        else Phrase(f"最慢要 {taken.zh} 才知道", f"learns of it up to {taken.en} later")
    )
    at = one.uses[0].at if consent.builtin else consent.at
    places = {use.place: use for use in one.uses[0 if at != one.uses[0].at else 1 :]}
    places.pop(one.uses[0].place if at == one.uses[0].at else "", None)
    note = Phrase("凭这项同意发送", "sends on this consent")
    return Finding(
        LATE,
        span(at),
        {"event": event, "consent": consent.id, "tool": one.tool, "late": words, "allowed": length(int(allowed))},
        f"consent/{consent.id}/{one.tool}",
        verdict=Verdict.VIOLATED if certain else Verdict.POSSIBLE,
        related=tuple(Related(span(use.at), note) for use in list(places.values())[:MOST_PLACES]),
        timeline=tuple(sorted(moments, key=lambda moment: moment.at)),
        assumptions=() if certain else (NO_TIMES,),
    )
