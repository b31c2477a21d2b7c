"""A seed goes in; a small random workspace comes out: as YAML for the front end, and as plain values for `touch_oracle`.

All times are whole hours. Nothing of sopkit is imported: what the words mean is said here and in the oracle alone.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

DIRECT = ("way", "shut", "cut", "slow")
HOURS = {"shut": (8, 12), "cut": (6, 18)}
"""Open hours of channels; `cut` drops what falls outside."""
ROLE_HOURS = {"clerk": None, "timed": (10, 14)}
CONFIRMED = 2
"""Hours within which a person lets go what is sent through `slow`."""
JOINS = 2
RATES: list[tuple[int, int | str]] = [
    *[(1, "lifetime")] * 12, (2, "lifetime"), (1, 5), (1, 12), (2, 8), (1, "day")
]  # fmt: skip
REENTRIES: list[list[int | str]] = [["never"], ["never"], ["always"], [1, 4, 8]]


@dataclass
class Step:
    id: str
    kind: str
    """touch, rest (a silent task), wait, hear (wait for an event), choose, start, go."""
    channel: str = ""
    purpose: str = "talk"
    low: int | None = None
    high: int | None = None
    within: int | None = None
    since: str = ""
    by: str = ""
    event: str = ""
    """Of `hear`; of a step beside the chain that an event sets off."""
    every: int = 0
    up_to: int = 0
    steps: list[Step] = field(default_factory=list)
    """Of `hear` when nothing came; of `choose` for the first value."""
    other: list[Step] = field(default_factory=list)
    """Of `choose` for the second value."""
    to: str = ""
    """Of `start` the journey, of `go` the stage or `end`."""
    only: int | None = None
    """The value of the customer's side for which the step is done."""
    counts: bool = True


@dataclass
class Stage:
    id: str
    steps: list[Step]
    next: list[tuple[str, str | int, str]]
    """(`on`, event, where to) or (`after`, hours, where to)."""
    stays: int = 0


@dataclass
class Journey:
    id: str
    stages: list[Stage]
    starts_on: str
    """An event; `ended:J`; empty where only a step starts it."""
    ends_on: str = ""
    reentry: str | int = "never"
    overlap: bool = True
    audience: int | None = None
    leaves: bool = False
    """`while` something holds that may change at any time."""

    @property
    def lifecycle(self) -> bool:
        return bool(self.stages[0].id)


@dataclass
class Play:
    most: int
    window: int
    """Hours; 24 with `calendar` is one calendar day."""
    calendar: bool
    gap: bool
    selects: str
    """'' (direct), a channel, `group`, `marketing`."""
    quiet: tuple[int, int] | None
    events: dict[str, tuple[int, int | str]]
    """At most so many, in so many hours, a `day`, or a `lifetime`."""
    journeys: list[Journey]
    issues: tuple[int, ...] = ()
    """Hours of the day at which a cadence comes."""
    group: tuple[str, ...] = ()
    cool_down: int = 0
    if_busy: str = "drop"

    def every_step(self) -> Iterator[Step]:
        todo = [step for journey in self.journeys for stage in journey.stages for step in stage.steps]
        while todo:
            step = todo.pop()
            yield step
            todo += [*step.steps, *step.other]

    def constructs(self) -> set[str]:
        """Return the names of what occurs in the play, for the table."""
        found = {"cap: calendar day" if self.calendar else "cap: gap" if self.gap else "cap: rolling"}
        found |= {"quiet hours"} if self.quiet else set()
        found |= {"cadence"} if self.issues else set()
        found |= {f"one at a time, {self.if_busy}"} if self.group else set()
        for journey in self.journeys:
            found.add(f"re-entry: {journey.reentry if isinstance(journey.reentry, str) else 'after'}")
            found |= {"stages"} if journey.lifecycle else set()
            found |= {"overlap: false"} if not journey.overlap else set()
            found |= {"audience"} if journey.audience is not None else set()
            found |= {"while"} if journey.leaves else set()
            found |= {"ends_on"} if journey.ends_on else set()
            found |= {"emitted start"} if journey.starts_on.startswith("ended:") else set()
            for stage in journey.stages:
                found |= {f"next: {kind}" for kind, _, _ in stage.next}
                found |= {"stays"} if stage.stays else set()
        starts = [one.starts_on for one in self.journeys if one.starts_on]
        found |= {"one event, several journeys"} if len(starts) > len(set(starts)) else set()
        for step in self.every_step():
            found |= set(_traits(step))
        return found


def counted(play: Play, step: Step) -> bool:
    """Return whether the cap counts the step."""
    if step.kind != "touch" or not step.counts:
        return False
    if play.selects == "group":
        return step.channel == "room"
    direct = step.channel in DIRECT
    return direct and (
        not play.selects or (step.purpose == "sell" if play.selects == "marketing" else step.channel == play.selects)
    )


def _traits(step: Step) -> Iterator[str]:
    names = {"hear": "wait with timeout", "wait": "wait", "choose": "choose", "start": "start: journey", "go": "go"}
    if step.kind in names:
        yield names[step.kind]
    if step.every:
        yield "every"
    if step.event and step.kind != "hear":
        yield "on: event"
    if step.since:
        yield "since: " + (step.since if step.since in ("start", "stage") else "step")
    if step.high is not None and step.high != step.low:
        yield "range"
    if step.within is not None:
        yield "within"
    if step.by:
        yield "role hours" if ROLE_HOURS[step.by] else "person"
    if step.only is not None:
        yield "guard"
    if step.channel in HOURS:
        yield "channel hours" if step.channel == "shut" else "channel drops"
    if step.channel == "slow":
        yield "confirmed by a person"
    if step.channel == "room":
        yield "group"
    if not step.counts:
        yield "not counted"


# Chance


def play(rng: random.Random) -> Play:
    """Return a random play."""
    events: dict[str, tuple[int, int | str]] = {name: rng.choice(RATES) for name in "xyz"}
    count = rng.choice([1, 1, 1, 2, 2, 3])
    journeys = [_journey(rng, f"j{n}", count) for n in range(count)]
    kind = rng.choice(["rolling", "rolling", "gap", "day"])
    most = 1 if kind == "gap" else rng.choice([1, 2, 2, 3, 4])
    selects = rng.choice(["", "", "", "marketing", "way", "group"])
    made = Play(
        most=most,
        window=24 if kind == "day" else rng.choice([2, 2, 3, 5, 8, 12]),
        calendar=kind == "day",
        gap=kind == "gap",
        selects=selects,
        quiet=rng.choice([None, None, None, (20, 8), (12, 15)]),
        events=events,
        journeys=journeys,
    )
    if not any(counted(made, one) for one in made.every_step()):
        made.selects = "group" if any(one.channel == "room" for one in made.every_step()) else ""
    if rng.random() < 0.1:
        made.issues = tuple(sorted(rng.sample(range(24), rng.choice([1, 2]))))
    if count > 1 and rng.random() < 0.35:
        made.group = tuple(one.id for one in journeys[:2])
        made.cool_down = rng.choice([0, 2, 6])
        made.if_busy = rng.choice(["drop", "preempt"])
    return made


def _journey(rng: random.Random, id_: str, count: int) -> Journey:
    starts = rng.choice(["x", "x", "y"])
    number = int(id_[1:])
    if number and rng.random() < 0.2:
        starts = f"ended:j{number - 1}"
    names = [f"s{n}" for n in range(rng.choice([1, 2, 2]))] if rng.random() < 0.45 else [""]
    later = [f"j{n}" for n in range(number + 1, count)]
    steps = _Steps(rng, later, names)
    stages = [Stage(name, steps.chain(name), [], 0) for name in names]
    if names[0]:
        for n, stage in enumerate(stages):
            _lead_on(rng, stage, names, n)
    reentry = rng.choice(rng.choice(REENTRIES))
    return Journey(
        id_,
        stages,
        starts,
        ends_on="z" if rng.random() < 0.15 else "",
        reentry=reentry,
        overlap=not (reentry == "always" and rng.random() < 0.4),
        audience=rng.choice([0, 1]) if rng.random() < 0.15 else None,
        leaves=rng.random() < 0.1,
    )


def _lead_on(rng: random.Random, stage: Stage, names: list[str], n: int) -> None:
    forward = names[n + 1] if n + 1 < len(names) else "end"
    stage.next = [("after", rng.choice([3, 6, 10]), forward)]
    if rng.random() < 0.4:
        stage.next.insert(0, ("on", rng.choice("yz"), rng.choice([forward, "end", names[0] if n else forward])))
        stage.stays = rng.choice([0, 0, 2])


class _Steps:
    def __init__(self, rng: random.Random, later: list[str], stages: list[str]) -> None:
        self.rng, self.later, self.stages, self.count = rng, later, stages, 0

    def chain(self, stage: str) -> list[Step]:
        found: list[Step] = []
        for _ in range(self.rng.choice([1, 2, 2, 3])):
            found.append(self.step(stage, found, depth=0))
        if stage and self.rng.random() < 0.2:
            found.insert(0, self._new("touch", channel=self._channel(), every=self.rng.choice([2, 3, 5])))
        if stage and self.rng.random() < 0.2:
            beside = self._new("touch", channel=self._channel(), event=self.rng.choice("yz"))
            beside.low = beside.high = self.rng.choice([None, 1])
            found.append(beside)
        return found

    def step(self, stage: str, before: list[Step], depth: int) -> Step:
        rng = self.rng
        kinds = ["touch"] * 7 + ["rest", "wait", "wait"] + (["hear", "choose"] if depth == 0 else [])
        if self.later:
            kinds.append("start")
        if stage and depth and rng.random() < 0.5:
            return self._new("go", to="end")
        made = self._new(rng.choice(kinds))
        if made.kind == "touch":
            made.channel = self._channel()
            made.purpose = rng.choice(["talk", "sell"])
            made.counts = rng.random() > 0.05
        elif made.kind == "wait":
            made.low = rng.randint(0, 4)
            made.high = made.low + rng.choice([0, 0, 2])
            return made
        elif made.kind == "hear":
            made.event, made.up_to = rng.choice("yz"), rng.choice([2, 5])
            made.steps = [self.step(stage, [], 1)] if rng.random() < 0.6 else []
            return made
        elif made.kind == "choose":
            made.steps, made.other = [self.step(stage, [], 1)], [self.step(stage, [], 1)]
            return made
        elif made.kind == "start":
            made.to = rng.choice(self.later)
        self._time(made, stage, before)
        if rng.random() < 0.1:
            made.only = rng.choice([0, 1])
        return made

    def _time(self, made: Step, stage: str, before: list[Step]) -> None:
        rng = self.rng
        if made.kind in ("touch", "rest") and (made.kind == "rest" or rng.random() < 0.12):
            made.by = rng.choice(["clerk", "timed"])
        if rng.random() < 0.7:
            made.low = rng.randint(0, 6)
            made.high = made.low + (rng.choice([1, 3]) if rng.random() < 0.3 and not made.by else 0)
        if made.by or (rng.random() < 0.15 and made.high == made.low):
            made.within = max(made.low or 0, rng.randint(1, 4))
        if (made.low is not None or made.within is not None) and rng.random() < 0.35:
            anchors = [one.id for one in before if not (one.every or one.event) and one.kind in ("touch", "rest")]
            made.since = rng.choice(["start", "stage" if stage else "start", *anchors[-1:]])

    def _channel(self) -> str:
        return self.rng.choice(["way"] * 6 + ["shut", "cut", "slow", "room"])

    def _new(self, kind: str, **given: object) -> Step:
        self.count += 1
        step = Step(f"t{self.count}", kind)
        for name, value in given.items():
            setattr(step, name, value)
        return step


# YAML


HEAD = """\
kind: workspace
id: demo
title: 示例
owner: guide
review_by: 2027-12-31
locale: zh-CN
timezone: Asia/Shanghai
enforce: none
"""


def written(play: Play) -> str:
    """Return the play as documents of a workspace."""
    selector = {"": "", "group": ", of: {reach: group}", "marketing": ", of: {category: marketing}"}
    of = selector.get(play.selects, f", of: {{channel: {play.selects}}}")
    size = (
        f"gap: {play.window}h"
        if play.gap
        else f"max: {play.most}, per: {'day' if play.calendar else f'{play.window}h'}"
    )
    lines = [HEAD + f"caps: [{{id: cap, {size}{of}}}]\n"]
    if play.quiet:
        lines.append(f"quiet_hours: {{hours: {play.quiet[0]:02d}:00-{play.quiet[1]:02d}:00}}\n")
    if play.group:
        lines.append(
            f"one_at_a_time: {{g: {{journeys: [{', '.join(play.group)}], cool_down: {play.cool_down}h, if_busy: {play.if_busy}}}}}\n"
        )
    lines.append(_nouns(play))
    if play.issues:
        hours = ", ".join(f"'{one:02d}:00'" for one in play.issues)
        lines.append(
            "---\nkind: cadence\nid: tips\ntitle: 干货\nowner: guide\nreview_by: 2027-12-31\nvia: way\nformat: post\n"
            f"for: talk\nevery: day\nat: [{hours}]\non_holiday: same\n"
        )
    lines += [_journey_text(one) for one in play.journeys]
    return "".join(lines)


def _nouns(play: Play) -> str:
    rates = {
        name: f"{most} per {per if isinstance(per, str) else f'{per}h'}" for name, (most, per) in play.events.items()
    }
    events = "".join(f"  {name}: {{title: 事件, tool: crm, at_most: {rate}}}\n" for name, rate in rates.items())
    return (
        "---\nkind: catalog\nscripts:\n  hello: {title: 问候, text: 【示例】您好}\n"
        "tools:\n  crm: {title: 会员系统, relation: own, hosted_in: cn}\n"
        "roles:\n  guide: {title: 导购}\n  clerk: {title: 店员}\n  timed: {title: 客服, hours: mon-sun 10:00-14:00}\n"
        "purposes:\n  talk: {title: 服务, category: service, basis: contract}\n"
        "  sell: {title: 营销, category: marketing, basis: contract}\n"
        "channels:\n  way: {title: 渠道, tool: crm, reach: direct}\n"
        "  shut: {title: 渠道, tool: crm, reach: direct, hours: 08:00-12:00}\n"
        "  cut: {title: 渠道, tool: crm, reach: direct, hours: 06:00-18:00, when_closed: drop}\n"
        f"  slow: {{title: 渠道, tool: crm, reach: direct, confirmed_by: {{role: clerk, within: {CONFIRMED}h}}}}\n"
        f"  room: {{title: 群, tool: crm, reach: group, selects: nobody, joins: {JOINS}}}\n"
        "data:\n  side: {title: 类别, type: [left, right], category: user.behavior, record: crm, retention: 1y, changes: never}\n"
        "  mood: {title: 状态, type: [fine, bad], category: user.behavior, record: crm, retention: 1y}\n"
        f"events:\n{events}"
    )


SIDES = ("left", "right")


def _journey_text(one: Journey) -> str:
    kind = "lifecycle" if one.lifecycle else "automation"
    start = f"{{ended: {one.starts_on.partition(':')[2]}}}" if ":" in one.starts_on else one.starts_on
    lines = [
        f"---\nkind: {kind}\nid: {one.id}\ntitle: 旅程\nowner: guide\nreview_by: 2027-12-31\nstarts_on: [{start}]\n"
    ]
    lines.append(f"reentry: {f'after {one.reentry}h' if isinstance(one.reentry, int) else one.reentry}\n")
    lines += [f"ends_on: [{one.ends_on}]\n"] if one.ends_on else []
    lines += ["overlap: false\n"] if not one.overlap else []
    lines += [f"audience: {{side: {SIDES[one.audience]}}}\n"] if one.audience is not None else []
    lines += ["while: {mood: fine}\n"] if one.leaves else []
    if not one.lifecycle:
        return "".join(lines) + "steps:\n" + "".join(_step_text(step, 2) for step in one.stages[0].steps)
    lines.append("stages:\n")
    for stage in one.stages:
        lines.append(f"  {stage.id}:\n    title: 阶段\n")
        lines += [f"    stays: at least {stage.stays}h\n"] if stage.stays else []
        lines.append("    steps:\n" + "".join(_step_text(step, 6) for step in stage.steps))
        moves = [f"{{{kind}: {what}{'h' if kind == 'after' else ''}, go: {to}}}" for kind, what, to in stage.next]
        lines.append(f"    next: [{', '.join(moves)}]\n")
    return "".join(lines)


def _step_text(step: Step, indent: int) -> str:
    pad = " " * indent
    said = [f"id: {step.id}"]
    said += {
        "touch": ["send: hello", f"via: {step.channel}", f"for: {step.purpose}"],
        "rest": ["do: 整理"],
        "wait": [f"wait: {step.low}h" + (f"..{step.high}h" if step.high != step.low else "")],
        "hear": [f"wait: {step.event}", f"up_to: {step.up_to}h"],
        "choose": [],
        "start": [f"start: {step.to}"],
        "go": ["end: true" if step.to == "end" else f"go: {step.to}"],
    }[step.kind]
    if step.kind != "wait":
        if step.low is not None:
            said.append(f"after: {step.low}h" + (f"..{step.high}h" if step.high != step.low else ""))
        said += [f"within: {step.within}h"] if step.within is not None else []
        said += [f"since: {step.since}"] if step.since else []
    said += [f"by: {step.by}"] if step.by else []
    said += [f"every: {step.every}h"] if step.every else []
    said += [f"on: {step.event}"] if step.event and step.kind != "hear" else []
    said += [f"if: {{side: {SIDES[step.only]}}}"] if step.only is not None else []
    said += ["cap: {counts: false, reason: 通知}"] if not step.counts else []
    text = f"{pad}- " + f"\n{pad}  ".join(said) + "\n"
    if step.kind == "hear" and step.steps:
        text += f"{pad}  otherwise:\n" + "".join(_step_text(one, indent + 4) for one in step.steps)
    if step.kind == "choose":
        text += f"{pad}  choose:\n{pad}    - if: {{side: left}}\n{pad}      steps:\n"
        text += "".join(_step_text(one, indent + 8) for one in step.steps)
        text += f"{pad}    - else:\n" + "".join(_step_text(one, indent + 8) for one in step.other)
    return text
