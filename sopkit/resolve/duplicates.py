"""Declared names go in; findings about ids that are declared twice, one for each file that is a copy of another, come out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Final, NamedTuple

from sopkit.diagnostics import Finding
from sopkit.model import rules_names as rules
from sopkit.model.names import PLAYBOOKS
from sopkit.resolve.case import Args, Case
from sopkit.resolve.names import MOST_RELATED
from sopkit.resolve.wording import called
from sopkit.text import Phrase
from sopkit.tree import Mark

FIRST_HERE: Final = Phrase("先在这里声明", "declared first here")
ONCE_MORE: Final = Phrase("这里又声明了一次", "declared here again")

COPY: Final = re.compile(r"copy|backup|\bold\b|副本|复件|拷贝|备份|[(（]\d+[)）]", re.IGNORECASE)
"""What programs and people put into the name of a file that they copied."""

RENAME: Final = Phrase(
    "改掉其中一个的编号；如果是重复的，删掉一处", "give one of them another id, or delete one if it is a copy"
)


class Double(NamedTuple):
    """One id with all the places that declare it, the one that is to stay first."""

    namespace: str
    name: str
    marks: Sequence[Mark]


def duplicates(case: Case) -> Iterator[Finding]:
    """Yield one finding for each id that is declared twice in its namespace; of a copied file one for all its ids."""
    by_files: dict[tuple[str, str], list[Double]] = {}
    for double in _doubles(case):
        first, second = (case.forest.span(mark).path for mark in double.marks[:2])
        if first == second:
            yield _finding(case, [double])
        else:
            by_files.setdefault((first, second), []).append(double)
    for doubles in by_files.values():
        yield _finding(case, sorted(doubles, key=lambda one: (one.namespace != "playbook", one.namespace, one.name)))


def _doubles(case: Case) -> Iterator[Double]:
    shared: dict[str, list[Mark]] = {}
    for namespace, declared in case.names.own.items():
        for name, marks in declared.items():
            if namespace in PLAYBOOKS:
                shared.setdefault(name, []).extend(marks)
            elif len(marks) > 1 and namespace != "workspace":
                yield Double(namespace, name, _in_order(case, name, marks))
    for name, marks in shared.items():
        if len(marks) > 1:
            yield Double("playbook", name, _in_order(case, name, marks))
    for name, first, second in case.binding.noticed.repeated:
        yield Double("step", name, (first, second))


def _in_order(case: Case, name: str, marks: Sequence[Mark]) -> list[Mark]:
    """Return the places, the likely original first: in a file that does not call itself a copy, and that has the id's name."""

    def rank(mark: Mark) -> tuple[object, ...]:
        span = case.forest.span(mark)
        stem = PurePosixPath(span.path).stem
        return COPY.search(stem) is not None, stem != name, span.sort_key

    return sorted(marks, key=rank)


def _finding(case: Case, doubles: Sequence[Double]) -> Finding:
    namespace, name, (first, second, *more) = doubles[0]
    noun, others = called(namespace), len(doubles) - 1
    names, advice = Phrase(f"{noun.zh}“{name}”", f"{noun.en} `{name}` is"), RENAME
    if others:
        names = Phrase(
            f"{names.zh}和另外 {others} 个编号", f"{noun.en} `{name}` and {others} other id{'s' * (others > 1)} are"
        )
        path = case.forest.span(first).path
        advice = Phrase(
            f"这个文件像是 {path} 的副本：删掉多余的一份，或者改掉这里的编号",
            f"this file looks like a copy of {path}: delete the one that is not needed, or change the ids here",
        )
    related = [(first, FIRST_HERE), *((mark, ONCE_MORE) for mark in more[:MOST_RELATED])]
    related += [(other.marks[1], ONCE_MORE) for other in doubles[1:MOST_RELATED]]
    args: Args = {"names": names, "advice": advice}
    found = case.finding(rules.DUPLICATE_ID, second, args, related=related)
    # which of them comes second hangs on the names of files; what it is about does not
    return replace(found, subject=min(case.subject(mark) for mark in doubles[0].marks))
