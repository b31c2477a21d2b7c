"""The one place that knows DuckDB: a query in plain SQL goes in, its rows come out, within a stated limit of memory and of disk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

from sopkit.frozen import dataclass
from sopkit.text import Phrase

if TYPE_CHECKING:
    import duckdb

Row = tuple[Any, ...]
MEMORY: Final = "1200MB"
"""What DuckDB itself may take of the 2 GB that a whole run may: Python and what it frees late need the rest."""
SPILL: Final = "20GB"
"""Of disk, for sorts that do not fit into memory."""
THREADS: Final = 2
FLUSHED: Final = 131_072
"""Rows that a part gathers in memory before they are written."""
MISSING: Final = Phrase(
    "审计日志要另装一个库：pip install 'sopkit[logs]'",
    "auditing logs needs one more library: pip install 'sopkit[logs]'",
)


class EngineMissingError(Exception):
    """DuckDB is not installed; `MISSING` says what to do."""


class EngineError(Exception):
    """A query failed: for a file that is broken, or since a limit was reached."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a run may use."""

    memory: str = MEMORY
    spill: str = SPILL
    threads: int = THREADS


class Engine:
    """An embedded database that reads and writes only what it is told to, and nothing from a network.

    Every query is kept in `said`, in order, for those who want to see what was asked.
    """

    def __init__(self, folder: Path, limits: Limits | None = None) -> None:
        """Open an empty database that spills into `folder`. Raises `EngineMissingError`."""
        try:
            import duckdb  # noqa: PLC0415  takes as long to import as a small check
        except ImportError as error:
            raise EngineMissingError from error
        chosen = limits or Limits()
        self._connection: duckdb.DuckDBPyConnection = duckdb.connect(
            ":memory:",
            config={
                "memory_limit": chosen.memory,
                "max_temp_directory_size": chosen.spill,
                "temp_directory": str(folder / "spilled"),
                "threads": chosen.threads,
                "autoinstall_known_extensions": "false",
                "autoload_known_extensions": "false",
                "preserve_insertion_order": "false",
                "partitioned_write_flush_threshold": str(FLUSHED),
            },
        )
        self._error = duckdb.Error
        self.said: list[str] = []

    @staticmethod
    def installed() -> bool:
        """Whether DuckDB can be had."""
        return find_spec("duckdb") is not None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self._connection.close()

    def run(self, query: str, values: Sequence[object] | Mapping[str, object] = ()) -> list[Row]:
        """Return all rows of a query whose answer is small; values come from outside only as parameters. Raises `EngineError`."""
        self.said.append(query)
        try:
            return self._connection.execute(query, values or None).fetchall()
        except self._error as error:
            raise EngineError(str(error)) from error

    def run_in_order(self, query: str) -> None:
        """Run a query that writes rows in the order in which it reads them, on all processors. Raises `EngineError`."""
        self._connection.execute("SET preserve_insertion_order = true")
        try:
            self.run(query)
        finally:
            self._connection.execute("SET preserve_insertion_order = false")

    def confine(self, folders: Sequence[Path]) -> None:
        """Let queries reach these folders alone from now on: neither other files nor a network."""
        allowed = ", ".join(quoted(str(one)) for one in folders)
        self._connection.execute(f"SET allowed_directories = [{allowed}]")
        self._connection.execute("SET enable_external_access = false")
        self._connection.execute("SET lock_configuration = true")


def hashed(columns: Sequence[str]) -> str:
    """Return a number for what columns say together, as good as different for different texts."""
    return f"hash({', '.join(columns)})"


def part_of(key: str, parts: int) -> str:
    """Return in which part a row stands, by a hash of whose it is."""
    return f"CAST(hash({key}) % {parts} AS SMALLINT)" if parts > 1 else "0"


def split_by_part(rows: str, folder: Path, parts: int) -> str:
    """Return a statement that writes rows into a folder for each value of `part`, `part=0` and so on."""
    if parts == 1:
        (folder / "part=0").mkdir()
        return f"COPY ({rows}) TO {quoted(str(folder / 'part=0' / 'all.parquet'))} (FORMAT parquet)"
    return f"COPY ({rows}) TO {quoted(str(folder))} (FORMAT parquet, PARTITION_BY (part), OVERWRITE_OR_IGNORE)"


def latest(value: str, *order: str) -> str:
    """Return an aggregate: the value, where it is not NULL, of the row that comes last in an order."""
    return f"max_by({value}, row({', '.join(order)}))"


def quoted(text: str) -> str:
    """Return a text as a literal of SQL."""
    return "'" + text.replace("'", "''") + "'"


def listed(numbers: Iterable[int]) -> str:
    """Return numbers as SQL lists them; one that no row has where there are none."""
    return ", ".join(map(str, sorted(numbers))) or "-1"


def identifier(text: str) -> str:
    """Return a text, as a column of a user's file is called, as an identifier of SQL."""
    return '"' + text.replace('"', '""') + '"'
