"""Caps, limits of platforms and budgets go in, and the log of touches; how often each was broken comes out: SOP301, SOP305.

A touch is beyond a cap if the customer got as many as are allowed in the time before it: what is counted is touches too many.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from sopkit.graph.touches import Match, Touch
from sopkit.graph.zones import Clocks
from sopkit.logs.case import LogCase
from sopkit.logs.engine import listed
from sopkit.logs.observed import Observation, concluded, doubted, in_doubt, not_assessed
from sopkit.logs.touching.contacts import Contact, Contacts, contacts_of
from sopkit.logs.touching.found import Broken, Past, touched
from sopkit.logs.zones import UNKNOWN, Zones, calendar, day_of
from sopkit.model.values import Duration
from sopkit.rules.budgets import OVER_BUDGET
from sopkit.rules.caps import OVER_TOUCH
from sopkit.rules.limits import DAYS, Limit, is_empty, of_budgets, of_platforms, of_workspace
from sopkit.text import Phrase

PACK: Final = 4_294_967_296
"""Seconds that a packed key has room for."""
LENGTHS: Final[Mapping[str, int]] = {"day": 86_400, "week": 7 * 86_400}
"""Seconds."""
NO_LOG: Final = Phrase("没有触达日志", "there is no log of touches")
NONE_COUNTS: Final = Phrase("日志里没有这条上限管的触达", "the log has no touch that counts under it")
UNTOLD: Final = Phrase(
    "看不出算不算在内：日志没有写目的、步骤或渠道",
    "whether they count cannot be told: the log lacks purpose, step or channel",
)
NO_ZONE: Final = Phrase("不知道客户在哪个时区", "the customer's time zone is not known")
WORKDAYS: Final = Phrase(
    "上限按工作日算，日志里看不出哪天是工作日", "it counts in workdays, and logs do not tell which days are any"
)


def observe(case: LogCase) -> Iterator[Observation]:
    """Yield of each cap, platform's limit and budget how often it was broken."""
    contacts, zones = contacts_of(case), Zones(case)
    for limit in _limits(case, contacts):
        yield _Question(contacts, zones, limit).observation()


def _limits(case: LogCase, contacts: Contacts) -> Iterator[Limit]:
    clocks = Clocks(contacts.workspace, contacts.rules.today)
    for limit in (
        *of_workspace(contacts.rules, clocks),
        *of_platforms(contacts.rules, clocks),
        *of_budgets(contacts.rules, clocks, contacts.planned),
    ):
        if limit.cap is None or not is_empty(limit.cap):
            yield limit


class _Question:
    """One limit, asked of all parts of the log."""

    def __init__(self, contacts: Contacts, zones: Zones, limit: Limit) -> None:
        self.contacts, self.zones, self.limit = contacts, zones, limit
        self.answers: dict[int, Match] = {one.kind: _counts(limit, one) for one in contacts.all}
        self.kinds = contacts.kinds(self.answers, "yes")
        self.looked = contacts.rows(self.kinds)
        self.doubts = contacts.doubts(contacts.kinds(self.answers, "maybe"), UNTOLD)

    def observation(self) -> Observation:
        limit, broken, unplaced = self.limit, Broken(), 0
        rule = OVER_BUDGET if limit.share else OVER_TOUCH
        reason = self._reason()
        if reason is not None:
            return not_assessed(rule, limit.subject, reason)
        for _ in self.contacts.store.each() if self.kinds else ():
            broken.add(self.contacts.store, self._query(), self._tell)
            unplaced += self._unplaced()
        looked, doubts = self.looked - unplaced, (*self.doubts, (unplaced, NO_ZONE))
        status, reason = concluded(looked, broken.rows, doubts, NONE_COUNTS)
        return Observation(
            rule=rule,
            subject=limit.subject,
            status=status,
            message=doubted(_message(limit, looked, broken), doubts),
            looked=looked,
            unsure=in_doubt(doubts),
            broken=broken.rows,
            customers=broken.customers,
            reason=reason,
            cases=broken.cases,
            queries=broken.queries,
        )

    def _reason(self) -> Phrase | None:
        """Return why nothing can be asked."""
        if not self.contacts.all:
            return NO_LOG
        if isinstance(self.limit.per, Duration) and self.limit.per.unit == "workday":
            return WORKDAYS
        return None

    @property
    def _by_clock(self) -> bool:
        """Whether the customer's clock decides."""
        return isinstance(self.limit.per, str) or self.limit.per.seconds is None

    def _unplaced(self) -> int:
        """Return how many rows of the part in use are of customers whose clock is not known, where it matters."""
        if not self._by_clock or self.zones.single:
            return 0
        rows = self.contacts.store.engine.run(
            f"SELECT count(*) FROM touches t{self.zones.join('t')} WHERE kind IN ({listed(self.kinds)}) AND {self.zones.number} = {UNKNOWN}"
        )
        return int(rows[0][0])

    # The queries

    def _query(self) -> str:
        weights = {kind: _weight(self.limit, self.contacts.by_kind[kind]) for kind in self.kinds}
        per = self.limit.per
        _, first, last = self.contacts.store.spans["touches"]
        packs = max(weights.values()) == 1 and last - first < PACK - LENGTHS["week"]
        if isinstance(per, str):
            if packs and per in LENGTHS and self.zones.steady:
                return self._packed_by_unit(first, per)
            return self._of_calendar(per, weights)
        if per.seconds is None:
            return self._of_months(per.amount * (12 if per.unit == "y" else 1), weights)
        if packs and last - first + per.seconds < PACK:
            return self._packed(first, per.seconds)
        return (
            f"SELECT who, ts FROM (SELECT who, ts, n, weight, ts - lag(ts, {self.limit.most}) OVER "
            f"(PARTITION BY who ORDER BY ts, source, line, n) AS since FROM {_felt(weights)}) WHERE n = weight AND since < {per.seconds}"
        )

    def _packed(self, first: int, seconds: int, more: str = "") -> str:
        """Return the quickest form: one number for customer and time, so that one sort without parts does.

        It is taken apart by a division that leaves nothing over, which is exact in floating point.
        """
        key = f"CAST(who AS BIGINT) * {PACK} + (ts - ({first}))"
        every = len(self.kinds) == len(self.contacts.all)
        where = "" if every else f" WHERE kind IN ({listed(self.kinds)})"
        return (
            f"SELECT CAST((key - key % {PACK}) / {PACK} AS BIGINT) AS who, key % {PACK} + ({first}) AS ts{more} "
            f"FROM (SELECT key, key - lag(key, {self.limit.most}) "
            f"OVER (ORDER BY key) AS since FROM (SELECT {key} AS key FROM touches{where})) WHERE since < {seconds}"
        )

    def _packed_by_unit(self, first: int, unit: str) -> str:
        """Return the same for days and weeks of a clock that is never moved: the touch as many places before lies in the same one."""
        mine, theirs = (_number(unit, day_of(self.zones.local(at, ""))) for at in ("ts", "(ts - since)"))
        return f"SELECT who, ts FROM ({self._packed(first, LENGTHS[unit], ', since')}) WHERE {mine} = {theirs}"

    def _of_calendar(self, unit: str, weights: Mapping[int, int]) -> str:
        """Return the query for a unit of the customer's calendar; weeks begin on Monday."""
        local = self.zones.local("t.ts", self.zones.number)
        day = day_of(local)
        join, number = "", _number(unit, day)
        if unit == "month":
            join, number = f" JOIN {self._days(0)} ON {day} = days.day", "days.month"
        return (
            f"SELECT who, ts FROM (SELECT who, ts, n, weight, row_number() OVER "
            f"(PARTITION BY who, unit ORDER BY ts, source, line, n) AS number FROM (SELECT t.who, ts, source, line, n, weight, "
            f"{number} AS unit FROM {_felt(weights)}{self.zones.join('t')}{join}) WHERE unit IS NOT NULL) "
            f"WHERE n = weight AND number > {self.limit.most}"
        )

    def _of_months(self, months: int, weights: Mapping[int, int]) -> str:
        """Return the query for a time that rolls and is counted in months of the customer's calendar."""
        local = self.zones.local("t.ts", self.zones.number)
        later = self.zones.instant("(days.later - days.day) * 86400 + local", "zone")
        return (
            f"SELECT who, ts FROM (SELECT who, ts, n, weight, lag(until, {self.limit.most}) OVER "
            f"(PARTITION BY who ORDER BY ts, source, line, n) AS until FROM (SELECT who, ts, source, line, n, weight, {later} AS until "
            f"FROM (SELECT t.who, ts, source, line, n, weight, {local} AS local, {self.zones.number} AS zone "
            f"FROM {_felt(weights)}{self.zones.join('t')}) JOIN {self._days(months)} ON {day_of('local')} = days.day)) "
            f"WHERE n = weight AND until > ts"
        )

    def _days(self, months: int) -> str:
        _, first, last = self.contacts.store.spans["touches"]
        return calendar(first // 86400 - 2, last // 86400 + 2, months)

    # What a case tells

    def _tell(self, firsts: Mapping[int, int]) -> dict[int, Past]:
        per = self.limit.per
        seconds = DAYS[per] * 86400 if isinstance(per, str) else (per.seconds or 0) or per.amount * 366 * 86400
        return touched(self.contacts, firsts, seconds, self.kinds)


def _counts(limit: Limit, contact: Contact) -> Match:
    """Return whether rows of a kind count; a channel that is not declared may be any, unless the cap names its channels."""
    if contact.channel is None and contact.happened != "no":
        named = limit.cap is not None and limit.cap.of is not None and limit.cap.of.channel
        return "no" if named else "maybe"

    def one(touch: Touch) -> Match:
        if limit.share is not None and touch.node not in limit.share.nodes:
            return "no" if touch.node or contact.said["step"] else "maybe"
        return limit.covers(touch)

    return contact.answer(one)


def _number(unit: str, day: str) -> str:
    """Return the number of a day's day or week, which begins on Monday."""
    return f"floor(({day} + 3) / 7.0)" if unit == "week" else day


def _weight(limit: Limit, contact: Contact) -> int:
    """Return how often one row is felt; of a time between two, once."""
    return 1 if limit.gap else max(one.weight for one in contact.touches)


def _felt(weights: Mapping[int, int]) -> str:
    """Return the touches of these kinds as often as each is felt, numbered by `n` up to its `weight`."""
    values = ", ".join(f"({kind}, {n}, {weight})" for kind, weight in weights.items() for n in range(1, weight + 1))
    return f"touches t JOIN (VALUES {values}) felt(kind, n, weight) USING (kind)"


# What is said


def _message(limit: Limit, looked: int, broken: Broken) -> Phrase:
    name, words = limit.name, limit.words
    zh, en = f"{name.zh}（{words.zh}）：", f"{name.en} ({words.en}): "
    if broken.rows:
        zh += f"{looked:,} 次触达里有 {broken.rows:,} 次超出，涉及 {broken.customers:,} 位客户"
        en += f"{broken.rows:,} of {looked:,} touches are beyond it (customers: {broken.customers:,})"
    else:
        zh, en = zh + f"{looked:,} 次触达都没有超出", en + f"none of {looked:,} touches is beyond it"
    return Phrase(zh, en)
