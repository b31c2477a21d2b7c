"""The documentation is run: every command with its output, every generated page, every link.

`SOPKIT_REGENERATE=1 pytest tests/test_docs.py` writes the outputs and generated pages anew instead of comparing them.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sopkit.catalogue import RULES
from sopkit.render.log_reference import kinds_table, needs_table
from sopkit.render.rule_reference import rule_index, rule_markdown
from sopkit.schema.reference import language_reference
from sopkit.text import LANGS, Lang

ROOT = Path(__file__).resolve().parent.parent
REGENERATE = bool(os.environ.get("SOPKIT_REGENERATE"))
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.DOTALL | re.MULTILINE)
SHELL = re.compile(r"^```sh\n(.*?)^```$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)\s]*)?\)")


def run(command: str, folder: Path, locale: str) -> str:
    """Return what `command` prints on both streams, run by bash in `folder`, 100 columns wide."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("LC_")} | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "COLUMNS": "100",
        "LANG": locale,
        "PYTHONUTF8": "1",
        "SOPKIT_CACHE": "off",
    }
    done = subprocess.run(
        ["bash", "-c", command], cwd=folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    return done.stdout.decode("utf-8")


def replay(block: str, folder: Path, locale: str) -> str:
    """Return the block with the output of each `$ command` as it is now."""
    parts: list[str] = []
    for line in block.splitlines():
        if line.startswith("$ "):
            output = run(line[2:], folder, locale)
            parts += [line, *(out.rstrip() for out in output.splitlines())]
    return "\n".join(parts) + "\n"


SHOWING = [page for page in PAGES if "```console" in page.read_text("utf-8")]


@pytest.mark.long
@pytest.mark.parametrize("page", SHOWING, ids=lambda page: page.name)
def test_commands_print_what_the_page_shows(page: Path, tmp_path: Path) -> None:
    text = page.read_text("utf-8")
    locale = "zh_CN.UTF-8" if ".zh-CN." in page.name else "en_US.UTF-8"
    for folder in ("playbooks", "tests/as_published", "docs/spreadsheets"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    now = CONSOLE.sub(lambda found: f"```console\n{replay(found[1], tmp_path, locale)}```", text)
    compare(page, now)


@pytest.mark.parametrize("page", [ROOT / "README.md", ROOT / "docs" / "README.zh-CN.md"], ids=lambda p: p.name)
def test_findings_that_the_readme_shows_are_short(page: Path) -> None:
    """A change of one figure yields one finding, and the published handbook two; each fits a screen and has its course."""
    course = "  how" if page.name == "README.md" else "  经过"
    shown = [one for one in CONSOLE.findall(page.read_text("utf-8")) if "sopkit check" in one and course in one]
    assert [code for one in shown for code in re.findall(r"^\S+ (SOP\d+) ", one, re.MULTILINE)] == [
        "SOP301", "SOP701", "SOP501"
    ]  # fmt: skip
    assert all(len(one.splitlines()) <= 26 for one in shown), "25 lines and the command"


def test_rule_pages_are_generated_from_the_rules() -> None:
    folder = ROOT / "docs" / "rules"
    pages = {f"{rule.code}.md": rule_markdown(rule) for rule in RULES} | {"README.md": rule_index(RULES)}
    if REGENERATE:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    for name, text in pages.items():
        compare(folder / name, text)
    assert {path.name for path in folder.iterdir()} == set(pages)


@pytest.mark.parametrize("lang", LANGS)
def test_language_reference_is_generated_from_the_schemas(lang: str) -> None:
    name = "language.md" if lang == "en" else f"language.{lang}.md"
    compare(ROOT / "docs" / name, language_reference("en" if lang == "en" else "zh-CN"))


@pytest.mark.parametrize("lang", LANGS)
def test_tables_of_logs_are_generated_from_what_logs_are_read_into(lang: Lang) -> None:
    page = ROOT / "docs" / ("logs.md" if lang == "en" else f"logs.{lang}.md")
    text = page.read_text("utf-8")
    for made in (kinds_table(lang), needs_table(lang)):
        head = re.escape(made.partition("\n")[0])
        assert len(re.findall(f"^{head}$", text, re.MULTILINE)) == 1
        before, after = re.split(rf"^{head}\n(?:\|.*\n)+", text, flags=re.MULTILINE)
        text = before + made + after
    compare(page, text)


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in LINK.findall(page.read_text("utf-8")):
        if not target.startswith(("http:", "https:", "mailto:")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_readme_has_two_commands_and_ci_runs_both() -> None:
    ci = (ROOT / ".ci" / "run").read_text("utf-8")
    main_job, tests = SHELL.findall((ROOT / "README.md").read_text("utf-8"))
    assert tests.strip() in ci.splitlines()
    assert "readme_command 1" in ci, "the main job is run as the README words it"
    assert SHELL.findall((ROOT / "docs" / "README.zh-CN.md").read_text("utf-8")) == [main_job, tests]


def compare(path: Path, text: str) -> None:
    """Compare a page with what it should be now, or write it."""
    assert "sopkit itself failed" not in text, f"{path.name} would show a fault of ours"
    if REGENERATE:
        path.write_text(text, encoding="utf-8", newline="\n")
    assert path.read_text("utf-8") == text, f"{path.name} is out of date: SOPKIT_REGENERATE=1 pytest tests/test_docs.py"
