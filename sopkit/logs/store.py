"""Rows of logs in the words of their files go in; numbered rows stand in Parquet files, by part: a part has all that a customer did.

Rules ask one part after another and add up what they count, so that what is asked at once fits into memory, on one machine or on many.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Final

from sopkit.logs.engine import Engine, hashed, listed, part_of, quoted, split_by_part
from sopkit.logs.tables import FIELDS, TABLES, Of

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
AT_ONCE: Final = 1_000_000
"""Numbers of people whose names are held in memory at once."""
MOST_KINDS: Final = 20_000
"""Combinations of what repeats; a log with more of them has something else in one of these columns."""

Meaning = Callable[[Mapping[str, str]], Mapping[str, str]]
"""What a file says in the fields that repeat → the same in declared words."""


class TooManyKindsError(Exception):
    """A column that ought to repeat doesn't."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


def as_it_is(said: Mapping[str, str]) -> Mapping[str, str]:
    """Return declared words as they are."""
    return said


class Store:
    """All logs of one audit. First `add` whatever was read, then `close`, then ask: in every part the tables are those of `TABLES`."""

    def __init__(self, engine: Engine, folder: Path, parts: int | None = None) -> None:
        """Open an empty store that keeps its files in `folder`; `parts` None: as many as the size asks for."""
        self.engine, self.folder, self.parts = engine, folder, parts or 0
        self.complete: dict[Of, int] = {}
        """The second from which on a log has everything, where that is declared."""
        self.mistaken: dict[Of, str] = {}
        """Logs of which the workspace says what does not exist, each with what to correct."""
        self._kinds: dict[Of, dict[tuple[str, ...], int]] = {of: {} for of in TABLES}
        self._staged: dict[Of, int] = dict.fromkeys(TABLES, 0)
        self._in_use: int | None = None
        for of in TABLES:
            columns = ", ".join(f"{one.name} {RAW[one.form]}" for one in FIELDS[of])
            engine.run(f"CREATE TABLE raw_{of} ({columns}, source SMALLINT, line BIGINT)")
            self._empty(of).parent.mkdir(parents=True, exist_ok=True)
            kept = ", ".join(one.name for one in FIELDS[of] if one.name not in TABLES[of].kinds)
            engine.run(
                f"COPY (SELECT {kept}, source, line, 0 AS kind FROM raw_{of}) TO {quoted(str(self._empty(of)))} (FORMAT parquet)"
            )

    def expect(self, rows: int) -> None:
        """Decide on the number of parts, from the rows of the largest log."""
        self.parts = self.parts or max(1, -(-rows // PART))

    def add(self, of: Of, query: str, fields: Sequence[str] | None = None, meaning: Meaning = as_it_is) -> None:
        """Keep the rows of a query that has the fields of a kind of log by name, `source` and `line`.

        `fields` are those that the query really has; None: all. Raises `TooManyKindsError`.
        """
        self.parts = self.parts or 1
        repeated = [one for one in TABLES[of].kinds if fields is None or one in fields]
        same = self._lay_meant(of, query, repeated, meaning)
        self._staged[of] += 1
        place = self.folder / "staged" / of / str(self._staged[of])
        place.mkdir(parents=True)
        kept = ", ".join(f"q.{one.name}" for one in FIELDS[of] if one.name not in TABLES[of].kinds)
        key = "coalesce(q.customer, q.run)" if of == "steps" else "q.customer"
        rows = (
            f"SELECT {kept}, q.source, q.line, m.kind, {part_of(key, self.parts)} AS part "
            f"FROM ({query}) q JOIN meant m ON {same}"
        )
        self.engine.run(split_by_part(rows, place, self.parts))

    def _lay_meant(self, of: Of, query: str, repeated: Sequence[str], meaning: Meaning) -> str:
        """Lay the table `meant`: what is said → its kind; return how rows `q` are joined to it as `m`."""
        engine = self.engine
        if not repeated:
            engine.run(f"CREATE OR REPLACE TABLE meant AS SELECT {self._kind(of, {})} AS kind")
            return "TRUE"
        listed = ", ".join(repeated)
        found = engine.run(f"SELECT DISTINCT {listed} FROM ({query}) LIMIT {MOST_KINDS + 1}")
        if len(found) > MOST_KINDS:
            counts = engine.run(f"SELECT {', '.join(f'count(DISTINCT {one})' for one in repeated)} FROM ({query})")[0]
            raise TooManyKindsError(repeated[counts.index(max(counts))])
        words = [meaning({one: value or "" for one, value in zip(repeated, row, strict=True)}) for row in found]
        order = sorted(range(len(found)), key=lambda each: [words[each][one] for one in repeated])
        rows = [(self._kind(of, words[each]), *found[each]) for each in order]
        columns = "".join(f", {one} VARCHAR" for one in repeated)
        engine.run(f"CREATE OR REPLACE TABLE meant (kind INTEGER{columns}, said UBIGINT)")
        self._fill("meant", [(*row, None) for row in rows])
        engine.run(f"UPDATE meant SET said = {hashed(repeated)}")
        if engine.run("SELECT count(DISTINCT said) < count(*) FROM meant")[0][0]:  # two that hash alike
            return " AND ".join(f"q.{one} IS NOT DISTINCT FROM m.{one}" for one in repeated)
        return f"{hashed([f'q.{one}' for one in repeated])} = m.said"

    def _kind(self, of: Of, words: Mapping[str, str]) -> int:
        """Return the number of what is said, a new one for what is new."""
        known = self._kinds[of]
        return known.setdefault(tuple(words.get(one, "") for one in TABLES[of].kinds), len(known) + 1)

    def close(self, told: Callable[[int, int], None] = lambda done, of: None) -> None:
        """Number what repeats, and write each part; `told` hears how many parts are done."""
        engine = self.engine
        counts = {of: engine.run(f"SELECT count(*) FROM raw_{of}")[0][0] for of in TABLES}
        self.expect(max(counts.values()))
        for of, count in counts.items():
            if count:
                names = ", ".join(one.name for one in FIELDS[of])
                self.add(of, f"SELECT {names}, source, line FROM raw_{of}")
            engine.run(f"DROP TABLE raw_{of}")
        self._settle_runs()
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

    def _settle_runs(self) -> None:
        """Make each run one customer's: of that whom any of its rows names; where they name several, each has a run of that number.

        Rows of such a number that name nobody may be of any of them, and are left without a run.
        """
        engine, steps = self.engine, self._read("steps")
        engine.run(
            f"CREATE TABLE owners AS SELECT run, min(customer) AS customer, min(customer) <> max(customer) AS several FROM {steps} "
            "WHERE run <> '' GROUP BY run HAVING count(customer) > 0 AND (count(*) > count(customer) OR min(customer) <> max(customer))"
        )
        if engine.run("SELECT count(*) FROM owners")[0][0]:
            former = [one for one in self._empty("steps").parent.iterdir() if one.is_dir()]
            place = self._empty("steps").parent / "settled"
            place.mkdir()
            same = [
                f"r.{one.name}"
                for one in FIELDS["steps"]
                if one.name not in ("customer", "run", *TABLES["steps"].kinds)
            ]
            customer = "CASE WHEN o.several THEN r.customer ELSE coalesce(o.customer, r.customer) END"
            run = "CASE WHEN o.several THEN r.customer || chr(31) || r.run ELSE r.run END"
            settled = (
                f"SELECT {', '.join(same)}, r.source, r.line, r.kind, {customer} AS customer, {run} AS run "
                f"FROM {steps} r LEFT JOIN owners o ON r.run = o.run"
            )
            rows = f"SELECT *, {part_of('coalesce(customer, run)', self.parts)} AS part FROM ({settled})"
            engine.run(split_by_part(rows, place, self.parts))
            for one in former:
                shutil.rmtree(one)
        engine.run("DROP TABLE owners")

    def _named(self, field: str, part: int | None = None) -> str:
        """Return a query for the different values of a field, in a part or in all."""
        every = " UNION ALL ".join(
            f"SELECT {field} AS name FROM {self._read(of, part)}"
            for of in TABLES
            if any(one.name == field for one in FIELDS[of])
        )
        return f"SELECT DISTINCT name FROM ({every}) WHERE name <> ''"

    def _empty(self, of: Of) -> Path:
        return self.folder / "staged" / of / "empty.parquet"

    def _read(self, of: Of, part: int | None = None) -> str:
        found = "*/part=*/*.parquet" if part is None else f"*/part={part}/*.parquet"
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
        return f"SELECT {', '.join(columns)} FROM {joined}"

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
        if part == self._in_use:
            return
        self._in_use = part
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

    def since(self, of: Of) -> int:
        """Return from which second on what is not in a log did not happen: as declared, else from its first row on."""
        return self.complete[of] if of in self.complete else self.spans[of][1]

    @cached_property
    def written_twice(self) -> int:
        """Count the customers whose number is written in two ways, as 007 and 7, or 7 and 7.0: they are held for different ones."""
        bare = "regexp_replace(regexp_replace(name, '\\.0+$', ''), '^0+', '')"
        query = (
            f"SELECT 1 FROM people WHERE regexp_full_match(name, '\\d+(\\.0+)?') GROUP BY {bare} HAVING count(*) > 1"
        )
        return int(self.engine.run(f"SELECT count(*) FROM ({query})")[0][0])

    def every_name(self, table: str) -> Iterator[str]:
        """Yield what the files call all people, runs, staff or shops, some at a time."""
        number = next(column for known, column in (*MANY.values(), *FEW.values()) if known == table)
        last = self.engine.run(f"SELECT coalesce(max({number}), 0) FROM {table}")[0][0]
        for start in range(1, last + 1, AT_ONCE):
            some = (
                f"SELECT name FROM {table} WHERE {number} BETWEEN {start} AND {start + AT_ONCE - 1} ORDER BY {number}"
            )
            yield from (name for (name,) in self.engine.run(some))

    def names(self, table: str, numbers: list[int]) -> dict[int, str]:
        """Return what the files call people, runs, staff or shops of these numbers."""
        number = next(column for known, column in (*MANY.values(), *FEW.values()) if known == table)
        return dict(self.engine.run(f"SELECT {number}, name FROM {table} WHERE {number} IN ({listed(numbers)})"))


def files_of(empty: Path, files: Iterable[Path]) -> str:
    """Return a table of SQL: what stands in files; `empty` says the columns where there are none.

    It comes last: by the first the engine guesses how large the table is.
    """
    named = ", ".join(quoted(str(one)) for one in (*sorted(files), empty))
    return f"read_parquet([{named}], hive_partitioning = false)"
