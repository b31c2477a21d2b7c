"""Steps and channels go in; how long between looking at a condition and the deed, and between the order and the sending, comes out."""

from __future__ import annotations

from dataclasses import field
from functools import cached_property

from sopkit.frozen import dataclass
from sopkit.graph.carriage import Carriage
from sopkit.graph.course import INFINITE, longest, shortest
from sopkit.graph.openings import WEEK, Openings, Span, both, weekly
from sopkit.graph.timing import delay_of
from sopkit.graph.touches import Control, Touches, match_step, staffed
from sopkit.model.nouns import Channel
from sopkit.model.steps import Step
from sopkit.rules.case import Case


@dataclass(frozen=True, eq=False)
class Times:
    """Each worked out once."""

    case: Case
    carriage: Carriage
    _openings: dict[str, Openings | None] = field(default_factory=dict)
    _alike: dict[tuple[str, ...], Openings | None] = field(default_factory=dict)
    """By who does it, purpose and channels: many steps are alike in this."""
    _confirmed: dict[tuple[str, str, Openings | None], float] = field(default_factory=dict)
    _roles: dict[str, Openings | None] = field(default_factory=dict)
    _stretched: dict[tuple[Openings, float], float] = field(default_factory=dict)
    """By opening hours and seconds, how long it takes at most until so many open ones have passed."""

    def openings(self, place: str) -> Openings | None:
        """Return when a step, or an issue, can be done: hours of the person and the channels, quiet hours; None: always."""
        if place not in self._openings:
            self._openings[place] = self._open(place)
        return self._openings[place]

    def _open(self, place: str) -> Openings | None:
        node = self.case.graph.nodes[place]
        step = node.step
        if node.kind != "step" or step is None:
            by = getattr(node.origin, "by", None)
            return self._role(by.id) if by is not None and node.kind == "issue" else None
        key = (step.by.id if step.by else "", step.for_.id if step.for_ else "", *[ref.id for ref in step.via])
        if key not in self._alike:
            self._alike[key] = self._open_to(step)
        return self._alike[key]

    def _open_to(self, step: Step) -> Openings | None:
        """Return when a step can be done: all that are done by the same person and channels for the same purpose at once."""
        workspace, spans = self.case.workspace, list[Span]()
        for channel in (workspace.channels[ref.id] for ref in step.via if ref.id in workspace.channels):
            if channel.hours is not None:
                spans.append(Span(channel.hours, closed=False, customers=True))
            spans += [
                Span(quiet.hours, closed=True, customers=True)
                for quiet in workspace.settings.quiet_hours
                if quiet.hours is not None and match_step(workspace, quiet.of, step, channel) != "no"
            ]
        return both(self._role(step.by.id) if step.by is not None else None, weekly(spans))

    def _role(self, role: str) -> Openings | None:
        if role not in self._roles:
            noun = self.case.workspace.roles.get(role)
            self._roles[role] = weekly(staffed(noun))
        return self._roles[role]

    def drops(self, place: str) -> bool:
        """Return whether each of a step's channels throws away what comes in a closed hour."""
        channels = self.case.workspace.channels
        via = [ref.id for ref in getattr(self.case.graph.nodes[place].origin, "via", ()) if ref.id in channels]
        return bool(via) and all(channels[one].when_closed == "drop" for one in via)

    def holds(self, place: str) -> float:
        """Return how many seconds the tool that keeps the caps holds a touch back, at most."""
        return self._longest_hold if self._longest_hold and self._is_held(place) else 0.0

    def turns_away(self, place: str) -> bool:
        """Return whether the tool that keeps the caps ends the journey where it stops this touch."""
        return self._sends_out and self._is_held(place)

    @cached_property
    def _sends_out(self) -> bool:
        enforce = self.case.workspace.settings.enforce
        actions = (enforce.gap, enforce.count) if enforce is not None else ()
        return any(one is not None and one.action == "exit" for one in actions)

    @cached_property
    def _longest_hold(self) -> float:
        enforce = self.case.workspace.settings.enforce
        actions = [one for one in (enforce.gap, enforce.count) if one is not None] if enforce is not None else []
        waits = (one.at_most for one in actions if one.action == "wait")
        return max((longest(one) if one is not None else INFINITE for one in waits), default=0.0)

    @cached_property
    def _touches(self) -> Touches:
        return Touches(self.case.workspace)

    @cached_property
    def _control(self) -> Control:
        return Control(self.case.workspace)

    def _is_held(self, place: str) -> bool:
        touch = self._touches.at(self.case.graph.nodes[place])
        return touch is not None and touch.counts and self._control.holds(touch)

    def window(self, place: str, step: Step) -> float:
        """Return the most seconds from the issue of a person's step, when its condition is looked at, to the deed; a tool's has none."""
        if step.by is None:
            return 0.0
        delay = delay_of(step)
        if delay.before is not None:
            return 0.0
        if not delay.bounded:
            return INFINITE
        low, high = shortest(delay.low), longest(delay.high)
        hours = self.openings(place)
        if high == INFINITE or hours is None:
            return max(0.0, high - low)
        if step.within is not None and step.clock == "open":
            if (hours, high) not in self._stretched:
                self._stretched[hours, high] = hours.longest_time(high / 60) * 60
            return max(0.0, self._stretched[hours, high] - low)
        return max(0.0, high - low) + hours.longest_wait() * 60

    def sending(self, place: str, channel: Channel | None) -> float:
        """Return the most seconds from the order to the sending: the way of the command, and whoever must confirm it."""
        if channel is None:
            return 0.0
        drive = self._drive(place, channel)
        asked = channel.confirmed_by
        if asked is None or asked.role is None or asked.within is None:
            return drive
        key = (asked.role.id, str(asked.within), self.openings(place))
        if key not in self._confirmed:
            staff, hours = self._role(asked.role.id), self.openings(place)
            starts = (minute for minute in range(WEEK) if hours is None or hours.wait(minute) == 0)
            within = longest(asked.within) / 60
            self._confirmed[key] = (
                max((_sent(staff, hours, start, within) - start for start in starts), default=0.0) * 60
            )
        return drive + self._confirmed[key]

    def confirmed(self, place: str, channel: Channel | None, ordered: float) -> float:
        """Return when what was ordered at an instant, in seconds of a week, is sent at the latest."""
        if channel is None:
            return ordered
        due = ordered + self._drive(place, channel)
        asked = channel.confirmed_by
        if asked is None or asked.role is None or asked.within is None:
            return due
        within = longest(asked.within) / 60
        return _sent(self._role(asked.role.id), self.openings(place), due / 60, within) * 60

    def _drive(self, place: str, channel: Channel) -> float:
        root = self.case.graph.nodes[place].playbook
        origin = self.case.graph.nodes[root].origin if root else None
        runs_in = getattr(origin, "runs_in", None)
        if runs_in is None or channel.tool is None:
            return 0.0
        return float(self.carriage.drive(runs_in.id, channel.tool.id))


def _sent(staff: Openings | None, hours: Openings | None, start: float, within: float) -> float:
    """Return the minute at which a person with so much working time has confirmed, moved to where it may be sent."""
    done = staff.end_of(start, within) if staff is not None and not staff.empty else start + within
    return done + (hours.wait(done) if hours is not None and not hours.empty else 0.0)
