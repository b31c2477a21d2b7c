"""What was said of many plays goes in; constructs by verdict come out, as a table to read and as data to keep."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from sopkit.pipeline import Compilation
from tests.touch_plays import Play, written
from tests.workspaces import compiled

VERDICTS = ("proved", "violated", "possible", "not assessed")


@dataclass
class Table:
    """Constructs by verdict, over the plays that were tried to the end."""

    plays: int = 0
    """All that were made."""
    tried: Counter[tuple[str, bool]] = field(default_factory=Counter)
    """(verdict, whether a course breaks the cap)."""
    constructs: dict[str, Counter[str]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def add(self, other: Table) -> None:
        """Take in what another table counted."""
        self.plays += other.plays
        self.tried += other.tried
        self.wrong += other.wrong
        for name, counts in other.constructs.items():
            self.constructs.setdefault(name, Counter()).update(counts)

    def as_data(self) -> dict[str, object]:
        """Return the table as data for JSON."""
        return {
            "plays": self.plays,
            "tried": [[said, broken, count] for (said, broken), count in sorted(self.tried.items())],
            "constructs": {name: dict(counts) for name, counts in sorted(self.constructs.items())},
            "wrong": self.wrong,
        }

    @classmethod
    def of_data(cls, data: dict[str, Any]) -> Table:
        """Return the table that was written as data."""
        tried = Counter({(said, broken): count for said, broken, count in data["tried"]})
        constructs = {name: Counter(counts) for name, counts in data["constructs"].items()}
        return cls(data["plays"], tried, constructs, data["wrong"])

    @property
    def exact(self) -> float:
        """Share of the plays of which the engines say what is so, and not only what may be."""
        settled = self.tried["proved", False] + self.tried["violated", True]
        return settled / max(1, sum(self.tried.values()))

    def __str__(self) -> str:
        total = sum(self.tried.values())
        lines = [f"{self.plays} plays, {total} tried to the end; exact {self.exact:.0%}; wrong: {len(self.wrong)}"]
        lines += [f"{one:14} kept {self.tried[one, False]:6} broken {self.tried[one, True]:6}" for one in VERDICTS]
        lines.append(f"{'':28}" + "".join(f"{one:>14}" for one in VERDICTS) + f"{'share':>8}")
        for name, counts in sorted(self.constructs.items()):
            share = sum(counts.values()) / max(1, total)
            lines.append(f"{name:28}" + "".join(f"{counts[one]:14}" for one in VERDICTS) + f"{share:8.1%}")
        return "\n".join(lines)


def said(done: Compilation) -> str:
    """Return what is said of a workspace's only cap; the workspace must be well written."""
    refused = [one for one in done.findings if one.rule.code < "SOP200" and one.weight.value == "error"]
    assert not refused, [one.message("en") for one in refused]
    found = [one for one in done.findings if one.rule.name == "over-touch"]
    if found:
        assert found[0].verdict is not None
        return found[0].verdict.value
    return "proved" if any(one.rule.name == "over-touch" for one in done.proved) else "not assessed"


def verdict(made: Play) -> str:
    """Return what is said of the play's only cap, through the whole front end."""
    return said(compiled({"sopkit.yaml": written(made)}))
