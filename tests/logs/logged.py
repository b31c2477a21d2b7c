"""A small workspace and files of logs, as bytes, go in; what was read of them, or the refusal, comes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from sopkit.logs.engine import Engine
from sopkit.logs.reading import Reading, open_logs
from sopkit.logs.store import Store
from sopkit.pipeline import Compilation
from tests.workspaces import SETTINGS, compiled

PLAY = """\
kind: automation
id: thanks
title: 下单感谢
starts_on: [order-paid]
runs_in: map
steps:
  - {id: thank, title: 感谢, send: thanks-sms, via: sms, for: transaction, within: 1h}
---
kind: catalog
scripts:
  thanks-sms: {title: 感谢短信, text: "【示例】谢谢下单，客服400-000-0000"}
"""
HEAD = "customer,time,channel\n"
MANY = "".join(f"c{number},2026-11-01 10:{number // 60:02}:{number % 60:02},sms\n" for number in range(300))
"""Good rows enough for one bad row to be below one in a hundred."""
Made = bytes | str | Callable[[Path], None]


@cache
def workspace(logs: str = "") -> Compilation:
    return compiled({"sopkit.yaml": SETTINGS + logs, "play.yaml": PLAY})


def put(folder: Path, files: Mapping[str, Made]) -> list[str]:
    """Write the files and return their paths."""
    for name, made in files.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        if callable(made):
            made(place)
        else:
            place.write_bytes(made if isinstance(made, bytes) else made.encode())
    return [str(folder / name) for name in files]


class Read:
    """What was read of some files; the store can be asked as long as the block lasts."""

    def __init__(self, folder: Path, files: Mapping[str, Made], logs: str = "", *, given: bool = True) -> None:
        paths = put(folder, files)
        self.work = folder / "work"
        self.work.mkdir()
        self.engine = Engine(self.work)
        self.store: Store
        self.reading: Reading
        self.store, self.reading = open_logs(workspace(logs), folder, paths if given else (), self.engine, self.work)

    def __enter__(self) -> Read:
        return self

    def __exit__(self, *_: object) -> None:
        self.engine.__exit__(None, None, None)

    def touches(self) -> list[tuple[str, int, str]]:
        """Return (customer, time, channel) in order of the rows."""
        kinds = self.store.kinds("touches")
        rows = self.engine.run("SELECT who, ts, kind FROM touches ORDER BY source, line")
        names = self.store.names("people", [row[0] for row in rows])
        return [(names[who], at, kinds[kind]["channel"]) for who, at, kind in rows]

    def reasons(self) -> list[tuple[str, int]]:
        """Return (reason, row) of the rows set aside."""
        return [(one.reason.en, one.line) for one in self.reading.aside]
