"""Steps with a time limit: done in time, late, or missed: SOP985, SOP986.

A limit counts from what it counts from on the plan, in open time unless the step says `clock: wall`. Where a row says by when the step
was due, that is taken; else the row that says that it fell due, the step before in the same run, or the event that began the run.

What was never done has no row in a log of what was done. Nothing was missed only where the log lists what fell due: by a row of state
`due`, or as the step that always comes before was done.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from sopkit.logs.case import LogCase
from sopkit.logs.engine import Row, quoted
from sopkit.logs.observed import Deed, Observation, not_assessed
from sopkit.logs.offsets import DAY
from sopkit.logs.working.courses import START, Course, courses_of
from sopkit.logs.working.deadlines_queries import (
    ALONE_,
    ASKED,
    BASES,
    BEFORE,
    EARLY,
    EXPECTED,
    LATE_,
    MET,
    MISSED_,
    NO_BASE,
    NO_DELAY,
    NO_LENGTH,
    NO_ZONE,
    OPEN,
    judging,
)
from sopkit.logs.working.found import Judged
from sopkit.logs.working.hours import Hours
from sopkit.logs.working.lookups import lay, lay_clock
from sopkit.logs.working.places import Place, Places, places_of
from sopkit.logs.working.spells import Spells, spell
from sopkit.logs.working.works import NO_LOG, NO_RUNS, Works, repeats
from sopkit.model.documents import Journey, Procedure
from sopkit.model.triggers import OnEvent, Trigger
from sopkit.rules.practice import LATE, MISSED
from sopkit.text import Phrase

REASONS: Final[Mapping[int, Phrase]] = {
    NO_BASE: Phrase("日志里看不出时限从什么时候算起", "the log does not tell when its time began"),
    NO_DELAY: Phrase(
        "前一步没做，看不出什么时候轮到它", "the step before was not done, and when its turn came can't be told"
    ),
    NO_ZONE: Phrase("不知道客户在哪个时区", "the customer's time zone is not known"),
    NO_LENGTH: Phrase(
        "以工作日、月计的时限，要日志写明到期时间才能判断",
        "a limit in workdays or months is judged only where the log says when it was due",
    ),
    EARLY: NO_RUNS,
    ALONE_: Phrase("这些行既没有流水号也没有客户编号", "these rows name neither a run nor a customer"),
}
NEVER_NAMED: Final = Phrase("步骤日志里从没出现过这一步", "the log of steps never names it")
UNLISTED: Final = Phrase(
    "日志只写了做完的，没写该做的，没做的看不出来",
    "the log only tells that they were done, so that those never done do not show",
)
NOT_DUE: Final = Phrase("还没有到期的", "none was due yet")
UNKNOWN_OTHERS: Final = f"verdict IN ({MET}, {LATE_}) AND NOT listed"
"""Of those done: whether others may have fallen due that the log has no row of."""
UNIT: Final = Phrase("次到期", "times due")


def observe(case: LogCase) -> Iterator[Observation]:
    """Yield what the logs say of every time limit of a step."""
    places = places_of(case)
    limited = limited_of(places)
    span = case.store.spans.get("steps")
    if span is None:
        if limited:
            for rule in (LATE, MISSED):
                yield not_assessed(rule, "workspace", NO_LOG, UNIT)
        return
    yield from Deadlines(case, places).observe()


class Deadlines:
    """The time limits of one case; there must be a log of steps."""

    def __init__(self, case: LogCase, places: Places) -> None:
        self.case, self.places, self.limited = case, places, limited_of(places)
        limited = self.limited
        self.works, self.hours, self.engine = Works(case, places), Hours(case, limited), case.store.engine
        self.courses = courses_of(places)
        self.end = case.store.spans["steps"][2]
        self.late = Judged(case.store, self.works.roles, self._tell)
        self.missed = Judged(case.store, self.works.roles, self._tell)
        self.verdicts: dict[int, Counter[int]] = {}
        self.unlisted: dict[int, Counter[int]] = {}
        self.spells: dict[int, Spells] = {}

    def observe(self) -> Iterator[Observation]:
        said = len(self.engine.said)
        for _ in self.each():
            self._take()
        queries = tuple(dict.fromkeys(one for one in self.engine.said[said:] if "works" in one or "judged" in one))
        named = self.works.named()
        for place in self.limited:
            yield from self._say(place, queries, named)

    def each(self) -> Iterator[int]:
        """Yield the parts, the table `judging` being that of the last: a row for each time of a step with a limit, and its verdict.

        The first that asks has it written down.
        """
        self._lay()
        for part in self.works.each():
            file = self.case.store.folder / "judging" / f"{part}.parquet"
            if file.exists():
                self.engine.run(f"CREATE OR REPLACE TABLE judging AS SELECT * FROM read_parquet({quoted(str(file))})")
            else:
                for query in (BASES, ASKED, EXPECTED, self._judging()):
                    self.engine.run(query)
                file.parent.mkdir(exist_ok=True)
                self.engine.run(f"COPY judging TO {quoted(str(file))} (FORMAT parquet)")
            yield part

    def _lay(self) -> None:
        span = self.case.store.spans["steps"]
        self.hours.lay(span[1] - BEFORE, span[2] + DAY)
        lay_clock(self.engine, self.case.compilation.workspace.settings.timezone, span[1] - BEFORE, span[2])
        limits, opened = [], self.works.named("due")
        follows = {place.number: list(self._follows(place)) for place in self.limited}
        for place in self.limited:
            within, after = place.step.within, place.step.after
            wall = place.step.clock == "wall"
            hours = 0 if wall else self.hours.of[place.number]
            seconds = within.seconds if within else None
            at_once = after is None and seconds is not None
            bases = self.courses[place.playbook].bases(place) or ()
            always = bool(bases) and len(bases) == len(follows[place.number])
            listed = place.number in opened, always, self._once(place.number)
            limits.append((place.number, seconds, hours, hours in self.hours.personal, at_once, *listed))
        said = ("place INTEGER", "seconds BIGINT", "hours INTEGER", "personal BOOLEAN", "at_once BOOLEAN")
        lay(self.engine, "limits", (*said, "opens BOOLEAN", "followed BOOLEAN", "once BOOLEAN"), limits)
        counted = [row for place in self.limited for row in self._bases(place)]
        lay(self.engine, "bases", ("place INTEGER", "origin INTEGER", "plus BIGINT"), counted)
        starts = [
            (number, kind)
            for number, root in enumerate(self.places.roots, 1)
            for kind in self._events(getattr(self.places.playbooks[root], "starts_on", ()))
        ]
        lay(self.engine, "starts", ("playbook INTEGER", "kind INTEGER"), starts)
        asks = [(place.number, kind) for place in self.limited if place.step.on for kind in self._events(place.step.on)]
        lay(self.engine, "asks", ("place INTEGER", "kind INTEGER"), asks)
        pairs = {(a.number, b.number): None for course in self.courses.values() for a, b in course.pairs()}
        followed = [(*row, (row[1], row[0]) in pairs, self._once(row[0])) for rows in follows.values() for row in rows]
        columns = ("place INTEGER", "origin INTEGER", "plus BIGINT", "ordered BOOLEAN", "once BOOLEAN")
        lay(self.engine, "follows", columns, followed)
        lay(self.engine, "pairs", ("earlier INTEGER", "later INTEGER"), pairs)
        required = [(place.number,) for place in self.limited if place.step.required]
        lay(self.engine, "required", ("place INTEGER",), required)

    def _bases(self, place: Place) -> Iterator[tuple[int, int, int | None]]:
        for base in self.courses[place.playbook].bases(place) or ():
            if base.node == START:
                yield place.number, 0, base.plus
            elif base.node in self.places.by_node:
                yield place.number, self.places.by_node[base.node].number, base.plus

    def _events(self, triggers: Iterable[Trigger]) -> list[int]:
        """Return the kinds of event that triggers mean; none where anything else may be meant, too."""
        triggers = tuple(triggers)
        if not all(isinstance(one, OnEvent) and one.where is None for one in triggers):
            return []
        wanted = {one.event.id for one in triggers if isinstance(one, OnEvent)}
        return [kind for kind, said in self.case.store.kinds("events").items() if said["event"] in wanted]

    def _follows(self, place: Place) -> Iterator[tuple[int, int, int]]:
        """Yield after which step this one must come, with nothing that could call it off: it is missed where it never does."""
        step, course = place.step, self.courses[place.playbook]
        if step.if_ is not None or step.via or place.beside or step.since or not _uncut(course):
            return
        if step.within is None or step.within.seconds is None:
            return
        for base in course.bases(place) or ():
            if base.node in self.places.by_node and base.plus is not None and _only_way(course, base.node, place.node):
                yield place.number, self.places.by_node[base.node].number, base.plus

    def _once(self, number: int) -> bool:
        """Return whether all that a customer does in a step's playbook is one run."""
        return not repeats(self.places.playbook(self.places.by_number[number]))

    def _judging(self) -> str:
        first, last = self.case.store.spans["steps"][1] - BEFORE, self.end + DAY
        return judging(self.hours, first, last, self.end)

    def _take(self) -> None:
        for place, verdict, count, unlisted in self.engine.run(
            f"SELECT place, verdict, count(*), sum(CASE WHEN {UNKNOWN_OTHERS} THEN 1 ELSE 0 END) FROM judging GROUP BY 1, 2"
        ):
            self.verdicts.setdefault(place, Counter())[verdict] += count
            self.unlisted.setdefault(place, Counter())[verdict] += unlisted
        for place, took, count in self.engine.run(
            "SELECT place, CAST(floor(ln(greatest(reached - since, 0) + 1) * 200) AS INTEGER), count(*) FROM judging "
            f"WHERE verdict IN ({MET}, {LATE_}) AND since IS NOT NULL GROUP BY 1, 2"
        ):
            self.spells.setdefault(place, Spells()).add(took, count)
        for judged, broken, looked in (
            (self.late, LATE_, f"verdict IN ({MET}, {LATE_})"),
            (self.missed, MISSED_, f"verdict IN ({MET}, {LATE_}, {MISSED_}) AND NOT ({UNKNOWN_OTHERS})"),
        ):
            self.engine.run(
                f"CREATE OR REPLACE TABLE judged AS SELECT place AS subject, verdict = {broken} AS broken, "
                "CASE WHEN done IS NULL THEN coalesce(due, since, origin) ELSE done END AS ts, who, run, staff, shop, role, "
                f"place, since, due, done, source, line FROM judging WHERE {looked}"
            )
            judged.take()

    def _tell(self, row: Row, columns: tuple[str, ...]) -> tuple[Deed, ...]:
        said = dict(zip(columns, row, strict=True))
        name = self.places.by_number[said["place"]].node
        deeds = []
        if said["since"] is not None:
            deeds.append(Deed(said["since"], Phrase("时限从这时算起", "its time begins")))
        if said["due"] is not None:
            deeds.append(Deed(said["due"], Phrase("应在这时以前做完", "it is due")))
        if said["done"] is not None:
            words = Phrase(f"做完 {name}", f"{name} is done")
            deeds.append(Deed(said["done"], words, counted=True, source=said["source"] or 0, line=said["line"] or 0))
        else:
            words = Phrase(f"到日志结束还没做 {name}", f"{name} is not done by the end of the log")
            deeds.append(Deed(self.end, words, counted=True))
        return tuple(sorted(deeds, key=lambda deed: deed.at))

    def _say(self, place: Place, queries: tuple[str, ...], named: frozenset[int]) -> Iterator[Observation]:
        counts = self.verdicts.get(place.number, Counter())
        doubts = [(count, REASONS[verdict]) for verdict, count in sorted(counts.items()) if verdict in REASONS]
        waiting = place.number in named or counts
        unlisted = self.unlisted.get(place.number, Counter())
        known = Counter({verdict: count - unlisted[verdict] for verdict, count in counts.items()})
        missing = [*doubts, (unlisted.total(), UNLISTED)]
        for rule, judged, told, unsure in ((LATE, self.late, counts, doubts), (MISSED, self.missed, known, missing)):
            if place.number not in judged.sums:
                reason = NOT_DUE if waiting else NEVER_NAMED
                yield not_assessed(rule, place.node, reason, UNIT, queries=queries, doubts=unsure)
                continue
            message = self._message(place, told)
            yield judged.observation(rule, place.number, place.node, message, unit=UNIT, queries=queries, doubts=unsure)

    def _message(self, place: Place, counts: Counter[int]) -> Phrase:
        zh = f"按时 {counts[MET]} 次，超时 {counts[LATE_]} 次，没做 {counts[MISSED_]} 次"
        en = f"{counts[MET]} in time, {counts[LATE_]} late, {counts[MISSED_]} missed"
        spells = self.spells.get(place.number)
        if spells is not None:
            middle, most = spells.at(0.5), spells.at(0.9)
            zh += f"；用时中位数约 {spell(middle).zh}，九成不超过约 {spell(most).zh}"
            en += f"; median about {spell(middle).en}, nine in ten within about {spell(most).en}"
        if counts[OPEN]:
            zh += f"；{counts[OPEN]} 次还没到期"
            en += f"; {counts[OPEN]} not due yet"
        return Phrase(zh, en)


def limited_of(places: Places) -> list[Place]:
    """Return the steps with a time limit."""
    return [one for one in places.all if one.step.within is not None or one.step.before is not None]


def _uncut(course: Course) -> bool:
    """Return whether nothing ends a run of the playbook before its steps are done."""
    playbook = course.places.playbooks[course.root]
    if isinstance(playbook, Procedure):
        return True
    return (
        isinstance(playbook, Journey)
        and playbook.kind == "automation"
        and not playbook.ends_on
        and playbook.while_ is None
        and not any(one.step.via for one in course.mine)
    )


def _only_way(course: Course, source: str, target: str) -> bool:
    """Return whether a run that has done a step comes to another next, whatever holds."""
    edges = [one for one in course.graph.leaving.get(source, ()) if one.kind == "then"]
    if len(edges) != 1 or edges[0].guard is not None:
        return False
    return edges[0].target == target or (
        edges[0].target not in course.places.by_node and _only_way(course, edges[0].target, target)
    )
