"""`sopkit build`: what it makes, what it refuses, and that the former output stays whole whatever happens."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import pytest

from sopkit.cli import app
from sopkit.output import MARKER
from sopkit.render.publication import Request, file_name, publish
from sopkit.source import Source
from tests.documents import EDITION, SHOP, SMALL
from tests.workspaces import TODAY

AS_OF = ("--as-of", "2026-07-01")
QUICK: Final = ("--format", "html", "--format", "md")
ALL: Final = ()
Build = Callable[..., tuple[int, str, str]]


@pytest.fixture
def build(capfd: pytest.CaptureFixture[str]) -> Build:
    """Return a function that runs `sopkit build` in this process: exit code, output, complaints.

    It writes the quick formats, pages and Markdown, unless a test asks for all with `formats=ALL`.
    """

    def run(*arguments: str | Path, formats: tuple[str, ...] = QUICK) -> tuple[int, str, str]:
        capfd.readouterr()
        code = app.main(("--lang", "en", "build", *map(str, arguments), *formats, *AS_OF))
        return (code, *capfd.readouterr())

    return run


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SMALL, tmp_path / "small"))


def tree(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def broken(workspace: Path) -> None:
    """Put one error into the workspace: a role that nobody declared."""
    play = workspace / "content.yaml"
    play.write_text(play.read_text("utf-8").replace("by: guide, before: 3", "by: nobody, before: 3"), "utf-8")


@pytest.mark.long
def test_everything_is_made_and_the_manual_is_named(build: Build, workspace: Path, tmp_path: Path) -> None:
    code, out, err = build(workspace, "-o", tmp_path / "out", formats=ALL)
    assert (code, err) == (0, "")
    assert (tmp_path / "out/manuals/all.zh-CN.html").as_posix() in out
    made = tree(tmp_path / "out")
    assert {MARKER, "index.html", "index.en.html", "manifest.json", "manuals/guide.en.md"} <= set(made)
    linked = {
        href
        for name in ("index.html", "index.en.html")
        for href in re.findall(r'href="([^"#:]+)"', made[name].decode())
    }
    assert set(made) == linked | {MARKER, "manifest.json", "index.html", "index.en.html"}


@pytest.mark.long
def test_only_what_is_asked_for_is_made(build: Build, workspace: Path, tmp_path: Path) -> None:
    def made(*options: str) -> set[str]:
        code, out, err = build(workspace, "-o", tmp_path / "out", *options)
        assert (code, err) == (0, "")
        assert ".card." not in out, "no quick card is called the manual"
        return {path for path in tree(tmp_path / "out") if "/" in path and path.endswith((".html", ".md"))}

    sheets = {f"checklists/guide.{period}.{lang}.html" for period in ("daily", "weekly") for lang in ("zh-CN", "en")}
    manuals = {f"manuals/guide.{lang}.{form}" for lang in ("zh-CN", "en") for form in ("html", "md")}
    stems = ("manuals/guide.card", "training/guide", "training/guide.key", "calendar/guide")
    others = {f"{stem}.{lang}.html" for stem in stems for lang in ("zh-CN", "en")}
    assert made("--role", "guide") == sheets | manuals | others
    assert made("--role", "guide", "--only", "card") == {path for path in others if ".card." in path}
    assert made("--role", "guide", "--only", "training") == {path for path in others if path.startswith("training/")}
    assert made("--role", "guide", "--only", "manual") == manuals
    assert made("--role", "guide", "--only", "checklist") == sheets
    both = made("--role", "guide", "--role", "ops-lead", "--only", "checklist", "--only", "manual")
    assert both == {path.replace("guide", role) for path in sheets | manuals for role in ("guide", "ops-lead")}
    index = (tmp_path / "out/index.html").read_text("utf-8")
    assert 'href="manuals/guide.zh-CN.html"' in index
    assert "all." not in index


def test_where_law_applies_the_audit_lies_beside_the_manuals(build: Build, tmp_path: Path) -> None:
    """The shop has errors, so that all of it is a draft."""
    code, _, _ = build(
        SHOP, "-o", tmp_path / "out", "--force", "--edition", "2026-07 <b>", "--only", "audit", formats=ALL
    )
    assert code == 0
    made = tree(tmp_path / "out")
    stems = {
        *(("report", form) for form in ("html", "pdf", "docx", "json", "md")),
        *(("data-inventory", form) for form in ("html", "pdf", "docx", "xlsx", "csv")),
    }
    audit = {f"audit/{stem}.{lang}.{form}" for stem, form in stems for lang in ("zh-CN", "en")}
    assert set(made) == audit | {MARKER, "index.html", "index.en.html", "manifest.json"}
    for lang, index in (("zh-CN", "index.html"), ("en", "index.en.html")):
        linked = {path for path in audit if f'href="{path}"' in made[index].decode()}
        assert linked == {path for path in audit if f".{lang}." in path}
    for path in audit:
        if path.endswith(".html"):
            assert "DRAFT" in made[path].decode()
            assert "2026-07 &lt;b&gt;" in made[path].decode()
    assert b'href="data-inventory.en.html"' in made["audit/report.en.html"]
    build(SHOP, "-o", tmp_path / "guide", "--force", "--role", "guide")
    assert not any(path.startswith("audit/") for path in tree(tmp_path / "guide"))


def test_a_role_without_work_is_named_with_those_that_have_some(build: Build, workspace: Path, tmp_path: Path) -> None:
    code, _, err = build(workspace, "-o", tmp_path / "out", "--role", "gide")
    assert code == 2
    assert "gide" in err
    assert "guide" in err
    assert not (tmp_path / "out").exists()


def test_the_edition_stands_on_every_document(build: Build, workspace: Path, tmp_path: Path) -> None:
    build(workspace, "-o", tmp_path / "out", "--edition", "2026-07 <b>")
    for path, data in tree(tmp_path / "out").items():
        if path.endswith(".html"):
            assert b"2026-07 &lt;b&gt;" in data, path
        if path.endswith(".md"):
            assert rb"2026-07 \<b\>" in data, path


def test_errors_refuse_the_build_and_leave_the_former_output(build: Build, workspace: Path, tmp_path: Path) -> None:
    build(workspace, "-o", tmp_path / "out")
    former = tree(tmp_path / "out")
    broken(workspace)
    code, out, err = build(workspace, "-o", tmp_path / "out")
    assert code == 1
    assert "undefined" in out + err
    assert "--force" in err
    assert tree(tmp_path / "out") == former


@pytest.mark.long
def test_what_was_not_assessed_refuses_the_build_unless_it_is_allowed(
    build: Build, workspace: Path, tmp_path: Path
) -> None:
    (workspace / "open.yaml").write_text(
        "kind: automation\nid: open\ntitle: 待定\nowner: guide\nreview_by: 2027-12-31\nstarts_on: manual\nsteps:\n"
        "  - id: fork\n    choose:\n"
        "      - {if: {order-paid: within 9d}, steps: [{id: a, do: 电话, by: guide, within: 1d}]}\n"
        "      - {if: {order-paid: within 3 workdays}, steps: [{id: b, do: 电话, by: guide, within: 1d}]}\n"
        "      - {else: []}\n",
        "utf-8",
    )
    code, out, err = build(workspace, "-o", tmp_path / "out")
    assert (code, (tmp_path / "out").exists()) == (1, False)
    assert "? not assessed: whether anybody takes this branch" in out
    assert "--allow-not-assessed" in err
    assert build(workspace, "-o", tmp_path / "out", "--allow-not-assessed")[0] == 0
    assert "DRAFT" not in (tmp_path / "out/manuals/all.en.md").read_text("utf-8")
    assert build(workspace, "-o", tmp_path / "out", "--force")[0] == 0
    assert "DRAFT" in (tmp_path / "out/manuals/all.en.md").read_text("utf-8")


def test_force_builds_a_draft_and_says_so_on_every_page(build: Build, workspace: Path, tmp_path: Path) -> None:
    broken(workspace)
    code, _, _ = build(workspace, "-o", tmp_path / "out", "--force")
    assert code == 0
    documents = {path: data for path, data in tree(tmp_path / "out").items() if path.endswith((".html", ".md"))}
    assert documents
    assert all("DRAFT" in data.decode() for data in documents.values())


def test_force_stamps_nothing_where_there_are_no_errors(build: Build, workspace: Path, tmp_path: Path) -> None:
    build(workspace, "-o", tmp_path / "out", "--force")
    assert not any(b"DRAFT" in data for data in tree(tmp_path / "out").values())


def test_a_folder_that_is_not_ours_is_left_alone(build: Build, workspace: Path, tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos/cat.jpg").write_bytes(b"cat")
    for place in (tmp_path / "photos", workspace, tmp_path / "photos/cat.jpg"):
        before = tree(tmp_path)
        code, _, err = build(workspace, "-o", place)
        assert code == 2
        assert place.name in err
        assert tree(tmp_path) == before


@pytest.mark.parametrize(
    "id_",
    [
        "../../escape",
        "CON:",
        *(
            pytest.param(id_, marks=pytest.mark.long)
            for id_ in ("/etc/passwd", "a/b", "..", "a\\b", ".hidden", "a\u202eb")
        ),
    ],
)
def test_no_id_leads_out_of_the_output(build: Build, tmp_path: Path, workspace: Path, id_: str) -> None:
    for path in workspace.glob("*.yaml"):
        text = path.read_text("utf-8")
        escaped = id_.replace("\\", "\\\\").replace("\u202e", "\\u202e")
        for before, after in (("  guide:\n", f'  "{escaped}":\n'), ("by: guide", f'by: "{escaped}"')):
            text = text.replace(before, after)
        path.write_text(text, "utf-8")
    code, _, err = build(workspace, "-o", tmp_path / "deep/er/out", "--force")
    assert code in (0, 1), err
    assert {path.relative_to(tmp_path).parts[0] for path in tmp_path.rglob("*") if path.is_file()} <= {
        "small",
        "deep",
    }
    outside = [path for path in (tmp_path / "deep").rglob("*") if path.is_file() and "out" not in path.parts]
    assert outside == []


def test_every_role_gets_file_names_of_its_own() -> None:
    ids = [
        "",
        "all",
        "role-all",
        "guide",
        "con",
        "role-con",
        "导购",
        "经理",
        "a/b",
        "a-b",
        "A-B",
        "../b",
        "b",
        "..",
        "\u202e",
        "\ud800",
    ]
    names = [file_name(id_) for id_ in ids]
    assert names[:4] == ["all", "role-all", "role-role-all", "guide"]
    assert len(set(names)) == len(ids)
    assert all(re.fullmatch("[a-z0-9-]+", name) and name not in ("con", "..") for name in names)


def test_an_exception_in_the_middle_leaves_the_former_output(
    build: Build, workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(workspace, "-o", tmp_path / "out")
    former = tree(tmp_path / "out")
    asked: list[int] = []

    def fail(*_: object) -> str:
        asked.append(len(asked))
        if len(asked) > 5:
            raise RuntimeError("a template failed")
        return "half"

    monkeypatch.setattr("sopkit.render.writers.to_html", fail)
    code, _, err = build(workspace, "-o", tmp_path / "out")
    assert code == 3
    assert "RuntimeError" in err
    assert len(asked) == 6
    assert tree(tmp_path / "out") == former
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


KILLED = """
import os, signal, sys
from sopkit import output
from sopkit.cli import app

real, written = output.Path.write_bytes, []

def write_bytes(path, data):
    if len(written) == int(sys.argv[1]):
        real(path, data[: len(data) // 2])
        os.kill(os.getpid(), signal.SIGKILL)
    written.append(path)
    return real(path, data)

output.Path.write_bytes = write_bytes
app.main(sys.argv[2:])
"""


def process(*arguments: str | Path, environment: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[bytes]:
    needed = {name: os.environ[name] for name in ("PATH", "SOPKIT_CACHE_DIR") if name in os.environ}
    command = [sys.executable, *map(str, arguments)]
    return subprocess.run(command, check=False, capture_output=True, env=needed | dict(environment or {}))


@pytest.mark.parametrize("after", [0, *(pytest.param(number, marks=pytest.mark.long) for number in (7, 20))])
def test_a_killed_build_leaves_the_former_output_and_the_next_one_succeeds(
    build: Build, workspace: Path, tmp_path: Path, after: int
) -> None:
    build(workspace, "-o", tmp_path / "out")
    former = tree(tmp_path / "out")
    killed = process(
        *("-c", textwrap.dedent(KILLED), str(after)),
        *("build", workspace, "-o", tmp_path / "out", *QUICK, *AS_OF, "--edition", "x"),
    )
    assert killed.returncode == -signal.SIGKILL
    assert tree(tmp_path / "out") == former
    assert build(workspace, "-o", tmp_path / "out")[0] == 0
    assert tree(tmp_path / "out") == former


@pytest.mark.long
def test_the_bytes_depend_neither_on_the_hash_seed_nor_on_the_place(workspace: Path, tmp_path: Path) -> None:
    made = []
    for seed in ("0", "1", "4242"):
        place = tmp_path / seed
        shutil.copytree(workspace, place / "small")
        ran = process(
            *("-m", "sopkit", "build", place / "small", "-o", place / "out", *AS_OF, "--edition", "2026-07"),
            environment={"PYTHONHASHSEED": seed},
        )
        assert ran.returncode == 0, ran.stderr
        made.append(tree(place / "out"))
    assert made[0] == made[1] == made[2]
    assert "edition.json" in made[0]
    assert {path.rpartition(".")[2] for path in made[0] if path != MARKER} == {
        *("html", "pdf", "docx", "xlsx", "md", "ics", "svg", "json"),
    }


@pytest.mark.long
def test_the_bytes_do_not_depend_on_the_time_zone(workspace: Path, tmp_path: Path) -> None:
    made = []
    for zone in ("Asia/Shanghai", "America/New_York"):
        # Two o'clock in the morning of 1 July 2026 in UTC: still June in New York.
        environment = {"TZ": zone, "SOURCE_DATE_EPOCH": "1782871200"}
        ran = process(
            *("-m", "sopkit", "build", workspace, "-o", tmp_path / zone, "--edition", "2026-07"),
            environment=environment,
        )
        assert ran.returncode == 0, ran.stderr
        made.append(tree(tmp_path / zone))
    assert made[0] == made[1]
    assert b"2026-07-01" in made[0]["manuals/guide.en.html"]


def test_no_workspace_is_lost_to_a_build_over_the_folder_that_it_is_in(
    build: Build, workspace: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    build(workspace, "-o", out)
    shutil.copytree(workspace, out / "brand2")
    shutil.copy(out / MARKER, out / "brand2")
    for place in (out, out / "brand2"):
        before = tree(tmp_path)
        code, _, err = build(out / "brand2", "-o", place)
        assert code == 2
        assert "did not write" in err
        assert tree(tmp_path) == before


def test_the_usual_output_inside_the_workspace_is_built_again_and_again(build: Build, workspace: Path) -> None:
    assert build(workspace, "-o", workspace / "out")[0] == 0
    first = tree(workspace)
    assert build(workspace, "-o", workspace / "out")[0] == 0
    assert tree(workspace) == first


def test_the_bytes_do_not_depend_on_the_order_in_which_files_are_found() -> None:
    from sopkit import pipeline  # noqa: PLC0415  only here is the whole pipeline needed

    sources = tuple(Source(path.name, path.read_bytes()) for path in sorted(SMALL.glob("*.yaml")))
    made = [
        dict(publish(pipeline.compile(order, today=TODAY).workspace, EDITION, Request(forms=("html", "md"))))
        for order in (sources, tuple(reversed(sources)))
    ]
    assert made[0] == made[1]


MANUALS: Final = ("--only", "manual")


def test_a_later_edition_marks_what_changed_and_for_whom(build: Build, workspace: Path, tmp_path: Path) -> None:
    out, kept = tmp_path / "out", tmp_path / "kept.json"
    assert build(workspace, "-o", out, *MANUALS, "--edition", "2026-07")[0] == 0
    kept.write_bytes((out / "edition.json").read_bytes())
    play = _holding(workspace, "since: stage")
    play.write_text(
        play.read_text("utf-8").replace("within: 24h\n        since: stage", "within: 12h\n        since: stage"),
        "utf-8",
    )
    assert build(workspace, "-o", out, *MANUALS, "--edition", "2026-10")[0] == 0
    first = tree(out)
    guide = first["manuals/guide.en.html"].decode()
    assert guide.count("changed in this edition") == 2
    assert "sign again" in guide
    assert "need not train or sign again" in first["manuals/ops-lead.en.html"].decode()
    assert json.loads(first["edition.json"])["previous"]["edition"] == "2026-07"
    # The same edition once more, and with the earlier one named: the same bytes.
    assert build(workspace, "-o", out, *MANUALS, "--edition", "2026-10")[0] == 0
    assert tree(out) == first
    assert build(workspace, "-o", tmp_path / "other", *MANUALS, "--edition", "2026-10", "--since", kept)[0] == 0
    assert tree(tmp_path / "other") == first
    # What is no whole edition leaves what is known as it is.
    assert build(workspace, "-o", out, *MANUALS, "--role", "guide")[0] == 0
    assert tree(out)["edition.json"] == first["edition.json"]


def _holding(folder: Path, words: str) -> Path:
    return next(path for path in sorted(folder.glob("*.yaml")) if words in path.read_text("utf-8"))


def test_a_damaged_edition_is_told_and_nothing_lost(build: Build, workspace: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert build(workspace, "-o", out, *MANUALS, "--edition", "2026-07")[0] == 0
    (out / "edition.json").write_text("{", "utf-8")
    former = tree(out)
    code, _, err = build(workspace, "-o", out, *MANUALS, "--edition", "2026-10")
    assert code == 2
    assert "edition.json" in err
    assert "--since" in err
    assert tree(out) == former
    code, _, err = build(workspace, "-o", out, *MANUALS, "--since", tmp_path / "none.json")
    assert code == 2
    assert "none.json" in err
    assert tree(out) == former
