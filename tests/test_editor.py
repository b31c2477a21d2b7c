"""A new workspace in an editor: what the language server of VS Code's YAML extension completes, explains and underlines in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from sopkit.cli import app
from sopkit.render.workspace_schema import workspace_schema
from sopkit.schema.definitions import Schema
from sopkit.tree import Value
from tests.commands import Run, runner
from tests.language_server import Answer, LanguageServer
from tests.test_editor_schema import PLAYBOOKS
from tests.workspaces import compiled

HEAD = "# yaml-language-server: $schema=.sopkit/schemas/playbook.schema.json\n"
DRAFT = """\
kind: automation
id: fresh
title: x
owner:\x20
start_on: [member-joined]
audience: {all: [{consent: }]}

steps:
  - {id: a, send: , via: sms, for: promotion, within: soon}
ends_on: ord
---
kind: automation
id: second
audience:
  mem
"""


@pytest.fixture
def sopkit(capfd: pytest.CaptureFixture[str]) -> Run:
    return runner(capfd)


def labels(items: list[Answer]) -> dict[str, str]:
    """Return what is offered, each with its explanation."""
    return {one["label"]: shown(one.get("documentation") or "") for one in items}


def shown(documentation: Answer) -> str:
    return str(documentation["value"] if isinstance(documentation, dict) else documentation)


@pytest.mark.node
@pytest.mark.long
@pytest.mark.parametrize(
    ("lang", "role", "consent", "key", "hover", "script"),
    [
        ("zh-CN", "运营负责人", "短信", "什么触发客户进入", "对它负责的岗位", "入会欢迎短信"),
        ("en", "Operations lead", "SMS", "What brings a customer in", "The role that answers for it", "Welcome SMS"),
    ],
)
def test_a_new_workspace_is_completed_explained_and_underlined(
    tmp_path: Path, lang: str, role: str, consent: str, key: str, hover: str, script: str
) -> None:
    folder = tmp_path / "shop"
    assert app.main(["init", str(folder), "--lang", lang]) == 0
    with LanguageServer(folder) as server:
        wrong = server.open("fresh.yaml", HEAD + DRAFT)
        lines = (HEAD + DRAFT).split("\n")

        def offered(line: str, before: str) -> dict[str, str]:
            number = next(n for n, text in enumerate(lines) if text.startswith(line))
            return labels(server.complete("fresh.yaml", number, lines[number].index(before) + len(before)))

        roles = offered("owner", "owner: ")
        assert set(roles) == {"guide", "ops-lead"}
        assert roles["ops-lead"] == role
        assert consent in offered("audience", "consent: ")["sms-marketing"]
        assert offered("  - {id: a", "send: ")["welcome-sms"] == script
        keys = labels(server.complete("fresh.yaml", 7, 0))
        assert key in keys["starts_on"]
        assert " | " not in "".join(keys.values())
        assert {"member-joined", "order-paid", "phone"} <= set(offered("  mem", "mem"))
        assert hover in server.hover("fresh.yaml", 4, 2)
        assert {"member-joined", "order-paid"} <= set(offered("ends_on", "ord"))
        messages = [(one["range"]["start"]["line"], one["message"]) for one in wrong]
        assert (5, "Property start_on is not allowed.") in messages
        assert [line for line, _ in messages if line == 9], "what is no time limit"


@pytest.mark.node
@pytest.mark.long
@pytest.mark.parametrize("example", ["retail", "email"])
def test_nothing_is_underlined_in_what_is_right(tmp_path: Path, example: str) -> None:
    folder = tmp_path / "shop"
    assert app.main(["init", str(folder), "--example", example]) == 0
    with LanguageServer(folder) as server:
        paths = sorted(path.relative_to(folder) for path in folder.rglob("*.yaml"))
        assert len(paths) > 5
        for path in paths:
            assert server.open(path.as_posix(), (folder / path).read_text("utf-8")) == [], path


@pytest.mark.long
def test_what_is_accepted_is_so_whatever_is_offered() -> None:
    """Nobody is told off for a name that is newer than the schema: as schemas, both are the same."""
    from jsonschema import Draft202012Validator  # noqa: PLC0415

    files = {path.relative_to(PLAYBOOKS).as_posix(): path.read_bytes() for path in PLAYBOOKS.rglob("*.yaml")}
    empty = compiled({}).workspace
    validator = Draft202012Validator(workspace_schema(empty, "zh-CN"))
    for tree in compiled(files).forest.trees:
        if isinstance(tree.value, dict) and tree.value.get("kind") != "pack":
            assert not [error.message for error in validator.iter_errors(tree.value)], tree.source.path


def constants(value: Value) -> Iterator[str]:
    """Yield every id that a schema offers."""
    if isinstance(value, list):
        for one in value:
            yield from constants(one)
    elif isinstance(value, dict):
        if isinstance(id_ := value.get("const"), str):
            yield id_
        for one in value.values():
            yield from constants(one)


def test_the_schema_of_a_workspace_is_written_anew_when_asked(
    sopkit: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "shop"
    sopkit("init", folder, "--lang", "zh-CN")
    monkeypatch.chdir(folder)
    file = folder / ".sopkit/schemas/playbook.schema.json"
    first = file.read_bytes()
    assert sopkit("schema", "--workspace")[1].encode() == first
    with (folder / "roles.yaml").open("a", encoding="utf-8") as roles:
        roles.write('  stylist: {title: "造型师 | 兼职"}\n')
    assert sopkit("schema", "--workspace", "-o", ".sopkit/schemas")[0] == 0
    schema: Schema = json.loads(file.read_text("utf-8"))
    assert "stylist" in set(constants(schema)) - set(constants(json.loads(first)))
    assert "造型师 | 兼职" in file.read_text("utf-8")
    assert sopkit("check")[0] == 0
    assert "What brings a customer in" in sopkit("schema", "--workspace", "--lang", "en")[1]


@pytest.mark.parametrize(("lang", "said"), [("zh-CN", "不用写“kpi”"), ("en", "leave out “kpi”")])
def test_a_kind_and_the_workspace_are_not_asked_for_together(sopkit: Run, lang: str, said: str) -> None:
    code, out, err = sopkit("schema", "kpi", "--workspace", "--lang", lang)
    assert (code, out) == (2, "")
    assert said in err
