"""Rows of logs in the words of their files go in; numbered rows stand in Parquet files, by part: a part has all that a customer did.

Rules ask one part after another and add up what they count, so that what is asked at once fits into memory, on one machine or on many.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Final

from sopkit.logs.engine import Engine, Row, quoted
from sopkit.logs.tables import FIELDS, TABLES, Field, Of

PART: Final = 10_000_000
"""Rows of the largest log that are asked at once."""
NUMBERED: Final = {
    "customer": ("people", "who"),
    "run": ("runs", "run"),
    "staff": ("staff", "staff"),
    "shop": ("shops", "shop"),
}
"""Field → the table in which its values are numbered, and the column that holds the number."""
RAW: Final = {
    "time": "BIGINT",
    "day": "INTEGER",
    "number": "DOUBLE",
    "flag": "BOOLEAN",
    "id": "VARCHAR",
    "name": "VARCHAR",
}
STORED_AS: Final = {"time": "ts", "customer": "who", "run": "run", "staff": "staff", "shop": "shop"}


class Store:
    """All logs of one audit. First `add` whatever was read, then `close`, then ask: in every part the tables are those of `TABLES`."""

    def __init__(self, engine: Engine, folder: Path, parts: int | None = None) -> None:
        """Open an empty store that keeps its files in `folder`; `parts` None: as many as the size asks for."""
        self.engine, self.folder, self.parts = engine, folder, parts or 0
        self._added: dict[Of, int] = dict.fromkeys(TABLES, 0)
        for of in TABLES:
            columns = ", ".join(f"{one.name} {RAW[one.form]}" for one in FIELDS[of])
            engine.run(f"CREATE TABLE raw_{of} ({columns}, source SMALLINT, line BIGINT)")

    def add(self, of: Of, query: str) -> None:
        """Take the rows of a query with the fields of a kind of log, in their order, and `source` and `line` behind them."""
        self.engine.run(f"INSERT INTO raw_{of} {query}")

    def close(self) -> None:
        """Number what repeats, and write each part."""
        for field, (table, number) in NUMBERED.items():
            named = " UNION ALL ".join(
                f"SELECT {field} AS name FROM raw_{of}" for of in TABLES if any(one.name == field for one in FIELDS[of])
            )
            self.engine.run(
                f"CREATE TABLE {table} AS SELECT CAST(row_number() OVER (ORDER BY name) AS INTEGER) AS {number}, name "
                f"FROM (SELECT DISTINCT name FROM ({named}) WHERE name IS NOT NULL AND name <> '')"
            )
        largest = max(self.engine.run(f"SELECT count(*) FROM raw_{of}")[0][0] for of in TABLES)
        self.parts = self.parts or max(1, -(-largest // PART))
        for of in TABLES:
            self._write(of)
        self.use(0)

    def _write(self, of: Of) -> None:
        kinds = TABLES[of].kinds
        said = ", ".join(f"coalesce({one}, '') AS {one}" for one in kinds)
        self.engine.run(
            f"CREATE TABLE {of}_kinds AS SELECT CAST(row_number() OVER (ORDER BY {', '.join(kinds)}) AS INTEGER) AS kind, * "
            f"FROM (SELECT DISTINCT {said} FROM raw_{of})"
        )
        same = " AND ".join(f"coalesce(r.{one}, '') = k.{one}" for one in kinds)
        joined = f"raw_{of} r JOIN {of}_kinds k ON {same}"
        columns = []
        given = {one.name: one for one in FIELDS[of]}
        for column, sql in TABLES[of].columns.items():
            field = next((one for one, stored in STORED_AS.items() if stored == column), column)
            if column == "kind":
                columns.append("k.kind")
            elif field in NUMBERED:
                table, number = NUMBERED[field]
                joined += f" LEFT JOIN {table} ON r.{field} = {table}.name"
                columns.append(f"coalesce({table}.{number}, 0) AS {column}")
            elif column in given or field in given or column in ("source", "line"):
                columns.append(f"CAST(r.{field} AS {sql}) AS {column}")
        self.engine.run(f"CREATE TABLE numbered AS SELECT {', '.join(columns)} FROM {joined}")
        (self.folder / of).mkdir(parents=True, exist_ok=True)
        for part in range(self.parts):
            self.engine.run(
                f"COPY (SELECT * FROM numbered WHERE {self._part(of)} = {part}) TO {quoted(str(self._file(of, part)))} (FORMAT parquet)"
            )
        self.engine.run("DROP TABLE numbered")
        self.engine.run(f"DROP TABLE raw_{of}")

    def _part(self, of: Of) -> str:
        """Return in which part a row stands: that of its customer, else of its run."""
        key = "CASE WHEN who = 0 THEN run ELSE who END" if of == "steps" else "who"
        return f"({key}) % {self.parts}"

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
        rows = self.engine.run(f"SELECT kind, {', '.join(names)} FROM {of}_kinds ORDER BY kind")
        return {row[0]: dict(zip(names, row[1:], strict=True)) for row in rows}

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
        number = next(column for known, column in NUMBERED.values() if known == table)
        listed = ", ".join(map(str, numbers)) or "NULL"
        rows: list[Row] = self.engine.run(f"SELECT {number}, name FROM {table} WHERE {number} IN ({listed})")
        return dict(rows)


def fields(of: Of) -> tuple[Field, ...]:
    """Return what a row of a kind of log says."""
    return FIELDS[of]
