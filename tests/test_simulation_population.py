"""Random customers: what is drawn stays within what is declared, what is counted adds up, and the command shows it alike everywhere."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sopkit.cli import app
from sopkit.model.documents import Cap
from sopkit.model.values import Duration, Rate
from sopkit.simulation import EndlessError, Happening, Trace, portions, replay
from sopkit.simulation.chance import Chance, allowed
from sopkit.simulation.clock import DAY, Zone
from sopkit.simulation.holidays import Holidays
from sopkit.simulation.machine import Machine
from sopkit.simulation.outcome import outcome_of
from sopkit.simulation.population import Population, Question
from sopkit.simulation.syncs import Draw
from sopkit.simulation.tally import Counts, least_gap, most_within
from sopkit.simulation.trace import EntryKind, Record
from sopkit.tree import Mark
from tests.test_simulation import CATALOG, automation
from tests.workspaces import SETTINGS, Files, compiled

START = date(2026, 7, 1)
CAPPED = SETTINGS + "caps: [{id: weekly, max: 3, per: 7d}, {id: daily, max: 1, per: day}, {id: spacing, gap: 4h}]\n"
PLAY = automation(
    "{id: one, send: hi, via: line, within: 6h}\n{id: two, send: hi, via: day-line, after: 1d..3d}\n"
    "{id: hold, wait: b, up_to: 5d}\n{id: three, send: hi, via: line, by: guide, within: 4h, if: {level: high}, minutes: 3}",
    "reentry: after 2d\n",
)
FILES = {"sopkit.yaml": CAPPED, "nouns.yaml": CATALOG, "play.yaml": PLAY}
AT = Mark(0)
FLOW = Path(__file__).parent / "flow"
EVERYTHING = Path(__file__).parent / "everything"


def population(files: Files, customers: int = 60, seed: int = 1, days: int = 60) -> Population:
    compilation = compiled(files)
    return Population(compilation.workspace, compilation.graph, Question(customers, seed, START, days))


def everything() -> dict[str, str | bytes]:
    return {path.name: path.read_bytes() for path in sorted(EVERYTHING.glob("*.yaml"))}


# What is drawn


@pytest.mark.long
@pytest.mark.parametrize("files", [FILES, everything()], ids=["small", "everything"])
def test_a_customer_depends_on_its_number_and_the_seed_alone(files: Files) -> None:
    people = population(files, 40)
    whole = Counts()
    for portion in ((20, 40), (0, 7), (7, 20)):
        whole.add(people.run(*portion))
    again = population(files, 40)
    assert whole == again.run(0, 40)
    assert whole.customers == 40
    assert population(files, 40, seed=2).run(0, 40) != whole


@pytest.mark.long
def test_a_random_course_replays_and_breaks_nothing_that_is_declared() -> None:
    """What a random customer met is met again when its course is written down as a trace: delays and events keep their bounds."""
    files = {**FILES, "nouns.yaml": CATALOG.replace("retention: 1y}", "retention: 1y, changes: never}")}
    people, compilation = population(files), compiled(files)
    world, touched = people.worlds[0], 0
    for number in range(60):
        chance = Chance(people.rates, world, 1, number)
        lines: list[tuple[int, str]] = []
        delays: dict[str, tuple[int, ...]] = {}
        machine = Machine(world, recorder(lines), recording(chance, delays))
        chance.fill(machine)
        given = [Happening(instant(world.start), "data", name, value) for name, value in machine.who.data.items()]
        machine.run()
        happened = [Happening(instant(at), "event", name) for name, times in machine.who.events.items() for at in times]
        trace = Trace(instant(world.start), instant(world.end), (*given, *happened), delays=delays)
        log = replay(compilation.workspace, compilation.graph, trace)
        assert log.illegal == ()
        assert [(one.at, one.node) for one in log.touches] == lines
        touched += len(lines)
    assert touched > 100


def recorder(lines: list[tuple[int, str]]) -> Record:
    def record(now: int, kind: EntryKind, node: str, detail: str, weight: int, controlled: bool) -> None:
        if kind == "touch":
            lines.append((now, node))

    return record


def recording(chance: Chance, delays: dict[str, tuple[int, ...]]) -> Draw:
    def draw(node: str, low: int, high: int) -> int:
        drawn = chance.draw(node, low, high)
        delays[node] = (*delays.get(node, ()), drawn)
        return drawn

    return draw


def instant(at: int) -> datetime:
    return datetime.fromtimestamp(at, UTC)


RATES = st.builds(
    lambda count, per: Rate(count, Duration(per, "h", AT) if isinstance(per, int) else per, AT),
    st.integers(1, 4),
    st.sampled_from(["day", "week", "month", "lifetime", 1, 5, 24, 100]),
)


@settings(max_examples=60, deadline=None)
@given(RATES, st.lists(st.integers(0, 400 * 3600), max_size=60))
def test_what_is_allowed_keeps_every_window_of_the_rate(rate: Rate, offered: list[int]) -> None:
    zone = Zone.load("Asia/Shanghai", 0, 100 * DAY, Holidays())
    taken: list[int] = []
    for at in sorted(offered):
        more = [*taken, at]
        fits = all(members(rate, more, one, zone) <= rate.count for one in more)
        assert allowed(rate, taken, at, zone) is fits
        if fits:
            taken.append(at)


def members(rate: Rate, times: list[int], first: int, zone: Zone) -> int:
    """Count by the definition what lies in the window that begins with one occurrence, or in its unit of the calendar."""
    if rate.per == "lifetime":
        return len(times)
    if isinstance(rate.per, str):
        low, high = zone.unit(first, rate.per)
        return sum(low <= time < high for time in times)
    return sum(first <= time < zone.later(first, rate.per) for time in times)


def test_a_volume_is_shared_among_the_customers_and_never_breaks_a_bound() -> None:
    bounded = "at_most: 1 per day, volume: 40 per day}"
    nouns = CATALOG.replace("at_most: 9 per day}", bounded, 1)
    play = automation("{id: one, send: hi, via: line}", "reentry: always\n")
    people = population({**FILES, "nouns.yaml": nouns, "play.yaml": play}, customers=200, days=50)
    outcome = outcome_of(people, people.run(0, 200))
    assert 1700 < outcome.sent[0].touches < 2000  # 40 a day for 50 days, less what would be a second on one day
    few = population({**FILES, "nouns.yaml": nouns, "play.yaml": play}, customers=10, days=50)
    outcome = outcome_of(few, few.run(0, 10))
    assert outcome.sent[0].touches <= 10 * 50
    assert [one.event for one in outcome.drawn if one.capped] == ["a"]


@pytest.mark.long
def test_whatever_a_workspace_declares_it_runs_or_is_told_to_be_endless() -> None:
    """Every workspace that is kept to show a finding is run, faulty as it is."""
    endless, ran = [], 0
    for path in sorted(FLOW.glob("*.yaml")):
        people = population({"play.yaml": path.read_bytes()}, 4, days=40)
        try:
            counts = people.run(0, 4)
        except EndlessError:
            endless.append(path.stem)
        else:
            ran += 1
            assert outcome_of(people, counts).question.customers == counts.customers == 4
    assert ran > 15
    assert all("cycle" in name for name in endless)


def test_one_processor_counts_as_many_do(monkeypatch: pytest.MonkeyPatch) -> None:
    people = population(FILES, 30, days=30)
    monkeypatch.setattr(portions, "SIZE", 10)
    found = []
    for processors in (1, 3):
        monkeypatch.setattr(portions, "cpu_count", lambda processors=processors: processors)
        counts = Counts()
        for each in portions.run_portions(people, people.portions(portions.SIZE)):
            counts.add(each)
        found.append(counts)
    assert found[0] == found[1]
    assert found[0].customers == 30


# What is counted


def brute_most(cap: Cap, sent: list[tuple[int, int]], zone: Zone) -> int:
    if isinstance(cap.per, str):
        spans = [zone.unit(at, cap.per) for at, _ in sent]
    elif cap.per is not None:
        spans = [(at, zone.later(at, cap.per)) for at, _ in sent]
    return max((sum(weight for at, weight in sent if low <= at < high) for low, high in spans), default=0)


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 60 * 24), st.integers(1, 3)), max_size=40),
    st.sampled_from(["day", "week", "month", 1, 24, 168]),
)
def test_the_most_in_a_window_is_the_most_of_all_windows(touches: list[tuple[int, int]], per: str | int) -> None:
    zone = Zone.load("Asia/Shanghai", 0, 200 * DAY, Holidays())
    cap = Cap(id="x", at=AT, max=1, per=Duration(per, "h", AT) if isinstance(per, int) else per)  # type: ignore[arg-type]
    sent = sorted((hour * 3600, weight) for hour, weight in touches)
    most, begins = most_within(cap, sent, zone)
    assert most == brute_most(cap, sent, zone)
    gaps = [later - earlier for (earlier, _), (later, _) in pairwise(sent)]
    assert least_gap(sent)[0] == min(gaps + [0 for _, weight in sent if weight > 1], default=-1)
    assert not sent or begins <= sent[-1][0]


def test_the_outcome_adds_up() -> None:
    people = population(everything(), 80)
    counts = people.run(0, 80)
    outcome = outcome_of(people, counts)
    for spread in outcome.spreads:
        assert sum(many for _, many in spread.customers) == 80
        assert spread.median <= spread.nine_in_ten <= spread.most
    assert sum(way.entered for way in outcome.ways) > 0
    for way in outcome.ways:
        assert way.entered == way.ended + way.inside + sum(many for _, many in way.on)
        assert way.inside >= 0
    felt = Counter(node for (kind, node, _), many in counts.lines.items() if kind == "touch" for _ in range(many))
    assert sum(felt.values()) == sum(one.touches for one in outcome.sent)
    assert all(len(load.weeks) == 9 and min(load.weeks) >= 0 for load in outcome.loads)


@pytest.mark.long
def test_no_customer_goes_beyond_what_can_be_worked_out_by_hand() -> None:
    """Two touches of a journey that starts again two days after its end at the earliest: in seven days never more than four starts."""
    play = automation(
        "{id: one, send: hi, via: line}\n{id: two, send: hi, via: line, after: 1d}", "reentry: after 2d\n"
    )
    nouns = CATALOG.replace("at_most: 9 per day}", "at_most: 9 per day, volume: 9000 per day}", 1)
    people = population({**FILES, "nouns.yaml": nouns, "play.yaml": play}, 300)
    weekly = people.run(0, 300).extremes["weekly"].seen
    # Starts are at least 3 days apart, and the touches of one a day: 0, 1, 3, 4, 6 are the days of the fullest week.
    assert max(weekly) == 5


def test_what_is_enforced_is_held_back_and_counted() -> None:
    capped = (
        SETTINGS.replace("enforce: none", "enforce: {in: map, gap: skip, count: skip}")
        + "caps: [{id: weekly, max: 1, per: 7d}]\n"
    )
    people = population({**FILES, "sopkit.yaml": capped})
    outcome = outcome_of(people, people.run(0, 60))
    assert outcome.caps[0].held_back > 20
    assert {one.cap.id: one.beyond for one in outcome.caps}["weekly"] > 0  # the person's step can't be stopped
    tool_only = {**FILES, "sopkit.yaml": capped, "play.yaml": PLAY.replace("by: guide, ", "")}
    people = population(tool_only)
    assert outcome_of(people, people.run(0, 60)).caps[0].beyond == 0


# The command

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def sopkit(capfd: pytest.CaptureFixture[str]) -> Run:
    def run(*arguments: str | Path) -> tuple[int, str, str]:
        capfd.readouterr()
        code = app.main(["--as-of", "2026-07-01", *map(str, arguments)])
        return code, *capfd.readouterr()

    return run


def simulated(sopkit: Run, folder: Path, *more: str) -> dict[str, Any]:
    code, out, err = sopkit("simulate", folder, "--customers", "50", "--format", "json", "--lang", "en", *more)
    assert code == 0, err
    data: dict[str, Any] = json.loads(out)
    return data


def test_the_same_seed_gives_the_same_and_another_another(
    sopkit: Run, write_workspace: Callable[[Files | str], Path]
) -> None:
    folder = write_workspace(FILES)
    first = simulated(sopkit, folder, "--seed", "7")
    assert first == simulated(sopkit, folder, "--seed", "7")
    assert first != simulated(sopkit, folder, "--seed", "8")
    assert first["version"] == 1
    assert first["customers"] == 50
    assert [cap["cap"] for cap in first["caps"]] == ["weekly", "daily", "spacing"]
    assert first["work"][0]["role"] == "guide"


@pytest.mark.long
def test_neither_hash_seed_nor_processes_show(write_workspace: Callable[[Files | str], Path]) -> None:
    folder = write_workspace(everything())
    line = [sys.executable, "-m", "sopkit", "--as-of", "2026-07-01", "simulate", str(folder), "--format", "json"]
    line += ["--customers", "600", "--days", "20"]
    paths = os.pathsep.join(sys.path)
    outs = {
        subprocess.run(
            line, env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": paths}, capture_output=True, check=True
        ).stdout
        for seed in ("0", "1")
    }
    assert len(outs) == 1


@pytest.mark.long
@pytest.mark.parametrize(("lang", "heading"), [("en", "Caps on touches"), ("zh-CN", "触达上限")])
def test_tables_are_printed_and_the_page_stands_alone(
    sopkit: Run, write_workspace: Callable[[Files | str], Path], tmp_path: Path, lang: str, heading: str
) -> None:
    folder, target = write_workspace(everything()), tmp_path / "out"
    code, out, err = sopkit("simulate", folder, "--customers", "40", "--lang", lang, "-o", target)
    assert code == 0, err
    assert out.startswith(heading)
    assert {path.name for path in target.glob("[!.]*")} == {"index.html", "touches.svg", "stages.svg", "work.svg"}
    for path in target.glob("*.svg"):
        root = ET.fromstring(path.read_text(encoding="utf-8"))  # noqa: S314  our own
        title, described = root.find("{http://www.w3.org/2000/svg}title"), root.find("{http://www.w3.org/2000/svg}desc")
        assert title is not None
        assert title.text
        assert described is not None
        assert described.text
        assert described.text.startswith(title.text)
        assert "prefers-color-scheme:dark" in path.read_text(encoding="utf-8")
    page = (target / "index.html").read_text(encoding="utf-8")
    assert heading in page
    assert page.count("<svg") == 3
    assert "http://" not in page.replace("http://www.w3.org/2000/svg", "")
    before = {path.name: path.read_bytes() for path in target.iterdir()}
    assert sopkit("simulate", folder, "--customers", "40", "--lang", lang, "-o", target, "-q")[0] == 0
    assert before == {path.name: path.read_bytes() for path in target.iterdir()}


@pytest.mark.parametrize(
    "arguments",
    [
        ("--customers", "0"),
        ("--customers", "many"),
        ("--seed", "-1"),
        ("--days", "0"),
        ("--days", "99999"),
        ("--customers", "٣"),
    ],
)
def test_a_number_out_of_bounds_is_wrong_usage(
    sopkit: Run, write_workspace: Callable[[Files | str], Path], arguments: tuple[str, str]
) -> None:
    folder = write_workspace(FILES)
    for lang, said in (("en", "whole number"), ("zh-CN", "整数")):
        code, _, err = sopkit("simulate", folder, *arguments, "--lang", lang)
        assert code == 2
        assert said in err


def test_a_circle_without_time_is_told_and_not_run_for_ever(
    sopkit: Run, write_workspace: Callable[[Files | str], Path]
) -> None:
    circle = """\
    kind: lifecycle
    id: life
    title: 旅程
    starts_on: a
    stages:
      first: {next: [{when: {a: ever}, go: second}]}
      second: {next: [{when: {a: ever}, go: first}]}
    """
    code, out, err = sopkit(
        "simulate", write_workspace({**FILES, "play.yaml": circle}), "--customers", "20", "--lang", "en"
    )
    assert (code, out) == (1, "")
    assert "round and round" in err


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        (
            "customer_timezones: [Asia/Shanghai, America/New_York]\n",
            "spread evenly over Asia/Shanghai and America/New_York",
        ),
        ("customer_timezones: unknown\n", "time zones of customers are not known"),
        ("holidays: cn\n", "holidays of 2027 are not known"),
    ],
)
def test_what_is_not_known_is_said(
    sopkit: Run, write_workspace: Callable[[Files | str], Path], keys: str, said: str
) -> None:
    folder = write_workspace({**FILES, "sopkit.yaml": CAPPED + keys})
    code, out, _ = sopkit("simulate", folder, "--customers", "9", "--days", "200", "--lang", "en")
    assert code == 0
    assert said in " ".join(out.split())
    plain = write_workspace(FILES)
    assert said not in " ".join(
        sopkit("simulate", plain, "--customers", "9", "--days", "200", "--lang", "en")[1].split()
    )


def test_a_workspace_without_caps_or_work_is_shown_all_the_same(
    sopkit: Run, write_workspace: Callable[[Files | str], Path]
) -> None:
    play = automation("{id: one, send: hi, via: line}")
    code, out, _ = sopkit(
        "simulate", write_workspace({"nouns.yaml": CATALOG, "play.yaml": play}), "--customers", "20", "--lang", "en"
    )
    assert code == 0
    assert "The workspace declares no caps." in out
    assert "No work says how many minutes it takes." in out
