"""Seeds go in; for each play what the front end and the engines say of its cap, and what trying every course says, come out."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.touch_oracle import Oracle, TooManyError
from tests.touch_plays import Play, play, written
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


def verdict(made: Play) -> str:
    """Return what is said of the play's only cap, through the whole front end."""
    done = compiled({"sopkit.yaml": written(made)})
    refused = [one for one in done.findings if one.rule.code < "SOP200" and one.weight.value == "error"]
    assert not refused, [one.message("en") for one in refused]
    found = [one for one in done.findings if one.rule.name == "over-touch"]
    if found:
        assert found[0].verdict is not None
        return found[0].verdict.value
    return "proved" if any(one.rule.name == "over-touch" for one in done.proved) else "not assessed"


def compare(seeds: Iterable[int], most_states: int) -> Table:
    """Return the table; a play that takes more states than allowed counts only where a course was found before."""
    table = Table()
    for seed in seeds:
        made = play(random.Random(seed))  # noqa: S311
        table.plays += 1
        try:
            broken = Oracle(made, most_states).breaks()
        except TooManyError:
            continue
        said = verdict(made)
        table.tried[said, broken] += 1
        for name in made.constructs():
            table.constructs.setdefault(name, Counter())[said] += 1
        if (said, broken) in (("proved", True), ("violated", False)):
            table.wrong.append(f"seed {seed}: {said}, but {'a course breaks it' if broken else 'no course breaks it'}")
    return table
