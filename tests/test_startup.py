"""What a command imports: nobody waits for what it does not use."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import workspaces

PLAYBOOK = """\
kind: procedure
id: opening
title: 开店
owner: guide
review_by: 2027-12-31
starts_on: manual
for_each: shop
steps:
  - {id: lights, do: 开灯, by: guide, within: 10m, minutes: 5}
---
kind: catalog
roles:
  guide: {title: 导购, of: shop}
"""
HEAVY = {"networkx", "jinja2", "yaml", "click", "jsonschema", "jsonschema_rs", "difflib", "xlsxwriter"}
VALIDATORS = {"jsonschema", "jsonschema_rs"}
RUN = """
import sys
sys.argv = ["sopkit", *{arguments!r}]
from sopkit.__main__ import main
code = main()
print(code, *sorted(sys.modules))
"""


def modules(code: str, caches: Path) -> tuple[list[str], set[str]]:
    """Run Python code that prints the loaded modules last; return what stands before them, and the modules."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "SOPKIT_CACHE_DIR": str(caches), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        check=True,
    )
    first, *loaded = done.stdout.decode().splitlines()[-1].split()
    return [*done.stdout.decode().splitlines()[:-1], first], set(loaded)


def test_importing_the_package_imports_nothing_heavy(tmp_path: Path) -> None:
    _, loaded = modules("import sys, sopkit\nprint(0, *sorted(sys.modules))", tmp_path / "caches")
    assert "sopkit" in loaded
    assert not loaded & HEAVY


def test_the_version_is_told_without_the_command_line(tmp_path: Path) -> None:
    said, loaded = modules(RUN.format(arguments=["--version"]), tmp_path / "caches")
    assert said[0].startswith("sopkit ")
    assert said[-1] == "0"
    assert {name for name in loaded if name.startswith("sopkit")} == {"sopkit", "sopkit.__main__"}
    assert not loaded & HEAVY


@pytest.mark.long
def test_a_check_loads_no_templates_no_manuals_and_no_audit(tmp_path: Path) -> None:
    folder = workspaces.write(tmp_path / "workspace", PLAYBOOK)
    said, loaded = modules(RUN.format(arguments=["check", str(folder), "--as-of", "2026-07-01"]), tmp_path / "caches")
    assert said[-1] == "0"
    assert {"yaml", "click", "sopkit.rules"} <= loaded
    assert not loaded & {"jinja2", "markupsafe", "networkx"}
    unused = ("sopkit.render.manual", "sopkit.render.layout", "sopkit.render.audit", "sopkit.audit")
    assert not {name for name in loaded if name.startswith(unused)}


@pytest.mark.parametrize("command", ["check", "build"])
def test_files_are_read_before_the_rules_are_loaded(command: str, tmp_path: Path) -> None:
    _, loaded = modules(f"import sys, sopkit.cli.{command}\nprint(0, *sorted(sys.modules))", tmp_path / "caches")
    assert "sopkit.cli.workspace" in loaded
    assert not loaded & {
        "sopkit.rules",
        "sopkit.graph",
        "sopkit.pipeline",
        "sopkit.audit",
        "sopkit.render.publication",
        "jinja2",
    }


@pytest.mark.long
def test_a_check_of_what_has_not_changed_needs_no_validator(tmp_path: Path) -> None:
    folder = workspaces.write(tmp_path / "workspace", PLAYBOOK)
    arguments = ["check", str(folder), "--as-of", "2026-07-01"]
    first, cold = modules(RUN.format(arguments=arguments), tmp_path / "caches")
    second, warm = modules(RUN.format(arguments=arguments), tmp_path / "caches")
    assert first == second
    assert "jsonschema_rs" in cold
    assert cold & VALIDATORS
    assert not warm & VALIDATORS


@pytest.mark.long
@pytest.mark.parametrize("command", [["--help"], ["rules"], ["schema", "kpi"], ["explain", "SOP141"]])
def test_commands_that_read_no_workspace_load_no_graph(command: list[str], tmp_path: Path) -> None:
    said, loaded = modules(RUN.format(arguments=command), tmp_path / "caches")
    assert said[-1] == "0"
    assert not loaded & {"networkx", "jinja2"}
