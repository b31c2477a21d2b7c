"""The commands on real folders: what they print, what they write, what they leave alone."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest

from sopkit import resources
from sopkit.cli import app, build
from sopkit.diagnostics import Finding
from sopkit.fixing import Fixed, apply_fixes
from sopkit.output import MARKER
from sopkit.text import LANGS
from tests.workspaces import SETTINGS, Files, write

Write = Callable[[Files | str], Path]

GOOD = """\
kind: automation
id: thanks
title: 下单感谢
owner: guide
review_by: 2027-12-31
audience: members
starts_on: [order-paid]
runs_in: map
steps:
  - {id: thank, send: thanks-sms, via: sms, for: transaction, within: 1h}
---
kind: catalog
scripts:
  thanks-sms: {title: 感谢短信, text: "【示例】谢谢下单，客服400-000-0000"}
"""
MISSPELT = GOOD.replace("starts_on", "start_on").replace("owner: guide", "owner: guid")


CAPPED = SETTINGS + "caps: [{id: daily, max: 3, per: day}]\n"
"""Without a cap, how often customers are touched is not assessed."""


@pytest.fixture
def write_workspace(tmp_path: Path) -> Write:
    """Return a function that writes files into a fresh workspace that has a cap."""

    def write_capped(given: Files | str) -> Path:
        named = {"play.yaml": given} if isinstance(given, str) else dict(given)
        return write(tmp_path / "workspace", {"sopkit.yaml": CAPPED, **named})

    return write_capped


@pytest.fixture
def sopkit(capfd: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Return a function that runs one command line in this process: (exit code, out, err)."""

    def run(*arguments: str | Path) -> tuple[int, str, str]:
        capfd.readouterr()
        code = app.main(["--as-of", "2026-07-01", *map(str, arguments)])
        return code, *capfd.readouterr()

    return run


Run = Callable[..., tuple[int, str, str]]


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# check


def test_a_clean_workspace_passes_and_says_what_is_still_to_come(sopkit: Run, write_workspace: Write) -> None:
    code, out, err = sopkit("check", write_workspace(GOOD), "--lang", "en")
    assert (code, err) == (0, "")
    assert "not checked in this version yet: event logs" in out
    assert out.splitlines()[-1] == "checked 2 files as of 2026-07-01: nothing found"


def test_findings_are_printed_with_the_summary_last(sopkit: Run, write_workspace: Write) -> None:
    folder = write_workspace(MISSPELT)
    code, out, _ = sopkit("check", folder, "--lang", "zh-CN")
    assert code == 1
    assert f"{folder}/play.yaml:4:8" in out
    assert "     4 │ owner: guid\n       │        ^^^^" in out
    assert out.splitlines()[-1].startswith("检查了 2 个文件（按 2026-07-01 计）：2 个错误")


def test_paths_open_from_where_the_reader_stands(
    sopkit: Run, write_workspace: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_workspace(MISSPELT)
    monkeypatch.chdir(folder.parent)
    assert f"  {folder.name}/play.yaml:4:8\n" in sopkit("check", folder.name)[1]
    monkeypatch.chdir(folder)
    assert "  play.yaml:4:8\n" in sopkit("check")[1]


def test_warnings_fail_only_when_asked(sopkit: Run, write_workspace: Write) -> None:
    folder = write_workspace(GOOD.replace("review_by: 2027-12-31", "review_by: 2026-01-31"))
    assert sopkit("check", folder)[0] == 0
    assert sopkit("check", folder, "--fail-on", "warning")[0] == 1
    assert sopkit("check", folder, "--fail-on", "warning", "--as-of", "2026-01-01")[0] == 0


UNSETTLED = GOOD.replace(
    "steps:\n",
    "steps:\n"
    "  - id: fork\n"
    "    choose:\n"
    "      - {if: {order-paid: within 9d}, steps: [{id: a, do: 电话, by: guide, within: 1d}]}\n"
    "      - {if: {order-paid: within 3 workdays}, steps: [{id: b, do: 电话, by: guide, within: 1d}]}\n"
    "      - {else: []}\n",
)
"""Whether the second branch is ever taken hangs on holidays."""


OTHER = GOOD.partition("---")[0].replace("id: thanks\n", "id: other\n")
HOLDS_BACK = OTHER.replace("owner: guide", "ownr: guide")


def test_what_was_not_assessed_fails_unless_it_is_allowed(sopkit: Run, write_workspace: Write) -> None:
    folder = write_workspace(UNSETTLED)
    code, out, _ = sopkit("check", folder, "--lang", "en")
    assert code == 1
    assert "\n? not assessed: whether anybody takes this branch" in out
    assert f"{folder}/play.yaml:13:27" in out
    assert out.splitlines()[-1] == "checked 2 files as of 2026-07-01: nothing found; 1 not assessed"
    assert "? 没能判断：有没有人会走到这个分支" in sopkit("check", folder, "--lang", "zh-CN")[1]
    assert sopkit("check", folder, "--allow-not-assessed")[0] == 0
    assert sopkit("check", folder, "--diff") == (1, "", "")


def test_what_was_not_assessed_is_listed_quietly_and_for_what_is_selected(sopkit: Run, write_workspace: Write) -> None:
    folder = write_workspace(UNSETTLED)
    code, out, _ = sopkit("check", folder, "--quiet")
    assert (code, out[0], out.count("not assessed") + out.count("没能判断")) == (1, "?", 1)
    assert sopkit("check", folder, "--quiet", "--select", "thanks/fork")[0] == 1
    assert sopkit("check", folder, "--quiet", "--select", "thanks/thank") == (0, "", "")


def test_json_lists_what_was_not_assessed_with_its_place(sopkit: Run, write_workspace: Write) -> None:
    code, out, _ = sopkit("check", write_workspace(UNSETTLED), "--format", "json", "--lang", "en")
    report = json.loads(out)
    schema = json.loads((resources.folder("schemas") / "findings-v1.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator(schema).validate(report)
    (one,) = report["not_assessed"]
    assert (code, one["rule"], one["subject"]) == (1, "shadowed-branch", "automation/thanks/fork")
    assert (one["file"], one["line"], one["column"]) == ("play.yaml", 13, 27)
    assert (report["findings"], report["counts"]["not_assessed"]) == ([], 1)


def test_what_was_not_assessed_is_told_whatever_is_wrong_elsewhere(sopkit: Run, write_workspace: Write) -> None:
    folder = write_workspace(
        {"a.yaml": UNSETTLED, "b.yaml": OTHER.replace("owner: guide", "owner: guid")},
    )
    for selection in ((), ("--select", "thanks")):
        code, out, _ = sopkit("check", folder, "--lang", "en", *selection)
        assert (code, out.count("? not assessed: whether anybody takes")) == (1, 1)
    assert sopkit("check", folder, "--select", "thanks", "--allow-not-assessed")[0] == 0


def test_workspaces_inside_are_counted_and_an_empty_one_is_an_error(sopkit: Run, write_workspace: Write) -> None:
    folder = write_workspace({"a.yaml": GOOD, "sub/sopkit.yaml": SETTINGS, "sopkit.yaml": CAPPED})
    code, out, _ = sopkit("check", folder, "--lang", "en")
    assert (code, out.splitlines()[-1].partition("nothing found")[2]) == (
        0,
        "; 1 folder left out that is a workspace of its own",
    )
    assert sopkit("check", folder, "--lang", "zh-CN")[1].endswith("，没有读 1 个自成工作区的文件夹\n")
    (folder / "sub/sopkit.yaml").write_bytes(b"")
    code, out, _ = sopkit("check", folder, "--lang", "en")
    assert (code, "SOP009" in out, "left out" in out) == (1, True, False)


def test_what_is_wrong_comes_before_what_it_leaves_open(sopkit: Run, write_workspace: Write) -> None:
    wrong = UNSETTLED.replace("{order-paid: within 3 workdays}", "{order-payd: within 3 workdays}")
    _, out, _ = sopkit("check", write_workspace(wrong), "--lang", "en")
    assert "not assessed" not in out
    assert "order-payd" in out


@pytest.mark.parametrize(
    ("lang", "said", "summary"),
    [
        (
            "en",
            "? 1 error outside of what was selected",
            "nothing found; 1 more held back till the errors elsewhere are mended",
        ),
        ("zh-CN", "? 选中的部分之外还有 1 个错误", "没有发现问题，另有 1 个要等其他部分的错误改好才能判断"),
    ],
)
def test_a_part_is_not_clean_while_errors_elsewhere_hold_findings_back(
    sopkit: Run, write_workspace: Write, lang: str, said: str, summary: str
) -> None:
    folder = write_workspace({"a.yaml": GOOD, "b.yaml": HOLDS_BACK})
    code, out, _ = sopkit("check", folder, "--select", "thanks", "--lang", lang)
    assert code == 1
    assert out.startswith(said)
    assert out.splitlines()[-1].endswith(summary)
    assert said in sopkit("check", folder, "--select", "thanks", "--lang", lang, "--quiet")[1]
    report = json.loads(sopkit("check", folder, "--select", "thanks", "--format", "json")[1])
    assert (report["findings"], report["counts"]["errors_elsewhere"], report["counts"]["held_back"]) == ([], 1, 1)
    whole = sopkit("check", folder, "--lang", lang)[1]
    assert said not in whole


def test_errors_elsewhere_that_hold_nothing_back_leave_a_part_clean(sopkit: Run, write_workspace: Write) -> None:
    folder = write_workspace({"a.yaml": GOOD, "b.yaml": OTHER.replace("owner: guide", "owner: guid")})
    assert sopkit("check", folder)[0] == 1
    code, out, _ = sopkit("check", folder, "--select", "thanks", "--lang", "en")
    assert (code, out.splitlines()[-1]) == (0, "checked 3 files as of 2026-07-01: nothing found")


def test_the_graph_is_compiled_whatever_was_not_assessed(sopkit: Run, write_workspace: Write) -> None:
    folder = write_workspace(UNSETTLED)
    code, out, err = sopkit("compile", folder, "--lang", "en")
    assert (code, err) == (0, "not assessed: 1; the file does not say that these are right: sopkit check\n")
    assert json.loads(out)
    assert sopkit("compile", folder, "--lang", "zh-CN")[2].startswith("有 1 项内容没能判断")
    assert sopkit("compile", write_workspace(GOOD))[2] == ""


def test_quiet_leaves_out_the_summary(sopkit: Run, write_workspace: Write) -> None:
    assert sopkit("check", "--quiet", write_workspace(GOOD)) == (0, "", "")
    assert "play.yaml:4:8" in sopkit("check", "--quiet", write(write_workspace(GOOD), MISSPELT))[1]


def test_json_is_as_its_schema_says(sopkit: Run, write_workspace: Write) -> None:
    folder = write_workspace(MISSPELT)
    (folder.parent / ".git").mkdir()
    code, out, _ = sopkit("check", folder, "--format", "json", "--lang", "en")
    assert code == 1
    report = json.loads(out)
    schema = json.loads((resources.folder("schemas") / "findings-v1.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker()).validate(report)
    assert report["version"] == 1
    assert report["as_of"] == "2026-07-01"
    assert report["counts"] == {
        "error": 2, "warning": 0, "note": 0, "not_assessed": 0, "waived": 0, "held_back": 0, "errors_elsewhere": 0, "files": 2,
    }  # fmt: skip
    owner = next(one for one in report["findings"] if one["line"] == 4)
    assert owner["file"] == f"{folder.name}/play.yaml"
    place = tuple(owner[key] for key in ("line", "column", "end_line", "end_column"))
    assert place == (4, 8, 4, 12)
    assert owner["suggestions"] == ["guide"]
    assert owner["subject"] == "automation/thanks"


def test_json_of_a_clean_workspace_is_valid_too(sopkit: Run, write_workspace: Write) -> None:
    report = json.loads(sopkit("check", write_workspace(GOOD), "--format", "json")[1])
    schema = json.loads((resources.folder("schemas") / "findings-v1.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator(schema).validate(report)
    assert report["findings"] == []


def test_fingerprints_stay_when_lines_move_and_differ_within_a_file(sopkit: Run, write_workspace: Write) -> None:
    def prints(text: str) -> list[str]:
        folder = write_workspace({"play.yaml": text})
        return [one["fingerprint"] for one in json.loads(sopkit("check", folder, "--format", "json")[1])["findings"]]

    twice = MISSPELT + "---\n" + MISSPELT
    assert prints(MISSPELT) == prints("# 说明\n\n" + MISSPELT)
    assert len(set(prints(twice))) == len(prints(twice))


def test_select_keeps_the_findings_of_a_part(sopkit: Run, write_workspace: Write) -> None:
    other = (
        GOOD.partition("---")[0]
        .replace("thanks\n", "other\n")
        .replace("review_by: 2027-12-31", "review_by: 2026-01-31")
        .replace("via: sms", "via: mp-page")
    )
    folder = write_workspace(
        {"a.yaml": GOOD.replace("review_by: 2027-12-31", "review_by: 2026-02-28"), "b.yaml": other}
    )
    assert sopkit("check", folder)[1].count("review") >= 2
    one = sopkit("check", folder, "--select", "other")[1]
    assert "b.yaml" in one
    assert "a.yaml" not in one
    assert sopkit("check", folder, "--select", "no-such-thing")[0] == 2


def test_fix_writes_only_safe_changes_and_checks_again(sopkit: Run, write_workspace: Write) -> None:
    folder = write_workspace(GOOD.replace("id: thanks\n", "id: thanks\u200b\n"))
    before = files(folder)
    code, out, _ = sopkit("check", folder, "--diff", "--lang", "en")
    assert code == 1
    assert "-id: thanks\u200b\n+id: thanks\n" in out
    assert files(folder) == before
    code, out, err = sopkit("check", folder, "--fix", "--lang", "en")
    assert "findings mended: 1; files changed: 1" in err
    assert code == 0
    assert files(folder)["play.yaml"] == GOOD.encode()


# init, new


def test_init_writes_a_workspace_that_checks_clean_and_builds(
    sopkit: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for example in ("minimal", "retail"):
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


def test_init_leaves_a_folder_with_files_alone(sopkit: Run, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    code, _, err = sopkit("init", tmp_path, "--lang", "en")
    assert code == 2
    assert "already holds files" in err
    assert files(tmp_path) == {"notes.txt": b"mine"}


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
    drafts = [data.decode() for name, data in files(tmp_path / "out").items() if name.startswith("manuals/")]
    assert drafts
    assert all("草稿" in one for one in drafts)


def test_build_never_replaces_what_it_did_not_write(sopkit: Run, write_workspace: Write, tmp_path: Path) -> None:
    folder = write_workspace(GOOD)
    before = files(folder)
    code, _, err = sopkit("build", folder, "-o", folder, "--lang", "en")
    assert code == 2
    assert "did not write" in err
    assert files(folder) == before


def test_a_build_that_breaks_leaves_the_former_output(
    sopkit: Run, write_workspace: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_workspace(GOOD)
    sopkit("build", folder, "-o", tmp_path / "out")
    former = files(tmp_path / "out")

    def broken(*_arguments: object) -> bytes:
        raise MemoryError

    monkeypatch.setattr(build, "manifest", broken)
    code, _, err = sopkit("build", folder, "-o", tmp_path / "out", "--lang", "en")
    assert code == 3
    assert "sopkit itself failed" in err
    assert files(tmp_path / "out") == former
    assert {path.name for path in tmp_path.iterdir()} - {"sopkit-cache"} == {"out", "workspace"}


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


@pytest.mark.parametrize("name", ["play.yaml", "sopkit.yaml"])
@pytest.mark.parametrize(("left", "said"), [("", "is empty"), ("# later\n", "holds nothing but comments")])
def test_an_emptied_file_is_named_and_what_follows_is_held_back(
    sopkit: Run, write_workspace: Write, name: str, left: str, said: str
) -> None:
    catalog = GOOD.partition("---\n")[2]
    folder = write_workspace({"other.yaml": GOOD.partition("---\n")[0], "play.yaml": catalog})
    (folder / name).write_text(left, "utf-8")
    code, out, _ = sopkit("check", folder, "--format", "json", "--lang", "en")
    assert code == 1
    (finding,) = json.loads(out)["findings"]
    assert (finding["code"], finding["file"], finding["line"]) == ("SOP009", name, 1)
    assert finding["message"] == f"this file {said}"


def test_fix_mends_a_file_whose_name_cannot_be_shown(sopkit: Run, write_workspace: Write) -> None:
    name = "下单\u3000感谢.yaml"
    folder = write_workspace({name: GOOD.replace("id: thanks\n", "id: thanks\u200b\n")})
    assert sopkit("check", folder, "--fix")[0] == 0
    written = files(folder)
    assert set(written) == {name, "sopkit.yaml"}
    assert written[name] == GOOD.encode()


def test_fix_leaves_a_link_a_link(sopkit: Run, write_workspace: Write) -> None:
    folder = write_workspace({".store/play.yaml": MISSPELT})
    (folder / "play.yaml").symlink_to(".store/play.yaml")
    sopkit("check", folder, "--fix", "--unsafe")
    assert (folder / "play.yaml").is_symlink()
    assert "starts_on" in (folder / ".store/play.yaml").read_text("utf-8")


def test_fix_overwrites_nothing_that_was_changed_meanwhile(
    sopkit: Run, write_workspace: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_workspace(MISSPELT)

    def late(findings: tuple[Finding, ...], *, unsafe: bool) -> tuple[Fixed, ...]:
        (folder / "play.yaml").write_text("# saved by an editor\n", "utf-8")
        return apply_fixes(findings, unsafe=unsafe)

    monkeypatch.setattr("sopkit.cli.check.apply_fixes", late)
    code, _, err = sopkit("check", folder, "--fix", "--unsafe", "--lang", "en")
    assert code == 2
    assert "play.yaml: it has just been changed or moved away; run this again" in err
    assert (folder / "play.yaml").read_text("utf-8") == "# saved by an editor\n"


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


def test_a_workspace_of_nothing_but_settings_is_no_fault(sopkit: Run, write_workspace: Write, tmp_path: Path) -> None:
    folder = write_workspace({"sopkit.yaml": SETTINGS})
    for arguments in (["check"], ["ls"], ["graph"], ["compile"], ["build", "-o", str(tmp_path / "out")]):
        assert sopkit(arguments[0], folder, *arguments[1:])[0] == 0


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


def test_a_part_of_a_workspace_leads_to_the_whole(sopkit: Run, write_workspace: Write) -> None:
    folder = write_workspace({"journeys/play.yaml": GOOD})
    for part in (folder / "journeys", folder / "journeys" / "play.yaml"):
        code, _, err = sopkit("check", part, "--lang", "en")
        assert code == 2
        assert f"sopkit check {folder}" in err


def test_playbooks_without_sopkit_yaml_are_no_reason_for_a_second_workspace(
    tmp_path: Path, sopkit: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows" / "new.yaml").write_text("# 新客\nkind: lifecycle\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    code, _, err = sopkit("--lang", "en", "check")
    assert code == 2
    assert "holds playbooks, such as flows/new.yaml, and no sopkit.yaml" in err
    (tmp_path / "flows" / "new.yaml").write_text("kind: Deployment\n", "utf-8")
    assert "Make one: sopkit init" in sopkit("--lang", "en", "check")[2]


def test_a_file_saved_as_text_hides_no_mistake(tmp_path: Path, sopkit: Run) -> None:
    sopkit("init", tmp_path / "shop")
    (tmp_path / "shop" / "more.yaml.txt").write_text("kind: catalog\n", "utf-8")
    code, out, _ = sopkit("--lang", "en", "check", tmp_path / "shop")
    assert code == 0
    assert "rename it to more.yaml" in out
    (tmp_path / "shop" / "extra.yaml").write_text(
        "kind: automation\nid: extra\ntitle: x\nstarts_on: member-joined\nsteps: [{do: call, by: nobody-known, within: 1d}]\n",
        "utf-8",
    )
    assert "`nobody-known` is not declared" in sopkit("--lang", "en", "check", tmp_path / "shop")[1]
