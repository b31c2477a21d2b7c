"""The commands beside `check` on real folders: what they print, what they write, what they leave alone."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from sopkit.cli import making
from sopkit.output import MARKER
from sopkit.text import LANGS
from tests.commands import CAPPED, GOOD, MISSPELT, UNSETTLED, Run, Write, files, runner, writer
from tests.workspaces import SETTINGS, write


@pytest.fixture
def write_workspace(tmp_path: Path) -> Write:
    return writer(tmp_path)


@pytest.fixture
def sopkit(capfd: pytest.CaptureFixture[str]) -> Run:
    return runner(capfd)


# init, new


@pytest.mark.long
def test_init_writes_a_workspace_that_checks_clean_and_builds(
    sopkit: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for example in ("minimal", "retail", "email"):
        code, out, _ = sopkit("init", example, "--example", example, "--lang", "en", "--as-of", "2026-02-28")
        assert code == 0
        assert f"sopkit check {example}" in out
        code, out, _ = sopkit("check", example, "--fail-on", "warning", "--lang", "en", "--as-of", "2026-02-28")
        assert code == 0, out
        code, out, _ = sopkit("build", example, "-o", f"{example}/out", "--lang", "en")
        assert code == 0
        assert f"{example}/out/manuals/all.en.html" in out
        assert (tmp_path / example / "out/manuals/all.en.html").is_file()
        assert sopkit("check", example)[0] == 0


def test_init_brings_editor_settings_that_work_offline(sopkit: Run, tmp_path: Path) -> None:
    sopkit("init", tmp_path / "my-brand")
    written = files(tmp_path / "my-brand")
    settings = json.loads(written[".vscode/settings.json"])
    for schema in settings["yaml.schemas"]:
        assert schema in written
        assert json.loads(written[schema])["$schema"].endswith("2020-12/schema")
    assert {".gitignore", ".gitlab-ci.yml", ".github/workflows/sopkit.yml"} <= set(written)
    assert not [name for name in written if "dot-" in name or name == MARKER]
    assert not [name for name, data in written.items() if b"@ID@" in data or b"@TITLE@" in data]


@pytest.mark.parametrize(
    ("name", "id_"), [("My Brand", "my-brand"), ("晨曦", "my-brand"), ('a"b', "a-b"), ("2026店", "my-brand")]
)
def test_any_name_of_a_folder_makes_a_clean_workspace(sopkit: Run, tmp_path: Path, name: str, id_: str) -> None:
    assert sopkit("init", tmp_path / name)[0] == 0
    code, out, _ = sopkit("check", tmp_path / name, "--format", "json")
    assert code == 0
    assert json.loads(out)["workspace"] == id_


def test_init_and_new_work_to_the_end_of_the_calendar(
    sopkit: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sopkit("init", tmp_path / "late", "--as-of", "9999-12-31")[0] == 0
    assert b"review_by: 9999-12-31" in b"".join(files(tmp_path / "late").values())
    monkeypatch.chdir(tmp_path / "late")
    assert sopkit("new", "kpi", "later", "--as-of", "9999-12-31")[0] == 0
    assert b"review_by: 9999-12-31" in (tmp_path / "late/kpi/later.yaml").read_bytes()


@pytest.mark.parametrize(
    ("name", "starts"), [("birthday", "date: birthday"), ("after-sales", "order-paid"), ("x", "order-paid")]
)
def test_a_new_automation_starts_as_its_name_says(
    sopkit: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, starts: str
) -> None:
    sopkit("init", tmp_path / "shop")
    monkeypatch.chdir(tmp_path / "shop")
    assert sopkit("new", "automation", name)[0] == 0
    assert starts in (tmp_path / "shop" / f"{name}.yaml").read_text("utf-8")
    assert sopkit("check")[0] == 0


def test_init_leaves_a_folder_with_files_alone(sopkit: Run, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    code, _, err = sopkit("init", tmp_path, "--lang", "en")
    assert code == 2
    assert "already holds files" in err
    assert files(tmp_path) == {"notes.txt": b"mine"}


def test_headings_of_a_simulation_are_bold_where_colours_are_wanted(sopkit: Run, tmp_path: Path) -> None:
    sopkit("init", tmp_path / "shop")
    out = sopkit("simulate", tmp_path / "shop", "--customers", "20", "--color", "always", "--lang", "en")[1]
    assert out.startswith("\x1b[1mCaps on touches\x1b[0m\n")


def test_init_works_in_a_repository_that_was_made_first(sopkit: Run, tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    assert sopkit("init", tmp_path)[0] == 0
    assert sopkit("check", tmp_path)[0] == 0
    assert (tmp_path / ".git" / "HEAD").read_text() == "ref: refs/heads/main\n"


def test_new_tells_what_the_check_will_say_of_the_example(
    sopkit: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sopkit("init", tmp_path / "shop", "--example", "email")
    monkeypatch.chdir(tmp_path / "shop")
    out = sopkit("new", "kpi", "first-orders", "--lang", "en")[1]
    assert "first-orders.yaml:24:68  the event `member-joined` is not declared" in out
    assert sopkit("new", "procedure", "cleaning", "--lang", "en")[1].count(" is not declared\n") == 1
    sopkit("init", tmp_path / "small")
    monkeypatch.chdir(tmp_path / "small")
    assert len(sopkit("new", "automation", "birthday", "--lang", "en")[1].splitlines()) == 1
    out = sopkit("new", "sync", "orders", "--lang", "en")[1]
    assert "This is the first sync" in out
    assert "`welcome` needs the event `member-joined` in `map`, and no sync carries" in out


@pytest.mark.parametrize("kind", ["catalog", "lifecycle", "automation", "cadence", "sync", "kpi", "procedure"])
def test_new_writes_a_document_that_can_be_checked(
    sopkit: Run, write_workspace: Write, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_workspace({"journeys/play.yaml": GOOD})
    monkeypatch.chdir(folder)
    code, out, _ = sopkit("new", kind, "fresh-one", "--lang", "en")
    home = {"automation": "journeys", "catalog": "journeys"}.get(kind, kind)
    assert code == 0
    assert f"{home}/fresh-one.yaml" in out
    assert (folder / home / "fresh-one.yaml").read_text("utf-8").count("#") >= 1
    assert "SOP0" not in sopkit("check")[1]
    code, _, err = sopkit("new", kind, "fresh-one", "--lang", "en")
    assert code == 2
    assert "was left as it is" in err


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("kind", ["catalog", "lifecycle", "automation", "cadence", "sync", "kpi", "procedure"])
def test_all_that_a_new_document_suggests_can_be_taken_up(
    sopkit: Run, tmp_path: Path, kind: str, lang: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is left to mend then are names of nouns that the workspace doesn't have, and what the law asks of it."""
    sopkit("init", tmp_path / "shop", "--lang", lang)
    monkeypatch.chdir(tmp_path / "shop")
    sopkit("new", kind, "fresh-one", "--lang", lang)
    written = next((tmp_path / "shop").rglob("fresh-one.yaml"))
    bare = written.read_text("utf-8")
    assert "\nreview_by: 2026-12-31\n" in bare
    assert "missing-review-date" not in sopkit("check")[1]
    taken_up = re.sub(r"^# (\w+: .*)$", r"\1", bare[bare.index("\nkind:") :], flags=re.MULTILINE)
    assert taken_up.count("\n# ") < bare.count("\n# ")
    assert "…" not in taken_up
    written.write_text(taken_up, "utf-8")
    report = json.loads(sopkit("check", "--format", "json")[1])
    assert {one["rule"] for one in report["findings"] if one["severity"] == "error" and not one["law"]} <= {
        "undefined-name"
    }


@pytest.mark.parametrize("kind", ["lifecycle", "automation", "cadence", "procedure"])
def test_new_refuses_an_id_that_a_playbook_has_and_shows_where(
    sopkit: Run, write_workspace: Write, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_workspace({"journeys/play.yaml": GOOD})
    before = files(folder)
    monkeypatch.chdir(folder)
    code, out, err = sopkit("new", kind, "thanks", "--lang", "en")
    assert (code, out) == (2, "")
    assert "journeys/play.yaml:2:5" in err
    assert files(folder) == before
    assert sopkit("new", "kpi", "thanks")[0] == 0, "measures have ids of their own"


# build, compile


def test_the_graph_is_compiled_whatever_was_not_assessed(sopkit: Run, write_workspace: Write) -> None:
    folder = write_workspace(UNSETTLED)
    code, out, err = sopkit("compile", folder, "--lang", "en")
    assert (code, err) == (0, "not assessed: 1; the file does not say that these are right: sopkit check\n")
    assert json.loads(out)
    assert sopkit("compile", folder, "--lang", "zh-CN")[2].startswith("有 1 项内容没能判断")
    assert sopkit("compile", write_workspace(GOOD))[2] == ""


@pytest.mark.long
def test_build_writes_manuals_checklists_and_the_graph(sopkit: Run, write_workspace: Write, tmp_path: Path) -> None:
    folder = write_workspace(GOOD)
    code, out, _ = sopkit("build", folder, "-o", tmp_path / "out", "--lang", "en")
    assert code == 0
    assert f"The manual: {(tmp_path / 'out/manuals/all.zh-CN.html').as_posix()}" in out
    names = set(files(tmp_path / "out"))
    assert {"index.html", "manifest.json", "manuals/all.zh-CN.md", MARKER} <= names
    first = files(tmp_path / "out")
    assert sopkit("build", folder, "-o", tmp_path / "out")[0] == 0
    assert files(tmp_path / "out") == first


@pytest.mark.long
def test_build_refuses_errors_and_leaves_the_former_output(sopkit: Run, write_workspace: Write, tmp_path: Path) -> None:
    folder = write_workspace(GOOD)
    sopkit("build", folder, "-o", tmp_path / "out")
    former = files(tmp_path / "out")
    write(folder, MISSPELT)
    code, out, err = sopkit("build", folder, "-o", tmp_path / "out", "--lang", "en")
    assert code == 1
    assert "play.yaml:4:8" in out
    assert "nothing was built" in err
    assert files(tmp_path / "out") == former
    assert sopkit("build", folder, "-o", tmp_path / "out", "--force")[0] == 0
    drafts = [data.decode() for name, data in files(tmp_path / "out").items() if name.endswith(".html")]
    assert drafts
    assert all("草稿" in one for one in drafts)


def test_build_never_replaces_what_it_did_not_write(sopkit: Run, write_workspace: Write, tmp_path: Path) -> None:
    folder = write_workspace(GOOD)
    before = files(folder)
    code, _, err = sopkit("build", folder, "-o", folder, "--lang", "en")
    assert code == 2
    assert "did not write" in err
    assert files(folder) == before


@pytest.mark.long
def test_a_build_that_breaks_leaves_the_former_output(
    sopkit: Run, write_workspace: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_workspace(GOOD)
    sopkit("build", folder, "-o", tmp_path / "out")
    former = files(tmp_path / "out")

    def broken(*_arguments: object) -> bytes:
        raise MemoryError

    monkeypatch.setattr(making, "manifest", broken)
    code, _, err = sopkit("build", folder, "-o", tmp_path / "out", "--lang", "en")
    assert code == 3
    assert "sopkit itself failed" in err
    assert files(tmp_path / "out") == former
    assert {path.name for path in tmp_path.iterdir()} == {"out", "workspace"}


def test_build_of_one_role_and_kind(sopkit: Run, write_workspace: Write, tmp_path: Path) -> None:
    folder = write_workspace(GOOD.replace("via: sms", "via: wecom-chat, by: guide, minutes: 2"))
    sopkit("build", folder, "-o", tmp_path / "out", "--role", "guide", "--only", "manual")
    names = {name for name in files(tmp_path / "out") if name.endswith(".html")}
    assert names == {"index.html", "manuals/guide.zh-CN.html"}
    code, _, err = sopkit("build", folder, "-o", tmp_path / "out", "--role", "cleaner", "--lang", "en")
    assert code == 2
    assert "there is no role “cleaner”" in err
    assert "guide" in err


def test_a_role_is_named_by_its_title_too_and_a_misspelt_one_is_answered(
    sopkit: Run, write_workspace: Write, tmp_path: Path
) -> None:
    folder = write_workspace(GOOD.replace("via: sms", "via: wecom-chat, by: guide, minutes: 2"))
    sopkit("build", folder, "-o", tmp_path / "out", "--role", "导购", "--only", "manual")
    names = {name for name in files(tmp_path / "out") if name.endswith(".html")}
    assert names == {"index.html", "manuals/guide.zh-CN.html"}
    code, _, err = sopkit("build", folder, "-o", tmp_path / "out", "--role", "giude", "--lang", "en")
    assert code == 2
    assert "did you mean “guide”?" in err
    idle = write(folder, {"sopkit.yaml": CAPPED, "more.yaml": "kind: catalog\nroles: {cleaner: {title: 保洁}}\n"})
    code, _, err = sopkit("build", idle, "-o", tmp_path / "out", "--role", "保洁", "--lang", "en")
    assert code == 2
    assert "the role “保洁” has no work" in err


def test_compile_writes_the_manifest(sopkit: Run, write_workspace: Write, tmp_path: Path) -> None:
    folder = write_workspace(GOOD)
    code, _, err = sopkit("compile", folder, "-o", tmp_path / "m/manifest.json", "--lang", "en")
    assert code == 0
    assert "wrote" in err
    data = (tmp_path / "m/manifest.json").read_bytes()
    assert "automation/thanks" in data.decode()
    assert sopkit("compile", folder)[1].encode() == data
    write(folder, MISSPELT)
    assert sopkit("compile", folder, "-o", tmp_path / "m/manifest.json")[0] == 1
    assert (tmp_path / "m/manifest.json").read_bytes() == data


@pytest.mark.parametrize("place", ["automation", "automation/fresh-one.yaml"])
def test_new_writes_through_no_link_out_of_the_workspace(
    sopkit: Run, write_workspace: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    folder = write_workspace({"journeys/play.yaml": "kind: kpi\nid: x\n"})
    outside = tmp_path / "outside"
    outside.mkdir()
    (folder / place).parent.mkdir(exist_ok=True)
    (folder / place).symlink_to(outside / "unborn.yaml" if "/" in place else outside)
    monkeypatch.chdir(folder)
    code, _, err = sopkit("new", "automation", "fresh-one", "--lang", "en")
    assert code == 2
    assert "leads out of the workspace" in err or "was left as it is" in err
    assert files(outside) == {}


def test_a_place_with_braces_in_its_name_can_be_spoken_of(sopkit: Run, write_workspace: Write, tmp_path: Path) -> None:
    (tmp_path / "{x}").write_text("mine")
    code, _, err = sopkit("build", write_workspace(GOOD), "-o", tmp_path / "{x}", "--lang", "en")
    assert code == 2
    assert "{x}: there is a file here" in err


# graph, ls, schema, rules


def test_schemas_replace_only_schemas_that_we_wrote(sopkit: Run, tmp_path: Path) -> None:
    sopkit("init", tmp_path / "my")
    assert sopkit("schema", "-o", tmp_path / "my/.sopkit/schemas")[0] == 0
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs/kpi.schema.json").write_text("mine")
    code, _, err = sopkit("schema", "-o", tmp_path / "theirs", "--lang", "en")
    assert code == 2
    assert "kpi.schema.json" in err
    assert files(tmp_path / "theirs") == {"kpi.schema.json": b"mine"}


def test_schemas_are_printed_and_written(sopkit: Run, tmp_path: Path) -> None:
    union = json.loads(sopkit("schema")[1])
    assert "lifecycle" in union["properties"]["kind"]["enum"]
    assert json.loads(sopkit("schema", "kpi")[1])["$schema"].endswith("2020-12/schema")
    sopkit("schema", "-o", tmp_path / "schemas")
    assert "kpi.schema.json" in files(tmp_path / "schemas")


def test_rules_as_json(sopkit: Run) -> None:
    rules = json.loads(sopkit("rules", "--format", "json")[1])
    assert [one["code"] for one in rules] == sorted(one["code"] for one in rules)
    assert all(one["summary"]["zh-CN"] and one["summary"]["en"] for one in rules)


@pytest.mark.long
def test_a_workspace_of_nothing_but_settings_is_no_fault(sopkit: Run, write_workspace: Write, tmp_path: Path) -> None:
    folder = write_workspace({"sopkit.yaml": SETTINGS})
    for arguments in (["check"], ["ls"], ["graph"], ["compile"], ["build", "-o", str(tmp_path / "out")]):
        assert sopkit(arguments[0], folder, *arguments[1:])[0] == 0


@pytest.mark.long
def test_the_examples_are_the_same_in_both_languages(sopkit: Run, tmp_path: Path) -> None:
    for example in ("minimal", "retail"):
        graphs = []
        for lang in LANGS:
            folder = tmp_path / f"{example}-{lang}"
            sopkit("init", folder, "--example", example, "--lang", lang)
            manifest = folder.with_suffix(".json")
            assert sopkit("compile", folder, "-o", str(manifest))[0] == 0
            whole = json.loads(manifest.read_text("utf-8"))
            nodes = [(node["id"], node["kind"]) for node in whole["nodes"]]
            edges = [{key: edge[key] for key in edge if key != "origin"} for edge in whole["edges"]]
            graphs.append((nodes, edges))
        assert graphs[0] == graphs[1]


@pytest.mark.parametrize("arguments", [("graph", "thanks"), ("compile",)])
def test_a_result_never_takes_the_place_of_a_playbook(
    sopkit: Run, write_workspace: Write, arguments: tuple[str, ...]
) -> None:
    folder = write_workspace(GOOD)
    before = files(folder)
    given = ("--format", "json") if arguments[0] == "graph" else ()
    code, _, err = sopkit(arguments[0], folder, *arguments[1:], *given, "-o", folder / "play.yaml", "--lang", "en")
    assert code == 2
    assert "this YAML file is left as it is" in err
    assert files(folder) == before
