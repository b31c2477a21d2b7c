"""Targets that contradict each other or never bind: what is found, what is not, and against all small crowds one by one."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import combinations_with_replacement, product

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from sopkit.diagnostics import Verdict
from sopkit.graph import linear
from sopkit.graph.linear import Effort, EffortSpentError, Row, conflict, needless
from sopkit.rules import targets
from tests.flow_kpis import codes, count, judged, kpi, playbook, retention, share

TIERS = """\
---
kind: catalog
data:
  tier: {title: 等级, type: [gold, silver, bronze], category: user.behavior, record: crm, retention: 1y}
segments:
  buyers: {title: 买过的人, when: {order-paid: ever}}
"""

CLASHES = {
    "days that only rise": (playbook("a ≥ 40%", "b = 30%"), retention("a", "days 1..7"), retention("b", "days 1..30")),
    "survival that only falls": (playbook("a = 20%", "b ≥ 25%"), retention("a", "from day 7"), retention("b", "from day 30")),
    "hours": (playbook("a ≥ 40%", "b = 30%"), retention("a", "0h..24h"), retention("b", "0d..3d")),
    "nobody in the longer time": (
        playbook("a = 20%", "b ≥ 30%"),
        retention("a", "0d..3d", "{chat-received: never}"),
        retention("b", "0d..30d", "{chat-received: never}"),
    ),
    "one KPI, two playbooks": (
        playbook("a ≥ 40%"), "---\n", playbook("a = 30%", id_="other"), share("a", "{order-paid: ever}"),
    ),
    "a share above the whole": (playbook("a ≥ 120%"), share("a", "{order-paid: ever}")),
    "parts of a whole": (
        playbook("a ≥ 60%", "b ≥ 50%"), share("a", "{tier: gold}"), share("b", "{tier: silver}"), TIERS,
    ),
    "three parts": (
        playbook("a ≥ 40%", "b ≥ 40%", "c ≥ 30%"),
        share("a", "{tier: gold}"), share("b", "{tier: silver}"), share("c", "{tier: bronze}"), TIERS,
    ),
    "parts that are the whole": (
        playbook("a = 30%", "b = 40%"), share("a", "{order-paid: ever}"), share("b", "{order-paid: never}"),
    ),
    "both, and each": (
        playbook("a ≥ 40%", "b = 30%"),
        share("a", "{order-paid: ever, tier: gold}"), share("b", "{order-paid: ever}"), TIERS,
    ),
    "shares of shares": (
        playbook("a ≥ 50%", "b ≥ 50%", "c = 20%"),
        share("a", "{order-paid: ever}"),
        share("b", "{order-paid: ≥ 2}", "{customers: {member-joined: ever, order-paid: ever}}"),
        share("c", "{order-paid: ≥ 2}"),
    ),
    "counts": (playbook("a ≥ 50", "b = 20"), count("a", "{order-paid: ≥ 2}"), count("b", "{order-paid: ever}")),
    "counts and a share": (
        playbook("a = 100", "b = 90", "c ≥ 60%"),
        count("a", "{member-joined: ever}"), count("b", "{member-joined: ever, order-paid: ever}"),
        share("c", "{order-paid: never}"),
    ),
    "a funnel": (
        playbook("a = 20", "b ≥ 50"), count("a", "{chat-received: ever}"), count("b", "{order-paid: ever}"),
        kpi("f", "{funnel: [{chat: {customers: {chat-received: ever}}}, {order: {customers: {order-paid: ever}}}]}", "per: month"),
    ),
    "a funnel's ends": (
        playbook("a = 20", "b ≥ 50"), count("a", "{chat-received: ever}"), count("b", "{order-paid: ever}"),
        kpi(
            "f",
            "{funnel: [{chat: {customers: {chat-received: ever}}}, {click: {customers: {content-clicked: ever}}}, "
            "{order: {customers: {order-paid: ever}}}]}",
            "per: month",
        ),
    ),
    "the median and nine in ten": (
        playbook("a = 60s", "b = 30s"),
        kpi("a", "{median: {from: chat-received, to: chat-replied}}", "per: week", unit="seconds"),
        kpi("b", "{p90: {from: chat-received, to: chat-replied}}", "per: week", unit="seconds"),
    ),
    "a change against the baseline": (
        playbook("a +50% over baseline"), share("a", "{order-paid: ever}"), "baseline: {value: 80%, period: 2026-Q2}\n",
    ),
}  # fmt: skip

FITS = {
    "the published retention targets": (
        playbook("a ≥ 10%", "b ≥ 18%", "c ≥ 25%"),
        retention("a", "day 1"), retention("b", "days 1..7"), retention("c", "days 1..30"),
    ),
    "days that rise": (playbook("a = 20%", "b = 30%"), retention("a", "days 1..7"), retention("b", "days 1..30")),
    "a day is free": (playbook("a = 10%", "b ≥ 25%"), retention("a", "day 1"), retention("b", "day 30")),
    "points and stretches": (playbook("a = 10%", "b = 25%"), retention("a", "days 1..30"), retention("b", "from day 7")),
    "other cohorts": (
        playbook("a ≥ 40%", "b = 30%"),
        retention("a", "days 1..7"),
        share("b", "{chat-received: ever}", "{customers: {account-closed: ever}}", "cohort: account-closed", "window: days 1..30"),
    ),
    "other periods": (
        playbook("a ≥ 40%", "b = 30%"),
        share("a", "{order-paid: ≥ 2}"), share("b", "{order-paid: ever}", "{customers: {member-joined: ever}}", "per: week"),
    ),
    "a segment is a lifetime, the KPI a month": (
        playbook("a ≥ 40%", "b = 30%"), share("a", "{segment: buyers}"), share("b", "{order-paid: ever}"), TIERS,
    ),
    "a lifetime outside the window": (
        playbook("a ≥ 40%", "b = 30%"), share("a", "{order-paid: within 90d}"), share("b", "{order-paid: ever}"),
    ),
    "a datum read on other days": (
        playbook("a ≥ 60%", "b ≥ 50%"),
        retention("a", "days 1..7", "{tier: gold}"), retention("b", "days 1..30", "{tier: silver}"), TIERS,
    ),
    "no cohort is said": (
        playbook("a ≥ 40%", "b = 30%"), share("a", "{order-paid: ≥ 2}", "{customers: {chat-received: ever}}", "measured_in: bi"),
        share("b", "{order-paid: ever}", "{customers: {chat-received: ever}}", "measured_in: bi"),
    ),
    "no funnel is declared": (
        playbook("a = 20", "b ≥ 50"), count("a", "{chat-received: ever}"), count("b", "{order-paid: ever}"),
    ),
    "a funnel of another period": (
        playbook("a = 20", "b ≥ 50"), count("a", "{chat-received: ever}"), count("b", "{order-paid: ever}"),
        kpi("f", "{funnel: [{chat: {customers: {chat-received: ever}}}, {order: {customers: {order-paid: ever}}}]}", "per: week"),
    ),
    "parts that may overlap": (
        playbook("a ≥ 60%", "b ≥ 60%"), share("a", "{order-paid: ever}"), share("b", "{chat-received: ever}"),
    ),
    "each issue has its own playbook": (
        playbook("a ≥ 40%"), "---\n", playbook("a = 30%", id_="other"),
        kpi("a", "{share: {reported: video-link-clicks}, of: {reported: video-plays}}", "per: issue", "measured_in: video-account"),
    ),
    "the cohort's own event again": (
        playbook("a = 20%"),
        share("a", "{order-paid: ever}", "{customers: {order-paid: ever}}", "cohort: {order-paid: ever}", "window: days 1..30"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("texts", CLASHES.values(), ids=CLASHES)
def test_targets_that_clash(texts: tuple[str, ...]) -> None:
    compilation = judged(*texts)
    (clash,) = (one for one in compilation.findings if one.rule is targets.CONTRADICTORY)
    assert clash.verdict is Verdict.VIOLATED
    asked = sum(text.count("target:") for text in texts)
    places = [one for one in clash.related if "is asked for here" in one.note.en]
    assert len(places) == asked - 1, "every one of them is needed for the clash"
    assert [one for one in compilation.proved if one.rule in targets.RULES] == []


@pytest.mark.parametrize("texts", FITS.values(), ids=FITS)
def test_targets_that_fit(texts: tuple[str, ...]) -> None:
    compilation = judged(*texts)
    assert [one.message("en") for one in compilation.findings if one.rule in targets.RULES] == []
    proved = [one.statement.en for one in compilation.proved if one.rule in targets.RULES]
    assert proved == ["no contradiction among the targets"]
    assert compilation.not_assessed == ()


def test_no_targets_no_word() -> None:
    compilation = judged(playbook(), share("a", "{order-paid: ever}"))
    assert (compilation.proved, compilation.not_assessed) == ((), ())


def test_two_clashes_are_two_findings_and_what_is_beside_them_is_in_none() -> None:
    found = codes(
        playbook("a ≥ 40%", "b = 30%", "c ≥ 60%", "d ≥ 50%", "e ≥ 10%"),
        retention("a", "days 1..7"), retention("b", "days 1..30"), retention("e", "days 1..30", "{order-paid: ever}"),
        share("c", "{tier: gold}"), share("d", "{tier: silver}"), TIERS,
    )  # fmt: skip
    assert found == ["SOP801:= 30%", "SOP801:≥ 50%"]


@pytest.mark.parametrize(
    ("texts", "idle"),
    [
        (
            (
                playbook("a ≥ 10%", "b ≥ 18%", "c ≥ 25%"),
                *(retention(name, f"from day {day}") for name, day in (("a", 1), ("b", 7), ("c", 30))),
            ),
            ["SOP802:≥ 10%", "SOP802:≥ 18%"],
        ),
        ((playbook("a ≥ 10%"), "---\n", playbook("a ≥ 15%", id_="other"), share("a", "{order-paid: ever}")), ["SOP802:≥ 10%"]),
        ((playbook("a ≥ 15%"), "---\n", playbook("a ≥ 15%", id_="other"), share("a", "{order-paid: ever}")), []),
        ((playbook("a ≥ 0%"), share("a", "{order-paid: ever}")), ["SOP802:≥ 0%"]),
        ((playbook("a ≥ 30%", "b ≤ 70%"), share("a", "{order-paid: ever}"), share("b", "{order-paid: never}")), ["SOP802:≥ 30%"]),
        ((playbook("a '> 30%'", "b ≤ 70%"), share("a", "{order-paid: ever}"), share("b", "{order-paid: never}")), ["SOP802:≤ 70%"]),
    ],
)  # fmt: skip
def test_targets_that_never_bind(texts: tuple[str, ...], idle: list[str]) -> None:
    assert codes(*texts) == idle


def test_the_cause_is_a_target_that_binds() -> None:
    texts = (
        playbook("a ≥ 10%", "b ≥ 18%", "c ≥ 25%"),
        *(retention(name, f"from day {day}") for name, day in (("a", 1), ("b", 7), ("c", 30))),
    )
    for finding in judged(*texts).findings:
        assert [one.span.excerpt() for one in finding.related] == ["≥ 25%"]


def test_too_much_is_not_assessed_and_never_clean(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(targets, "EFFORT", 5)
    compilation = judged(playbook("a ≥ 40%", "b = 30%"), retention("a", "days 1..7"), retention("b", "days 1..30"))
    (open_,) = compilation.not_assessed
    assert open_.rule is targets.CONTRADICTORY
    assert compilation.proved == ()
    assert compilation.findings == ()


def test_many_kpis_of_one_whole_stay_quick() -> None:
    events = ["chat-received", "chat-replied", "order-paid", "content-clicked", "interaction-joined", "app-opened"]
    parts = [f"{{segment: buyers, {one}: ever}}" for one in events] + [
        f"{{segment: buyers, {one}: ≥ 3}}" for one in events
    ]
    kpis = [share(f"k{n}", part, "{customers: {segment: buyers}}") for n, part in enumerate(parts)]
    compilation = judged(playbook(*(f"k{n} ≥ {30 - n}%" for n in range(len(parts)))), *kpis, TIERS)
    proved = [one.statement.en for one in compilation.proved if one.rule in targets.RULES]
    assert proved == ["no contradiction among the targets"]


# Against all small crowds

DAYS = (0, 1, 2, 3)
"""Days of one customer on which something occurs or not; the cohort's event is before them."""
WINDOWS = {
    "days 1..2": (0, 1),
    "days 1..3": (0, 1, 2),
    "days 1..4": DAYS,
    "from day 2": (1, 2, 3),
    "from day 3": (2, 3),
    "day 2": (1,),
}
PARTS: dict[str, Callable[[int, int], bool]] = {
    "{app-opened: ever}": lambda n, _: n >= 1,
    "{app-opened: never}": lambda n, _: n == 0,
    "{app-opened: ≥ 2}": lambda n, _: n >= 2,
    "{order-paid: ever}": lambda _, m: m >= 1,
    "{app-opened: ever, order-paid: ever}": lambda n, m: n >= 1 and m >= 1,
    "{any: [{app-opened: ever}, {order-paid: never}]}": lambda n, m: n >= 1 or m == 0,
}
SIGNS: dict[str, Callable[[Fraction, int], bool]] = {
    "≥": lambda top, asked: top >= asked,
    "≤": lambda top, asked: top <= asked,
    "=": lambda top, asked: top == asked,
    "<": lambda top, asked: top < asked,
    '">"': lambda top, asked: top > asked,
}
LIVES = list(product(product((0, 1), repeat=len(DAYS)), repeat=2))
Asked = tuple[str, str, str, int]


def counts_in(life: tuple[tuple[int, ...], ...], part: str, window: str) -> bool:
    seen = [sum(marks[day] for day in WINDOWS[window]) for marks in life]
    return PARTS[part](seen[0], seen[1])


def some_crowd_fits(asked: list[Asked], most: int) -> bool:
    """Try crowds of up to so many customers, who differ only in what the targets ask about."""
    looks = {tuple(counts_in(life, part, window) for part, window, _, _ in asked) for life in LIVES}
    for size in range(1, most + 1):
        for crowd in combinations_with_replacement(sorted(looks), size):
            shares = [Fraction(sum(one), size) * 100 for one in zip(*crowd, strict=True)]
            if all(SIGNS[sign](top, number) for top, (_, _, sign, number) in zip(shares, asked, strict=True)):
                return True
    return False


TARGET = st.tuples(
    st.sampled_from(sorted(PARTS)), st.sampled_from(sorted(WINDOWS)), st.sampled_from(sorted(SIGNS)), st.sampled_from((0, 25, 50, 75, 100))
)  # fmt: skip


@pytest.mark.long
@settings(max_examples=250, deadline=None)
@given(st.lists(TARGET, min_size=2, max_size=3, unique_by=lambda one: one[:2]))
def test_against_all_small_crowds(asked: list[Asked]) -> None:
    """A clash means that no crowd fits. Where the windows can be held against each other, the reverse holds, too: as all numbers are
    quarters, eight customers are enough.
    """
    texts = [playbook(*(f"k{n} '{sign.strip(chr(34))} {number}%'" for n, (_, _, sign, number) in enumerate(asked)))]
    texts += [retention(f"k{n}", window, part) for n, (part, window, _, _) in enumerate(asked)]
    compilation = judged(*texts)
    clash = any(one.rule is targets.CONTRADICTORY for one in compilation.findings)
    event("clash" if clash else "fits")
    assert compilation.not_assessed == ()
    forms = {window.split("..")[0] if ".." in window else window[:4] for _, window, _, _ in asked}
    comparable = len(forms) == 1 and not any(window.startswith("day ") for _, window, _, _ in asked)
    if clash or comparable:
        assert some_crowd_fits(asked, 8) is not clash


# The linear programs alone

NUMBER = st.integers(-2, 2).map(Fraction)
ROW = st.builds(
    lambda a, b, c, least, strict: Row((("a", a), ("b", b), ("c", c)), Fraction(least), strict),
    NUMBER, NUMBER, NUMBER, st.integers(-3, 3), st.booleans(),
)  # fmt: skip


def met(one: Row, values: dict[str, Fraction]) -> bool:
    total = sum((factor * values[name] for name, factor in one.terms), Fraction(0))
    return total > one.least if one.strict else total >= one.least


def some_point_fits(rows: list[Row]) -> bool:
    halves = [Fraction(n, 2) for n in range(9)]
    return any(
        all(met(one, dict(zip("abc", point, strict=True))) for one in rows) for point in product(halves, repeat=3)
    )


def contrary(one: Row) -> Row:
    return Row(tuple((name, -factor) for name, factor in one.terms), -one.least, not one.strict)


@pytest.mark.long
@settings(max_examples=300, deadline=None)
@given(st.lists(ROW, min_size=1, max_size=5))
def test_conflicts_are_real_and_irreducible(rows: list[Row]) -> None:
    groups = [[one] for one in rows]
    found = conflict(groups, [], Effort(100_000))
    event("conflict" if found else "fits")
    if found is None:
        return
    assert not some_point_fits(rows)
    for left_out in found:
        rest = [groups[one] for one in found if one != left_out]
        assert conflict(rest, [], Effort(100_000)) is None


@pytest.mark.long
@settings(max_examples=300, deadline=None)
@given(st.lists(ROW, min_size=1, max_size=5))
def test_needless_rows_follow_from_the_others(rows: list[Row]) -> None:
    groups = [[one] for one in rows]
    if conflict(groups, [], Effort(100_000)) is not None:
        return
    found = set(needless(groups, [], range(len(groups)), Effort(100_000)))
    event("needless" if found else "all bind")
    kept = [one for number, one in enumerate(rows) if number not in found]
    for number, one in enumerate(rows):
        beside = [other for other in kept if other is not one]
        follows = conflict([[other] for other in (*beside, contrary(one))], [], Effort(100_000)) is not None
        assert follows is (number in found)


def test_the_bound_on_effort_holds() -> None:
    rows = [[Row((("a", Fraction(1)), ("b", Fraction(n))), Fraction(n))] for n in range(1, 9)]
    with pytest.raises(EffortSpentError):
        conflict(rows, [], Effort(3))
    assert linear.conflict(rows, [], Effort(10_000)) is None
