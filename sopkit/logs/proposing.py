"""The file of a log that nobody described yet goes in; what `logs` in `sopkit.yaml` should say of it comes out, doubts included.

Columns are told by what they are called, then by what stands in them: times by being times, channels by being the workspace's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from sopkit.frozen import dataclass
from sopkit.logs import times
from sopkit.logs.engine import Engine, identifier
from sopkit.logs.headers import fields_called, kind_called
from sopkit.logs.naming import Vocabulary
from sopkit.logs.opening import Opened
from sopkit.logs.tables import FIELDS, Of
from sopkit.text import Phrase

LOOKED_AT: Final = 2_000
"""Rows by which a column is judged."""
MOST_SHARE: Final = 0.9
"""Of the values of a column that must be times, or known, for it to be taken for that."""
HALF: Final = 0.5
MOST_VALUES: Final = 60
"""Values of one column that are proposed."""
BY_CONTENT: Final = ("channel", "event", "consent", "action", "step", "purpose", "shop", "role", "tool", "sync")
"""Fields that a column can be told to be by the workspace's words in it, the surest first."""

GUESSED: Final = Phrase("按内容猜的，请核对", "guessed from what stands in it: please check")
NO_COLUMN: Final = Phrase("没有认出来，请写上列名", "not found: write the column")
SEVERAL: Final = Phrase("也可能是：{others}", "may be {others} as well")
KIND_GUESSED: Final = Phrase("按列名猜的，请核对", "guessed from the columns: please check")
NO_KIND: Final = Phrase("看不出来；可以写 {kinds}", "can't be told; write one of {kinds}")


@dataclass(frozen=True, slots=True)
class Column:
    """One field of the proposal; `column` is '' where none was found."""

    field: str
    column: str
    doubt: Phrase | None = None


@dataclass(frozen=True, slots=True)
class Value:
    """One value of the file; `id` is '' where nothing that is declared is called so."""

    said: str
    id: str
    rows: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """What `logs` should say of a file."""

    of: Of | None
    doubt: Phrase | None
    columns: tuple[Column, ...]
    values: Mapping[str, tuple[Value, ...]]
    """Field → its values, the most frequent first, but those that are ids already."""
    unused: tuple[str, ...]
    local: bool
    """Whether some times say no zone."""


def propose(engine: Engine, opened: Opened, vocabulary: Vocabulary) -> Proposal:
    """Return the proposal for a file. Raises `EngineError`."""
    looked = _Looked(engine, opened, vocabulary)
    of, doubt = _kind(opened, looked)
    if of is None:
        return Proposal(None, doubt, (), {}, tuple(looked.headers), local=False)
    columns = tuple(_columns(of, looked))
    chosen = {one.field: one.column for one in columns if one.column}
    values = {
        field: found
        for field, column in chosen.items()
        if (found := tuple(_values(of, field, column, looked))) and vocabulary.known(of, field)
    }
    unused = tuple(one for one in looked.headers if one not in chosen.values())
    local = any(
        looked.share_local(column)
        for field, column in chosen.items()
        if any(one.name == field and one.form == "time" for one in FIELDS[of])
    )
    return Proposal(of, doubt, columns, values, unused, local)


class _Looked:
    """The first rows of a file, as far as they are asked for."""

    def __init__(self, engine: Engine, opened: Opened, vocabulary: Vocabulary) -> None:
        self.engine, self.opened, self.vocabulary = engine, opened, vocabulary
        self.headers = [one for one, _ in opened.columns]
        self.kinds = dict(opened.columns)
        engine.run(f"CREATE OR REPLACE TEMP TABLE looked AS SELECT * FROM ({opened.query}) LIMIT {LOOKED_AT}")

    def _share(self, column: str, test: str) -> float:
        said = f"trim(CAST({identifier(column)} AS VARCHAR)) <> ''"
        hit, all_ = self.engine.run(
            f"SELECT count(*) FILTER (WHERE {said} AND ({test})), count(*) FILTER (WHERE {said}) FROM looked"
        )[0]
        return hit / all_ if all_ else 0.0

    def share_times(self, column: str) -> float:
        """Return the share of values that are times of a log."""
        kind, said = self.kinds[column], identifier(column)
        seconds = f"coalesce({times.instant_of(said, kind)}, {times.wall_of(said, kind)})"
        return self._share(column, f"{seconds} BETWEEN {times.EARLIEST} AND {times.LATEST}")

    def share_local(self, column: str) -> float:
        return self._share(column, f"{times.wall_of(identifier(column), self.kinds[column])} IS NOT NULL")

    def share_known(self, of: Of, field: str, column: str) -> float:
        """Return the share of rows whose value the workspace knows in that field."""
        known = self.vocabulary.known(of, field)
        rows = self.values(column, LOOKED_AT)
        all_ = sum(count for _, count in rows)
        return sum(count for said, count in rows if said.casefold() in known) / all_ if known and all_ else 0.0

    def values(self, column: str, most: int) -> list[tuple[str, int]]:
        said = f"trim(CAST({identifier(column)} AS VARCHAR))"
        rows = self.engine.run(
            f"SELECT {said} AS said, count(*) FROM looked WHERE {said} <> '' GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {most}"
        )
        return [(str(said), count) for said, count in rows]

    def every_value(self, column: str) -> list[tuple[str, int]]:
        """Return the values of the whole file, the most frequent first, one more than are proposed."""
        said = f"trim(CAST({identifier(column)} AS VARCHAR))"
        rows = self.engine.run(
            f"SELECT {said} AS said, count(*) FROM ({self.opened.query}) WHERE {said} <> '' GROUP BY 1 ORDER BY 2 DESC, 1 "
            f"LIMIT {MOST_VALUES + 1}"
        )
        return [(str(said), count) for said, count in rows]


def _kind(opened: Opened, looked: _Looked) -> tuple[Of | None, Phrase | None]:
    """Return what the file is a log of: as it is called, else what most of its columns speak for."""
    called = kind_called(opened.path.stem)
    scores: list[tuple[bool, int, Of]] = []
    for of in FIELDS:
        found = {one.field for one in _columns(of, looked) if one.column}
        whole = all(one.name in found for one in FIELDS[of] if one.required)
        scores.append((whole, len(found), of))
    best = sorted(scores, key=lambda one: one[:2], reverse=True)
    if called and next(one for one in scores if one[2] == called)[0]:
        return called, None
    if best[0][0] and best[0][:2] > best[1][:2]:
        return best[0][2], KIND_GUESSED
    if called:
        return called, None
    said = ", ".join(FIELDS)
    return None, NO_KIND.filled(kinds=said)


def _columns(of: Of, looked: _Looked) -> Iterator[Column]:
    """Yield the columns by field: by what they are called, then by what stands in them; what is required and not found, too."""
    found: dict[str, str] = fields_called(of, looked.headers)
    doubts: dict[str, Phrase] = {}
    for one in FIELDS[of]:
        if one.name in found and one.form == "time" and looked.share_times(found[one.name]) < HALF:
            del found[one.name]
    for one in FIELDS[of]:
        if one.name in found or not (one.required or one.name in BY_CONTENT):
            continue
        free = [each for each in looked.headers if each not in found.values()]
        fitting = _fitting(of, one.name, one.form, free, looked)
        if fitting:
            found[one.name] = fitting[0]
            doubts[one.name] = GUESSED
            if len(fitting) > 1:
                others = ", ".join(fitting[1:4])
                doubts[one.name] = Phrase(
                    *(f"{GUESSED.within(lang)}; {SEVERAL.fill(lang, {'others': others})}" for lang in ("zh-CN", "en"))
                )
    for one in FIELDS[of]:
        if one.name in found:
            yield Column(one.name, found[one.name], doubts.get(one.name))
        elif one.required:
            yield Column(one.name, "", NO_COLUMN)


def _fitting(of: Of, field: str, form: str, free: Sequence[str], looked: _Looked) -> list[str]:
    """Return the columns that hold what a field would, the best first."""
    if form == "time":
        return [one for one in free if looked.share_times(one) >= MOST_SHARE]
    if field in BY_CONTENT:
        shares = {one: looked.share_known(of, field, one) for one in free}
        return sorted((one for one in free if shares[one] >= HALF), key=lambda one: -shares[one])
    return []


def _values(of: Of, field: str, column: str, looked: _Looked) -> Iterator[Value]:
    """Yield the values that are no ids as they stand; none where there are too many to be what a field repeats."""
    known = looked.vocabulary.known(of, field)
    ids = set(known.values())
    rows = looked.every_value(column)
    if len(rows) > MOST_VALUES:
        return
    for said, count in rows:
        if said not in ids:
            yield Value(said, known.get(said.casefold(), ""), count)
