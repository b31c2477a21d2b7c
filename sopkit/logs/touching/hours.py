"""Hours of the workspace, of channels and of platforms go in; touches at another time come out: SOP309, SOP310, SOP982.

By the customer's clock: a local hour that is doubled when clocks are put back is open or closed both times.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

from sopkit.diagnostics import Rule
from sopkit.graph.touches import Match, Touch, match
from sopkit.logs.case import LogCase
from sopkit.logs.engine import listed
from sopkit.logs.observed import Observation, not_assessed
from sopkit.logs.touching.contacts import Contact, Contacts, contacts_of
from sopkit.logs.touching.found import Broken, told, touched
from sopkit.logs.zones import DAY, Zones, day_of
from sopkit.model.presets import HOURS_LIMITS, NO_MARKETING
from sopkit.model.values import WEEKDAYS, Hours
from sopkit.rules.sending_hours import BARRED, OUTSIDE, is_held
from sopkit.rules.touched import CLOSED
from sopkit.text import Phrase

NO_LOG: Final = Phrase("没有触达日志", "there is no log of touches")
NONE: Final = Phrase("日志里没有它管的触达", "the log has no touch that it is about")
UNTOLD: Final = Phrase("日志没有写目的、步骤或渠道", "the log lacks purpose, step or channel")
NOT_HELD: Final = Phrase(
    "这个时段只是服务商的说法，剧本也没有给它们定钟点",
    "vendors alone say so, and the playbooks choose no hours for them",
)
NO_ZONE: Final = Phrase("不知道客户在哪个时区", "the customer's time zone is not known")


def observe(case: LogCase) -> Iterator[Observation]:
    """Yield of all hours that are declared, and of platforms' limits for channels in use, how often they were kept."""
    contacts, zones = contacts_of(case), Zones(case)
    if not contacts.all:
        yield not_assessed(CLOSED, "workspace", NO_LOG)
        return
    settings = contacts.workspace.settings
    for number, quiet in enumerate(settings.quiet_hours, 1):
        if quiet.hours is not None:
            about = Phrase(f"静默时段 {quiet.hours}", f"quiet hours {quiet.hours}")
            wrong = Phrase("落在静默时段里", "fall into them")
            one = _Hours(contacts, zones, CLOSED, f"quiet_hours/{number}", about, wrong)
            yield one.observation(partial(match, quiet.of), inside(quiet.hours))
    for channel in contacts.workspace.channels.values():
        if channel.hours is not None and (not channel.builtin or _is_used(contacts, channel.id)):
            about = Phrase(f"渠道 {channel.id} 开放 {channel.hours}", f"channel {channel.id}, open {channel.hours}")
            one = _Hours(
                contacts,
                zones,
                CLOSED,
                f"channel/{channel.id}",
                about,
                Phrase("在开放时间以外", "came when it is closed"),
            )
            yield one.observation(partial(_goes_by, channel.id, ""), f"NOT ({inside(channel.hours)})")
    for limit in HOURS_LIMITS:
        if any(one.preset == limit.preset for one in contacts.workspace.channels.values()):
            about = Phrase(
                f"{limit.preset} 的营销只能在 {limit.words} 发（{limit.source.zh}）",
                f"marketing by {limit.preset} in {limit.words} only ({limit.source.en})",
            )
            one = _Hours(
                contacts, zones, OUTSIDE, f"hours/{limit.preset}", about, Phrase("在这以外", "came at another hour")
            )
            within = f"second >= {limit.start * 60} AND second < {limit.end * 60}"
            held = partial(is_held, limit, workspace=contacts.workspace)
            yield one.observation(partial(_goes_by, "", limit.preset), f"NOT ({within})", marketing=True, held=held)
    yield from _barred(contacts)


def _is_used(contacts: Contacts, channel: str) -> bool:
    return any(one.channel is not None and one.channel.id == channel for one in contacts.all)


def _goes_by(channel: str, preset: str, touch: Touch) -> Match:
    """Return whether a touch goes by the channel, or by one of the preset."""
    one = touch.channels[0]
    return "yes" if (channel and one.id == channel) or (preset and one.preset == preset) else "no"


def _is_marketing(touch: Touch) -> Match:
    if touch.category is None:
        return "maybe"
    return "yes" if touch.category == "marketing" else "no"


def _both(one: Match, other: Match) -> Match:
    return "no" if "no" in (one, other) else "yes" if one == other == "yes" else "maybe"


def inside(hours: Hours) -> str:
    """Return whether a local `second` of a `weekday` (0 is Monday) lies in the hours, as SQL; they may run over midnight."""
    start, end = hours.start.minutes * 60, hours.end.minutes * 60
    days = {WEEKDAYS.index(one) for one in hours.days}
    if end > start:
        return f"weekday IN ({listed(days)}) AND second >= {start} AND second < {end}"
    after = {(one + 1) % 7 for one in days}
    return f"(weekday IN ({listed(days)}) AND second >= {start}) OR (weekday IN ({listed(after)}) AND second < {end})"


class _Hours:
    """One rule about hours, asked of all parts of the log."""

    def __init__(  # noqa: PLR0917  one question, and what it is asked of
        self, contacts: Contacts, zones: Zones, rule: Rule, subject: str, about: Phrase, wrong: Phrase
    ) -> None:
        self.contacts, self.zones, self.rule, self.subject = contacts, zones, rule, subject
        self.about, self.wrong = about, wrong

    def observation(
        self,
        ask: Callable[[Touch], Match],
        closed: str,
        *,
        marketing: bool = False,
        held: Callable[[Touch], bool] | None = None,
    ) -> Observation:
        """Ask of touches that are `held` to the hours; by default all are."""

        def one(touch: Touch) -> Match:
            answer = ask(touch)
            return _both(answer, _is_marketing(touch)) if marketing else answer

        answers = {each.kind: _answer(each, one) for each in self.contacts.all}
        kinds, maybe = self.contacts.kinds(answers, "yes"), self.contacts.kinds(answers, "maybe")
        free = [kind for kind in kinds if held and not all(map(held, self.contacts.by_kind[kind].touches))]
        kinds = [kind for kind in kinds if kind not in free]
        broken, unplaced, store = Broken(), 0, self.contacts.store
        for _ in store.each() if kinds else ():
            rows = self._rows(kinds)
            broken.add(
                store,
                f"SELECT who, ts FROM ({rows}) WHERE {closed}",
                partial(touched, self.contacts, before=0, counted=kinds),
            )
            if not self.zones.single:
                unplaced += store.engine.run(f"SELECT count(*) FROM ({rows}) WHERE second IS NULL")[0][0]
        looked = self.contacts.rows(kinds) - unplaced
        doubts = (*self.contacts.doubts(maybe, UNTOLD), (unplaced, NO_ZONE), (self.contacts.rows(free), NOT_HELD))
        return told(self.rule, self.subject, self.about, self.wrong, looked, broken, doubts, NONE)

    def _rows(self, kinds: list[int]) -> str:
        local = self.zones.local("t.ts", self.zones.number)
        return (
            f"SELECT who, ts, local - day * {DAY} AS second, (day + 3) % 7 AS weekday FROM "
            f"(SELECT who, ts, local, {day_of('local')} AS day FROM (SELECT t.who, ts, {local} AS local "
            f"FROM touches t{self.zones.join('t')} WHERE kind IN ({listed(kinds)})))"
        )


def _answer(contact: Contact, ask: Callable[[Touch], Match]) -> Match:
    if contact.channel is None:
        return "no" if contact.happened == "no" else "maybe"
    return contact.answer(ask)


def _barred(contacts: Contacts) -> Iterator[Observation]:
    """Yield of each channel that carries no marketing whether it carried any."""
    for one in NO_MARKETING:
        for channel in contacts.workspace.channels.values():
            if channel.preset != one.preset or not _is_used(contacts, channel.id):
                continue

            def ask(touch: Touch, channel: str = channel.id) -> Match:
                return _both(_goes_by(channel, "", touch), _is_marketing(touch))

            mine = [each for each in contacts.all if each.channel is channel and each.happened != "no"]
            answers = {each.kind: each.answer(ask) for each in mine}
            kinds, maybe = contacts.kinds(answers, "yes"), contacts.kinds(answers, "maybe")
            broken = Broken()
            for _ in contacts.store.each() if kinds else ():
                query = f"SELECT who, ts FROM touches WHERE kind IN ({listed(kinds)})"
                broken.add(contacts.store, query, partial(touched, contacts, before=0, counted=kinds))
            about = Phrase(f"{channel.id}：{one.source.zh}", f"{channel.id}: {one.source.en}")
            doubts, looked = contacts.doubts(maybe, UNTOLD), contacts.rows(answers) - contacts.rows(maybe)
            wrong = Phrase("是营销", "are marketing")
            yield told(BARRED, f"channel/{channel.id}", about, wrong, looked, broken, doubts, NONE)
