"""What the engines say, held against the simulator: courses that break a cap replay, and no simulated customer exceeds what is proved."""

from __future__ import annotations

import random
import re
from collections import Counter
from dataclasses import replace
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from sopkit.cli import app
from sopkit.diagnostics import Proof
from sopkit.pipeline import Compilation
from sopkit.simulation import Log
from sopkit.simulation.chance import Chance
from sopkit.simulation.clock import instant
from sopkit.simulation.machine import Machine
from sopkit.simulation.population import Population, Question
from sopkit.simulation.tally import Counts, Tally
from tests.touch_plays import Play, counted, play, written
from tests.witnesses import ZONE, Data, Witness, local, replayed, witnesses
from tests.workspaces import compiled

ROOT = Path(__file__).parent.parent
CUSTOMERS: tuple[Data, ...] = tuple((("mood", "fine"), ("side", side)) for side in ("left", "right"))
ADULT: Data = (("sms-marketing", "given"), ("wecom-marketing", "given"), ("age-band", "adult"))
START = date(2026, 7, 1)


def folder(base: Path) -> dict[str, bytes]:
    """Return the documents of a workspace."""
    found = {one.relative_to(base).as_posix(): one.read_bytes() for one in sorted(base.rglob("*.yaml"))}
    return {path: data for path, data in found.items() if not path.startswith(".")}


def exceeds(witness: Witness, log: Log) -> bool:
    """Return whether the touches of a course, at the instants at which the replay has them, are too many for the window."""
    wanted = Counter((instant(local(at)), touch.node) for at, touch, counts in witness.course.done if counts)
    found = [one for one in log.touches if (one.at, one.node) in wanted]
    felt = sum(one.weight for one in found)
    first, last = min(one.at for one in found), max(one.at for one in found)
    limit = witness.limit
    if limit.unit:
        days = [datetime.fromtimestamp(at, ZONE).date() for at in (first, last)]
        unit = {
            "day": lambda day: day,
            "week": lambda day: day.isocalendar()[:2],
            "month": lambda day: day.replace(day=1),
        }
        same = unit[limit.unit](days[0]) == unit[limit.unit](days[1])
    else:
        same = last - first < limit.window
    return same and felt > limit.most


def shown(made: Play) -> list[bool]:
    """Return, for each course that is shown for a play, whether the simulator goes the same way and counts too many."""
    found = []
    steps = {
        (journey.id, step.id): step
        for journey in made.journeys
        for step in replace(made, journeys=[journey]).every_step()
    }
    for witness in witnesses({"sopkit.yaml": written(made)}):
        log = replayed(witness, CUSTOMERS)
        marked = [touch.node.split("/") for _, touch, counts in witness.course.done if counts]
        sure = all(node[0] == "issue" or counted(made, steps[node[1], node[-1]]) for node in marked)
        found.append(sure and log is not None and not log.unmodelled and exceeds(witness, log))
    return found


def plays(seeds: range) -> dict[int, list[bool]]:
    return {seed: one for seed in seeds if (one := shown(play(random.Random(seed))))}  # noqa: S311


@pytest.mark.long
def test_a_course_that_breaks_a_cap_replays() -> None:
    found = plays(range(40))
    assert len(found) >= 5
    assert [seed for seed, one in found.items() if not all(one)] == []


def test_an_event_that_comes_twice_at_one_instant_is_shown_twice() -> None:
    """Two runs that one occurrence each starts: the course with one of them goes nowhere."""
    assert shown(play(random.Random(250))) == [True]  # noqa: S311


@pytest.mark.long
def test_courses_of_many_random_plays_replay() -> None:
    found = plays(range(40, 500))
    assert len(found) >= 60
    assert [seed for seed, one in found.items() if not all(one)] == []


def example(place: Path, name: str) -> dict[str, bytes]:
    """Return the documents that `init` writes."""
    arguments = ["init", str(place / name), "--example", name, "--lang", "en", "--as-of", START.isoformat()]
    assert app.main(arguments) == 0
    return folder(place / name)


def test_courses_of_the_fixtures_and_of_the_first_example_replay(tmp_path: Path) -> None:
    first = example(tmp_path, "minimal")
    settings = first["sopkit.yaml"]
    assert b"max: 5" in settings
    tight = {**first, "sopkit.yaml": settings.replace(b"max: 5", b"max: 2")}
    fixtures = [{"sopkit.yaml": one.read_bytes()} for one in sorted((ROOT / "tests/flow").glob("over-touch*.yaml"))]
    for files in (tight, *fixtures):
        (witness,) = [one for one in witnesses(files) if one.limit.cap is not None]
        log = replayed(witness, [ADULT])
        assert log is not None
        assert exceeds(witness, log)


# Bounds


def proofs(done: Compilation) -> dict[str, Proof]:
    """Return the proof of each cap."""
    return {one.subject.removeprefix("cap/"): one for one in done.proved if one.subject.startswith("cap/")}


def run(done: Compilation, customers: int, days: int = 28) -> tuple[Population, Counts]:
    population = Population(done.workspace, done.graph, Question(customers, 7, START, days))
    return population, population.run(0, customers)


def excesses(done: Compilation, counts: Counts) -> list[str]:
    """Return the caps of which a customer met more than is proved of them; those left to a tool are told apart by their words."""
    found = []
    proved = proofs(done)
    for cap in done.workspace.settings.caps:
        if cap.id not in proved:
            continue
        said = re.search(r"no customer gets more than (\d+)", proved[cap.id].statement.en)
        if said is None and "the tool that sends keeps it" not in proved[cap.id].statement.en:
            assert cap.gap is not None
            continue
        met = [one for one in counts.extremes[cap.id].seen if one >= 0]
        if cap.gap is not None:
            broken = any(one < (cap.gap.seconds or 0) for one in met)
        else:
            assert cap.max is not None
            broken = max(met, default=0) > min(cap.max, int(said[1]) if said else cap.max)
        found += [cap.id] if broken else []
    return found


@pytest.mark.long
@pytest.mark.parametrize("place", ["playbooks", "minimal", "retail", "email"])
def test_no_simulated_customer_exceeds_what_is_proved(place: str, tmp_path: Path) -> None:
    done = compiled(folder(ROOT / place) if place == "playbooks" else example(tmp_path, place))
    assert proofs(done)
    _, counts = run(done, 250)
    assert excesses(done, counts) == []


def tight_pairs(done: Compilation, cap: str, gap: int, customers: int) -> list[tuple[bool, bool, int, int]]:
    """Return, for touches of a cap that follow on each other too soon: whether the tool sent each, how far apart, how late it knew."""
    population = Population(done.workspace, done.graph, Question(customers, 1, date(2026, 11, 27), 28))
    world, found = population.worlds[0], []
    tally = Tally(population.plan, world.start)
    for number in range(customers):
        sent: list[tuple[int, bool]] = []
        chance = Chance(population.rates, world, 1, number)
        machine = Machine(world, tally.note, chance.draw)
        count = machine.caps.count

        def noted(via, rule, now, sent=sent, count=count) -> None:  # type: ignore[no-untyped-def]
            if (rule is None or rule.counts) and any(one.id == cap for one in via.caps):
                sent.append((now, via.controlled))
            count(via, rule, now)

        machine.caps.count = noted  # type: ignore[method-assign]
        chance.fill(machine)
        machine.run()
        for index, ((at, held), (then, held_then)) in enumerate(pairwise(sent)):
            if then - at < gap:
                found.append((held, held_then, then - at, machine.caps._known(cap, index) - at))
    return found


@pytest.mark.long
def test_touches_too_close_in_the_reference_are_only_those_that_the_proof_names() -> None:
    """What others send follows on what the tool sent, or came so shortly before that the tool had not heard of it."""
    done = compiled(folder(ROOT / "playbooks"))
    words = proofs(done)["spacing"].statement.en
    said = re.search(r"known to it within (\d+) minutes, but it cannot hold that back: it may follow sooner", words)
    assert said is not None
    late = int(said[1]) * 60
    found = tight_pairs(done, "spacing", 4 * 3600, 8000)
    assert found
    for first, second, apart, known in found:
        assert (first, second) != (True, True)
        assert (first, second) != (False, False)
        if second:
            assert apart < known <= late


# Random plays: their events often, their customers many


def often(made: Play) -> str:
    """Return the play as YAML, its events so frequent that customers meet each other's journeys."""
    return written(made).replace(
        "title: 事件, tool: crm, at_most", "title: 事件, tool: crm, volume: 4000 per day, at_most"
    )


def enforced(made: Play, action: str) -> str:
    """Return the play with a tool that runs its journeys and holds touches at the cap."""
    text = often(made).replace("enforce: none", f"enforce: {{in: crm, gap: {action}, count: {action}}}")
    return text.replace("\nreentry:", "\nruns_in: crm\nreentry:")


def kept(seeds: range, action: str = "") -> tuple[int, list[int]]:
    """Return of how many plays the cap is proved, and those of which a customer exceeds it."""
    proved, broken = 0, []
    for seed in seeds:
        made = play(random.Random(seed))  # noqa: S311
        done = compiled({"sopkit.yaml": enforced(made, action) if action else often(made)})
        if "cap" not in proofs(done):
            continue
        proved += 1
        _, counts = run(done, 30, days=6)
        broken += [seed] if excesses(done, counts) else []
    return proved, broken


@pytest.mark.long
def test_simulated_customers_of_random_plays_keep_what_is_proved() -> None:
    proved, broken = kept(range(8))
    assert broken == []
    assert proved


@pytest.mark.long
@pytest.mark.parametrize("action", ["", "skip", "wait 12h", "exit"])
def test_simulated_customers_of_many_random_plays_keep_what_is_proved(action: str) -> None:
    proved, broken = kept(range(150), action)
    assert broken == []
    assert proved >= 30
