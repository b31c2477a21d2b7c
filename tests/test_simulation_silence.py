"""Playbooks that touch nobody in a simulation say why; the page of one says on top by what it can be made again."""

from __future__ import annotations

import re

import pytest

from sopkit.render.simulation.page import files
from sopkit.render.simulation.silence import OFTEN, ONCE, silence
from sopkit.render.wording.names import Names
from sopkit.simulation.outcome import Outcome, outcome_of
from sopkit.text import LANGS
from tests.test_simulation import CATALOG, automation
from tests.test_simulation_population import CAPPED, population
from tests.workspaces import compiled

SEND = "{id: one, send: hi, via: line}"
NOBODY = "{all: [{tag: vip}, {not: {tag: vip}}]}"
CADENCE = "kind: cadence\nid: auto\ntitle: 每月一次\nvia: line\nevery: month\nat: day 20 10:00\n"


def simulated(play: str, days: int = 10) -> Outcome:
    made = population({"sopkit.yaml": CAPPED, "nouns.yaml": CATALOG, "play.yaml": play}, days=days)
    return outcome_of(made, made.run(0, made.question.customers))


@pytest.mark.parametrize(
    ("play", "reason"),
    [
        (automation(SEND, f"audience: {NOBODY}\n"), "audience"),
        (automation(SEND.replace("}", f", if: {NOBODY}}}")), "guard"),
        (automation("{id: rest, wait: 90d}\n" + SEND), "under-way"),
        (automation(SEND).replace("starts_on: a", "starts_on: manual"), "never"),
        (CADENCE, "no-issue"),
        (CADENCE.replace("day 20", "day 3") + f"audience: {NOBODY}\n", "nobody"),
    ],
)
def test_a_playbook_that_touches_nobody_has_its_reason(play: str, reason: str) -> None:
    outcome = simulated(play)
    assert reason in {why for one in outcome.silent for why, _ in one.reasons}
    names = [
        Names(compiled({"sopkit.yaml": CAPPED, "nouns.yaml": CATALOG, "play.yaml": play}).workspace, lang)
        for lang in LANGS
    ]
    zh, en = ("\n".join(silence(outcome, one)) for one in names)
    assert "0 次触达。" in zh
    assert (ONCE | OFTEN)[reason].en.replace("{many} ", "") in en


def test_one_that_touches_somebody_is_not_named() -> None:
    assert simulated(automation(SEND), days=60).silent == ()


def test_the_page_names_workspace_customers_days_and_seed_on_top() -> None:
    outcome = simulated(automation(SEND))
    workspace = compiled({"sopkit.yaml": CAPPED, "nouns.yaml": CATALOG}).workspace
    for lang in LANGS:
        page = dict(files(outcome, Names(workspace, lang)))["index.html"].decode()
        head = re.sub("<[^>]*>", " ", page[: page.index("<h2")])
        for said in ("demo", "60", "2026-07-01", "2026-07-10", "1"):
            assert re.search(rf"\b{said}\b", head), said
