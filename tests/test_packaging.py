"""What an installation must hold and what it must not cost: wheel contents, start-up time, what an import pulls in."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import time
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def python(*arguments: str) -> str:
    return subprocess.run(
        [sys.executable, *arguments], check=True, capture_output=True, text=True, encoding="utf-8"
    ).stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names in a wheel built from this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    script = (
        "import os, sys; os.chdir(sys.argv[1]);from hatchling.build import build_wheel; print(build_wheel(sys.argv[2]))"
    )
    name = python("-c", script, str(ROOT), str(folder)).splitlines()[-1]
    return set(zipfile.ZipFile(folder / name).namelist())


@pytest.mark.long
def test_the_source_distribution_holds_all_that_is_kept(tmp_path: Path) -> None:
    """The tests, with what they read, run from it as they run from a checkout."""
    script = (
        "import os, sys; os.chdir(sys.argv[1]);from hatchling.build import build_sdist; print(build_sdist(sys.argv[2]))"
    )
    name = python("-c", script, str(ROOT), str(tmp_path)).splitlines()[-1]
    with tarfile.open(tmp_path / name) as archive:
        held = {"/".join(one.name.split("/")[1:]) for one in archive.getmembers()}
    folders = ("docs", "playbooks", "schemas", "sopkit", "templates", "tests", ".ci")
    kept = {
        f"{folder}/{name}"
        for folder in folders
        for name in files_below(ROOT / folder)
        if not {"__pycache__", "node_modules"} & set(name.split("/"))
    }
    kept |= {"pyproject.toml", "README.md", "CHANGELOG.md", "LICENSE"}
    assert not kept - held


def test_the_licence_is_the_one_that_is_declared(wheel: set[str]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    text = (ROOT / "LICENSE").read_text("utf-8")
    assert project["license"] == "Apache-2.0"
    assert text.split()[:4] == ["Apache", "License", "Version", "2.0,"]
    assert "END OF TERMS AND CONDITIONS" in text
    assert [name for name in wheel if name.endswith("/licenses/LICENSE")]


def files_below(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_the_wheel_holds_schemas_templates_and_catalogs(wheel: set[str]) -> None:
    for folder in ("schemas", "templates"):
        wanted = {f"sopkit/{folder}/{name}" for name in files_below(ROOT / folder)}
        assert wanted
        assert wanted <= wheel
    assert "sopkit/templates/init/common/dot-gitignore" in wheel
    assert "sopkit/catalogs/retail-cn.yaml" in wheel
    assert "sopkit/py.typed" in wheel


def test_the_wheel_holds_nothing_else(wheel: set[str]) -> None:
    assert {name.split("/")[0].split("-")[0] for name in wheel} == {"sopkit"}
    assert not [name for name in wheel if "__pycache__" in name or name.startswith("sopkit/tests")]


def test_every_dependency_is_declared_with_a_lower_bound() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert all(">=" in one for one in project["dependencies"])


def test_importing_the_package_pulls_in_nothing_heavy() -> None:
    loaded = set(python("-c", "import sopkit, sys; print(*sys.modules)").split())
    assert not loaded & {"networkx", "jinja2", "yaml", "jsonschema", "jsonschema_rs", "click"}


def test_the_version_waits_for_nothing() -> None:
    script = (
        "import sys; sys.argv = ['sopkit', '--version']; from sopkit.__main__ import main; main(); print(*sys.modules)"
    )
    version, modules = python("-c", script).splitlines()
    assert version.startswith("sopkit ")
    assert not set(modules.split()) & {"networkx", "jinja2", "yaml", "jsonschema", "jsonschema_rs", "click"}


def test_start_up_is_at_most_four_times_a_bare_interpreter() -> None:
    def best(*arguments: str) -> float:
        times = []
        for _ in range(7):
            start = time.perf_counter()
            python(*arguments)
            times.append(time.perf_counter() - start)
        return min(times)

    bare = best("-c", "pass")
    ours = best("-m", "sopkit", "--version")
    assert ours <= 4 * bare, f"{ours / bare:.1f} times `python -c pass`"


def test_the_command_and_the_module_are_the_same() -> None:
    script = Path(sys.executable).with_name("sopkit")
    said = subprocess.run([script, "--version"], check=True, capture_output=True, text=True).stdout
    assert said == python("-m", "sopkit", "--version")
