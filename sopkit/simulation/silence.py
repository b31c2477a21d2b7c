"""A population and its counts go in; the playbooks that send and have touched nobody, each with what kept it, come out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from sopkit.frozen import dataclass
from sopkit.simulation.plan import Move
from sopkit.simulation.population import Population
from sopkit.simulation.tally import Counts


@dataclass(frozen=True, slots=True)
class Silent:
    node: str
    """The playbook or the cadence."""
    reasons: tuple[tuple[str, int], ...]
    """(what kept it, how often): `never`, `under-way`, `no-issue` or `nobody` once, then what was noted, the most frequent first."""


def silent(population: Population, counts: Counts) -> tuple[Silent, ...]:
    """Return those that send and did not touch anybody."""
    kinds: dict[str, Counter[tuple[str, str]]] = {}
    for (kind, node, detail), many in counts.lines.items():
        kinds.setdefault("/".join(node.split("/")[1:2]), Counter())[kind, detail] += many
    found = []
    for node, of_cadence in _senders(population):
        lines = kinds.get(node.partition("/")[2], Counter())
        if not any(kind == "touch" for kind, _ in lines):
            once = _issue(population, node) if of_cadence else _start(lines)
            found.append(Silent(node, (((once, 1),) if once else ()) + _kept(lines)))
    return tuple(found)


def _senders(population: Population) -> Iterator[tuple[str, bool]]:
    """Yield the playbooks with a step that is felt, and the cadences, with whether it is one."""
    for play in population.plan.plays.values():
        if any(
            any(via.felt for via in move.vias)
            for scene in play.scenes.values()
            for move in _moves((*scene.chain, *scene.beside))
        ):
            yield play.node, False
    for name, issues in population.plan.issues.items():
        if any(via.felt for issue in issues for via in issue.vias):
            yield f"cadence/{name}", True


def _moves(chain: Iterable[Move]) -> Iterator[Move]:
    for move in chain:
        yield move
        for _, branch in move.branches:
            yield from _moves(branch)
        yield from _moves(move.otherwise)


def _kept(lines: Counter[tuple[str, str]]) -> tuple[tuple[str, int], ...]:
    why: Counter[str] = Counter()
    for (kind, detail), many in lines.items():
        if kind in ("refuse", "unsent"):
            why[detail] += many
        elif kind == "skip":
            why["cap"] += many
    return tuple(sorted(why.items(), key=lambda one: (-one[1], one[0])))


def _start(lines: Counter[tuple[str, str]]) -> str:
    """Return `never` where nobody came to the start, `under-way` where no one has come to a send; else empty."""
    seen = {kind for kind, _ in lines}
    if "start" in seen:
        return "" if seen & {"unsent", "skip"} else "under-way"
    return "" if "refuse" in seen else "never"


def _issue(population: Population, node: str) -> str:
    name = node.partition("/")[2]
    dues = [*population.common, *(due for world in population.worlds for due in world.calendar)]
    return "nobody" if any(due.issue.cadence.id == name for due in dues) else "no-issue"
