"""The schemas that editors get: in one piece, true to what sopkit accepts, and found by an editor without any network."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from sopkit.cli import app
from sopkit.diagnostics import Severity
from sopkit.model import parse, parse_amounts
from sopkit.model.malformed import MalformedError
from sopkit.reader import read
from sopkit.render.editor_schema import NAMES, PATTERNS, editor_schema
from sopkit.schema.definitions import KINDS, UNION
from sopkit.source import Source
from sopkit.tree import Mark, Value
from tests.workspaces import compiled

HERE = Path(__file__).parent
FOLDERS = ("schema", "names", "values", "flow", "everything")
FIXTURES = [path for folder in FOLDERS for path in sorted((HERE / folder).glob("*.yaml"))]
PLAYBOOKS = HERE.parent / "playbooks"

GRAMMARS: dict[str, tuple[Callable[[str, Mark], object], ...]] = {
    "date": (parse.date,),
    "duration": (parse.duration,),
    "duration-range": (parse.duration_range,),
    "hours": (parse.hours,),
    "slot": (parse.slot,),
    "slots": (parse.slot,),
    "every": (parse.every,),
    "cap-period": (parse.cap_period,),
    "window": (parse.window,),
    "stay": (parse.stay,),
    "reentry": (parse.reentry,),
    "on-cap": (parse.reaction,),
    "comparison": (parse_amounts.comparison, parse_amounts.measured),
    "rate": (parse_amounts.rate,),
    "changes": (parse_amounts.rate,),
    "money": (parse_amounts.money,),
    "share": (parse_amounts.share,),
    "amount": (parse_amounts.amount,),
}


@cache
def validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(editor_schema(name))


def strings(value: Value) -> Iterator[str]:
    """Yield every string in a document, keys too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from strings(item)


@cache
def written() -> tuple[str, ...]:
    """Every short string of the playbooks and the fixtures, right and wrong ones."""
    every = [*PLAYBOOKS.rglob("*.yaml"), *FIXTURES]
    trees = (tree for path in every for tree in read(Source(path.name, path.read_bytes())).trees)
    return tuple(sorted({text for tree in trees for text in strings(tree.value) if 0 < len(text) < 40}))


def accepted(grammar: str, text: str) -> bool:
    for parser in GRAMMARS[grammar]:
        try:
            parser(text, Mark(0))
        except MalformedError:
            continue
        return True
    return False


@cache
def right(grammar: str) -> tuple[str, ...]:
    return tuple(text for text in written() if accepted(grammar, text))


@pytest.mark.long
@pytest.mark.parametrize("name", NAMES)
def test_a_schema_stands_alone(name: str) -> None:
    schema = editor_schema(name)
    Draft202012Validator.check_schema(schema)
    assert schema["$id"] == f"urn:sopkit:{name}"
    references = re.findall(r'"\$ref": "([^"]*)"', json.dumps(schema))
    assert references
    definitions = schema["$defs"]
    assert isinstance(definitions, dict)
    assert {one.removeprefix("#/$defs/") for one in references} <= set(definitions)


def test_every_grammar_has_a_parser_here() -> None:
    assert set(GRAMMARS) == set(PATTERNS)


@pytest.mark.long
@pytest.mark.parametrize("grammar", GRAMMARS)
def test_a_pattern_refuses_nothing_that_the_parser_accepts(grammar: str) -> None:
    matches = re.compile(f"^(?:{PATTERNS[grammar]})$").search
    assert right(grammar), "the texts hold none of this grammar"
    assert not [text for text in right(grammar) if not matches(text)]
    assert not matches("about three days")


@pytest.mark.long
@pytest.mark.parametrize("grammar", GRAMMARS)
@given(data=st.data())
@settings(deadline=None)
def test_nor_does_it_after_a_slip_of_the_pen(grammar: str, data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(right(grammar)))
    at = data.draw(st.integers(0, len(text)))
    changed = (
        text[:at]
        + data.draw(st.text("0159:.- ,smhdwyo%≥<=+CNY", max_size=2))
        + text[at + data.draw(st.integers(0, 2)) :]
    )
    if accepted(grammar, changed):
        assert re.search(f"^(?:{PATTERNS[grammar]})$", changed)


@pytest.mark.long
@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_what_sopkit_has_nothing_against_an_editor_accepts(path: Path) -> None:
    compilation = compiled({path.name: path.read_bytes()})
    wrong = {one.span.path for one in compilation.findings if one.weight is Severity.ERROR}
    check(tree.value for tree in compilation.forest.trees if tree.source.path not in wrong)


@pytest.mark.long
def test_the_playbooks_and_the_built_in_catalog_are_accepted() -> None:
    files = {path.relative_to(PLAYBOOKS).as_posix(): path.read_bytes() for path in PLAYBOOKS.rglob("*.yaml")}
    trees = compiled(files).forest.trees
    assert any(tree.source.path.startswith("sopkit:") for tree in trees)
    check(tree.value for tree in trees)


def check(values: Iterator[Value]) -> None:
    for value in values:
        kind = value.get("kind") if isinstance(value, dict) else None
        if isinstance(kind, str) and kind in KINDS:
            for name in (kind, UNION):
                assert not [error.message for error in validator(name).iter_errors(value)]


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("{kind: automation, id: a, starts_on: x, steps: [{do: Call, by: guide, within: 3 days}]}", "within"),
        ("{kind: kpi, id: a, unit: percent, target: about 15}", "target"),
        ("{kind: kpi, id: a, unit: percent, review_by: next May}", "review_by"),
    ],
)
def test_an_editor_marks_what_the_parser_would_refuse(text: str, at: str) -> None:
    [tree] = read(Source("a.yaml", text.encode())).trees
    [error] = [one for one in validator(UNION).iter_errors(tree.value) if one.validator == "pattern"]
    assert error.absolute_path[-1] == at
    said = error.schema["patternErrorMessage"] if isinstance(error.schema, dict) else ""
    assert re.search(r"[\u4e00-\u9fff].* \| \S", said), "words, in both languages, instead of the expression"


@pytest.mark.long
@pytest.mark.parametrize("example", ["minimal", "retail", "email"])
def test_every_document_of_a_new_workspace_names_its_schema(
    tmp_path: Path, example: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "shop"
    assert app.main(["init", str(folder), "--example", example]) == 0
    monkeypatch.chdir(folder)
    assert app.main(["new", "kpi", "fresh-one"]) == 0
    documents = [path for path in folder.rglob("*.yaml") if not path.relative_to(folder).parts[0].startswith(".")]
    assert len(documents) > 3
    for path in documents:
        line, _, rest = path.read_text("utf-8").partition("\n")
        named = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", line)
        assert named, path
        assert "$schema" not in rest
        assert (path.parent / named[1]).resolve() == (folder / ".sopkit/schemas/playbook.schema.json").resolve()


def test_the_schema_is_claimed_for_playbooks_alone(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    app.main(["init", str(folder)])
    settings = json.loads((folder / ".vscode/settings.json").read_text("utf-8"))
    [(schema, patterns)] = settings["yaml.schemas"].items()
    assert json.loads((folder / schema).read_text("utf-8"))["$id"] == "urn:sopkit:playbook"
    claims = [one for one in patterns if not one.startswith("!")]
    others = [".gitlab-ci.yml", ".github/workflows/sopkit.yml"]
    assert all((folder / other).is_file() for other in others)
    # Not every editor knows `!`, so what is claimed must leave them out by itself.
    assert not [other for other in others for claim in claims if PurePosixPath(other).match(claim)]
    assert PurePosixPath("journeys/new-member.yaml").match(claims[0])


def test_without_the_schema_file_a_new_document_names_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sopkit.yaml").write_text("kind: workspace\nid: shop\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    assert app.main(["new", "kpi", "fresh-one"]) == 0
    assert "$schema" not in (tmp_path / "kpi/fresh-one.yaml").read_text("utf-8")
