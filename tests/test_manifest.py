"""The manifest: as its schema says, and the same whatever order keys, files and hashes come in."""

from __future__ import annotations

import copy
import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sopkit import pipeline, resources
from sopkit.cli import app
from sopkit.graph.manifest import manifest, node_link_json
from sopkit.graph.part import everything
from sopkit.reader import read
from sopkit.source import Source
from sopkit.tree import Value
from tests.workspaces import TODAY

ROOT = Path(__file__).parent
EVERYTHING = ROOT / "everything"
SCHEMA = json.loads((resources.folder("schemas") / "manifest-v1.schema.json").read_text("utf-8"))
Manifest = dict[str, Any]


def sources(folder: Path) -> list[Source]:
    return [Source(path.relative_to(folder).as_posix(), path.read_bytes()) for path in sorted(folder.rglob("*.yaml"))]


def compiled(given_sources: list[Source]) -> bytes:
    compilation = pipeline.compile(given_sources, today=TODAY)
    return manifest(compilation.workspace, compilation.graph, compilation.forest, compilation.today)


def without_places(data: bytes) -> Manifest:
    """Return the manifest without what tells where things are written; edges that differ in nothing else are in any order."""
    whole: Manifest = json.loads(data)
    whole.pop("sources")
    for entry in (*whole["nodes"], *whole["edges"]):
        entry.pop("origin", None)
    whole["edges"].sort(key=lambda edge: json.dumps(edge, sort_keys=True))
    return whole


# The schema


def validator() -> jsonschema.Draft202012Validator:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    return jsonschema.Draft202012Validator(SCHEMA)


def keywords(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        yield from schema
        schema = list(schema.values())
    if isinstance(schema, list):
        for one in schema:
            yield from keywords(one)


def test_the_schema_needs_no_one_of() -> None:
    assert "oneOf" not in set(keywords(SCHEMA))


@pytest.mark.long
@pytest.mark.parametrize("folder", [EVERYTHING, ROOT.parent / "playbooks"], ids=lambda folder: folder.name)
def test_manifests_are_as_the_schema_says(folder: Path) -> None:
    data = compiled(sources(folder))
    assert data.endswith(b"}\n")
    validator().validate(json.loads(data))


@pytest.mark.long
@pytest.mark.parametrize("example", ["minimal", "retail", "email"])
def test_manifests_of_new_workspaces_are_as_the_schema_says(
    example: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert app.main(["init", str(tmp_path / "new"), "--example", example]) == 0
    capfd.readouterr()
    validator().validate(json.loads(compiled(sources(tmp_path / "new"))))


@pytest.mark.long
def test_a_part_of_the_graph_is_as_the_same_schema_says() -> None:
    compilation = pipeline.compile(sources(EVERYTHING), today=TODAY)
    part = json.loads(node_link_json(everything(compilation.graph), compilation.forest, TODAY))
    validator().validate(part)
    whole = json.loads(compiled(sources(EVERYTHING)))
    assert part == {key: whole[key] for key in ("version", "as_of", "nodes", "edges")}


@pytest.mark.long
@pytest.mark.parametrize(
    "broken",
    [
        {"version": 2},
        {"nodes": [{"id": "lifecycle/a", "kind": "journey"}]},
        {"nodes": [{"id": "a", "kind": "lifecycle"}]},
        {"edges": [{"from": "event/a", "to": "lifecycle/b", "kind": "occurs"}]},
        {"more": []},
    ],
)
def test_the_schema_refuses_what_is_no_manifest(broken: Manifest) -> None:
    whole = json.loads(compiled(sources(EVERYTHING)))
    assert validator().is_valid(whole)
    assert not validator().is_valid(whole | broken)


def test_counts_nouns_and_parts_agree_with_the_nodes() -> None:
    whole = json.loads(compiled(sources(EVERYTHING)))
    ids = [node["id"] for node in whole["nodes"]]
    assert len(set(ids)) == len(ids)
    assert sum(whole["counts"]["nodes"].values()) == len(ids)
    assert sum(whole["counts"]["edges"].values()) == len(whole["edges"])
    assert {edge[end] for edge in whole["edges"] for end in ("from", "to")} <= set(ids)
    assert {part for one in whole["playbooks"] for part in one["parts"]} <= set(ids)
    assert {f"{kind}/{id_}" for kind, names in whole["nouns"].items() for id_ in names} <= set(ids)


def test_the_workspace_says_what_holds_for_all_playbooks() -> None:
    said = json.loads(compiled(sources(EVERYTHING)))["workspace"]
    assert said["enforce"]["in"] == "map"
    assert said["enforce"]["gap"] == {"action": "wait", "at_most": "12h"}
    assert [cap["id"] for cap in said["caps"]] == ["weekly-marketing", "daily-sms", "spacing"]
    assert said["caps"][1]["per"] == "day"
    assert said["caps"][2]["gap"] == "4h"
    for key in ("quiet_hours", "one_at_a_time", "budgets", "pricing", "content_mix", "holidays", "duplicate_within"):
        assert said[key], key


# What order means nothing


def documents(folder: Path) -> list[Value]:
    """Return the documents of a workspace as plain values, its settings first."""
    ordered = sorted(sources(folder), key=lambda source: source.path != "sopkit.yaml")
    return [tree.value for source in ordered for tree in read(source).trees]


DOCUMENTS = documents(EVERYTHING)
"""The first is the workspace's settings."""


def shuffled(value: Value, rng: random.Random, key: str = "") -> Value:
    """Return the value with the keys of every mapping in another order, those of `stages` apart."""
    if isinstance(value, list):
        return [shuffled(one, rng) for one in value]
    if not isinstance(value, dict):
        return value
    keys = list(value)
    if key != "stages":
        rng.shuffle(keys)
    return {name: shuffled(value[name], rng, name) for name in keys}


def as_source(path: str, parts: list[Value]) -> Source:
    """Return a file that holds the documents: JSON is YAML."""
    return Source(path, "\n---\n".join(json.dumps(part, ensure_ascii=False) for part in parts).encode())


def one_file() -> list[Source]:
    return [as_source("sopkit.yaml", DOCUMENTS[:1]), as_source("rest.yaml", DOCUMENTS[1:])]


PLAIN = without_places(compiled(one_file()))


def test_writing_the_documents_as_json_changes_nothing() -> None:
    assert without_places(compiled(sources(EVERYTHING))) == PLAIN
    assert not [one for one in pipeline.compile(one_file(), today=TODAY).findings if one.rule.code != "SOP141"]


@pytest.mark.long
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.randoms(use_true_random=False))
def test_the_order_of_keys_means_nothing(rng: random.Random) -> None:
    turned = [shuffled(document, rng) for document in DOCUMENTS]
    files = [as_source("sopkit.yaml", turned[:1]), as_source("rest.yaml", turned[1:])]
    assert without_places(compiled(files)) == PLAIN


@pytest.mark.long
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.randoms(use_true_random=False), st.integers(1, 12))
def test_where_documents_stand_means_nothing(rng: random.Random, count: int) -> None:
    rest = list(DOCUMENTS[1:])
    rng.shuffle(rest)
    homes: dict[str, list[Value]] = {}
    for document in rest:
        homes.setdefault(f"{rng.choice('abc')}/{rng.randrange(count)}.yaml", []).append(document)
    files = [as_source("sopkit.yaml", DOCUMENTS[:1]), *(as_source(path, parts) for path, parts in homes.items())]
    rng.shuffle(files)
    data = compiled(files)
    assert without_places(data) == PLAIN
    assert compiled(sorted(files, key=lambda source: source.path)) == data


def test_stages_and_lists_keep_their_order() -> None:
    moved = copy.deepcopy(DOCUMENTS)
    lifecycle = next(one for one in moved if isinstance(one, dict) and one.get("id") == "first-steps")
    assert isinstance(lifecycle, dict)
    stages = lifecycle["stages"]
    assert isinstance(stages, dict)
    lifecycle["stages"] = dict(reversed(stages.items()))
    turned = without_places(compiled([as_source("sopkit.yaml", moved[:1]), as_source("rest.yaml", moved[1:])]))
    entry = [one["to"] for one in turned["edges"] if one["from"] == "lifecycle/first-steps" and one["kind"] == "then"]
    assert entry == ["lifecycle/first-steps/asleep"]


@pytest.mark.long
def test_bytes_depend_on_no_hash_seed(tmp_path: Path) -> None:
    made: dict[str, set[bytes]] = {}
    for seed in ("0", "4242"):
        for command in (
            ["compile"],
            ["graph"],
            ["graph", "--format", "graphml"],
            ["graph", "--format", "mermaid"],
            ["graph", "+nurture"],
        ):
            arguments = [sys.executable, "-m", "sopkit", command[0], str(EVERYTHING), *command[1:]]
            environment = os.environ | {"PYTHONHASHSEED": seed, "SOPKIT_CACHE_DIR": str(tmp_path / seed)}
            ran = subprocess.run(arguments, check=True, capture_output=True, env=environment)
            made.setdefault(" ".join(command), set()).add(ran.stdout)
    assert all(len(outputs) == 1 and min(outputs) for outputs in made.values())
