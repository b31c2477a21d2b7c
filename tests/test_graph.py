"""The execution graph of a workspace that uses every construct of the language: nodes, edges, delays, guards, places."""

from __future__ import annotations

import dataclasses
import json
import typing
from functools import cache
from pathlib import Path
from typing import Any, get_args

import pytest

from sopkit import pipeline
from sopkit.graph import EdgeKind, NodeKind
from sopkit.graph.manifest import node_link_json
from sopkit.graph.part import everything
from sopkit.model import formulas, predicates, triggers
from sopkit.model.steps import Step, Verb, inner
from sopkit.pipeline import Compilation
from sopkit.source import Source
from tests.workspaces import TODAY

FOLDER = Path(__file__).parent / "everything"
Entry = dict[str, Any]


@cache
def compilation() -> Compilation:
    sources = [Source(path.name, path.read_bytes()) for path in sorted(FOLDER.glob("*.yaml"))]
    return pipeline.compile(sources, today=TODAY)


@cache
def entries() -> tuple[dict[str, Entry], list[Entry]]:
    """Return nodes by id, and edges, as the manifest says them."""
    whole = json.loads(node_link_json(everything(compilation().graph), compilation().forest, TODAY))
    return {node["id"]: node for node in whole["nodes"]}, whole["edges"]


def edges(source: str, target: str, kind: str, label: str = "") -> list[Entry]:
    """Return what the edges of that kind between two nodes say, places and ends apart."""
    found = [
        edge
        for edge in entries()[1]
        if (edge["from"], edge["to"], edge["kind"], edge.get("label", "")) == (source, target, kind, label)
    ]
    return [
        {key: value for key, value in edge.items() if key not in ("from", "to", "kind", "label", "origin")}
        for edge in found
    ]


def test_the_workspace_is_clean() -> None:
    assert compilation().findings == ()


# The workspace does use everything


def used(of: type, *roots: object) -> set[type]:
    """Return the classes of `of` that occur anywhere in the values."""
    wanted, seen = set(get_args(of)), set[type]()
    stack: list[object] = list(roots)
    while stack:
        value = stack.pop()
        if type(value) in wanted:
            seen.add(type(value))
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            stack += [getattr(value, field.name) for field in dataclasses.fields(value)]
        elif isinstance(value, tuple | list):
            stack += value
        elif isinstance(value, typing.Mapping):
            stack += value.values()
    return seen


@pytest.mark.parametrize(
    "family", [Verb, triggers.Trigger, predicates.Predicate, formulas.Formula, formulas.Countable],
    ids=["verbs", "triggers", "predicates", "formulas", "countables"],
)  # fmt: skip
def test_every_form_is_in_the_workspace(family: type) -> None:
    assert used(family, compilation().workspace) == set(get_args(family))


def steps() -> list[Step]:
    workspace = compilation().workspace
    firsts = [step for one in workspace.journeys.values() for stage in one.stages for step in stage.steps]
    firsts += [step for procedure in workspace.procedures.values() for step in procedure.steps]
    firsts += [step for cadence in workspace.cadences.values() for step in cadence.steps]
    return [step for first in firsts for step in inner(first)]


def test_every_key_of_a_step_is_in_the_workspace() -> None:
    unused = {
        field.name
        for field in dataclasses.fields(Step)
        if all(getattr(step, field.name) in (None, (), field.default) for step in steps())
    }
    assert unused <= {"title", "amount"}


def test_nodes_and_edges_of_every_kind_are_there() -> None:
    nodes, found = entries()
    assert {node["kind"] for node in nodes.values()} == set(get_args(NodeKind)) - {"shop"}
    assert {edge["kind"] for edge in found} == set(get_args(EdgeKind))


def test_every_step_is_a_node_that_says_what_it_does() -> None:
    nodes, _ = entries()
    said = {id_: node["says"] for id_, node in nodes.items() if node["kind"] == "step"}
    assert len(said) == len(steps())
    awake = "lifecycle/first-steps/awake"
    assert said[f"{awake}/welcome"] == {
        "required": True, "within": "1h", "via": ["sms"], "for": "onboarding", "topic": "welcome", "send": "hello",
    }  # fmt: skip
    assert said[f"{awake}/film"]["send"] == {"gold": "hello-gold", "silver": "hello"}
    assert said[f"{awake}/film"]["cap"] == {"stopped": False, "reason": "顾客刚刚问过"}
    assert said["lifecycle/first-steps/active/fork"]["choose"][-1] == "else"
    assert said["lifecycle/first-steps/active/bought"]["wait"] == [{"event": "order-paid"}, {"used": "gift"}]
    assert said["lifecycle/first-steps/active/bought"]["up_to"] == "14d"
    assert nodes["lifecycle/first-steps/active"]["says"]["stays"] == "7d"
    assert nodes["automation/nurture"]["says"]["overlap"] is False


# Flow

FIRST, NURTURE = "lifecycle/first-steps", "automation/nurture"
AWAKE, ACTIVE, ASLEEP = f"{FIRST}/awake", f"{FIRST}/active", f"{FIRST}/asleep"
PLAIN: Entry = {}


@pytest.mark.parametrize(
    ("source", "target", "kind", "label", "says"),
    [
        # starting, entering, ending
        ("event/member-joined", FIRST, "occurs", "starts_on", {"on": {"event": "member-joined"}}),
        ("event/asked-in-shop", FIRST, "occurs", "starts_on",
         {"if": {"spent": "≥ 9 CNY"}, "on": {"event": "asked-in-shop", "where": {"spent": "≥ 9 CNY"}}}),
        (FIRST, AWAKE, "then", "entry", {"if": {"all": [{"not": {"tag": "called"}}, {"segment": "members"}]}}),
        (FIRST, f"exit/{FIRST}", "interrupt", "while", {"if": {"not": {"reachable": "sms"}}}),
        # delays and anchors
        (AWAKE, f"{AWAKE}/welcome", "then", "", {"delay": {"bounded": True, "high": "1h"}}),
        (f"{AWAKE}/welcome", f"{AWAKE}/film", "then", "",
         {"delay": {"bounded": True, "low": "1h", "high": "1d", "since": "stage", "clock": "wall"}}),
        (f"{AWAKE}/film", f"{AWAKE}/invite", "then", "", {"delay": {"bounded": True, "high": "24h", "since": "start"}}),
        (f"{AWAKE}/invite", f"{AWAKE}/due", "then", "", {"delay": {"bounded": True, "low": "1d", "high": "2d"}}),
        ("procedure/production/publish", "procedure/production/count", "then", "",
         {"delay": {"bounded": True, "high": "5d", "since": "publish"}}),
        ("procedure/production", "procedure/production/draft", "then", "entry", {"delay": {"bounded": True, "before": "3 workdays"}}),
        ("procedure/incident", "procedure/incident/look", "then", "entry", {"delay": {"bounded": False}}),
        # beside the sequence
        (AWAKE, f"{AWAKE}/reward", "then", "on", {"delay": {"bounded": True, "high": "1h"}, "on": {"event": "task-clicked"}}),
        ("event/task-clicked", f"{AWAKE}/reward", "occurs", "on",
         {"delay": {"bounded": True, "high": "1h"}, "on": {"event": "task-clicked"}}),
        (AWAKE, f"{AWAKE}/care", "then", "every", {"delay": {"bounded": True, "low": "7d", "high": "7d", "since": "stage"}}),
        (AWAKE, f"{AWAKE}/monthly", "then", "every", {"delay": {"bounded": True, "since": "stage"}}),
        ("trigger/calendar/month at day 5 09:00", f"{AWAKE}/monthly", "occurs", "every",
         {"on": {"every": "month", "at": ["day 5 09:00"]}}),
        # transitions, in their order
        (AWAKE, ACTIVE, "interrupt", "next", [
            {"on": {"becomes": {"tier": ["gold"]}}}, {"on": {"event": "order-paid"}}, {"rank": 1, "if": {"task": "first-click"}},
        ]),
        (AWAKE, ASLEEP, "interrupt", "next",
         {"rank": 2, "delay": {"bounded": True, "low": "30d", "high": "30d", "since": "stage"}}),
        (ACTIVE, f"exit/{FIRST}", "interrupt", "next", [
            {"on": {"entered": "nurture"}},
            {"rank": 1, "delay": {"bounded": True, "low": "60d", "high": "60d", "since": "stage"}},
        ]),
        (ASLEEP, ACTIVE, "interrupt", "next", {"on": {"enters": "buyers"}}),
        # choose
        (f"{ACTIVE}/fork", f"{ACTIVE}/note", "then", "if", {"if": {"all": [{"order-paid": "within 30d"}, {"tier": ["gold"]}]}}),
        (f"{ACTIVE}/fork", f"{ACTIVE}/back", "then", "if", {"rank": 1, "if": {"been_in": "first-steps/asleep"}}),
        (f"{ACTIVE}/fork", f"{ACTIVE}/mark", "then", "else", {"rank": 2, "if": "else"}),
        (f"{ACTIVE}/note", f"{ACTIVE}/bought", "then", "", PLAIN),
        (f"{ACTIVE}/mark", f"{ACTIVE}/bought", "then", "", PLAIN),
        (f"{ACTIVE}/back", ASLEEP, "then", "go", {"if": {"tier": ["bronze"]}}),
        (f"{ACTIVE}/back", f"{ACTIVE}/bought", "then", "none", {"rank": 1, "if": {"not": {"tier": ["bronze"]}}}),
        # waits
        (f"{ACTIVE}/bought", f"{ACTIVE}/pause", "then", "came", [
            {"held": {"bounded": True, "high": "14d"}, "on": {"event": "order-paid"}},
            {"held": {"bounded": True, "high": "14d"}, "on": {"used": "gift"}},
        ]),
        (f"{ACTIVE}/bought", f"{ACTIVE}/leave", "then", "up_to", {"held": {"bounded": True, "low": "14d", "high": "14d"}}),
        (f"{ACTIVE}/leave", f"exit/{FIRST}", "then", "go", PLAIN),
        (f"{ACTIVE}/pause", f"{ACTIVE}/hand-over", "then", "", {"held": {"bounded": True, "low": "1d", "high": "2d"}}),
        ("trigger/used/gift", f"{ACTIVE}/bought", "occurs", "wait", {"on": {"used": "gift"}}),
        # handing over, following, approving
        (f"{ACTIVE}/hand-over", NURTURE, "emits", "start", PLAIN),
        ("lifecycle/asset", "lifecycle/asset/gold", "then", "follows", {"if": {"all": [{"segment": "buyers"}, {"tier": ["gold"]}]}}),
        ("lifecycle/asset/gold", "lifecycle/asset", "interrupt", "follows", {"on": {"becomes": {"tier": "any"}}}),
        ("procedure/production/review", "procedure/production/draft", "then", "if_rejected",
         {"delay": {"bounded": True, "before": "3 workdays"}}),
        ("procedure/production/draft", "procedure/production/review", "data", "approve", PLAIN),
        ("procedure/production/redo", "procedure/production/draft", "then", "go",
         {"delay": {"bounded": True, "before": "3 workdays"}, "if": {"tier": ["gold"]}}),
        (f"{NURTURE}/greet", f"exit/{NURTURE}", "then", "", PLAIN),
        # cadences, syncs, KPIs
        ("cadence/tips", "issue/tips", "then", "issue", {"if": {"segment": "group-members"}}),
        ("issue/tips", "cadence/tips/collect", "then", "", {"delay": {"bounded": True, "before": "1d"}}),
        ("issue/tips", "procedure/production", "emits", "workflow", PLAIN),
        ("issue/event-day", "issue/tips", "interrupt", "replaces", PLAIN),
        ("trigger/calendar/day at 02:00", "sync/nightly", "occurs", "every", {"on": {"every": "day", "at": ["02:00"]}}),
        ("trigger/calendar/15m", "sync/often", "occurs", "every", {"on": {"every": "15m"}}),
        ("sync/nightly", "tool/map", "data", "to", {"delay": {"bounded": True, "low": "10m", "high": "30m"}}),
        ("sync/pushed", "procedure/incident", "emits", "if_failed", PLAIN),
        ("data/unionid", "sync/pushed", "data", "key", PLAIN),
        ("consent/extra-consent", "sync/pushed", "consent", "carries", PLAIN),
        ("consent/extra-consent", "sync/pushed", "consent", "consent", PLAIN),
        ("channel/mp-notice", "sync/pushed", "data", "touches", PLAIN),
        ("kpi/reply-rate", "alert/reply-rate", "emits", "alert", PLAIN),
        ("alert/reply-rate", "procedure/incident", "emits", "start", PLAIN),
        ("alert/reply-rate", "role/lead", "staffed-by", "to", {"delay": {"bounded": True, "before": "2h"}}),
        ("trigger/calendar/week at mon 10:00", "kpi/reply-rate", "occurs", "review", {"on": {"every": "week", "at": ["mon 10:00"]}}),
        ("kpi/spend", "kpi/reply-rate", "measures", "parent", PLAIN),
        ("kpi/reply-rate", AWAKE, "measures", "targets", PLAIN),
        # what steps work with
        (f"{AWAKE}/film", "role/guide", "staffed-by", "by", PLAIN),
        (f"{AWAKE}/film", "channel/mp-notice", "uses", "via", PLAIN),
        (f"{AWAKE}/film", "script/hello-gold", "uses", "send", PLAIN),
        ("data/tier", f"{AWAKE}/film", "data", "match", PLAIN),
        ("data/nickname", f"{AWAKE}/film", "data", "uses", PLAIN),
        ("consent/wecom-marketing", f"{AWAKE}/film", "consent", "if", PLAIN),
        (f"{AWAKE}/invite", "consent/extra-consent", "consent", "ask", PLAIN),
        (f"{AWAKE}/invite", "data/mood", "data", "ask", PLAIN),
        (f"{AWAKE}/invite", "task/first-click", "data", "ask", PLAIN),
        (f"{AWAKE}/reward", "offer/gift", "emits", "grant", PLAIN),
        (f"{AWAKE}/due", "tag/called", "data", "tag", PLAIN),
        (f"{AWAKE}/monthly", "tag/called", "data", "untag", PLAIN),
        (f"{ACTIVE}/note", "data/mood", "data", "set", PLAIN),
        (f"{ASLEEP}/forget", "data/mood", "data", "erase", PLAIN),
        (f"{ASLEEP}/forget", "tool/crm", "uses", "in", PLAIN),
        ("kpi/reply-rate", "procedure/production/count", "measures", "measure", PLAIN),
        ("procedure/production/review", "role/lead", "staffed-by", "escalate", {"delay": {"bounded": True, "low": "1d", "high": "1d"}}),
        # nouns among themselves
        (f"{AWAKE}/film", "risk/silence", "mitigates", "measures", PLAIN),
        (f"{AWAKE}/welcome", "experiment/wording", "data", "step", PLAIN),
        ("trigger/calendar/week at mon 03:00", "data/tier", "occurs", "computed", {"on": {"every": "week", "at": ["mon 03:00"]}}),
        ("data/spent", "data/tier", "data", "computed", [PLAIN, PLAIN]),
        (FIRST, "course/basics", "data", "covers", PLAIN),
        ("tool/map", "course/basics", "data", "covers", PLAIN),
        ("procedure/incident", "artefact/plan", "data", "covers", PLAIN),
        ("partner/agency", "artefact/contract", "uses", "agreement", PLAIN),
        ("role/reviewer", "role/lead", "staffed-by", "reports_to", PLAIN),
        ("event/member-settings-off", "consent/extra-consent", "consent", "withdrawn_by", {"delay": {"bounded": True, "high": "24h"}}),
        ("data/nickname", "script/hello", "data", "placeholder", PLAIN),
    ],
)  # fmt: skip
def test_edges(source: str, target: str, kind: str, label: str, says: Entry | list[Entry]) -> None:
    assert edges(source, target, kind, label) == (says if isinstance(says, list) else [says])


@pytest.mark.parametrize(
    ("trigger", "cause", "label"),
    [
        ("leaves/buyers", "segment/buyers", "leaves"),
        ("ended/first-steps", f"exit/{FIRST}", "ended"),
        ("left/first-steps", f"exit/{FIRST}", "left"),
        ("entered/nurture", NURTURE, "entered"),
        ("granted/gift", "offer/gift", "granted"),
        ("expired/gift", "offer/gift", "expired"),
        ("given/extra-consent", "consent/extra-consent", "given"),
        ("refused/extra-consent", "consent/extra-consent", "refused"),
        ("withdrawn/extra-consent", "consent/extra-consent", "withdrawn"),
        ("done/first-steps/awake/film", f"{AWAKE}/film", "done"),
        ("late/first-steps/awake/film", f"{AWAKE}/film", "late"),
        ("becomes/tier=gold", "data/tier", "becomes"),
        ("date/birthday-7d", "data/birthday", "date"),
    ],
)
def test_what_causes_a_trigger_emits_it(trigger: str, cause: str, label: str) -> None:
    assert edges(cause, f"trigger/{trigger}", "emits", label) == [PLAIN]


# Places


@pytest.mark.parametrize(
    ("node", "excerpt"),
    [
        (AWAKE, "awake"),
        (f"{AWAKE}/welcome", "{id: welcome"),
        ("event/task-clicked", "task-clicked"),
        ("alert/reply-rate", "{when: < 8%"),
        ("trigger/left/first-steps", "{left: first-steps}"),
    ],
)
def test_nodes_know_where_they_are_written(node: str, excerpt: str) -> None:
    at = compilation().graph.nodes[node].at
    assert at is not None
    assert compilation().forest.span(at).excerpt().startswith(excerpt)


def test_every_edge_names_its_ends_or_its_key_where_it_is_written() -> None:
    """An edge to a noun is written where the noun's id stands."""
    nouns = {"role", "channel", "script", "offer", "tool", "purpose", "consent", "tag", "data", "kpi"}
    checked = 0
    for edge in compilation().graph.edges:
        span = compilation().forest.span(edge.at)
        if (
            span.path.startswith("sopkit:")
            or edge.kind not in ("uses", "staffed-by")
            or edge.label in ("escalate", "confirmed_by")
        ):
            continue
        kind, _, name = edge.target.partition("/")
        if kind in nouns:
            assert name in span.excerpt(), edge
            checked += 1
    assert checked > 50
