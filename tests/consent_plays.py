"""Small journeys that hang on one consent: as YAML for sopkit, and acted out hour by hour against every course of the consent.

Nothing here comes from the analysis. A play is a list of deeds; `acts` yields every way through it with every delay in whole hours,
as what was observed of the consent and when the customer was contacted; `breaks` tries every history of the consent, hour by hour:
whether one agrees with all observations and yet has the consent given at no instant of the time before a contact within which a
withdrawal must take effect. All times of a play are whole hours, so that nothing is lost between them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace

from hypothesis import strategies as st


def at_length(many: int, few: int) -> int:
    """Return how many to try: few for each of the many mutants, for which the first failure is enough."""
    return few if os.environ.get("HYPOTHESIS_PROFILE") == "first" else many


@dataclass(frozen=True)
class Deed:
    """One step: `wait`, `send`, `staff`, `ask`, `fork`, `hear` or `leave`."""

    verb: str
    low: int = 0
    high: int = 0
    guarded: bool = False
    since: str = ""
    yes: tuple[Deed, ...] = ()
    no: tuple[Deed, ...] = ()


@dataclass(frozen=True)
class Play:
    """One journey, and another that its end or a step starts."""

    deeds: tuple[Deed, ...]
    then: tuple[Deed, ...] | None
    """Steps of a second journey, which starts when the first has ended."""
    within: int
    """Hours within which a withdrawal must take effect."""
    late: int
    """Hours by which the tool's copy is behind, at most."""
    held: bool
    """`while: {consent: …}`."""
    asked: bool
    """The first journey starts with the giving."""


# As YAML


def as_yaml(play: Play) -> str:
    starts = "agreed" if play.asked else "arrived"
    held = "while: {consent: mail}\n" if play.held else ""
    second = ""
    if play.then is not None:
        second = _journey("second", "{ended: first}", "", play.then)
    sync = SYNC.replace("LATE", str(play.late)) if play.late else ""
    return NOUNS.replace("WITHIN", str(play.within)) + _journey("first", starts, held, play.deeds) + second + sync


def _journey(name: str, starts: str, held: str, deeds: tuple[Deed, ...]) -> str:
    head = (
        f"---\nkind: automation\nid: {name}\ntitle: {name}\nowner: carer\nreview_by: 2027-12-31\nruns_in: map\n{held}"
    )
    counter = iter(range(100))
    return head + f"starts_on: {starts}\nreentry: always\nsteps:\n" + "".join(_lines(deeds, "  ", name, counter))


def _lines(deeds: tuple[Deed, ...], indent: str, name: str, counter: Iterator[int]) -> Iterator[str]:
    for deed in deeds:
        id_ = f"{name}-{next(counter)}"
        time = f"{deed.low}h..{deed.high}h" if deed.high > deed.low else f"{deed.low}h"
        since = f", since: {deed.since}" if deed.since else ""
        guard = ", if: {consent: mail}" if deed.guarded else ""
        match deed.verb:
            case "wait":
                yield f"{indent}- {{id: {id_}, wait: {time}}}\n"
            case "send":
                yield f"{indent}- {{id: {id_}, send: hello, via: post, for: news, after: {time}{since}{guard}}}\n"
            case "staff":
                times = f"after: {deed.low}h, within: {deed.high}h"
                yield f"{indent}- {{id: {id_}, send: hello, via: post, for: news, by: carer, {times}{guard}}}\n"
            case "ask":
                yield f"{indent}- {{id: {id_}, ask: mail, via: desk, script: hello, for: service, again_after: 60d}}\n"
            case "fork":
                yield f"{indent}- id: {id_}\n{indent}  choose:\n{indent}    - if: {{consent: mail}}\n{indent}      steps:"
                yield from _inside(deed.yes, indent + "        ", name, counter)
                yield f"{indent}    - else:"
                yield from _inside(deed.no, indent + "        ", name, counter)
            case "hear":
                yield f"{indent}- id: {id_}\n{indent}  wait: agreed\n{indent}  up_to: {deed.high}h\n"
                if deed.no:
                    yield f"{indent}  otherwise:"
                    yield from _inside(deed.no, indent + "    ", name, counter)
            case "leave":
                yield f"{indent}- {{id: {id_}, end: true}}\n"


def _inside(deeds: tuple[Deed, ...], indent: str, name: str, counter: Iterator[int]) -> Iterator[str]:
    if not deeds:
        yield " []\n"
        return
    yield "\n"
    yield from _lines(deeds, indent, name, counter)


NOUNS = """\
kind: catalog
roles:
  carer: {title: 客服}
tools:
  crm: {title: 会员系统}
  map: {title: 营销平台}
channels:
  post: {title: 信箱, tool: map, reach: direct, selects: customer, address: mailbox}
  desk: {title: 柜台, tool: crm, reach: pull}
events:
  arrived: {title: 到来, tool: map, at_most: 1 per day}
  agreed: {title: 同意, tool: map, at_most: 1 per day, gives: [mail]}
  refused-mail: {title: 退订, tool: crm, at_most: 1 per day}
data:
  mailbox: {title: 信箱, category: user.contact, record: map, retention: 1y, collected_by: [arrived]}
  member-id: {title: 会员号, category: user.unique_id, record: map, retention: 1y, collected_by: [arrived]}
consents:
  mail: {title: 信件同意, channels: [post], purposes: [news], withdrawn_by: [refused-mail], effective_within: WITHINh}
purposes:
  news: {title: 新闻, category: marketing, basis: consent}
  service: {title: 服务, category: service, basis: contract}
scripts:
  hello: {title: 问候, text: 您好}
"""
SYNC = """\
---
kind: sync
id: refusals
title: 退订
owner: carer
review_by: 2027-12-31
from: crm
to: map
carries: {events: [refused-mail]}
key: member-id
every: event
takes: 1s..LATEh
"""
SETTINGS = """\
kind: workspace
id: demo
title: 示例
owner: carer
review_by: 2027-12-31
locale: zh-CN
timezone: Asia/Shanghai
jurisdictions: [cn]
enforce: none
caps: [{id: any, max: 1000, per: 7d}]
"""


# Acted out


@dataclass(frozen=True)
class Act:
    """How far one customer has come: the hour, and what was seen of the consent so far."""

    now: int = 0
    start: int = 0
    given: tuple[int, ...] = ()
    """Hours at which it was given before our eyes."""
    seen: tuple[int, ...] = ()
    """Hours at which a copy said that it is given."""
    unseen: tuple[int, ...] = ()
    """Hours at which a copy said that it is not."""
    contacts: tuple[tuple[int, str, tuple[int, ...], tuple[int, ...], tuple[int, ...]], ...] = ()
    """When the customer was contacted, by which step, and what had been seen by then."""
    left: bool = False
    capped: bool = False
    """A tool that finds the cap used up ends the journey instead of sending."""


def acts(play: Play) -> Iterator[Act]:
    """Yield every way through a play."""
    first = Act(given=(0,) if play.asked else ())
    for one in _go(_number(play.deeds, 0)[0], first, "first", play.held):
        yield one
        if play.then is not None:
            for ended in _ends(one, play.held):
                again = replace(ended, left=False, start=ended.now)
                yield from _go(_number(play.then, 0)[0], again, "second", held=False)


def _ends(act: Act, held: bool) -> Iterator[Act]:
    """Yield how the first journey ends: by itself; at once, where the copy does not say that the consent is given; or at any hour,
    where the copy has just ceased to say so.
    """
    if not held:
        yield act
        return
    yield replace(act, seen=(*act.seen, *range(act.now + 1)))
    yield Act(given=tuple(at for at in act.given if at == 0), unseen=(0,))
    for hour in range(1, act.now + 1):
        yield Act(
            now=hour,
            given=tuple(at for at in act.given if at <= hour),
            seen=(*(at for at in act.seen if at < hour), *range(hour + 1)),
            unseen=tuple(at for at in act.unseen if at < hour),
        )


def _number(deeds: tuple[Deed, ...], first: int) -> tuple[list[tuple[int, Deed]], int]:
    """Return the deeds with their numbers in the order written, inner ones counted."""
    found = []
    for deed in deeds:
        found.append((first, deed))
        first += 1 + _size(deed.yes) + _size(deed.no)
    return found, first


def _size(deeds: tuple[Deed, ...]) -> int:
    return sum(1 + _size(one.yes) + _size(one.no) for one in deeds)


def _go(numbered: list[tuple[int, Deed]], act: Act, name: str, held: bool) -> Iterator[Act]:
    if not numbered or act.left:
        yield act
        return
    (number, deed), rest = numbered[0], numbered[1:]
    for one in _deed(number, deed, act, name, held):
        yield from _go(rest, one, name, held)


def _deed(number: int, deed: Deed, act: Act, name: str, held: bool) -> Iterator[Act]:
    match deed.verb:
        case "wait":
            for hours in range(deed.low, deed.high + 1):
                yield replace(act, now=act.now + hours)
        case "send":
            zero = act.start if deed.since == "start" else act.now
            for hours in range(deed.low, deed.high + 1):
                now = max(act.now, zero + hours)
                if act.capped:
                    looked = (*act.seen, now) if deed.guarded else act.seen
                    yield replace(act, now=now, seen=looked, left=True)
                yield from _contact(replace(act, now=now), now, f"{name}-{number}", deed.guarded, held)
        case "staff":
            issued = act.now + deed.low
            for hours in range(deed.low, max(deed.high, deed.low) + 1):
                done = act.now + hours
                yield from _contact(replace(act, now=issued), done, f"{name}-{number}", deed.guarded, held)
        case "ask":
            yield act
            yield replace(act, given=(*act.given, act.now))
        case "fork":
            yes, _ = _number(deed.yes, number + 1)
            no, _ = _number(deed.no, number + 1 + _size(deed.yes))
            yield from _go(yes, replace(act, seen=(*act.seen, act.now)), name, held)
            yield from _go(no, replace(act, unseen=(*act.unseen, act.now)), name, held)
        case "hear":
            for hours in range(deed.high + 1):
                now = act.now + hours
                yield replace(act, now=now, given=(*act.given, now))
            no, _ = _number(deed.no, number + 1)
            yield from _go(no, replace(act, now=act.now + deed.high), name, held)
        case "leave":
            yield replace(act, left=True)


def _contact(act: Act, done: int, step: str, guarded: bool, held: bool) -> Iterator[Act]:
    """Yield the act with the contact, and where it hangs on the consent without it."""
    if held:
        act = replace(act, seen=(*act.seen, *range(act.start, done + 1)))
    if guarded:
        yield replace(act, now=done, unseen=(*act.unseen, act.now))
        act = replace(act, seen=(*act.seen, act.now))
    contact = (done, step, act.given, act.seen, act.unseen)
    yield replace(act, now=done, contacts=(*act.contacts, contact))


def breaks(play: Play) -> set[str]:
    """Return the steps by which some customer is contacted with the consent given at no instant that still counts."""
    found: set[str] = set()
    tried: set[tuple[int, str, tuple[int, ...], tuple[int, ...], tuple[int, ...]]] = set()
    for act in acts(play):
        for contact in act.contacts:
            if contact in tried or contact[1] in found:
                continue
            tried.add(contact)
            if _some_history(play, contact):
                found.add(contact[1])
    return found


def _some_history(play: Play, contact: tuple[int, str, tuple[int, ...], tuple[int, ...], tuple[int, ...]]) -> bool:
    """Try every history of the consent, one bit an hour, against what was seen."""
    done, _, given, seen, unseen = contact
    first = -play.late - 1
    hours = done - first + 1
    must = _bits([(at, at) for at in given], first)
    some = [_bits([(at - play.late, at)], first) for at in seen]
    gap = [_bits([(at - play.late, at)], first) for at in unseen]
    counts = _bits([(max(first, done - play.within), done)], first)
    for history in range(1 << hours):
        if history & counts or history & must != must:
            continue
        if all(history & one for one in some) and all(~history & one for one in gap):
            return True
    return False


def _bits(spans: list[tuple[int, int]], first: int) -> int:
    return sum(1 << (hour - first) for low, high in spans for hour in range(low, high + 1))


# Drawn at random


@st.composite
def deeds(draw: st.DrawFn, depth: int = 0, most: int = 4) -> tuple[Deed, ...]:
    found = []
    for _ in range(draw(st.integers(1, most))):
        verbs = ["wait", "send", "send", "staff", "ask"] + (["fork", "hear"] if depth < 1 else ["leave"])
        verb = draw(st.sampled_from(verbs))
        low = draw(st.integers(0, 2))
        high = draw(st.integers(low, 3))
        deed = Deed(verb, low, high, guarded=draw(st.booleans()))
        if verb == "send" and draw(st.integers(0, 3)) == 0:
            deed = replace(deed, since="start")
        elif verb == "fork":
            deed = replace(deed, yes=draw(deeds(depth + 1, 2)), no=draw(st.one_of(st.just(()), deeds(depth + 1, 1))))
        elif verb == "hear":
            deed = replace(deed, high=max(high, 1), no=draw(st.one_of(st.just(()), deeds(depth + 1, 1))))
        found.append(deed)
    return tuple(found)


@st.composite
def plays(draw: st.DrawFn) -> Play:
    within = draw(st.integers(1, 4))
    return Play(
        deeds=draw(deeds()),
        then=draw(st.one_of(st.none(), deeds(most=2))),
        within=within,
        late=draw(st.integers(0, within)),
        held=draw(st.integers(0, 4)) == 0,
        asked=draw(st.booleans()),
    )
