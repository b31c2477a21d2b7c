"""The mapping of a step goes in; the step with its verb, and with an id where none was written, comes out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final, TypeVar

from sopkit.model import bind_values as values
from sopkit.model import parse
from sopkit.model.bind_predicates import predicate
from sopkit.model.bind_triggers import check_slots, trigger, triggers
from sopkit.model.bind_values import Binding, Jump, attempt, many, scalar
from sopkit.model.predicates import Else
from sopkit.model.steps import (
    Approve,
    Ask,
    Branch,
    Choose,
    Do,
    Erase,
    Go,
    Grant,
    Measure,
    Send,
    SetData,
    Start,
    Step,
    Tag,
    Verb,
    Wait,
)
from sopkit.model.values import Ref, Text
from sopkit.tree import NUMBERS_A_NODE, Mark, Value

T = TypeVar("T")

A_TIME: Final = re.compile(r"[0-9０-９半]|[一二两三四五六七八九十]+(?:个|分|秒|小|天|周|月|年)")
"""How a wait for a time begins; an event's id may begin so too, and is looked for first."""


def step(b: Binding, value: Value, at: int) -> Step | None:
    """Return the step at `at`."""
    if type(value) is not dict:
        return None
    recipe, places = b.recipes[Step], b.places
    fields, base = recipe.fields, b.base
    b.steps_seen += 1
    position = b.steps_seen
    found: dict[str, object] = {"at": Mark(base + at)}
    verb, verb_at, id_at = "", at, at
    index = at + 1
    for key, item in value.items():
        index += 1
        entry = fields.get(key)
        if entry is not None:
            bound = entry[1](b, item, index)
            if bound is not None:
                found[entry[0]] = bound
        if key == "id":
            id_at = index
        elif entry is None and key in VERBS and verb in {"", "match"}:
            verb, verb_at = key, index
        shape = type(item)
        index += places[index * NUMBERS_A_NODE + 2] if shape is dict or shape is list else 1
    found["verb"] = VERBS[verb](b, value[verb], verb_at) if verb else None
    if "match" in value:
        found["verb"] = _matched(b, value, at)
    found["verb_at"] = Mark(base + verb_at - 1 if verb else base + at)
    name = value.get("id")
    _identify(b, found, name if type(name) is str else "", Mark(base + id_at), f"{verb or 'step'}-{position}")
    if "every" in found:
        check_slots(b, found["every"], found.get("at_slots"))
    made = recipe.make(**found)
    return made if isinstance(made, Step) else None


steps = many(step)


def _identify(b: Binding, found: dict[str, object], name: str, at: Mark, made: str) -> None:
    """Set the id, one of our own where none is written, note one that the stage has already, and note inner references."""
    if name:
        if name in b.step_ids:
            b.noticed.repeated.append((name, b.step_ids[name], at))
        else:
            b.step_ids[name] = at
    else:
        name = made
        if b.written_ids is None:
            b.written_ids = frozenset(written_ids(b.written))
        while name in b.written_ids:
            name += "-2"
    found["id"], found["id_at"] = name, at
    for key in ("since", "if_rejected"):
        if key in found:
            _note_jump(b, key, found[key])


def _note_jump(b: Binding, key: str, to: object) -> None:
    if isinstance(to, Ref):
        b.jumps.append(Jump(key, to, b.stage))


def written_ids(value: Value) -> Iterator[str]:
    """Yield the ids of all steps in a list of steps, inner ones too."""
    for one in value if type(value) is list else ():
        if type(one) is not dict:
            continue
        name = one.get("id")
        if type(name) is str:
            yield name
        yield from written_ids(one.get("otherwise"))
        branches = one.get("choose")
        for branch in branches if type(branches) is list else ():
            if type(branch) is dict:
                yield from written_ids(branch.get("steps"))
                yield from written_ids(branch.get("else"))


# Verbs


def _as(cls: type[T], bound: object) -> T | None:
    return bound if isinstance(bound, cls) else None


def _refs(b: Binding, namespace: str, value: Value, at: int) -> tuple[Ref, ...]:
    bound = SEVERAL[namespace](b, value, at)
    return bound if isinstance(bound, tuple) else ()


SEVERAL: Final = {
    "tag": many(values.reference("tag")),
    "kpi": many(values.reference("kpi")),
    "data": many(values.reference("data")),
    "ask": many(values.asked),
}
SCRIPT: Final = values.reference("script")
OFFER: Final = values.reference("offer")
HANDOVER: Final = values.reference("journey|procedure")
DATUM: Final = values.reference("data")


def _send(b: Binding, value: Value, at: int) -> Verb | None:
    script = _as(Ref, SCRIPT(b, value, at))
    return Send(script, None, ()) if script else None


def _matched(b: Binding, value: dict[str, Value], at: int) -> Verb | None:
    """Return `match: DATA` with `send: {value: script}`."""
    match: Ref | None = None
    scripts: list[tuple[str, Ref, Mark]] = []
    for key, _, item, index in b.tree.items(at, value):
        if key == "match":
            match = _as(Ref, DATUM(b, item, index))
        elif key == "send" and type(item) is dict:
            for case, case_at, script, script_at in b.tree.items(index, item):
                ref = _as(Ref, SCRIPT(b, script, script_at))
                if ref:
                    scripts.append((case, ref, Mark(b.base + case_at)))
    if match is None:
        return None
    b.noticed.data_values.extend((match.id, case, case_at) for case, _, case_at in scripts)
    return Send(None, match, tuple((case, ref) for case, ref, _ in scripts))


def _match(_: Binding, __: Value, ___: int) -> Verb | None:
    return None  # `_matched` reads it together with `send`


def _ask(b: Binding, value: Value, at: int) -> Verb | None:
    what = _refs(b, "ask", value, at)
    return Ask(what) if what else None


def _grant(b: Binding, value: Value, at: int) -> Verb | None:
    offer = _as(Ref, OFFER(b, value, at))
    return Grant(offer) if offer else None


def _tag(b: Binding, value: Value, at: int) -> Verb | None:
    tags = _refs(b, "tag", value, at)
    return Tag(tags, removes=False) if tags else None


def _untag(b: Binding, value: Value, at: int) -> Verb | None:
    tags = _refs(b, "tag", value, at)
    return Tag(tags, removes=True) if tags else None


def _set(b: Binding, value: Value, at: int) -> Verb | None:
    if type(value) is not dict:
        return None
    written: list[tuple[Ref, str]] = []
    for key, key_at, item, index in b.tree.items(at, value):
        text = scalar(item)
        if text is not None:
            written.append((b.refer("data", key, Mark(b.base + key_at)), text))
            b.noticed.data_values.append((key, text, Mark(b.base + index)))
    return SetData(tuple(written)) if written else None


def _do(b: Binding, value: Value, at: int) -> Verb | None:
    text = _as(Text, values.text(b, value, at))
    return Do(text) if text else None


def _wait(b: Binding, value: Value, at: int) -> Verb | None:
    if type(value) is str and b.tests.get(value) != "event" and A_TIME.match(value):
        time = attempt(b, parse.duration_range, value, at)
        return Wait(time, ()) if time else None
    until = triggers(b, value, at)
    return Wait(None, until) if isinstance(until, tuple) and until else None


def _choose(b: Binding, value: Value, at: int) -> Verb | None:
    if type(value) is not list:
        return None
    branches = [_branch(b, item, index) for item, index in b.tree.elements(at, value) if type(item) is dict]
    found = tuple(branch for branch in branches if branch)
    return Choose(found) if found else None


def _branch(b: Binding, value: dict[str, Value], at: int) -> Branch | None:
    mark = Mark(b.base + at)
    guard = None
    inner: object = ()
    for key, key_at, item, index in b.tree.items(at, value):
        if key == "if":
            guard = predicate(b, item, index)
        elif key == "else":
            guard = Else(Mark(b.base + key_at))
        if key in {"steps", "else"}:
            inner = steps(b, item, index)
    return Branch(guard, inner if isinstance(inner, tuple) else (), mark) if guard else None


def _approve(b: Binding, value: Value, at: int) -> Verb | None:
    of = values.name(b, value, at)
    _note_jump(b, "approve", of)
    return Approve(of) if of else None


def _measure(b: Binding, value: Value, at: int) -> Verb | None:
    kpis = _refs(b, "kpi", value, at)
    return Measure(kpis) if kpis else None


def _erase(b: Binding, value: Value, at: int) -> Verb | None:
    data = _refs(b, "data", value, at)
    return Erase(data) if data else None


def _start(b: Binding, value: Value, at: int) -> Verb | None:
    playbook = _as(Ref, HANDOVER(b, value, at))
    return Start(playbook) if playbook else None


def _go(b: Binding, value: Value, at: int) -> Verb | None:
    to = values.name(b, value, at)
    _note_jump(b, "go", to)
    return Go(to) if to else None


def _end(b: Binding, value: Value, at: int) -> Verb | None:
    return Go(Ref("end", Mark(b.base + at))) if value is True else None


VERBS: Final[dict[str, Callable[[Binding, Value, int], Verb | None]]] = {
    "send": _send,
    "match": _match,
    "ask": _ask,
    "grant": _grant,
    "tag": _tag,
    "untag": _untag,
    "set": _set,
    "do": _do,
    "wait": _wait,
    "choose": _choose,
    "approve": _approve,
    "measure": _measure,
    "erase": _erase,
    "start": _start,
    "go": _go,
    "end": _end,
}

__all__ = ["VERBS", "step", "steps", "trigger", "written_ids"]
