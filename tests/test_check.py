"""`sopkit check` on real folders: what it prints, what it mends, what it leaves alone."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from sopkit import resources
from sopkit.diagnostics import Fix
from sopkit.fixing import Fixed, make
from tests.commands import CAPPED, GOOD, MISSPELT, UNSETTLED, Run, Write, files, runner, writer
from tests.workspaces import SETTINGS, write


@pytest.fixture
def write_workspace(tmp_path: Path) -> Write:
    return writer(tmp_path)


@pytest.fixture
def sopkit(capfd: pytest.CaptureFixture[str]) -> Run:
    return runner(capfd)


def test_a_clean_workspace_passes_and_says_what_other_commands_check(sopkit: Run, write_workspace: Write) -> None:
    code, out, err = sopkit("check", write_workspace(GOOD), "--lang", "en")
    assert (code, err) == (0, "")
    assert "left to other commands: event logs" in out
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


OTHER = GOOD.partition("---")[0].replace("id: thanks\n", "id: welcome\n")


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
    nothing = "nothing can be changed without a doubt; --unsafe makes doubtful changes, too\n"
    assert sopkit("check", folder, "--diff", "--lang", "en") == (0, "", nothing)
    assert sopkit("check", folder, "--diff", "--quiet") == (0, "", "")


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
    assert "with times in one unit" not in out
    assert "order-payd" in out


@pytest.mark.parametrize(
    ("lang", "held", "unread"),
    [
        (
            "en",
            "? not assessed: caps, consents, hours and deadlines",
            "? not assessed: what can't be read in b.yaml, caps, consents",
        ),
        ("zh-CN", "? 没能判断：触达上限、同意、时段和时限", "? 没能判断：b.yaml 里读不出来的内容、触达上限、同意"),
    ],
)
def test_what_errors_keep_from_being_judged_is_told(
    sopkit: Run, write_workspace: Write, lang: str, held: str, unread: str
) -> None:
    folder = write_workspace({"a.yaml": GOOD, "b.yaml": HOLDS_BACK})
    for more in ((), ("--quiet",)):
        assert held in sopkit("check", folder, "--lang", lang, *more)[1]
    write_workspace({"a.yaml": GOOD, "b.yaml": "a: [1\n"})
    assert unread in sopkit("check", folder, "--lang", lang)[1]
    report = json.loads(sopkit("check", folder, "--lang", lang, "--format", "json")[1])
    assert unread[2:].partition("：" if lang == "zh-CN" else ": ")[2].startswith(report["unjudged"][0])
    write_workspace({"a.yaml": GOOD, "b.yaml": OTHER.replace("within: 1h", "after: 2h, within: 1h")})
    out = sopkit("check", folder, "--lang", lang)[1]
    assert held not in out  # an error, but none that holds anything back
    assert json.loads(sopkit("check", folder, "--format", "json")[1])["unjudged"] == []


@pytest.mark.parametrize(
    ("lang", "said", "summary"),
    [
        (
            "en",
            "? 1 error not listed here, so that not all of this could be judged",
            "nothing found; 1 more held back till the errors elsewhere are mended",
        ),
        (
            "zh-CN",
            "? 还有 1 个错误没有列在这里，有的内容因此没能判断",
            "没有发现问题，另有 1 个要等其他部分的错误改好才能判断",
        ),
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
    folder = write_workspace({"a.yaml": GOOD, "b.yaml": OTHER.replace("within: 1h", "after: 2h, within: 1h")})
    assert sopkit("check", folder)[0] == 1
    code, out, _ = sopkit("check", folder, "--select", "thanks", "--lang", "en")
    assert (code, out.splitlines()[-1]) == (0, "checked 3 files as of 2026-07-01: nothing found")


def test_a_part_is_not_clean_while_errors_elsewhere_keep_caps_from_being_judged(
    sopkit: Run, write_workspace: Write
) -> None:
    tight = CAPPED.replace("max: 3", "max: 1")
    calls = OTHER.replace("send: thanks-sms, via: sms, for: transaction", "do: 电话, by: guide")
    again = GOOD.replace(
        "within: 1h}", "within: 1h}\n  - {id: again, send: thanks-sms, via: sms, for: transaction, within: 1h}"
    )
    folder = write_workspace({"sopkit.yaml": tight, "a.yaml": again, "b.yaml": calls})
    assert "over-touch" in sopkit("check", folder, "--select", "thanks")[1]
    write(folder, {"sopkit.yaml": tight, "a.yaml": again, "b.yaml": calls.replace("owner: guide", "owner: guid")})
    code, out, _ = sopkit("check", folder, "--select", "thanks", "--lang", "en")
    assert code == 1
    assert "over-touch" not in out
    assert "? 1 error not listed here" in out
    assert sopkit("check", folder, "--select", "thanks", "--allow-not-assessed")[0] == 0


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
        "error": 2, "warning": 0, "note": 0, "not_assessed": 0, "waived": 0, "baselined": 0, "held_back": 0, "errors_elsewhere": 0,
        "files": 2,
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
    assert "1 change made in 1 file; checked again: nothing found" in err
    assert code == 0
    assert files(folder)["play.yaml"] == GOOD.encode()


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

    def late(fixes: list[Fix]) -> tuple[Fixed, ...]:
        (folder / "play.yaml").write_text("# saved by an editor\n", "utf-8")
        return make(fixes)

    monkeypatch.setattr("sopkit.cli.mending.make", late)
    code, _, err = sopkit("check", folder, "--fix", "--unsafe", "--lang", "en")
    assert code == 2
    assert "play.yaml: it has just been changed or moved away; run again" in err
    assert (folder / "play.yaml").read_text("utf-8") == "# saved by an editor\n"


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


@pytest.mark.parametrize(("below", "said"), [
    (["my-brand"], "there is a workspace in my-brand: run it in there, or name it"),
    (["brand-a", "brand-b"], "there are workspaces in brand-a, brand-b: run it in one of them, or name it"),
    (["sop/my-brand"], "there is a workspace in sop/my-brand: run it in there, or name it"),
])  # fmt: skip
def test_above_workspaces_these_are_named(
    below: list[str], said: str, sopkit: Run, write_workspace: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As at the root of a clone, with playbooks in them or not."""
    root = write_workspace(
        {f"{place}/{name}": text for place in below for name, text in (("sopkit.yaml", ""), ("play.yaml", GOOD))}
    )
    (root / "sopkit.yaml").unlink()
    monkeypatch.chdir(root)
    for command in (["check"], ["ls", "role:guide"], ["diff", "HEAD"]):
        code, _, err = sopkit(*command, "--lang", "en")
        assert (code, said in err) == (2, True), err
