"""Every command and every YAML example that the documentation and the help pages show is tried."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path

import pytest

from sopkit.cli import app
from sopkit.diagnostics import Severity
from sopkit.logs.pseudonyms import Pseudonyms
from tests import spreadsheets
from tests.repositories import committed, git
from tests.workspaces import TODAY, compiled

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCE = re.compile(r"^(?P<fence>`{3,})([a-z]*)\n(.*?)^(?P=fence)$", re.DOTALL | re.MULTILINE)
TRIED_BY = {
    "console": "test_docs.py, with what they print",
    "sh": "below and .ci/run",
    "yaml": "below; those of docs/rules by test_rule_examples.py",
    "yml": "test_hooks.py: files that `init` writes",
    "text": "nobody: a picture, no code",
}
"""Language of a block of code → who tries it."""
INLINE = re.compile(r"`(sopkit(?: [^`]+)?)`")
KEY = "a key of the examples"
BLANKS = {
    "OUT": "out",
    "ID": "fresh-one",
    "KIND": "kpi",
    "RULE": "SOP101",
    "FORMAT": "sarif",
    "编号": "fresh-one",
    "规则": "SOP101",
}
"""What the documentation leaves to the reader in a command → what is typed here."""

FRAGMENTS = {
    "if": """\
kind: automation
id: carrier
title: Carrier
owner: guide
review_by: 2027-12-31
starts_on: order-paid
reentry: always
steps:
  - id: call
    do: Call
    by: guide
    within: 1d
    {fragment}
---
kind: catalog
data:
  value-tier: {{title: Tier, type: [silent, churned, new]}}
""",
}
"""First key of an example that is no whole document → a document in which it stands."""


def blocks(language: str) -> list[tuple[Path, str]]:
    """Return page and text of every block of code in a language, except in the pages of rules."""
    pages = [page for page in PAGES if page.parent.name != "rules"]
    return [
        (page, text) for page in pages for _, name, text in FENCE.findall(page.read_text("utf-8")) if name == language
    ]


def named(blocks_: list[tuple[Path, str]]) -> list[object]:
    return [pytest.param(page, text, id=f"{page.name}-{number}") for number, (page, text) in enumerate(blocks_)]


def test_every_block_of_code_is_tried_by_somebody() -> None:
    used = {name for page in PAGES for _, name, _ in FENCE.findall(page.read_text("utf-8"))}
    assert used <= set(TRIED_BY)
    assert {"console", "sh", "yaml"} <= used


@pytest.mark.parametrize(("page", "text"), named(blocks("yaml")))
def test_yaml_examples_are_right(page: Path, text: str) -> None:
    """What they take for granted (nouns, a review date) is not theirs to declare; nothing else may be wrong with them."""
    key = text.partition(":")[0]
    document = text if key == "kind" else FRAGMENTS[key].format(fragment=text.strip().replace("\n", "\n    "))
    name = "sopkit.yaml" if "kind: workspace" in document else "play.yaml"
    name = "rules/own.yaml" if document.startswith("kind: rule") else name
    found = compiled({name: document}).findings
    assert not [one.message("en") for one in found if one.weight is Severity.ERROR], page.name
    if key != "kind":
        assert not found, page.name


@pytest.mark.long
@pytest.mark.parametrize(("page", "text"), named(blocks("sh")))
def test_commands_for_the_shell_name_what_there_is(page: Path, text: str) -> None:
    """They install things, so .ci/run alone runs those of the README; here are their parts."""
    extras = set(tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"])
    for line in re.split(r"\n|&&", text.strip()):
        words = shlex.split(line)
        assert words, page.name
        for asked in re.findall(r"\.\[([a-z,]+)\]", line):
            assert set(asked.split(",")) <= extras
        if words[1] == "-m" and words[2].startswith("tests.benchmarks."):
            said = subprocess.run(
                [sys.executable, *words[1:], "--help"], cwd=ROOT, capture_output=True, check=True, text=True
            )
            assert {word for word in words if word.startswith("--")} <= set(re.findall(r"--\w+", said.stdout))
        elif words[0] == "bash":
            assert (ROOT / words[1]).is_file()
        elif words[0] == ".venv/bin/sopkit":
            assert words[1] in app.COMMANDS
            assert (ROOT / words[2] / "sopkit.yaml").is_file()
        else:
            assert words[1:3] == ["-m", "venv"] or "install" in words, line


def commands() -> list[str]:
    """Return every command that stands in a sentence or a table of the pages, or among the examples of a help page."""
    pages = [page.read_text("utf-8") for page in PAGES if page.parent.name != "rules"]
    found = {line for page in pages for line in INLINE.findall(page)}
    for name in app.COMMANDS:
        found |= {line for line, _ in getattr(import_module(f"sopkit.cli.{name}"), "EXAMPLES", ())}
    return sorted(found)


def _first_own_rule() -> str:
    found = re.search(
        r"^```yaml\n(kind: rule\n.*?)^```", (ROOT / "docs/own-rules.md").read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    assert found
    return found[1]


@pytest.mark.long
@pytest.mark.parametrize("line", commands())
def test_commands_in_texts_do_what_they_say(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [BLANKS.get(word, word) for word in shlex.split(line)][1:]
    if words in (["audit"], ["build"], ["diff"], ["explain"], ["export"], ["hook"], ["import"], ["init"], ["new"]):
        words.append("--help")  # a sentence speaks of the command as such
    monkeypatch.chdir(tmp_path)
    if words[:1] != ["init"]:
        shutil.copytree(ROOT / "playbooks", tmp_path / "my-brand")
        if "--changed-since" in words or any(word.startswith("state:modified") for word in words):
            committed(tmp_path / "my-brand")
        monkeypatch.chdir(tmp_path if "my-brand" in words else tmp_path / "my-brand")
        if "own/ID" in words:
            words[words.index("own/ID")] = "own/chat-has-approver"
            Path("rules").mkdir()
            Path("rules/approver.yaml").write_text(_first_own_rule(), "utf-8")
        if "--prune" in words:
            app.main(["--as-of", TODAY.isoformat(), "baseline", "--baseline", ".sopkit-baseline.json"])
    if words[:1] == ["diff"]:
        committed(tmp_path / "my-brand")
        for tag in ("v1.0", "v1.1"):
            git(tmp_path / "my-brand", "tag", tag)
    if "SOP.xlsx" in words and words[0] != "export":
        Path("SOP.xlsx").write_bytes(spreadsheets.flat())
        Path("my-shop").mkdir()
        Path("my-shop/sopkit-import.yaml").write_text("version: 1\n", "utf-8")
        if "--map" not in words and words[0] == "import":
            shutil.rmtree("my-shop")
    if "touches.csv" in words:
        Path("touches.csv").write_text("customer,time,channel\n7,2026-06-01 10:00,sms\n", "utf-8")
    if "K7F3-9QX2" in words:
        monkeypatch.setenv("SOPKIT_LOG_KEY", KEY)
        words[words.index("K7F3-9QX2")] = Pseudonyms(KEY.encode()).of("customer", "7")
    code = app.main(["--as-of", TODAY.isoformat(), *words])
    said = capsys.readouterr()
    assert code == 0, said.err + said.out
