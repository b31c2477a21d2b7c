"""A selection of touches and a window go in; how many of them one customer can get in the window at most comes out, playbook by playbook.

The bound is sound, not tight: what excludes journeys from each other is used only where it is certain. Journeys that only one
other's end can start, and those that run one at a time, are one net; all else is added up.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import field
from functools import cache, cached_property, partial
from typing import Final

from sopkit.frozen import dataclass
from sopkit.graph.course import INFINITE, shortest
from sopkit.graph.held import Holding
from sopkit.graph.issues import most_issues
from sopkit.graph.pacing import Net
from sopkit.graph.purse import Purse
from sopkit.graph.schedule import Schedule
from sopkit.graph.sorts import Sorts
from sopkit.graph.touches import Chosen
from sopkit.model.documents import Journey, OneAtATime
from sopkit.model.steps import Step, inner

MUCH: Final = 4
"""How many times too much is enough to look no further."""
MOST_TOGETHER: Final = 40
"""Journeys on one event that are put beside each other; more are added up as if they had nothing to do with each other."""

MOST_WORK: Final = 20_000
"""Touches times sorts of customers; beyond that customers are not told apart."""


@dataclass(slots=True)
class Bound:
    """At most `count` touches, of which each part may give so many; `open` names the playbooks that nothing bounds."""

    count: int = 0
    parts: dict[str, int] = field(default_factory=dict)
    open: list[str] = field(default_factory=list)
    partial: bool = False
    """There are more parts, which were not looked at: these are too many already."""
    sorted: bool = False
    """It is that of one sort of customer, the worst."""

    def add(self, name: str, count: int | None) -> None:
        if count is None:
            self.open.append(name)
        elif count:
            self.count += count
            self.parts[name] = self.parts.get(name, 0) + count


class Plan(Schedule):
    """A schedule that answers questions about any selection of its touches."""

    def most(self, chosen: Collection[str], window: float, enough: int, *, unit: str = "") -> Bound:
        """Return the bound for touches of the nodes `chosen` in any half-open window of so many seconds.

        `unit`: only windows that are one day, week or month of the calendar are asked about.
        Where touches are too many as long as anybody may get them all, it is asked again of each sort of customer.
        """
        bound = self._most(chosen, window, enough, unit=unit)
        if bound.count < enough and not bound.open:
            return bound
        sorts = self.sorts.open_to(chosen)
        if (len(sorts) == 1 and len(sorts[0]) == len(chosen)) or len(sorts) * len(chosen) > MOST_WORK:
            return bound
        bounds = [self._most(some, window, enough, unit=unit) for some in sorts]
        worst = max(bounds, key=lambda one: (len(one.open), one.count))
        worst.sorted = True
        return worst

    @cached_property
    def purse(self) -> Purse:
        """What may be spent on looking for courses, over all caps."""
        return Purse()

    @cached_property
    def holding(self) -> Holding:
        """What the enforcing tool does to courses."""
        return Holding(self)

    @cached_property
    def sorts(self) -> Sorts:
        """What parts customers for good."""
        return Sorts(self.workspace, vars(self._like).get("sorts") if self._like is not None else None, self._changed)

    def _most(self, chosen: Collection[str], window: float, enough: int, *, unit: str) -> Bound:
        bound = Bound()
        asked = Asked(self, chosen, window, enough)
        done = self._add_groups(bound, asked)
        chains = chains_of({root: self.only_before(root) for root in asked.roots if root not in done})
        counts = self._counted(bound, asked, chains)
        dated = most_issues(self.workspace, asked.issues, window, self.clocks, unit=unit)
        bound.add("cadences", dated)
        together: dict[str, dict[str, int]] = {}
        for chain in chains:
            count = counts.get(chain[0])
            event = self.only_event(chain[0]) if len(chain) == 1 and count else None
            if event is not None and count:
                together.setdefault(event, {})[chain[0]] = count
        groups = [alone.values() for alone in together.values() if len(alone) <= MOST_TOGETHER]
        saved = sum(sum(alone) - max(alone) for alone in groups)
        total = bound.count + sum(one or 0 for one in counts.values())
        if enough <= total < enough + saved:  # else it keeps the cap in any case, or cannot be shown to in this way
            for event in sorted(together):
                alone = together[event]
                least = asked.of_one_start(event, [*alone])
                if least is not None and least < sum(alone.values()):
                    bound.add(f"event/{event}", least)
                    counts |= dict.fromkeys(alone, 0)
        for root, count in counts.items():
            bound.add(root, count)
        return bound

    def before(self, counted: Collection[str], window: float, enough: int) -> Callable[[str], int]:
        """Return a question of nodes: how many of the touches `counted` can come in the window that ends with it, at most `enough`."""
        asked = Asked(self, counted, window, enough + 1)
        chains = chains_of({root: self.only_before(root) for root in asked.roots})
        chain_of = {root: chain for chain in reversed(chains) for root in chain}
        every = cache(partial(self.most, counted, window, enough + 1))  # of all that may come more than once the same
        return lambda node: self._before(node, asked, counted, chain_of[self.touches[node].root], every)

    def _before(
        self, node: str, asked: Asked, counted: Collection[str], chain: Sequence[str], every: Callable[[], Bound]
    ) -> int:
        root, enough = self.touches[node].root, asked.enough - 1
        first = chain[: chain.index(root) + 1]
        if any((one := self.journey(each)) is None or one.reentry.mode != "never" for each in first):
            most = every()
            return enough if most.open else min(enough, most.count - self.touches[node].weight)
        if asked.overtaken(chain, node):
            return enough
        own = asked.behind(first, node)
        if own is None:
            return enough
        rest = {one for one in counted if self.touches[one].root not in chain}
        others = self.most(rest, asked.window, asked.enough)
        return enough if others.open else min(enough, own + others.count)

    def _counted(self, bound: Bound, asked: Asked, chains: Sequence[Sequence[str]]) -> dict[str, int | None]:
        """Return the bound of every chain, or of so many that the sum is too much however they start: the rest changes nothing."""
        counts: dict[str, int | None] = {}
        most: dict[str, int] = {}
        least = bound.count
        for chain in chains:
            count = counts[chain[0]] = asked.of_chain(chain)
            if not count:
                continue
            event = (self.only_event(chain[0]) if len(chain) == 1 else None) or chain[0]
            least += max(0, count - most.get(event, 0))
            most[event] = max(count, most.get(event, 0))
            if least >= MUCH * asked.enough and len(counts) < len(chains):
                bound.partial = True
                break
        return counts

    def _add_groups(self, bound: Bound, asked: Asked) -> set[str]:
        """Add the touches of journeys and stages that run one at a time; return the playbooks of which nothing is left."""
        done: set[str] = set()
        for group in self.workspace.settings.one_at_a_time:
            nodes, count = asked.of_group(group)
            if nodes is None:
                continue
            mine = {self.touches[node].root for node in nodes}
            whole = [one for one in mine if asked.roots[one] <= nodes]
            apart = [asked.of_chain([root]) for root in whole]
            if group.if_busy != "queue" and all(one is not None for one in apart):
                rest = nodes - {node for root in whole for node in asked.roots[root]}
                if not rest:
                    count = min(count, sum(one or 0 for one in apart))
            bound.add(f"one_at_a_time/{group.id}", count)
            for root in mine:
                asked.roots[root] = asked.roots[root] - nodes
            done |= {root for root in mine if not asked.roots[root]}
        return done


class Asked:
    """One question: which touches count, in how long a window, and how many are enough to know."""

    def __init__(self, plan: Schedule, chosen: Collection[str], window: float, enough: int) -> None:
        self.plan, self.window, self.enough = plan, window, enough
        known = chosen if isinstance(chosen, Chosen) else Chosen({node: plan.touches[node] for node in chosen})
        self.roots: dict[str, Set[str]] = dict(known.by_playbook)
        self.issues = known.issues

    def of_chain(self, chain: Sequence[str]) -> int | None:
        """Return the most touches of a journey together with those that only its end starts; None: no bound is known."""
        total, journey = 0, self.plan.journey(chain[0])
        alike: list[Net] = []
        for root in chain:
            own = self.plan.journey(root)
            if own is None:
                return None
            for net in self._besides(root, own):
                if net is None:
                    return None
                alike.append(net)
            loose = self._on_events(root, own)
            if loose is None:
                return None
            total += loose
        alike.append(self.line(chain))
        if journey is None:
            return None
        for net in alike:
            count = self._of_net(chain[0], journey, net)
            if count is None:
                return None
            total += count
        return total

    def line(self, chain: Sequence[str]) -> Net:
        """Return the net of a journey and of those that only its end starts, one after another."""
        net = Net()
        for before, root in zip([None, *chain], chain, strict=False):
            journey = self.plan.journey(root)
            if journey is None:
                continue
            own = self.plan.net(root, journey, self._alone_in_stage(root))
            net.take_in(own)
            walked = {target for ways in own.ways.values() for target, _ in ways}
            nodes = self.roots.get(root, set()) & walked
            self._weigh(net, nodes)
            if before is not None:
                net.add(f"exit/{before}", root, 0.0)
        return net

    def behind(self, chain: Sequence[str], node: str) -> int | None:
        """Return the most touches of a chain of journeys in the window that ends with one of them; None if that is not worked out."""
        net = self.line(chain)
        total = 0
        for root in chain:
            journey = self.plan.journey(root)
            loose = self._on_events(root, journey) if journey is not None else None
            if journey is None or loose is None or list(self._besides(root, journey)):
                return None
            total += loose
        if node not in net.weights:
            return None
        window = self.window + max(net.lags.values())
        near = {one: weight for one, weight in net.weights.items() if one == node or net.apart(one, node) < window}
        back = Net({}, near)
        for source, ways in net.ways.items():
            for target, seconds in ways:
                back.add(target, source, seconds)
        return back.most_from(0.0, {node: (0.0, 0.0)}, window, self.enough) - net.weights[node] + total

    def overtaken(self, chain: Sequence[str], node: str) -> bool:
        """Return whether a journey that only the end of this one starts can touch before `node`, held back as long as may be, is done."""
        net = self.line(chain)
        early, lag = net.earliest(node), self.plan.lags.get(node, 0.0)
        later = chain[chain.index(self.plan.touches[node].root) + 1 :]
        return lag > 0 and any(
            early.get(one, early.get(root, 0.0)) <= lag for root in later for one in self.roots.get(root, ())
        )

    def _weigh(self, net: Net, nodes: Iterable[str]) -> None:
        for node in nodes:
            net.weights[node] = self.plan.touches[node].weight
            net.lags[node] = self.plan.lags.get(node, 0.0)

    def _of_net(self, root: str, journey: Journey, net: Net) -> int | None:
        once = net.most(self.window, self.enough) if net.weights else 0
        if not once or journey.reentry.mode == "never":
            return once
        runs = self.plan.runs(root, journey, once, net.weights, self.window)
        if journey.reentry.mode == "always" and journey.overlap:
            return runs
        pause = shortest(journey.reentry.after, self.plan.clocks.shift) if journey.reentry.mode == "after" else 0.0
        again = Net(dict(net.ways), net.weights, net.lags)
        again.ways[f"exit/{root}"] = [*net.ways.get(f"exit/{root}", ()), (root, pause)]
        loops = again.most(self.window, self.enough)
        return loops if runs is None else min(loops, runs)

    def _besides(self, root: str, journey: Journey) -> Iterator[Net | None]:
        """Yield a net for each recurring step that counts beside others of its stage; None for one that is not worked out."""
        alone = self._alone_in_stage(root)
        for step, node in self._beside_steps(root):
            below = {f"{node.rpartition('/')[0]}/{one.id}" for one in inner(step)} & self.roots.get(root, set())
            if not below or not step.every or node in alone:
                continue
            if below != {node} or step.every.interval is None or step.on:
                yield None
                continue
            net = Net(self.plan.net(root, journey, (node,)).ways)
            self._weigh(net, [node])
            yield net

    def _alone_in_stage(self, root: str) -> tuple[str, ...]:
        """Return the recurring steps that are the only thing that counts in their stage."""
        found: list[str] = []
        asked = self.roots.get(root, set())
        for step, node in self._beside_steps(root):
            stage = f"{node.rpartition('/')[0]}/"
            plain = step.every and step.every.interval is not None and not step.on
            if plain and {one for one in asked if one.startswith(stage)} == {node}:
                found.append(node)
        return tuple(found)

    def _on_events(self, root: str, journey: Journey) -> int | None:
        """Return how often steps that wait for events can be done."""
        total = 0
        for step, node in self._beside_steps(root):
            below = {f"{node.rpartition('/')[0]}/{one.id}" for one in inner(step)} & self.roots.get(root, set())
            if not below or not step.on:
                continue
            if below != {node} or step.every or (journey.reentry.mode == "always" and journey.overlap):
                return None
            found = self.plan.arrivals(step.on, self.window + self.plan.hours.time(node))
            if found is None:
                return None
            total += found * self.plan.touches[node].weight
        return total

    def _beside_steps(self, root: str) -> Sequence[tuple[Step, str]]:
        return self.plan.beside.get(root, ())

    def of_one_start(self, event: str, roots: Sequence[str]) -> int | None:
        """Return the most touches of journeys that start together, once, at one occurrence; None where that is not worked out."""
        if len(roots) < 2 or len(roots) > MOST_TOGETHER:
            return None
        late = self.plan.late(event)
        lines: list[tuple[Net, dict[str, tuple[float, float]]]] = []
        total = 0
        for root in roots:
            journey = self.plan.journey(root)
            if journey is None:
                return None
            beside = self._on_events(root, journey)
            if beside is None:
                return None
            total += beside
            for net in [self.line([root]), *self._besides(root, journey)]:
                if net is None:
                    return None
                early = net.earliest(root)
                times = {
                    one: (early.get(one, INFINITE), self.plan.latest(root, journey, one) + late) for one in net.weights
                }
                lines.append((net, times))
        starts = {late for _, times in lines for _, late in times.values()} - {INFINITE}
        last = max((early for _, times in lines for early, _ in times.values() if early < INFINITE), default=0.0)
        starts |= {max(starts, default=0.0) + last + self.window}
        return total + max(
            sum(net.most_from(start, times, self.window, self.enough) for net, times in lines) for start in starts
        )

    def of_group(self, group: OneAtATime) -> tuple[set[str] | None, int]:
        """Return the touches of a group that runs one at a time and their bound; None where a member can't be worked out that way."""
        net, nodes = self.group_net(group)
        return (nodes if net else None), net.most(self.window, self.enough) if net and nodes else 0

    def group_net(self, group: OneAtATime) -> tuple[Net | None, set[str]]:
        """Return the net of a group that runs one at a time and the touches in it; None where a member can't be worked out that way."""
        shift = self.plan.clocks.shift
        net, pause = Net(), shortest(group.cool_down, shift) if group.if_busy != "preempt" else 0.0
        hub = f"one at a time/{group.id}"
        nodes: set[str] = set()
        for ref in group.journeys:
            name, _, stage = ref.id.partition("/")
            found = self.plan.workspace.journeys.get(name)
            root = f"{found.kind}/{name}" if found else ""
            journey = self.plan.journey(root)
            if journey is None or not self.roots.get(root):
                continue
            below = f"{root}/{stage}/" if stage else f"{root}/"
            mine = {one for one in self.roots[root] if one.startswith(below)}
            own = self.plan.net(root, journey)
            walked = {target for ways in own.ways.values() for target, _ in ways}
            if not mine <= walked or any(self._names(root, below, mine)):
                return None, set()
            inside = [one for one in own.ways if one.startswith(below)]
            net.take_in(_part(own, {*inside, *mine, f"{root}/{stage}" if stage else root}))
            for one in (*inside, *mine):
                if stage or group.if_busy == "preempt":
                    net.add(one, hub, pause)
            for source in (root, *inside):
                for target, seconds in own.ways.get(source, ()):
                    if target == f"exit/{root}":
                        net.add(source, hub, seconds + pause)
            net.add(hub, f"{root}/{stage}" if stage else root, 0.0)
            nodes |= mine
        self._weigh(net, nodes)
        return net, nodes

    def _names(self, root: str, below: str, mine: set[str]) -> Iterator[str]:
        """Yield the counted touches beside the chain, steps inside them included."""
        for step, node in self._beside_steps(root):
            if node.startswith(below):
                yield from {f"{node.rpartition('/')[0]}/{one.id}" for one in inner(step)} & mine


def chains_of(before: Mapping[str, str | None]) -> list[list[str]]:
    """Return the playbooks in chains: one, then those that only the end of one before them in the chain starts."""
    following: dict[str, list[str]] = {}
    for root, one in sorted((root, one) for root, one in before.items() if one is not None):
        if one in before and one != root:
            following.setdefault(one, []).append(root)
    behind = {root for some in following.values() for root in some}
    every = sorted(before)
    firsts = [root for root in every if root not in behind]
    if not following:
        return [[root] for root in firsts]
    chains: list[list[str]] = []
    placed: set[str] = set()
    for first in firsts:
        chain = [first]
        chains.append(chain)
        placed.add(first)
        while len(nexts := following.get(chain[-1], [])) == 1 and nexts[0] not in placed:
            chain.append(nexts[0])
            placed.add(nexts[0])
        # several that start at once at one end run side by side
        chains += [[other] for other in nexts if other not in placed]
        placed.update(nexts)
    return chains + [[root] for root in every if root not in placed]


def _part(net: Net, places: set[str]) -> Net:
    """Return the ways of a net whose two ends are among `places`."""
    found = Net()
    for source, ways in net.ways.items():
        if source in places:
            found.ways[source] = [(target, seconds) for target, seconds in ways if target in places]
    return found
