"""Portions of rows go in, one after another; a folder with a file for each kind of log comes out, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from sopkit.frozen import dataclass
from sopkit.logs.engine import Engine, quoted
from sopkit.logs.generating.course import LOGS
from sopkit.logs.generating.writing import Portion, header
from sopkit.logs.tables import FIELDS, Of
from sopkit.output import filling, writing

TYPES: Final = {
    "time": "VARCHAR",
    "day": "DATE",
    "number": "DOUBLE",
    "flag": "BOOLEAN",
    "id": "VARCHAR",
    "name": "VARCHAR",
}
"""In Parquet; a time keeps its offset."""
PLANTED: Final = "planted.json"


@dataclass(frozen=True, slots=True)
class Log:
    """One file that was written."""

    of: Of
    name: str
    rows: int


def write_logs(
    target: Path, portions: Iterable[Portion], form: str, account: Callable[[], bytes] | None = None
) -> tuple[Log, ...]:
    """Write what each portion says as `csv` or `parquet`; the account of what was planted is asked for when all are made.

    Raises `OutputRefusedError`; for Parquet, `EngineMissingError`.
    """
    rows = dict.fromkeys(LOGS, 0)
    with filling(target) as (building, names):
        with ExitStack() as open_, writing(target):
            streams = {of: open_.enter_context((building / f"{of}.csv").open("wb")) for of in LOGS}
            for of, stream in streams.items():
                stream.write(header(of))
            for portion in portions:
                for of, stream in streams.items():
                    stream.write(portion.text[of])
                    rows[of] += portion.rows[of]
        if form == "parquet":
            _pack(building)
        written = tuple(Log(of, f"{of}.{form}", rows[of]) for of in LOGS)
        names.extend(one.name for one in written)
        if account is not None:
            with writing(target):
                (building / PLANTED).write_bytes(account())
            names.append(PLANTED)
    return written


def _pack(building: Path) -> None:
    """Turn each CSV file into Parquet."""
    with Engine(building) as engine:
        for of in LOGS:
            text, packed = building / f"{of}.csv", building / f"{of}.parquet"
            columns = ", ".join(f"{quoted(one.name)}: {quoted(TYPES[one.form])}" for one in FIELDS[of])
            engine.run(
                f"COPY (SELECT * FROM read_csv({quoted(str(text))}, header = true, columns = {{{columns}}}, nullstr = '')) "
                f"TO {quoted(str(packed))} (FORMAT parquet)"
            )
            text.unlink()
