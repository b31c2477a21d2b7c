"""Over-touch and consent on random small logs: the engine finds exactly what plain loops over the rows find."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sopkit.logs import touching
from sopkit.logs.case import LogCase
from sopkit.logs.observed import Observation
from tests.logs import oracle
from tests.logs.oracle import DAY, HOUR, NEVER, Row
from tests.logs.shop import CAPS, case_of

STARTS: Final = (1772928000, 1774656000, 1785542400, 1761350400, 1793491200)
"""Near to where the clocks of New York, Berlin and Lord Howe are moved, and one where none is."""
START: Final = st.shared(st.sampled_from(STARTS), key="start")
SHIFTS: Final = tuple(hours * HOUR for hours in (0, 0, 1, 4, 5, 6, 7, 24, 36, 48, 72, 168, 24 * 30, 24 * 31))
MOMENTS: Final = st.builds(
    lambda start, shift, off: start + shift + off, START, st.sampled_from(SHIFTS), st.sampled_from((-1, 0, 0, 0, 1))
)
"""Few, so that many lie at the same second, or at a border of something that lasts an hour, a day, a week or a month."""
ZONES: Final = ("Asia/Shanghai", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Mars/Olympus", None)
PEOPLE: Final = ("ann", "bob", "eve")
STEPS: Final = {
    "hi": ("sms", "promo", False), "post": ("club", "promo", False), "quiet": ("sms", "promo", False),
    "talk": ("chat", "care", True), "again": ("sms", "promo", False), "reply": ("line", "care", True),
}  # fmt: skip
CATEGORY: Final = {"promo": "marketing", "care": "service"}


@st.composite
def touches(draw: st.DrawFn) -> dict[str, Any]:
    step = draw(st.sampled_from([*STEPS, *STEPS, "", "unheard-of"]))
    channel, purpose, _ = STEPS.get(step, (draw(st.sampled_from(("sms", "chat", "club", "pigeon"))), "", False))
    row: dict[str, Any] = {
        "customer": draw(st.sampled_from(PEOPLE)), "time": draw(MOMENTS), "channel": channel, "step": step or None,
        "purpose": draw(st.sampled_from((purpose, purpose, None, "promo"))) or None,
        "state": draw(st.sampled_from((None, "sent", "sent", "sent", "failed", "opened", "delivered"))),
    }  # fmt: skip
    if step not in STEPS:
        row["sent_by"] = draw(st.sampled_from(("staff", "tool")))
        row["purpose"] = draw(st.sampled_from(("promo", "care")))
    return row


CONSENTS: Final = st.fixed_dictionaries({
    "customer": st.sampled_from(PEOPLE), "time": MOMENTS,
    "action": st.sampled_from(("given", "given", "given", "refused", "withdrawn", "withdrawn")),
    "consent": st.sampled_from(("sms-ok", "sms-ok", "all-ok", "club-ok", "care-ok", None)),
    "expires": st.sampled_from((None, None, None, STARTS[0] + 8 * DAY, STARTS[0] + 5 * HOUR)),
})  # fmt: skip
CUSTOMERS: Final = st.lists(
    st.fixed_dictionaries({"customer": st.sampled_from(PEOPLE), "timezone": st.sampled_from(ZONES)}), max_size=4
)


# What the rows are, by hand


def purpose_of(row: Row) -> str:
    return row.get("purpose") or STEPS[row["step"]][1]


def staff(row: Row) -> bool:
    return row["sent_by"] == "staff" if row.get("sent_by") else STEPS[row["step"]][2]


def likely(row: Row) -> Sequence[Row]:
    """What a row without a step may be: of the declared ones that fit those, else itself."""
    if row.get("step"):
        return [row]
    fit: list[Row] = [
        {**row, "step": step}
        for step, (channel, purpose, by) in STEPS.items()
        if (channel, purpose, by) == (row["channel"], row["purpose"], row["sent_by"] == "staff") and channel != "line"
    ]
    return fit or [row]


def counts(row: Row, cap: str) -> bool | None:
    """Whether a row counts under a cap; None where that cannot be told."""
    if row["channel"] == "pigeon":
        return None
    answers = {_counts(one, cap) for one in likely(row)}
    return answers.pop() if len(answers) == 1 else None


def _counts(row: Row, cap: str) -> bool:
    if row.get("step") == "quiet" or row["channel"] == "line":
        return False
    if row["channel"] == "club":
        return cap in ("weekly", "calendar-month", "rolling-month", "apart", "budget") and (
            cap != "budget" or row.get("step") in ("hi", "post")
        )
    match cap:
        case "daily":
            return CATEGORY[purpose_of(row)] == "marketing"
        case "staff":
            return staff(row)
        case "budget":
            return row.get("step") in ("hi", "post")
    return True


def weight(row: Row) -> int:
    return 2 if row["channel"] == "club" else 1


def rolling(seconds: int) -> Callable[[Row, Row], bool]:
    return lambda one, other: other["time"] - one["time"] < seconds


def wanted(cap: str, rows: list[Row], customers: list[Row], usual: str | None) -> list[Row]:
    """Return the rows that are beyond a cap."""

    def zone(row: Row) -> str | None:
        return oracle.zone_of(row["customer"], customers, usual)

    def calendar(unit: str) -> Callable[[Row, Row], bool]:
        return lambda one, other: (
            oracle.unit_of(one["time"], unit, zone(one) or "") == oracle.unit_of(other["time"], unit, zone(other) or "")
        )

    mine = [one for one in rows if counts(one, cap)]
    placed = [one for one in mine if zone(one)]
    match cap:
        case "weekly":
            return list(oracle.beyond(mine, 2, rolling(7 * DAY), weight))
        case "budget":
            return list(oracle.beyond(mine, 1, rolling(7 * DAY), weight))
        case "direct":
            return list(oracle.beyond(mine, 2, rolling(36 * HOUR), weight))
        case "staff":
            return list(oracle.beyond(mine, 1, rolling(2 * DAY), weight))
        case "apart":
            return list(oracle.beyond(mine, 1, rolling(4 * HOUR), lambda _: 1))
        case "daily":
            return list(oracle.beyond(placed, 1, calendar("day"), weight))
        case "calendar-week":
            return list(oracle.beyond(placed, 2, calendar("week"), weight))
        case "calendar-month":
            return list(oracle.beyond(placed, 3, calendar("month"), weight))
    return list(
        oracle.beyond(
            placed, 2, lambda one, other: oracle.later(one["time"], 1, zone(one) or "") > other["time"], weight
        )
    )


def found(case: LogCase, query: str) -> Counter[tuple[str, int]]:
    """Return the customers and instants of a query over all parts."""
    rows = [row for _ in case.store.each() for row in case.store.engine.run(query)]
    names = case.store.names("people", sorted({row[0] for row in rows}))
    return Counter((names[row[0]], row[1]) for row in rows)


def asked(
    family: int, logs: dict[str, Any], parts: int, unknown: bool
) -> tuple[LogCase, dict[tuple[str, str], Observation]]:
    folder = Path(tempfile.mkdtemp())
    case = case_of(folder, logs, parts, settings=CAPS + ("customer_timezones: unknown\n" if unknown else ""))
    return case, {(one.rule.code, one.subject): one for one in touching.FAMILIES[family](case)}


SUBJECTS: Final = {
    "budget": "budget/weekly/welcome",
    **{
        cap: f"cap/{cap}"
        for cap in ("weekly", "direct", "daily", "calendar-week", "calendar-month", "rolling-month", "apart", "staff")
    },
}


@pytest.mark.long
@settings(max_examples=60, deadline=None)
@given(st.lists(touches(), min_size=1, max_size=14), CUSTOMERS, st.sampled_from((1, 2, 3)), st.booleans())
def test_what_is_beyond_a_cap(rows: list[Row], customers: list[Row], parts: int, unknown: bool) -> None:
    case, said = asked(0, {"touches": rows, "customers": customers}, parts, unknown)
    usual = None if unknown else "Asia/Shanghai"
    happened = oracle.touches_of(rows)
    real = [one for one, touch in zip(rows, happened, strict=True) if touch]
    maybe = [one for one, touch in zip(rows, happened, strict=True) if touch is None]
    with case.store.engine:
        for cap, subject in SUBJECTS.items():
            one = next(each for (_, name), each in said.items() if name == subject)
            expected = wanted(cap, real, customers, usual)
            assert one.broken == len(expected), cap
            assert one.customers == len({row["customer"] for row in expected}), cap
            if one.queries:
                assert found(case, one.queries[0]) == Counter((row["customer"], row["time"]) for row in expected), cap
            unsure = any(counts(row, cap) is None for row in real) or any(
                counts(row, cap) is not False for row in maybe
            )
            counted = any(counts(row, cap) for row in real)
            if not expected and not unsure and counted and not unknown and not customers:
                assert one.status == "kept", cap
            if not expected and unsure:
                assert one.status == "not assessed", cap
            if expected:
                assert one.status == "broken"
                assert [(each.at) for each in one.cases] == sorted(
                    {
                        who: min(row["time"] for row in expected if row["customer"] == who)
                        for who in {row["customer"] for row in expected}
                    }.values()
                )[:5]


GRACE: Final = {"sms-ok": HOUR, "all-ok": 0, "club-ok": DAY, "care-ok": DAY}
NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    "sms": ("sms-ok", "all-ok"), "chat": ("all-ok",), "club": ("all-ok", "club-ok"), "line": ("all-ok",), "pigeon": ("all-ok",),
}  # fmt: skip


@pytest.mark.long
@settings(max_examples=100, deadline=None)
@given(
    st.lists(touches(), min_size=1, max_size=10), st.lists(CONSENTS, min_size=1, max_size=10), CUSTOMERS, st.sampled_from((1, 2, 3)),
)  # fmt: skip
def test_what_no_consent_allows(rows: list[Row], consents: list[Row], customers: list[Row], parts: int) -> None:
    case, said = asked(1, {"touches": rows, "consents": consents, "customers": customers}, parts, False)

    def expiry(row: Row, name: str) -> int:
        ends = [row["expires"] or NEVER]
        zone = oracle.zone_of(row["customer"], customers, "Asia/Shanghai")
        if name == "sms-ok":
            ends.append(row["time"] + 30 * DAY)
        if name == "all-ok" and zone:
            ends.append(oracle.later(row["time"], 1, zone))
        return min(ends)

    expected: dict[int, list[Row]] = {code: [] for code in (0, 501, 502, 503, 504)}
    looked = unclear = 0
    for row, touch in zip(rows, oracle.touches_of(rows), strict=True):
        if touch is False or purpose_of(row) != "promo":
            continue
        if touch is None:
            unclear += 1
            continue
        looked += 1
        code = oracle.judged(row, consents, NEEDED[row["channel"]], list(GRACE), oracle.names, expiry, GRACE)
        if code is not None:
            expected[code].append(row)
    with case.store.engine:
        if not looked:
            assert {one.status for one in said.values()} == {"not assessed"}
            return
        for code in (501, 502, 503, 504):
            one = said[f"SOP{code}", "purpose/promo"]
            unsure = len(expected[0]) + unclear
            assert (one.broken, one.looked, one.unsure) == (len(expected[code]), looked - len(expected[0]), unsure), (
                code
            )
            assert one.status == ("broken" if one.broken else "not assessed" if unsure else "kept")
            assert one.customers == len({row["customer"] for row in expected[code]})
            firsts = {
                who: min(row["time"] for row in expected[code] if row["customer"] == who)
                for who in {row["customer"] for row in expected[code]}
            }
            names = case.store.names("people", [each.who for each in one.cases])
            assert {names[each.who]: each.at for each in one.cases} == firsts
        every = [row for some in expected.values() for row in some]
        if any(one.queries for one in said.values()):
            query = said["SOP501", "purpose/promo"].queries[0]
            assert len(every) == sum(one.broken for key, one in said.items() if key[1] == "purpose/promo") + len(
                expected[0]
            ), query
