"""A workspace's caps and the limits of its platforms go in; what the analysis of touches asks about each of them comes out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from sopkit.frozen import dataclass
from sopkit.graph.course import longest
from sopkit.graph.touches import Chosen, Match, Touch, match
from sopkit.graph.zones import Clocks
from sopkit.model.documents import Cap
from sopkit.model.presets import LIMITS, PlatformLimit
from sopkit.model.values import Duration
from sopkit.rules.case import Case
from sopkit.text import Phrase
from sopkit.tree import Mark

DAYS: Final = {"day": 1, "week": 7, "month": 31}
"""Most days of a unit of the calendar."""
SECONDS_A_DAY: Final = 86400
UNITS: Final = {"day": ("每天", "a day"), "week": ("每周", "a week"), "month": ("每月", "a month")}


@dataclass(frozen=True, slots=True)
class Share:
    """What a budget is about: its owner, a journey, a stage or a group, and that owner's touches."""

    of: str
    nodes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` touches in a window: a cap of the workspace, or a limit that a platform sets."""

    id: str
    at: Mark
    """Where it is written; of a platform's limit, the channel that names it."""
    name: Phrase
    most: int
    per: Duration | str
    """A time that rolls, or a unit of the calendar."""
    gap: bool
    cap: Cap | None
    platform: PlatformLimit | None
    slack: int
    """Seconds by which a day of the customer can be longer than a day."""
    share: Share | None = None
    """Of the cap, what one playbook or group may use."""

    @property
    def owner(self) -> str:
        """Of a share, who has it."""
        return self.share.of if self.share else ""

    def with_most(self, most: int) -> Limit:
        """Return the limit with another number."""
        return replace(self, most=most)

    @property
    def window(self) -> float:
        """Half-open seconds that hold every window which is asked about."""
        seconds = DAYS[self.per] * SECONDS_A_DAY if isinstance(self.per, str) else longest(self.per)
        return seconds + (self.slack if isinstance(self.per, str) or self.per.seconds is None else 0)

    @property
    def unit(self) -> str:
        return self.per if isinstance(self.per, str) else ""

    @property
    def subject(self) -> str:
        if self.share is not None:
            return f"budget/{self.id}/{self.share.of}"
        return f"cap/{self.id}" if self.cap else f"limit/{self.id}"

    @property
    def words(self) -> Phrase:
        if self.gap and self.share is None:
            return Phrase(f"两次之间至少隔 {self.per}", f"at least {self.per} apart")
        if isinstance(self.per, str):
            zh, en = UNITS[self.per]
            return Phrase(f"{zh}最多 {self.most} 次", f"at most {self.most} {en}")
        return Phrase(f"任意 {self.per} 内最多 {self.most} 次", f"at most {self.most} in any {self.per}")

    def covered(self, touches: Chosen, *, surely: bool = False) -> Chosen:
        """Return the touches that count, or may; `surely`: those of which it is certain."""
        answers: dict[tuple[object, ...], Match] = {}
        wanted = ("yes",) if surely else ("yes", "maybe")

        def counts(touch: Touch) -> bool:
            if self.share is not None and touch.node not in self.share.nodes:
                return False
            answer = answers.get(touch.likeness)
            if answer is None:
                answer = answers[touch.likeness] = self.covers(touch)
            return answer in wanted

        return touches.where((self.subject, self.at, surely), counts)  # two caps may have one id

    def covers(self, touch: Touch) -> Match:
        """Return whether the touch counts; `maybe` where that hangs on the way that it takes. Whose it is is not asked."""
        if self.cap is not None:
            return match(self.cap.of, touch) if touch.counts else "no"
        if self.platform is None or (touch.staff and not self.platform.by_hand):
            return "no"
        ways = [one.preset == self.platform.preset for one in touch.channels]
        if all(ways) and touch.surely_first:
            return "yes"
        return "maybe" if any(ways) else "no"


def of_workspace(case: Case, clocks: Clocks) -> Iterator[Limit]:
    """Yield the workspace's caps as far as they say anything."""
    for cap in case.workspace.settings.caps:
        per = cap.gap or cap.per
        if per is not None and not is_empty(cap):
            most = 1 if cap.gap is not None else cap.max or 1
            yield Limit(cap.id, cap.at, _name(cap), most, per, cap.gap is not None, cap, None, clocks.shift)


def of_budgets(case: Case, clocks: Clocks, touches: Chosen) -> Iterator[Limit]:
    """Yield the shares of the workspace's caps: at most so many touches of one playbook or group in the cap's time."""
    caps = {limit.id: limit for limit in of_workspace(case, clocks)}
    for budget in case.workspace.settings.budgets:
        limit = caps.get(budget.cap.id)
        if limit is not None:
            share = Share(budget.of.id, frozenset(_used_by(case, budget.of.id, touches)))
            name = Phrase(f"{limit.name.zh} / {budget.of.id}", f"{limit.name.en} / {budget.of.id}")
            yield replace(limit, at=budget.at, name=name, most=budget.max, share=share)


def _used_by(case: Case, of: str, touches: Chosen) -> Chosen:
    """Return the touches of a playbook, a stage or a group; a stage that a group lists counts there and not for its journey."""
    groups = {group.id: [ref.id for ref in group.journeys] for group in case.workspace.settings.one_at_a_time}
    members = groups.get(of, [of])
    elsewhere = [one for names in groups.values() for one in names if "/" in one and one not in members]
    playbooks = {one.partition("/")[0] for one in members}

    def is_used(touch: Touch) -> bool:
        if touch.root.partition("/")[2] not in playbooks:
            return False
        place = touch.node.partition("/")[2] + "/"
        return any(place.startswith(f"{one}/") for one in members) and not any(
            place.startswith(f"{one}/") for one in elsewhere
        )

    return touches.where(("used by", of), is_used)


def of_platforms(case: Case, clocks: Clocks) -> Iterator[Limit]:
    """Yield the limits of the platforms behind the channels, those apart that a cap of the workspace replaces by its id."""
    own = {cap.id for cap in case.workspace.settings.caps}
    for one in LIMITS:
        channel = next((each for each in case.workspace.channels.values() if each.preset == one.preset), None)
        if channel is not None and one.id not in own:
            yield Limit(one.id, channel.at, one.title, one.max, one.per, False, None, one, clocks.shift)


def is_empty(cap: Cap) -> bool:
    """Return whether the time of a cap is no time at all, in which nothing ever happens twice."""
    per = cap.gap or cap.per
    return isinstance(per, Duration) and per.amount == 0


def _name(cap: Cap) -> Phrase:
    return Phrase(cap.title.pick("zh-CN"), cap.title.pick("en")) if cap.title else Phrase(cap.id, cap.id)
