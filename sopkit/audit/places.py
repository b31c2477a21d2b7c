"""What a rule looks at: a case goes in; the places that the rule judged come out, each with what it rests on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from sopkit.frozen import dataclass
from sopkit.rules.case import Case
from sopkit.text import Phrase
from sopkit.tree import Mark

NOTHING: Final = Phrase("", "")
UNSTATED: Final = Phrase("没有写", "not stated")
Rests = tuple[tuple[Mark, Phrase], ...]


@dataclass(frozen=True, slots=True)
class Place:
    """One thing that was judged. `also` are other subjects under which a rule may find something wrong with it."""

    subject: str
    at: Mark
    rests_on: Rests = ()
    """What was found to stand behind it: a condition, a consent, a document."""
    also: tuple[str, ...] = ()


def _none(_: Case) -> Iterator[Place]:
    yield from ()


Statement = tuple[Phrase, tuple[Mark, ...]]
"""What holds of a part of a population, and the places that it names."""


def _nothing(_: Case) -> Iterator[Statement]:
    yield from ()


@dataclass(frozen=True, slots=True)
class Population:
    """All that a rule judges in one workspace."""

    id: str
    title: Phrase
    """What these are: after a number in Chinese, `25 条营销话术`, before one in English."""
    judged: Callable[[Case], Iterable[Place]]
    empty: Phrase
    """Why there is none, as a sentence."""
    settled_when_empty: bool = True
    """Whether none means that the control does not apply; else nobody knows."""
    unseen: Callable[[Case], Iterable[Place]] = _none
    """What belongs there and the rule could not judge, since something is not declared."""
    unseen_because: Phrase = NOTHING
    doubtful: Callable[[Case], Iterable[Place]] = _none
    """Those of the judged that a person must judge, though no rule finds anything wrong with them."""
    doubtful_because: Phrase = NOTHING
    says: Callable[[Case], Iterable[Statement]] = _nothing
    """What can be said in so many words where nothing is wrong."""


@dataclass(frozen=True, slots=True)
class Looked:
    """A population in one workspace."""

    population: Population
    judged: tuple[Place, ...]
    unseen: tuple[Place, ...]
    doubtful: tuple[Place, ...]


def look(population: Population, case: Case) -> Looked:
    """Return what the rules of a population judged in a workspace, each place once, in order of subject."""
    return Looked(
        population, _once(population.judged(case)), _once(population.unseen(case)), _once(population.doubtful(case))
    )


def _once(places: Iterable[Place]) -> tuple[Place, ...]:
    unique = {(one.subject, one.at): one for one in places}
    return tuple(unique[key] for key in sorted(unique))
