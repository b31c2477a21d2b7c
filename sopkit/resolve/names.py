"""Declared and used names go in; findings about undefined, unused, ambiguous and replaced ones come out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Final

from sopkit.diagnostics import Finding
from sopkit.model import rules_names as rules
from sopkit.model.names import PLAYBOOKS, RESERVED, SECTIONS, is_id, parts
from sopkit.resolve.assembly import table_of
from sopkit.resolve.case import NOUNS, WRAPPING, Args, Case
from sopkit.resolve.stubs import stub
from sopkit.resolve.wording import a, called, called_so, choice, listed
from sopkit.text import Phrase
from sopkit.tree import Mark, Value

ALSO_HERE: Final = Phrase("这里也用到", "used here too")
ALSO_SO_CALLED: Final = Phrase("另一个在这里", "the other one")
BUILT_IN: Final = Phrase("内置的在这里", "the built-in one")
MOST_OFFERED: Final = 6
"""Names that exist, offered for one that does not."""
SHORTEST: Final = 2
"""Signs of a Chinese word by which a title is known."""
MOST_RELATED: Final = 8
"""Further places that a finding lists."""

ROOTS: Final = frozenset({"shop", "programme", "partner", "risk", "experiment", "artefact", "course"})
"""Nouns that stand for themselves: nothing has to refer to them."""

WORDS_ONLY: Final = frozenset({"title", "summary"})
"""Keys of a noun that no check reads: to leave them out loses nothing."""

GLUED: Final = re.compile(r"[ :：,，]+")
"""What stands in a key that has lost its colon or its space: its value stands behind."""

GLUED_VALUE: Final = re.compile(r"[{,，] *[a-z_]+[:：]([a-z0-9-]+)", re.ASCII)
"""A value that its key has swallowed for want of a space: `{send:welcome-sms}`. Reading has said so."""

PATHS: Final = frozenset({"stage", "step", "report"})
"""References that other checks settle."""


def undefined(case: Case) -> Iterator[Finding]:
    """Yield one finding for each name that is declared nowhere, at its first use."""
    for name, uses in _undefined_uses(case).items():
        for namespace, marks in _together(uses):
            if case.is_in_doubt(namespace, name):
                case.held_back += 1
                continue
            yield missing(case, namespace, name, sorted(marks, key=case.order))
    yield from _unreported(case)


Uses = list[tuple[str, Sequence[Mark]]]
"""Namespace, and where a name is looked up in it."""


def _undefined_uses(case: Case) -> dict[str, Uses]:
    """Return the names that are declared nowhere where they are looked up."""
    found: dict[str, Uses] = {}
    for namespace, uses in case.binding.uses.items():
        if namespace in PATHS:
            continue
        tables = [table[home] for home in parts(namespace) for table in (case.names.own, case.names.builtin)]
        for name, marks in uses.items():
            if not any(name in table for table in tables):
                found.setdefault(name, []).append((namespace, marks))
    for namespace, name, marks in case.lost_heads():
        found.setdefault(name, []).append((namespace, marks))
    return found


def _together(uses: Uses) -> Iterator[tuple[str, list[Mark]]]:
    """Yield the uses that look for the same thing as one: `order-payd` as a trigger and as a key of a condition."""
    while uses:
        (namespace, marks), *rest = uses
        wanted, together = set(parts(namespace)), list(marks)
        uses = []
        for other, others in rest:
            if wanted & set(parts(other)):
                wanted &= set(parts(other))
                together.extend(others)
            else:
                uses.append((other, others))
        ordered = [one for one in parts(namespace) if one in wanted]
        yield (
            "playbook" if set(ordered) == set(PLAYBOOKS) else "any" if len(ordered) > 3 else "|".join(ordered),
            together,
        )


def missing(case: Case, namespace: str, name: str, marks: Sequence[Mark]) -> Finding:
    """Return the finding for a name that a namespace lacks."""
    noun = called(namespace)
    known = {one: title for part in parts(namespace) for one, title in case.titles(part).items()}
    titled = case.with_title(namespace, name)
    near = titled or case.near(name.strip(WRAPPING), known) or _shortened(name.strip(WRAPPING), known)
    case.meant.update((part, one) for part in parts(namespace) for one in near or ("",))
    homes = [home for home in case.names.homes(name) if home not in parts(namespace)]
    elsewhere = Phrase("", "")
    if homes:
        others = [a(home) for home in homes]
        elsewhere = Phrase(
            f"（“{name}”是{'、'.join(other.zh for other in others)}）",
            f" (`{name}` is {' and '.join(other.en for other in others)})",
        )
    args: Args = {
        "noun": noun,
        "name": name,
        "elsewhere": elsewhere,
        "advice": called_so(name, titled) if titled else _advice(case, namespace, name, near, homes),
    }
    first, *others_used = marks
    span = case.span_of_name(first, name)
    return case.finding(
        rules.UNDEFINED_NAME,
        first,
        args,
        span=span,
        related=[(mark, ALSO_HERE) for mark in others_used[:MOST_RELATED]],
        fixes=() if others_used else case.correcting(first, span, name, near, name if titled else ""),
        stub="" if near or homes else stub(case.workspace, namespace, name),
        suggestions=near,
    )


def _advice(case: Case, namespace: str, name: str, near: tuple[str, ...], homes: list[str]) -> Phrase:
    if not is_id(parts(namespace)[0], name):
        return _condition(namespace, name) or _no_id(
            a(namespace), name.strip(WRAPPING), near, _existing(case, namespace)
        )
    if near:
        names, home = choice(near), _home(namespace)
        return Phrase(
            f"是不是 {names.zh}？如果确实是新的，先{home.zh}声明它",
            f"did you mean {names.en}? If it is new, declare it first{home.en}",
        )
    if homes:
        noun, date = a(namespace), _date(case, namespace, name)
        return Phrase(f"这里要写{noun.zh}的编号{date.zh}", f"write the id of {noun.en} here{date.en}")
    if not case.workspace.settings.uses and any(part in NOUNS for part in parts(namespace)):
        uses = f"uses: [{', '.join(case.catalogs)}]"
        return Phrase(
            f"声明“{name}”；如果是内置目录里的，就在 sopkit.yaml 里写 {uses}",
            f"declare `{name}`; if it is one of the built-in names, write `{uses}` in sopkit.yaml",
        )
    some = _existing(case, namespace)
    return Phrase(f"声明“{name}”，或改成已有的编号{some.zh}", f"declare `{name}`, or write an id that exists{some.en}")


def _existing(case: Case, namespace: str) -> Phrase:
    """Name what there is, where that is a choice: the workspace's own names, or all where they are few."""
    known = {one: thing for part in parts(namespace) for one, thing in table_of(case.workspace, part).items()}
    own = [one for one, thing in known.items() if not thing.builtin]
    names = own or list(known)
    if not names or (len(names) > MOST_OFFERED and "role" not in parts(namespace)):
        return Phrase("", "")
    shown = listed(names, MOST_OFFERED)
    return Phrase(f"：{shown.zh}", f": {shown.en}")


def _home(namespace: str) -> Phrase:
    """Say under which key of a catalog such a noun is declared; nothing of what is a document of its own."""
    section = next((section for section, noun in SECTIONS.items() if noun == parts(namespace)[0]), "")
    return Phrase(f"在目录的 {section}: 下面", f", under `{section}:` of a catalog") if section else Phrase("", "")


def _date(case: Case, namespace: str, name: str) -> Phrase:
    """Say how a day of each customer, such as the birthday, sets something off, where its datum is written as an event."""
    datum = case.workspace.data.get(name) if "event" in parts(namespace) else None
    if datum is None or datum.type != "date":
        return Phrase("", "")
    return Phrase(
        f"；要按客户的这一天开始，写 {{date: {name}}}",
        f"; to go by that day of each customer, write `{{date: {name}}}`",
    )


def _condition(namespace: str, name: str) -> Phrase | None:
    """Say how a condition is written, where its key and its value stand as one text: `consent sms-marketing`."""
    word, _, rest = name.partition(" ")
    if "segment" not in parts(namespace) or word not in RESERVED or not rest.strip():
        return None
    meant = f"{{{word}: {rest.strip()}}}"
    return Phrase(f"少了冒号和括号，写成 {meant}", f"a condition is written with braces and a colon: `{meant}`")


def _shortened(name: str, known: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names whose Chinese titles have all signs of one that is shorter, in their order: 加购 for 加入购物车."""
    if name.isascii() or len(name) < SHORTEST:
        return ()
    found = (one for one, title in known.items() if re.search(".*".join(map(re.escape, name)), title))
    return tuple(islice(found, 3))


def _no_id(noun: Phrase, bare: str, near: tuple[str, ...], some: Phrase) -> Phrase:
    """Say what to write for a name that cannot be declared, because no id is written so."""
    if bare in near:
        return Phrase(f"去掉括号或引号，写 {bare}", f"take off what stands around it and write `{bare}`")
    if near:
        names = choice(near)
        return Phrase(f"是不是 {names.zh}？", f"did you mean {names.en}?")
    return Phrase(
        f"这里要写{noun.zh}的编号（小写字母和数字，中间用短横线连接）{some.zh}",
        f"write the id of {noun.en} here (lower-case letters and digits, joined by hyphens){some.en}",
    )


def _unreported(case: Case) -> Iterator[Finding]:
    """Yield the totals that no tool reports."""
    reports = {name: "" for tool in case.workspace.tools.values() for name in tool.reports}
    for name, marks in case.binding.uses["report"].items():
        if name in reports:
            continue
        if case.is_in_doubt("tool", name):
            case.held_back += 1
            continue
        near = case.near(name, reports)
        names = choice(near)
        advice = Phrase(
            f"是不是 {names.zh}？" if near else f"在给出它的系统的 reports 里写上“{name}”",
            f"did you mean {names.en}?" if near else f"add `{name}` to `reports` of the tool that gives it",
        )
        args: Args = {"noun": called("report"), "name": name, "elsewhere": Phrase("", ""), "advice": advice}
        related = [(mark, ALSO_HERE) for mark in marks[1 : MOST_RELATED + 1]]
        yield case.finding(rules.UNDEFINED_NAME, marks[0], args, related=related, suggestions=near)


def unused(case: Case) -> Iterator[Finding]:
    """Yield the nouns of the workspace that nothing refers to, unless what refers to them may have been lost."""
    covered = case.binding.uses["any"]
    ambiguous_ones = _ambiguous_names(case)
    said: set[str] | None = None
    for namespace in SECTIONS.values():
        if namespace in ROOTS:
            continue
        uses = case.binding.uses[namespace]
        for name, marks in case.names.own[namespace].items():
            if name in uses or name in covered or (name, namespace) in ambiguous_ones:
                continue
            if said is None:
                said = _words_of_broken(case)
            lost = {(namespace, name), (namespace, "")} & case.meant or not is_id(namespace, name)
            if not case.complete or name in said or lost:
                case.held_back += 1
                continue
            yield case.finding(rules.UNUSED_NOUN, marks[0], {"noun": called(namespace), "name": name})


def _ambiguous_names(case: Case) -> set[tuple[str, str]]:
    """Return id and namespace of nouns that share their id with another: which of the two is used cannot be told."""
    found: set[tuple[str, str]] = set()
    for namespaces, _ in EXCLUSIVE:
        for one in namespaces:
            others = [other for other in namespaces if other != one]
            found.update(
                (name, one) for name in case.names.own[one] if any(case.names.has(two, name) for two in others)
            )
    return found


def _words_of_broken(case: Case) -> set[str]:
    """Return every key and string of the documents that the schema refused: they may be uses that could not be read."""
    texts = {tree.source.path: tree.source.text for tree in case.forest.trees}
    words = {found[1] for text in texts.values() for found in GLUED_VALUE.finditer(text)}
    waiting: list[Value] = [case.forest.trees[number].value for number in sorted(case.broken)]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            words.update(value)
            words.update(word for key in value for word in GLUED.split(key))
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
        elif isinstance(value, str):
            words.add(value)
    for number in case.broken:
        words -= _declared_in(case, number)
    return words


def _declared_in(case: Case, number: int) -> set[str]:
    """Return the nouns that a refused catalog declares and says nowhere else: their own keys are no uses."""
    root = case.forest.trees[number].value
    if not isinstance(root, dict):
        return set()
    keys = {name for section in SECTIONS if isinstance(nouns := root.get(section), dict) for name in nouns}
    return {name for name in keys if not _is_said(root, name, depth=0)}


def _is_said(value: Value, name: str, depth: int) -> bool:
    """Whether `name` stands in `value` other than as the key of a noun, which is at depth 2."""
    if isinstance(value, dict):
        return any((key == name and depth != 1) or _is_said(item, name, depth + 1) for key, item in value.items())
    if isinstance(value, list):
        return any(_is_said(item, name, depth + 1) for item in value)
    return value == name


EXCLUSIVE: Final = (
    (
        ("event", "data"),
        Phrase(
            "给其中一个换编号：条件里的键可以是事件，也可以是数据项",
            "give one of them another id: a key of a condition may be an event or a data item",
        ),
    ),
    (
        ("consent", "data", "task"),
        Phrase(
            "给其中一个换编号：ask 后面可以是同意、数据项或任务",
            "give one of them another id: `ask` may name a consent, a data item or a task",
        ),
    ),
)
"""Namespaces that one place draws on together, and why their ids must differ."""

RESERVED_WORD: Final = Phrase("保留字", "a reserved word")
RESERVED_ADVICE: Final = Phrase(
    "换一个编号：这个词在条件里有固定的意思",
    "choose another id: the word has a fixed meaning in conditions",
)


def ambiguous(case: Case) -> Iterator[Finding]:
    """Yield the ids that two namespaces share which one place draws on, and the reserved words that are ids."""
    for namespaces, advice in EXCLUSIVE:
        for position, first in enumerate(namespaces):
            for second in namespaces[position + 1 :]:
                yield from _shared(case, first, second, advice)
    for namespace in ("event", "data"):
        for word in RESERVED:
            for mark in case.names.own[namespace].get(word, ())[:1]:
                args: Args = {"name": word, "first": a(namespace), "second": RESERVED_WORD, "advice": RESERVED_ADVICE}
                yield case.finding(rules.AMBIGUOUS_NAME, mark, args)


def _shared(case: Case, first: str, second: str, advice: Phrase) -> Iterator[Finding]:
    for name in dict.fromkeys((*case.names.own[first], *case.names.own[second])):
        places = [case.names.place(namespace, name) for namespace in (first, second)]
        if places[0] is None or places[1] is None:
            continue
        here, there = (1, 0) if name in case.names.own[second] else (0, 1)
        args: Args = {"name": name, "first": a(first), "second": a(second), "advice": advice}
        mark, other = places[here], places[there]
        if mark is not None and other is not None:
            note = ALSO_SO_CALLED if name in case.names.own[second if here == 0 else first] else BUILT_IN
            yield case.finding(rules.AMBIGUOUS_NAME, mark, args, related=[(other, note)])


def replaced(case: Case) -> Iterator[Finding]:
    """Yield one note for each noun that replaces a built-in one and leaves out what that says: known again in whatever file it stands."""
    for section, namespace in SECTIONS.items():
        builtin = case.names.builtin[namespace]
        for name, marks in case.names.own[namespace].items():
            if name in builtin:
                own, other = marks[0], builtin[name][0]
                lost = _keys(case, other, section, name) - _keys(case, own, section, name) - WORDS_ONLY
                if lost:
                    names = _without(namespace, name, lost)
                    yield case.finding(rules.REPLACED_NOUN, own, {"names": names}, related=[(other, BUILT_IN)])


def _keys(case: Case, at: Mark, section: str, name: str) -> frozenset[str]:
    """Return the keys that a noun is declared with."""
    value: Value = case.tree(at).value
    for key in (section, name):
        value = value.get(key) if isinstance(value, dict) else None
    return frozenset(value) if isinstance(value, dict) else frozenset()


def _without(namespace: str, name: str, lost: frozenset[str]) -> Phrase:
    kind, keys = called(namespace), listed(sorted(lost))
    return Phrase(
        f"{kind.zh} {name}，少了 {keys.zh}", f"{kind.en.removeprefix('the ')} `{name}`, without its {keys.en}"
    )
