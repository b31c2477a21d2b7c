"""Workspaces that no analysis can go through whole: each ends at its bound, and says what it left open; none is timed."""

from __future__ import annotations

from datetime import date

import pytest

from sopkit import pipeline
from sopkit.diagnostics import Unassessed
from sopkit.graph import crowds, issues, purse, replay, runs, satisfiability, sorts
from sopkit.pipeline import Compilation
from sopkit.rules import case, conflicts_offers, tools_duplicates
from sopkit.source import Source
from tests.benchmarks.bench_caps import NOUNS
from tests.touch_plays import HEAD

TODAY = date(2026, 7, 1)
CAP = "caps: [{id: weekly, max: 3, per: 7d}]\n"
TIER = "data:\n  tier: {title: 等级, type: [gold, silver], category: user.behavior, record: crm, retention: 1y}\n"
EVENT = "  e0: {title: 事件, tool: crm, at_most: 1 per lifetime}\n"


def automation(name: str, steps: list[str], starts: str = "e0") -> str:
    head = f"---\nkind: automation\nid: {name}\ntitle: 旅程\nowner: guide\nreview_by: 2027-12-31\n"
    return head + f"starts_on: [{starts}]\nsteps:\n" + "".join(f"  - {{{one}}}\n" for one in steps)


def send(name: str, more: str = "") -> str:
    return f"id: {name}, send: hello, via: way, for: talk{more}"


def judged(*documents: str, settings: str = CAP, nouns: str = "", head: str = HEAD) -> Compilation:
    text = head + settings + NOUNS.replace("events:\n", TIER + nouns + "events:\n" + EVENT) + "".join(documents)
    return pipeline.compile([Source("sopkit.yaml", text.encode())], today=TODAY)


def verdicts(done: Compilation, code: str) -> list[str]:
    return [one.verdict.value for one in done.findings if one.rule.code == code and one.verdict is not None]


def left_open(done: Compilation, code: str) -> list[Unassessed]:
    return [one for one in done.not_assessed if one.rule.code == code]


def test_a_chain_of_many_guarded_steps_is_walked_by_its_first_ways() -> None:
    """Forty steps that are done or not make 2⁴⁰ ways."""
    done = judged(automation("long", [send(f"s{n}", ", after: 1h, if: {tier: gold}") for n in range(40)]))
    assert verdicts(done, "SOP301") == ["violated"]


@pytest.mark.long
def test_a_chain_of_thousands_of_steps_is_followed_as_far_as_the_cap_needs() -> None:
    done = judged(automation("long", [send(f"s{n}", ", after: 1h") for n in range(3000)]))
    assert verdicts(done, "SOP301") == ["violated"]


@pytest.mark.long
def test_journeys_that_start_each_other_end() -> None:
    """Each starts all behind it: thirty make half a thousand million ways."""
    names = [f"j{n}" for n in range(30)]
    chains = [
        automation(one, [send("s"), *(f"id: to-{other}, start: {other}" for other in names[n + 1 :])])
        for n, one in enumerate(names)
    ]
    done = judged(*chains)
    assert verdicts(done, "SOP301") == []
    assert len(left_open(done, "SOP301")) == 1


def test_journeys_that_all_events_start_end() -> None:
    events = ", ".join(f"e{n}" for n in range(40))
    more = "".join(EVENT.replace("e0", f"e{n}") for n in range(1, 40))
    chains = [automation(f"j{n}", [send(f"s{k}", ", after: 2h") for k in range(3)], events) for n in range(40)]
    done = pipeline.compile(
        [Source("sopkit.yaml", (HEAD + CAP + NOUNS + EVENT + more + "".join(chains)).encode())], today=TODAY
    )
    assert verdicts(done, "SOP301") == ["violated"]


# Where a bound ends the search, nothing is said to be possible

APART = automation(
    "apart",
    [send(f"s{n}", f", after: 1h..2h, if: {{tier: {('gold', 'silver')[n % 2]}}}") for n in range(6)],
)
"""Nobody gets more than three of these; the bound, which does not look at guards, says six."""


def test_what_was_searched_whole_and_not_found_is_possible() -> None:
    done = judged(APART)
    assert left_open(done, "SOP301") or verdicts(done, "SOP301") in ([], ["possible"])


@pytest.mark.parametrize("bound", ["steps", "tries", "looks", "effort"])
def test_a_search_that_a_bound_ends_is_not_assessed(monkeypatch: pytest.MonkeyPatch, bound: str) -> None:
    if bound == "steps":
        monkeypatch.setattr(replay, "MOST_STEPS", 3)
    else:
        name = {"tries": "MOST_TRIES", "looks": "MOST_LOOKS", "effort": "EFFORT"}[bound]
        monkeypatch.setattr(replay, name, -1)
    done = judged(APART)
    (one,) = left_open(done, "SOP301")
    assert one.subject == "cap/weekly"
    assert "apart" in one.reason.en
    assert verdicts(done, "SOP301") == []


def test_a_journey_that_is_too_long_to_follow_is_not_assessed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only its end would break the cap."""
    monkeypatch.setattr(runs, "MOST_DEEDS", 3)
    waits = [f"id: w{n}, wait: 10d" for n in range(5)]
    late = [send(f"s{n}", ", after: 1h") for n in range(4)]
    done = judged(automation("long", [*waits, *late]))
    assert len(left_open(done, "SOP301")) == 1
    assert verdicts(done, "SOP301") == []


# Pairs


def offers(count: int) -> str:
    return "offers:\n" + "".join(
        f"  o{n}: {{title: 券, type: coupon, value: 10 CNY, valid: 7d, per_customer: 1 per 30d, stacks_with: []}}\n"
        for n in range(count)
    )


def test_too_many_offers_are_not_compared() -> None:
    many = conflicts_offers.MOST_OFFERS + 1
    done = judged(settings="pricing: {floor: 70%, of: list-price}\n", nouns=offers(many))
    assert {one.rule.code for one in done.not_assessed if one.subject == "workspace"} >= {"SOP406", "SOP407"}


def test_so_many_offers_as_are_allowed_are_compared() -> None:
    done = judged(settings="pricing: {floor: 70%, of: list-price}\n", nouns=offers(20))
    assert {"SOP406", "SOP407"}.isdisjoint(one.rule.code for one in done.not_assessed)


@pytest.mark.parametrize("bound", ["MOST_PAIRS", "MOST_SEEN"])
@pytest.mark.parametrize(
    ("code", "module", "steps"),
    [
        ("SOP402", "conflicts_writes", ("id: w, set: {tier: gold}", "id: w, set: {tier: silver}")),
        ("SOP405", "conflicts_items", (send("s"), send("s"))),
    ],
)
def test_pairs_beyond_the_bound_are_not_assessed(
    monkeypatch: pytest.MonkeyPatch, bound: str, code: str, module: str, steps: tuple[str, str]
) -> None:
    monkeypatch.setattr(f"sopkit.rules.{module}.{bound}", 0)
    done = judged(*(automation(f"j{n}", [one]) for n, one in enumerate(steps)), settings="")
    assert [one.subject for one in left_open(done, code)] == ["workspace"]


def test_a_search_that_a_bound_ends_is_not_assessed_where_a_tool_enforces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay, "EFFORT", -1)
    other = "---\nkind: catalog\ntools: {map: {title: 营销自动化, relation: own, hosted_in: cn}}\n"
    done = judged(other, APART, head=HEAD.replace("enforce: none", "enforce: {in: map, count: skip}"))
    assert [one.subject for one in left_open(done, "SOP301")] == ["cap/weekly"]
    assert verdicts(done, "SOP301") == []


def test_shares_that_add_up_to_too_much_are_possible_whatever_ended_the_search(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay, "EFFORT", -1)
    chains = [automation(name, [send(f"s{n}", ", after: 1h") for n in range(3)]) for name in ("one", "two")]
    done = judged(*chains, settings=CAP + "budgets: {weekly: {one: 3, two: 3}}\n")
    assert verdicts(done, "SOP306") == ["possible"]


# Many of one kind: the effort is counted, not timed


class Counter:
    """Counts the calls of a function, which does what it did before."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, owner: object, name: str) -> None:
        self.calls = 0
        original = getattr(owner, name)

        def counted(*args: object, **named: object) -> object:
            self.calls += 1
            return original(*args, **named)

        monkeypatch.setattr(owner, name, counted)


def cadences(count: int, rhythms: int) -> list[str]:
    days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    return [
        f"---\nkind: cadence\nid: c{n}\ntitle: 干货\nowner: guide\nreview_by: 2027-12-31\nvia: way\nformat: post\nfor: talk\n"
        f"every: week\nat: [{days[n % rhythms % 7]} {9 + n % rhythms // 7:02}:00]\non_holiday: same\n"
        for n in range(count)
    ]


@pytest.mark.long
def test_thousands_of_cadences_cost_what_their_rhythms_cost(monkeypatch: pytest.MonkeyPatch) -> None:
    issues._dates.cache_clear()
    issues._days.cache_clear()
    days, instants = Counter(monkeypatch, issues, "_falls"), Counter(monkeypatch, crowds, "instant")
    many = [Source(f"c{n}.yaml", one.removeprefix("---\n").encode()) for n, one in enumerate(cadences(1500, 14))]
    text = HEAD + CAP + NOUNS + EVENT
    done = pipeline.compile([Source("sopkit.yaml", text.encode()), *many], today=TODAY)
    assert verdicts(done, "SOP301") == ["violated"]
    assert days.calls <= 7 * (issues.HORIZON + 40)
    assert instants.calls <= 20 * issues.MOST_ISSUES


def test_more_dates_than_are_compared_are_not_assessed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(issues, "MOST_DATES", 200)
    few = judged(*cadences(1, 1))
    assert left_open(few, "SOP301") == []
    many = judged(*cadences(3, 3), settings=CAP.replace("max: 3", "max: 9"))
    assert [one.subject for one in left_open(many, "SOP301")] == ["cap/weekly"]
    assert verdicts(many, "SOP301") == []


def test_pairs_that_never_run_side_by_side_are_counted_too(monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"j{n}" for n in range(12)]
    group = f"one_at_a_time: {{g: {{journeys: [{', '.join(names)}], cool_down: 30d}}}}\n"
    chains = [automation(name, [send("s", ", after: 1h")]) for name in names]
    assert left_open(judged(*chains, settings=CAP + group), "SOP703") == []
    monkeypatch.setattr(tools_duplicates, "MOST_LOOKS", 20)
    done = judged(*chains, settings=CAP + group)
    assert [one.subject for one in left_open(done, "SOP703")] == ["workspace"]


def hard(count: int, journeys: int, more: str = "changes: never, ") -> tuple[str, list[str]]:
    """Return data, and journeys whose audiences ask about many of them at once."""
    data = "data:\n" + "".join(
        f"  d{n}: {{title: 等, type: [a, b, c, d], {more}category: user.behavior, record: crm, retention: 1y}}\n"
        for n in range(count)
    )

    def audience(n: int) -> str:
        parts = (
            "{all: ["
            + ", ".join(f"{{d{(n * 7 + m * 3 + q) % count}: {'abcd'[(n + m + q) % 4]}}}" for q in range(3))
            + "]}"
            for m in range(6)
        )
        return f"{{any: [{', '.join(parts)}]}}"

    chains = [
        automation(f"j{n}", [send(f"s{k}", f", after: {k + 1}h") for k in range(3)]).replace(
            "starts_on", f"audience: {audience(n)}\nstarts_on"
        )
        for n in range(journeys)
    ]
    return data, chains


def test_hard_questions_about_conditions_share_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    spent = Counter(monkeypatch, satisfiability, "_spend")
    data, chains = hard(30, 60)
    done = judged(*chains, nouns=data, settings=CAP.replace("max: 3", "max: 20"))
    assert done.findings or done.not_assessed
    assert "cap/weekly" not in [one.subject for one in done.proved]
    assert spent.calls <= sorts.MOST_EFFORT + purse.ALL_QUESTIONS + 4 * case.ALL_EFFORT


def test_where_customers_are_not_told_apart_for_their_number_nothing_is_proved_of_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    never = TIER.replace("category", "changes: never, category")
    apart = [
        automation(one, [send(f"s{n}", ", after: 1h") for n in range(3)]).replace(
            "starts_on", f"audience: {{tier: {one}}}\nstarts_on"
        )
        for one in ("gold", "silver")
    ]
    text = HEAD + CAP + NOUNS.replace("events:\n", never + "events:\n" + EVENT) + "".join(apart)

    def proved() -> list[str]:
        return [one.subject for one in pipeline.compile([Source("sopkit.yaml", text.encode())], today=TODAY).proved]

    assert "cap/weekly" in proved()
    monkeypatch.setattr(sorts, "MOST_EFFORT", 0)
    assert "cap/weekly" not in proved()


def test_all_caps_together_search_no_longer_than_the_purse_lasts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(purse, "ALL_STEPS", 3000)
    walked = Counter(monkeypatch, runs.Walker, "_step")
    caps = ", ".join(f"{{id: c{n}, max: 5, per: {n + 7}d}}" for n in range(12))
    guards = [
        automation(
            "apart", [send(f"s{n}", f", after: 1h..2h, if: {{tier: {('gold', 'silver')[n % 2]}}}") for n in range(16)]
        )
    ]
    monkeypatch.setattr(replay, "EFFORT", 10**9)
    done = judged(*guards, settings=f"caps: [{caps}]\n")
    assert walked.calls <= 2 * 3000
    assert left_open(done, "SOP301")
