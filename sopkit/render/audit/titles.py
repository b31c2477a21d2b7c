"""A sentence in which things go by their ids comes in; the same comes out with what people call them, as marked text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

from sopkit.model.documents import Workspace
from sopkit.render.marks import clean, ident
from sopkit.render.walks import placed_steps, playbooks_of
from sopkit.render.wording.amounts import units
from sopkit.render.wording.names import Names, Titled
from sopkit.text import Phrase

NAME: Final = r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*"
NAMED: Final = re.compile(
    rf"“({NAME})”|`([^`\n]+)`|（({NAME}(?:、{NAME})*)）|(?<![A-Za-z0-9_“/.:{{-])({NAME})(?![A-Za-z0-9_”/.:-])", re.ASCII
)
"""An id in the quotation marks of a sentence, a piece of a playbook between backticks, a list of ids in brackets, a bare word."""
SPACED: Final = re.compile(r"(?<=[\u3400-\u9fff，。：；、）]) (?=[\d“\u3400-\u9fff])|(?<=[\d”%]) (?=[\u3400-\u9fff（])")
"""A space between Chinese and Chinese, a number or a quotation mark, which readers of Chinese do without."""

TIMES: Final = re.compile(
    r"`[^`\n]*`|(?<![A-Za-z0-9_.:/-])(\d+(?:\.\d+)?)(s|m|h|d|w|mo|y| workdays?)(?: (?=[\u3400-\u9fff]))?(?![A-Za-z0-9_.:/-])"
)
"""A time as a playbook writes it, `7d`; what stands between backticks is left as written."""
AFTER: Final = re.compile(r"” (?=[\d\u3400-\u9fff])")
SELDOM: Final = ("segment", "offer", "script", "task", "tag")
"""Kinds of which the sentences of an audit hardly speak: their ids are often those of steps."""


def nouns_of(workspace: Workspace) -> Mapping[str, Mapping[str, Titled]]:
    """Return what has a title by the kind of its node in the graph; of two that share an id the former is meant in a sentence."""
    return {
        "consent": workspace.consents, "purpose": workspace.purposes, "channel": workspace.channels, "event": workspace.events,
        "notice": workspace.notices, "data": workspace.data, "tool": workspace.tools, "partner": workspace.partners,
        "artefact": workspace.artefacts, "role": workspace.roles, "issue": workspace.cadences, "sync": workspace.syncs,
        "segment": workspace.segments, "offer": workspace.offers, "script": workspace.scripts, "task": workspace.tasks,
        "tag": workspace.tags,
    }  # fmt: skip


def called(subject: str, names: Names) -> str:
    """Return what people call a subject such as `tool/crm`, or a step by its path; nothing where it has no title."""
    kind, _, name = subject.partition("/")
    nouns = nouns_of(names.workspace)
    if kind in nouns:
        return names.title(nouns[kind], name) if name in nouns[kind] else ""
    return names.step_at(name) if "/" in name else names.title(names.playbooks, name)


def tight(words: str, names: Names) -> str:
    """Return a sentence of ours without the spaces between Chinese and numbers."""
    return SPACED.sub("", words) if names.zh else words


class Titles:
    """What the things of one workspace are called, for sentences that name them by id."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self._titles: dict[str, str] = {}
        for name, title in _every(names):
            self._titles.setdefault(name, title)

    def told(self, phrase: Phrase, *, with_ids: bool = False) -> str:
        """Return a sentence with titles for ids; `with_ids`: the id follows in brackets, where nothing else says the place."""
        spoken = TIMES.sub(self._time, clean(phrase.within(self.names.lang)))
        words = tight(spoken, self.names)
        parts: list[str] = []
        end = 0
        for found in NAMED.finditer(words):
            parts += [words[end : found.start()], self._named(found, with_ids=with_ids)]
            end = found.end()
        said = "".join((*parts, words[end:]))
        return AFTER.sub("”", said) if self.names.zh else said

    def told_with_ids(self, phrase: Phrase) -> str:
        return self.told(phrase, with_ids=True)

    def _time(self, found: re.Match[str]) -> str:
        amount, unit = found.groups()
        return units(Decimal(amount), unit.strip().removesuffix("s") or unit, self.names.lang) if amount else found[0]

    def _named(self, found: re.Match[str], *, with_ids: bool) -> str:
        quoted, code, listed, bare = found.groups()
        if (
            bare is not None
        ):  # in Chinese any word of Latin letters stands out; in English it may be one of the language
            return self._title(bare) if self.names.zh and bare in self._titles else bare
        if listed is not None:
            names = listed.split("、")
            known = all(name in self._titles for name in names)
            return f"（{'、'.join(self._title(name) for name in names)}）" if known else found[0]
        name = quoted if quoted is not None else code
        if name not in self._titles:
            return found[0] if code is None else ident(code)
        titled = self._titles[name] != ident(name)
        return self._title(name) + (self.names.bracketed(ident(name)) if with_ids and titled else "")

    def _title(self, name: str) -> str:
        return self.names.quote(self._titles[name])


def _every(names: Names) -> Iterator[tuple[str, str]]:
    """Yield (id, title) of nouns, playbooks, and steps whose id is theirs alone; what is named more seldom comes last."""
    nouns = nouns_of(names.workspace)
    for kind in nouns:
        if kind not in SELDOM:
            yield from _titled(nouns[kind], names)
    yield from _titled(names.playbooks, names)
    yield from ((one.id, names.say(one.title)) for one in names.workspace.settings.one_at_a_time if one.title)
    steps: dict[str, set[str]] = {}
    for playbook in playbooks_of(names.workspace):
        for placed in placed_steps(playbook):
            steps.setdefault(placed.step.id, set()).add(names.step(placed.step))
    yield from ((name, one) for name, titles in steps.items() if len(titles) == 1 for one in titles)
    for kind in SELDOM:
        yield from _titled(nouns[kind], names)


def _titled(nouns: Mapping[str, Titled], names: Names) -> Iterator[tuple[str, str]]:
    yield from ((name, names.title(nouns, name)) for name in nouns)
