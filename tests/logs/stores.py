"""Small logs, as lists of rows, go in; a store to ask comes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from sopkit.logs.engine import Engine
from sopkit.logs.store import Store
from sopkit.logs.tables import FIELDS, Of

Rows = Sequence[Mapping[str, object]]


def store_of(folder: Path, logs: Mapping[Of, Rows], parts: int | None = None) -> Store:
    """Return a store of rows that name fields; times in seconds."""
    engine = Engine(folder)
    store = Store(engine, folder, parts)
    for of, rows in logs.items():
        names = [one.name for one in FIELDS[of]]
        for line, row in enumerate(rows, 1):
            assert set(row) <= set(names), set(row) - set(names)
            marks = ", ".join("?" * (len(names) + 2))
            engine.run(f"INSERT INTO raw_{of} VALUES ({marks})", [*(row.get(one) for one in names), 0, line])
    store.close()
    return store
