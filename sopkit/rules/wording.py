"""Two states of one document go in; what of it is otherwise comes out: words, titles, times, or what may bear on any verdict.

Most families of rules read no words, some no times; why and how something is done none reads. A test holds the fields that are told
apart here against what their code reads.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Final, TypeGuard

from sopkit.frozen import dataclass
from sopkit.model.names import SECTIONS
from sopkit.tree import Value

PLAYBOOKS: Final = frozenset(("lifecycle", "automation", "procedure", "cadence"))
READ: Final = frozenset(("standards", "checklist"))
"""Words of playbooks that a family reads."""
OF_DOCUMENT: Final = frozenset(("summary", "standards"))
OF_STAGE: Final = frozenset(("summary",))
OF_STEP: Final = frozenset(("why", "if_wrong", "how", "checklist"))
TIMES: Final = frozenset(("after", "within", "before", "minutes", "stays", "due", "priority"))
"""Keys of playbooks, stages, steps and moves on."""
PLAIN: Final = frozenset(("id", "do", "by", "after", "within", "minutes", *(OF_STEP - READ)))
"""Keys of a plain step: somebody does something for some time, and no message, datum, condition or tool has to do with it."""
NOUNS: Final = frozenset((section,) for section in SECTIONS)
BRACED: Final = re.compile(r"\{[^{}]*\}")


@dataclass(frozen=True, slots=True)
class Difference:
    """What is otherwise in one state than in the other."""

    bearing: bool = False
    """Whether anything may bear on any verdict."""
    words: bool = False
    """Texts and lists that are read, and titles of nouns."""
    work: bool = False
    """What people do, as it is told them."""
    times: bool = False
    """How long things take, and when; where there are other plain steps, these and the work are otherwise."""
    titles: frozenset[str] = frozenset()
    """Those of the earlier state that are said otherwise now."""

    @property
    def is_graver(self) -> bool:
        """Whether more is otherwise than what people read."""
        return self.bearing or self.times

    def joined(self, other: Difference) -> Difference:
        return Difference(
            self.bearing or other.bearing,
            self.words or other.words,
            self.work or other.work,
            self.times or other.times,
            self.titles | other.titles,
        )


BEARING: Final = Difference(bearing=True)


def difference(before: Value, after: Value) -> Difference:
    """Return how two states of a document differ; the order of keys, which says what comes first, bears on verdicts."""
    if _same(before, after):
        return Difference()
    old, new = _Told(), _Told()
    if not _same(old.rest(before), new.rest(after)) or old.titles.keys() != new.titles.keys():
        return BEARING
    titles = frozenset(words for place, words in old.titles.items() if words != new.titles[place])
    others = not _same(old.plain, new.plain)
    if others and new.nameless:
        return BEARING
    return Difference(
        words=not _same(old.words, new.words),
        work=others or not _same(old.work, new.work),
        times=others or not _same(old.times, new.times),
        titles=titles,
    )


def _same(one: object, other: object) -> bool:
    return repr(one) == repr(other)  # unlike ==, with the order of keys, and 1 is neither 1.0 nor true


class _Told:
    """What a document says in words, taken out of it."""

    def __init__(self) -> None:
        self.words: list[Value] = []
        self.work: list[Value] = []
        self.times: list[Value] = []
        self.plain: list[Value] = []
        """Place of each plain step, and its keys but those of words."""
        self.nameless = False
        """Whether some step is named by its place, which other steps may shift."""
        self.titles: dict[tuple[str, ...], str] = {}
        """Place of each title, and the language that it is written in → the title."""

    def rest(self, document: Value) -> Value:
        """Return the document without its words."""
        if not isinstance(document, dict):
            return document
        if document.get("kind") == "catalog":
            return {key: self._nouns(key, value) if key in SECTIONS else value for key, value in document.items()}
        if document.get("kind") not in PLAYBOOKS:
            return document
        rest = self._without(document, OF_DOCUMENT, ())
        stages = rest.get("stages")
        if isinstance(stages, dict):
            rest["stages"] = {name: self._stage(stage, ("stages", name)) for name, stage in stages.items()}
        return self._steps(rest, ())

    def _nouns(self, section: str, nouns: Value) -> Value:
        if not isinstance(nouns, dict):
            return nouns
        return {name: self._noun(noun, section, name) for name, noun in nouns.items()}

    def _noun(self, noun: Value, section: str, name: str) -> Value:
        if not isinstance(noun, dict):
            return noun
        rest = self._without(noun, OF_STAGE, (section, name))
        text = rest.get("text")
        if section == "scripts" and _is_words(text):
            self.words.append(text)
            rest["text"] = _named(text)
        return rest

    def _stage(self, stage: Value, place: tuple[str, ...]) -> Value:
        if not isinstance(stage, dict):
            return stage
        rest = self._without(stage, OF_STAGE, place)
        moves = rest.get("next")
        if isinstance(moves, list):
            rest["next"] = [self._without(one, (), place) if isinstance(one, dict) else one for one in moves]
        return self._steps(rest, place)

    def _steps(self, around: dict[str, Value], place: tuple[str, ...]) -> dict[str, Value]:
        """Take out the words of the steps that hang right below a document, a stage, a step or a branch."""
        for key in ("steps", "otherwise", "choose"):
            inner = around.get(key)
            if isinstance(inner, list):
                kept: list[Value] = []
                for number, one in enumerate(inner):
                    if _is_plain(one):
                        self._take_out(one, [*place, key, number])
                    else:
                        self.nameless |= key != "choose" and not (isinstance(one, dict) and "id" in one)
                        kept.append(self._step(one, (*place, key, str(len(kept)))))
                around[key] = kept
        return around

    def _take_out(self, step: Mapping[str, Value], place: list[Value]) -> None:
        for key, one in step.items():
            if key not in OF_STEP:
                (self.work if key == "do" else self.times if key in TIMES else place).append(one)
                place.append(key)
        self.plain.append(place)

    def _step(self, step: Value, place: tuple[str, ...]) -> Value:
        if not isinstance(step, dict):
            return step
        rest = self._without(step, OF_STEP, place)
        if "do" in rest and _is_only_words(rest["do"]):
            self.work.append(rest["do"])
            rest["do"] = ""
        return self._steps(rest, place)

    def _without(self, value: Mapping[str, Value], keys: Collection[str], place: tuple[str, ...]) -> dict[str, Value]:
        rest: dict[str, Value] = {}
        for key, one in value.items():
            if key in keys and _is_only_words(one):
                self.words += [[key, one]] if key in READ else []
            elif key == "title" and _is_only_words(one) and not isinstance(one, list):
                variants = one if isinstance(one, dict) else {"": one}
                self.titles |= {(*place, language): str(words) for language, words in variants.items()}
                self.words += [one] if place[:1] in NOUNS else []
                rest[key] = None
            elif key in TIMES and place[:1] not in NOUNS:
                self.times.append(one)
                rest[key] = None
            else:
                rest[key] = one
        return rest


def _texts(value: Value) -> Iterator[Value]:
    """Yield what is written in each language, or in a list of texts."""
    if isinstance(value, dict):
        yield from value.values()
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
    else:
        yield value


def _is_plain(step: Value) -> TypeGuard[dict[str, Value]]:
    if not isinstance(step, dict) or not {"id", "do"} <= step.keys() <= PLAIN:
        return False
    return all(_is_only_words(one) for key, one in step.items() if key == "do" or key in OF_STEP)


def _is_words(value: Value) -> bool:
    return all(isinstance(text, str) for text in _texts(value))


def _is_only_words(value: Value) -> bool:
    """Whether this is text that names no data: what is in braces says what is used."""
    return all(isinstance(text, str) and "{" not in text for text in _texts(value))


def _named(text: Value) -> Value:
    """Return what a text names in braces, by language."""
    if isinstance(text, dict):
        return {language: _named(words) for language, words in text.items()}
    return list(BRACED.findall(text)) if isinstance(text, str) else text
