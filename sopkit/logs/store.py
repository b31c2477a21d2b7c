"""Rows of logs in the words of their files go in; numbered rows stand in Parquet files, by part: a part has all that a customer did.

Rules ask one part after another and add up what they count, so that what is asked at once fits into memory, on one machine or on many.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Final

from sopkit.frozen import dataclass
from sopkit.logs.engine import Engine, hashed, part_of, quoted, split_by_part
from sopkit.logs.tables import FIELDS, TABLES, Field, Of

PART: Final = 10_000_000
"""Rows of the largest log that are asked at once."""
MANY: Final = {"customer": ("people", "who"), "run": ("runs", "run")}
"""Field of millions of values → the table in which they are numbered part by part, and the column that holds the number."""
FEW: Final = {"staff": ("staff", "staff"), "shop": ("shops", "shop")}
"""The same for fields of thousands, numbered as a whole."""
RAW: Final = {
    "time": "BIGINT",
    "day": "INTEGER",
    "number": "DOUBLE",
    "flag": "BOOLEAN",
    "id": "VARCHAR",
    "name": "VARCHAR",
}
STORED_AS: Final = {"time": "ts", "customer": "who"}
FILES: Final = "part=*/*.parquet"
MOST_KINDS: Final = 20_000
"""Combinations of what repeats; a log with more of them has something else in one of these columns."""

Meaning = Callable[[Mapping[str, str]], tuple[Mapping[str, str], int]]
"""What a file says in the fields that repeat → the same in declared words, and why such a row can't be used: 0 where it can."""


class TooManyKindsError(Exception):
    """A column that ought to repeat doesn't."""

    def __init__(self, field: str, count: int) -> None:
        super().__init__(field)
        self.field, self.count = field, count


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of the rows that were added at once."""

    said: tuple[tuple[Mapping[str, str], int], ...]
    """What the file says in the fields that repeat → rows."""
    bad: Mapping[int, int]
    """Reason → rows that were not kept."""
    rows: int
    """That were kept."""
    first: int | None
    last: int | None
    place: Path


def as_it_is(said: Mapping[str, str]) -> tuple[Mapping[str, str], int]:
    """Return declared words as they are."""
    return said, 0


class Store:
    """All logs of one audit. First `add` whatever was read, then `close`, then ask: in every part the tables are those of `TABLES`."""

    def __init__(self, engine: Engine, folder: Path, parts: int | None = None) -> None:
        """Open an empty store that keeps its files in `folder`; `parts` None: as many as the size asks for."""
        self.engine, self.folder, self.parts = engine, folder, parts or 0
        self._kinds: dict[Of, dict[tuple[str, ...], int]] = {of: {} for of in TABLES}
        self._staged: dict[Of, int] = dict.fromkeys(TABLES, 0)
        for of in TABLES:
            columns = ", ".join(f"{one.name} {RAW[one.form]}" for one in FIELDS[of])
            engine.run(f"CREATE TABLE raw_{of} ({columns}, source SMALLINT, line BIGINT)")
            self._empty(of).parent.mkdir(parents=True, exist_ok=True)
            kept = ", ".join(one.name for one in FIELDS[of] if one.name not in TABLES[of].kinds)
            engine.run(
                f"COPY (SELECT {kept}, source, line, 0 AS kind, 0 AS bad FROM raw_{of}) TO {quoted(str(self._empty(of)))} (FORMAT parquet)"
            )

    def expect(self, rows: int) -> None:
        """Decide on the number of parts, from the rows of the largest log."""
        self.parts = self.parts or max(1, -(-rows // PART))

    def add(
        self, of: Of, query: str, fields: Sequence[str] | None = None, meaning: Meaning = as_it_is, when: str = "time"
    ) -> Kept:
        """Keep the rows of a query that has the fields of a kind of log by name, `source`, `line` and `bad`: 0, or why not.

        `fields` are those that repeat and that the query really has; None: all. Raises `TooManyKindsError`.
        """
        self.parts = self.parts or 1
        repeated = [one for one in TABLES[of].kinds if fields is None or one in fields]
        said = self._understood(of, query, repeated, meaning)
        self._staged[of] += 1
        place = self.folder / "staged" / of / str(self._staged[of])
        place.mkdir(parents=True)
        kept = ", ".join(f"q.{one.name}" for one in FIELDS[of] if one.name not in TABLES[of].kinds)
        key = "coalesce(q.customer, q.run)" if of == "steps" else "q.customer"
        rows = (
            f"SELECT {kept}, q.source, q.line, m.kind, CASE WHEN q.bad > 0 THEN q.bad ELSE m.bad END AS bad, "
            f"{part_of(key, self.parts)} AS part FROM ({query}) q JOIN meant m ON {self._same}"
        )
        self.engine.run(split_by_part(rows, place, self.parts))
        time = when if any(one.name == when for one in FIELDS[of]) else "CAST(NULL AS BIGINT)"
        counted = self.engine.run(
            f"SELECT bad, count(*), min({time}), max({time}) FROM {files_of(self._empty(of), place.glob(FILES))} GROUP BY bad"
        )
        bad = {row[0]: row[1] for row in counted if row[0]}
        good = next((row for row in counted if not row[0]), (0, 0, None, None))
        return Kept(said, bad, *good[1:], place)

    def _understood(
        self, of: Of, query: str, repeated: Sequence[str], meaning: Meaning
    ) -> tuple[tuple[Mapping[str, str], int], ...]:
        """Lay the table `meant`: what is said, as a hash, → its kind; return what is said and how often."""
        engine = self.engine
        if not repeated:
            repeated_sql, grouped = "NULL AS nothing", "GROUP BY ALL"
        else:
            repeated_sql, grouped = ", ".join(repeated), "GROUP BY " + ", ".join(repeated)
        limited = f"SELECT {repeated_sql}, count(*) AS rows FROM ({query}) {grouped} LIMIT {MOST_KINDS + 1}"
        found = engine.run(limited)
        if len(found) > MOST_KINDS:
            counts = engine.run(
                f"SELECT {', '.join(f'approx_count_distinct({one})' for one in repeated)} FROM ({query})"
            )[0]
            raise TooManyKindsError(repeated[counts.index(max(counts))], max(counts))
        heads = [{one: row[place] or "" for place, one in enumerate(repeated)} for row in found]
        meant = [meaning(head) for head in heads]
        full = [tuple(words.get(one, "") for one in TABLES[of].kinds) for words, _ in meant]
        for one in sorted(set(full)):
            self._kinds[of].setdefault(one, len(self._kinds[of]) + 1)
        engine.run(
            "CREATE OR REPLACE TABLE meant (h UBIGINT, kind INTEGER, bad UTINYINT"
            + "".join(f", {one} VARCHAR" for one in repeated)
            + ")"
        )
        rows = [
            (self._kinds[of][words], bad, *row[: len(repeated)])
            for row, words, (_, bad) in zip(found, full, meant, strict=True)
        ]
        self._fill("meant", [(None, *row) for row in rows])
        self._same = "TRUE"
        if repeated:
            engine.run(f"UPDATE meant SET h = {hashed(repeated)}")
            self._same = f"{hashed([f'q.{one}' for one in repeated])} = m.h"
            if engine.run("SELECT count(DISTINCT h) < count(*) FROM meant")[0][
                0
            ]:  # two that hash alike: none ever seen
                self._same = " AND ".join(f"q.{one} IS NOT DISTINCT FROM m.{one}" for one in repeated)
        return tuple((head, row[-1]) for head, row in zip(heads, found, strict=True))

    def close(self, told: Callable[[int, int], None] = lambda done, of: None) -> None:
        """Number what repeats, and write each part; `told` hears how many parts are done."""
        engine = self.engine
        counts = {of: engine.run(f"SELECT count(*) FROM raw_{of}")[0][0] for of in TABLES}
        self.expect(max(counts.values()))
        for of, count in counts.items():
            if count:
                names = ", ".join(one.name for one in FIELDS[of])
                self.add(of, f"SELECT {names}, source, line, 0 AS bad FROM raw_{of}")
            engine.run(f"DROP TABLE raw_{of}")
        for field, (table, number) in FEW.items():
            engine.run(
                f"CREATE TABLE {table} AS SELECT CAST(row_number() OVER (ORDER BY name) AS INTEGER) AS {number}, name "
                f"FROM ({self._named(field)})"
            )
        for part in range(self.parts):
            self._write(part)
            told(part + 1, self.parts)
        for table, number in MANY.values():
            every = quoted(str(self.folder / table / "*.parquet"))
            engine.run(f"CREATE VIEW {table} AS SELECT {number}, name FROM read_parquet({every})")
        for of in TABLES:
            self._lay_kinds(of)
        shutil.rmtree(self.folder / "staged")
        self.use(0)

    def _named(self, field: str, part: int | None = None) -> str:
        """Return a query for the different values of a field, in a part or in all."""
        every = " UNION ALL ".join(
            f"SELECT {field} AS name FROM {self._read(of, part)} WHERE bad = 0"
            for of in TABLES
            if any(one.name == field for one in FIELDS[of])
        )
        return f"SELECT DISTINCT name FROM ({every}) WHERE name <> ''"

    def _empty(self, of: Of) -> Path:
        return self.folder / "staged" / of / "empty.parquet"

    def _read(self, of: Of, part: int | None = None) -> str:
        found = f"*/{FILES}" if part is None else f"*/part={part}/*.parquet"
        return files_of(self._empty(of), (self.folder / "staged" / of).glob(found))

    def _write(self, part: int) -> None:
        """Number customers and runs of a part, apart from those of all others, and write its tables."""
        for field, (table, number) in MANY.items():
            (self.folder / table).mkdir(exist_ok=True)
            self.engine.run(
                f"CREATE OR REPLACE TABLE numbered_{table} AS SELECT CAST((row_number() OVER (ORDER BY name) - 1) * {self.parts} "
                f"+ {part} + 1 AS INTEGER) AS {number}, name FROM ({self._named(field, part)})"
            )
            place = self.folder / table / f"{part}.parquet"
            self.engine.run(f"COPY numbered_{table} TO {quoted(str(place))} (FORMAT parquet)")
        for of in TABLES:
            (self.folder / of).mkdir(exist_ok=True)
            self.engine.run(
                f"COPY ({self._numbered(of, part)}) TO {quoted(str(self._file(of, part)))} (FORMAT parquet)"
            )
        for table, _ in MANY.values():
            self.engine.run(f"DROP TABLE numbered_{table}")

    def _numbered(self, of: Of, part: int) -> str:
        joined, columns = f"{self._read(of, part)} r", []
        given = {one.name for one in FIELDS[of]}
        for column, sql in TABLES[of].columns.items():
            field = next((one for one, stored in STORED_AS.items() if stored == column and one in given), column)
            if field in MANY or field in FEW:
                table, number = MANY.get(field) or FEW[field]
                laid = f"numbered_{table}" if field in MANY else table
                joined += f" LEFT JOIN {laid} AS of_{field} ON r.{field} = of_{field}.name"
                columns.append(f"coalesce(of_{field}.{number}, 0) AS {column}")
            else:
                columns.append(f"CAST(r.{field} AS {sql}) AS {column}")
        return f"SELECT {', '.join(columns)} FROM {joined} WHERE r.bad = 0"

    def _lay_kinds(self, of: Of) -> None:
        names = TABLES[of].kinds
        self.engine.run(f"CREATE TABLE {of}_kinds (kind INTEGER, {', '.join(f'{one} VARCHAR' for one in names)})")
        self._fill(f"{of}_kinds", [(kind, *words) for words, kind in self._kinds[of].items()])

    def _fill(self, table: str, rows: Sequence[tuple[object, ...]]) -> None:
        """Put rows into a small table; what files say comes as parameters."""
        for start in range(0, len(rows), 500):
            some = rows[start : start + 500]
            marks = ", ".join(["(" + ", ".join("?" * len(some[0])) + ")"] * len(some))
            self.engine.run(f"INSERT INTO {table} VALUES {marks}", [value for row in some for value in row])

    def _file(self, of: Of, part: int) -> Path:
        return self.folder / of / f"{part}.parquet"

    def use(self, part: int) -> None:
        """Let the tables be those of a part."""
        for of in TABLES:
            self.engine.run(
                f"CREATE OR REPLACE VIEW {of} AS SELECT * FROM read_parquet({quoted(str(self._file(of, part)))})"
            )

    def each(self) -> Iterator[int]:
        """Yield the parts, each in use while it is the last that was yielded."""
        for part in range(self.parts):
            self.use(part)
            yield part

    def kinds(self, of: Of) -> dict[int, dict[str, str]]:
        """Return what each `kind` of a log says: field → value, '' where nothing."""
        names = TABLES[of].kinds
        return {kind: dict(zip(names, words, strict=True)) for words, kind in self._kinds[of].items()}

    @cached_property
    def spans(self) -> dict[Of, tuple[int, int, int]]:
        """Of each log that has rows: how many, the first second, the last."""
        found: dict[Of, tuple[int, int, int]] = {}
        for of, table in TABLES.items():
            when = next((one for one in ("ts", "changed") if one in table.columns), None)
            if when is None:
                continue
            every = quoted(str(self.folder / of / "*.parquet"))
            count, first, last = self.engine.run(
                f"SELECT count(*), min({when}), max({when}) FROM read_parquet({every})"
            )[0]
            if count:
                found[of] = (count, first, last)
        return found

    def names(self, table: str, numbers: list[int]) -> dict[int, str]:
        """Return what the files call people, runs, staff or shops of these numbers."""
        number = next(column for known, column in (*MANY.values(), *FEW.values()) if known == table)
        listed = ", ".join(map(str, numbers)) or "NULL"
        return dict(self.engine.run(f"SELECT {number}, name FROM {table} WHERE {number} IN ({listed})"))


def files_of(empty: Path, files: Iterable[Path]) -> str:
    """Return a table of SQL: what stands in files; `empty` says the columns where there are none."""
    named = ", ".join(quoted(str(one)) for one in (empty, *sorted(files)))
    return f"read_parquet([{named}], hive_partitioning = false)"


def fields(of: Of) -> tuple[Field, ...]:
    """Return what a row of a kind of log says."""
    return FIELDS[of]
