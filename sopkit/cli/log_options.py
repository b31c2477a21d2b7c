"""The options of commands that look at logs, apart from what reads them: who looks at none need not wait for that."""

from __future__ import annotations

from typing import Final

from sopkit.cli.command import Choice
from sopkit.frozen import dataclass
from sopkit.text import Phrase

LOG: Final = Choice(
    ("--log", "logs"),
    Phrase(
        "日志：文件或文件夹，可以写多次；写工作区的文件夹，就是 sopkit.yaml 里 logs 声明的那些",
        "logs: files or a folder, may be given several times; the folder of the workspace means those that sopkit.yaml names",
    ),
    "PATH",
    many=True,
)
QUERIES: Final = Choice(
    ("--show-queries",),
    Phrase("报告里附上问日志的 SQL", "add to the report what the logs were asked, in SQL"),
    flag=True,
)
MEMORY: Final = Choice(
    ("--memory",),
    Phrase("读日志最多用多少内存；不写则 2GB", "the most memory that reading logs may take; 2GB by default"),
    "SIZE",
    default="2GB",
)
"""Of the whole run: the database is given what Python leaves."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for on the command line."""

    paths: tuple[str, ...]
    memory: str
    queries: bool

    @property
    def asked(self) -> bool:
        """Whether there are logs to look at."""
        return bool(self.paths)
