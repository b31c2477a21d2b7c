"""`check --changed-since` and `state:modified`: what is new against a git revision is reported, and nothing else."""

from __future__ import annotations

import json
import random
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import TypedDict
from unittest.mock import Mock

import jsonschema
import pytest

from sopkit import pipeline, resources
from sopkit.cli import former
from sopkit.graph.modified import Modified
from tests.commands import CAPPED, GOOD, UNSETTLED, Run, runner
from tests.pictures import png
from tests.rearranged import files_below
from tests.repositories import committed, git
from tests.workspaces import TODAY, Files, write

sopkit = pytest.fixture(runner)
HERE = Path(__file__).parent
OWNERLESS = GOOD.replace("owner: guide\n", "")
CLASSIC = CAPPED.replace("max: 3", "max: 1")
MORE = """\
kind: automation
id: more
title: 再发一条
owner: guide
review_by: 2027-12-31
audience: members
starts_on: [order-paid]
runs_in: map
steps:
  - {id: again, send: more-sms, via: sms, for: transaction, within: 1h}
---
kind: catalog
scripts:
  more-sms: {title: 又一条, text: "【示例】包裹已经发出，客服400-000-0000"}
"""


class Report(TypedDict):
    """What of the JSON is looked at here."""

    findings: list[dict[str, object]]
    changed_since: dict[str, object]
    counts: dict[str, int]


def report(run: Run, folder: Path, *more: str) -> Report:
    code, out, err = run("check", folder, "--format", "json", "--lang", "en", *more)
    assert code in {0, 1}, err
    found: Report = json.loads(out)
    return found


def prints(run: Run, folder: Path, *more: str) -> set[object]:
    return {one["fingerprint"] for one in report(run, folder, *more)["findings"] if one["state"] == "open"}


def in_git(tmp_path: Path, files: Files) -> Path:
    """Return the workspace `ops` of a fresh repository, committed."""
    folder = write(tmp_path / "repository" / "ops", files)
    committed(folder.parent)
    return folder


def test_what_is_new_is_reported_and_what_was_there_before_is_counted(sopkit: Run, tmp_path: Path) -> None:
    folder = in_git(tmp_path, {"sopkit.yaml": CAPPED, "play.yaml": OWNERLESS})
    assert prints(sopkit, folder, "--changed-since", "HEAD") == set()
    write(folder, {"sopkit.yaml": CAPPED, "play.yaml": OWNERLESS.replace("review_by: 2027-12-31\n", "")})
    code, out, _ = sopkit("check", folder, "--changed-since", "HEAD", "--lang", "en", "--fail-on", "warning")
    assert code == 1
    assert "missing-review-date" in out
    assert "missing-owner" not in out
    assert "1 changed: automation/thanks" in out
    assert "there before at HEAD, and not listed again: 1 finding, 0 not assessed; gone since: 0" in out
    assert out.endswith("checked 2 files as of 2026-07-01: 1 warning\n")
    quiet = sopkit("check", folder, "--changed-since", "HEAD", "--lang", "en", "--quiet")[1].splitlines()
    assert quiet[-1] == "· there before at HEAD, and not listed again: 1 finding, 0 not assessed; gone since: 0"
    made = report(sopkit, folder, "--changed-since", "HEAD")
    schema = json.loads((resources.folder("schemas") / "findings-v1.schema.json").read_text("utf-8"))
    jsonschema.validate(made, schema)
    assert [one["rule"] for one in made["findings"]] == ["missing-review-date"]


def test_what_may_be_affected_is_worked_out_where_it_is_told(
    sopkit: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = in_git(tmp_path, {"sopkit.yaml": CAPPED, "play.yaml": OWNERLESS})
    write(folder, {"sopkit.yaml": CAPPED, "play.yaml": GOOD})
    asked = Mock(return_value=("automation/other",))
    monkeypatch.setattr(Modified, "affected", asked)
    for more in (("--quiet",), ("--format", "sarif")):
        assert sopkit("check", folder, "--changed-since", "HEAD", *more)[0] == 0
    assert not asked.called
    assert (
        "1 more may be affected: automation/other"
        in sopkit("check", folder, "--changed-since", "HEAD", "--lang", "en")[1]
    )
    assert report(sopkit, folder, "--changed-since", "HEAD")["changed_since"]["affected"] == ["automation/other"]


def test_a_cap_of_an_untouched_playbook_that_the_change_breaks_is_reported(sopkit: Run, tmp_path: Path) -> None:
    folder = in_git(tmp_path, {"sopkit.yaml": CLASSIC, "thanks.yaml": GOOD})
    assert sopkit("check", folder)[0] == 0
    write(folder, {"sopkit.yaml": CLASSIC, "a.yaml": MORE})
    made = report(sopkit, folder, "--changed-since", "HEAD")
    broken = [one for one in made["findings"] if one["rule"] == "over-touch"]
    assert {str(one["subject"]).split("/")[1] for one in broken} == {"thanks"}
    assert made["changed_since"]["modified"] == ["automation/more", "script/more-sms"]
    assert sopkit("check", folder, "--changed-since", "HEAD")[0] == 1


TWICE = "  - {id: again, send: thanks-sms, via: sms, for: transaction, within: 1h}\n---"


def test_a_cap_that_another_touch_of_the_playbook_breaks_now_was_broken_before(sopkit: Run, tmp_path: Path) -> None:
    broken = GOOD.replace("---", TWICE, 1)
    folder = in_git(tmp_path, {"sopkit.yaml": CLASSIC, "thanks.yaml": broken})
    (before,) = report(sopkit, folder)["findings"]
    assert sopkit("baseline", folder, "--baseline", str(tmp_path / "known"))[0] == 0
    write(folder, {"sopkit.yaml": CLASSIC, "thanks.yaml": broken.replace("id: thank,", "id: other,")})
    (now,) = report(sopkit, folder)["findings"]
    assert now["subject"] != before["subject"]
    assert now["fingerprint"] == before["fingerprint"]
    made = report(sopkit, folder, "--changed-since", "HEAD")
    assert (made["findings"], made["changed_since"]["there_before"], made["changed_since"]["mended"]) == ([], 1, 0)
    assert report(sopkit, folder, "--baseline", str(tmp_path / "known"))["findings"] == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("id: thanks", "id: thanks-anew"),  # another playbook
        ("---", TWICE.replace("again", "third")),  # more often
    ],
)
def test_a_cap_that_is_broken_otherwise_now_is_new(sopkit: Run, tmp_path: Path, old: str, new: str) -> None:
    broken = GOOD.replace("---", TWICE, 1)
    folder = in_git(tmp_path, {"sopkit.yaml": CLASSIC, "thanks.yaml": broken})
    write(folder, {"sopkit.yaml": CLASSIC, "thanks.yaml": broken.replace(old, new, 1)})
    (found,) = report(sopkit, folder, "--changed-since", "HEAD")["findings"]
    assert found["rule"] == "over-touch"


def test_what_was_not_assessed_before_is_not_told_again_and_what_is_new_is(sopkit: Run, tmp_path: Path) -> None:
    folder = in_git(tmp_path, {"sopkit.yaml": CAPPED, "play.yaml": UNSETTLED})
    assert sopkit("check", folder)[0] == 1
    assert sopkit("check", folder, "--changed-since", "HEAD")[0] == 0
    other = UNSETTLED.partition("---")[0].replace("id: thanks", "id: other").replace("order-paid]", "member-joined]")
    write(folder, {"sopkit.yaml": CAPPED, "other.yaml": other})
    code, out, _ = sopkit("check", folder, "--changed-since", "HEAD", "--lang", "en")
    assert code == 1
    assert out.count("? not assessed") == 1
    assert "0 findings, 1 not assessed" in out


def test_an_error_that_was_there_before_and_keeps_the_change_from_being_judged_is_counted(
    sopkit: Run, tmp_path: Path
) -> None:
    other = MORE.replace("owner: guide", "owner: guid").replace("id: more", "id: other")
    folder = in_git(tmp_path, {"sopkit.yaml": CLASSIC, "thanks.yaml": GOOD, "other.yaml": other})
    write(folder, {"sopkit.yaml": CLASSIC, "a.yaml": MORE.partition("---")[0]})
    said = "? 1 error not listed here, so that not all of this could be judged"
    for more in ((), ("--quiet",)):
        code, out, _ = sopkit("check", folder, "--changed-since", "HEAD", "--lang", "en", *more)
        assert code == 1
        assert said in out
        assert "undefined-name" not in out
    assert said in sopkit("check", folder, "--changed-since", "HEAD", "--select", "more", "--lang", "en")[1]
    assert sopkit("check", folder, "--changed-since", "HEAD", "--allow-not-assessed")[0] == 0
    for form, failed in (("junit", "<error "), ("sarif", said[2:]), ("gitlab", said[2:])):
        assert failed in sopkit("check", folder, "--changed-since", "HEAD", "--format", form, "--lang", "en")[1]
    write(folder, {"sopkit.yaml": CLASSIC, "other.yaml": other.replace("owner: guid\n", "owner: guide\n")})
    assert "over-touch" in sopkit("check", folder, "--changed-since", "HEAD", "--lang", "en")[1]


def test_of_what_was_there_before_only_what_keeps_others_from_being_judged_is_said_to(
    sopkit: Run, tmp_path: Path
) -> None:
    """A mistaken waiver does not; nor is a reason looked for elsewhere where it is listed."""
    waiver = "waive: [{rule: no-such-rule, at: thank, reason: 还没定, approved_by: guide, until: 2027-01-01}]\nsteps:\n"
    files = {"sopkit.yaml": CAPPED, "play.yaml": GOOD.replace("steps:\n", waiver)}
    folder = in_git(tmp_path, files)
    write(folder, files | {"more.yaml": MORE.replace("via: sms", "via: smss")})
    for more in (("--changed-since", "HEAD"), ("--select", "more")):
        made = report(sopkit, folder, *more)
        assert [one["rule"] for one in made["findings"]] == ["undefined-name"]
        assert made["counts"]["errors_elsewhere"] == 0
    assert report(sopkit, folder, "--select", "thanks")["counts"]["errors_elsewhere"] == 1


def test_moving_documents_and_keys_is_no_change(sopkit: Run, tmp_path: Path) -> None:
    folder = in_git(tmp_path, {"sopkit.yaml": CAPPED, "play.yaml": OWNERLESS})
    first, _, second = OWNERLESS.partition("---\n")
    (folder / "play.yaml").unlink()
    kind, id_, *rest = first.splitlines(keepends=True)
    write(folder, {"sopkit.yaml": CAPPED, "x/b.yaml": "".join([id_, kind, "# moved\n", *rest]), "x/c.yaml": second})
    out = sopkit("check", folder, "--changed-since", "HEAD", "--lang", "en")[1]
    assert "no document and no noun changed" in out
    assert out.endswith("nothing found\n")
    assert sopkit("ls", folder, "state:modified")[1] == ""


def test_state_modified_selects_in_check_ls_and_graph(sopkit: Run, tmp_path: Path) -> None:
    folder = in_git(tmp_path, {"sopkit.yaml": CAPPED, "play.yaml": OWNERLESS, "more.yaml": MORE})
    write(folder, {"sopkit.yaml": CAPPED, "more.yaml": MORE.replace("owner: guide\n", "")})
    (found,) = report(sopkit, folder, "--select", "state:modified")["findings"]
    assert found["subject"] == "automation/more"
    assert sopkit("ls", folder, "state:modified")[1].split()[0] == "more"
    committed(folder.parent, "second")
    _, out, err = sopkit("ls", folder, "state:modified", "--lang", "en")
    assert (out, "nothing is selected by that" in err) == ("", True)
    assert sopkit("ls", folder, "state:modified", "--changed-since", "HEAD~1")[1].split()[0] == "more"
    drawn = sopkit("graph", folder, "state:modified", "--changed-since", "HEAD~1", "--format", "mermaid")
    assert drawn[0] == 0
    assert "再发一条" in drawn[1]
    assert "下单感谢" not in drawn[1]
    code, _, err = sopkit("ls", folder, "state:new", "--lang", "en")
    assert (code, err) == (2, "sopkit: the selector `state:` has one form: state:modified\n")


def edited(files: Mapping[str, bytes], rng: random.Random) -> dict[str, bytes]:
    """Return the files with some lines of one of them lost, doubled or with another number in them."""
    made = dict(files)
    path = rng.choice([one for one in sorted(files) if one != "sopkit.yaml"])
    lines = files[path].decode().split("\n")
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(lines))
        match rng.randrange(3):
            case 0:
                del lines[at]
            case 1:
                lines.insert(at, lines[at])
            case _:
                lines[at] = lines[at].replace("1", "3").replace("2", "4")
    made[path] = "\n".join(lines).encode()
    return made


@pytest.mark.long
@pytest.mark.parametrize("seed", range(5))
def test_changed_since_is_the_difference_of_two_checks(
    seed: int, sopkit: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = random.Random(seed)  # noqa: S311  repeatable, not secret
    old = edited(files_below(HERE / "as_published"), rng) if seed % 2 else files_below(HERE / "as_published")
    new = edited(old, rng)
    folder = in_git(tmp_path, old)
    before = prints(sopkit, folder)
    write(folder, new)
    after = prints(sopkit, folder)
    for _ in range(2):  # the second time from what the first kept
        assert prints(sopkit, folder, "--changed-since", "HEAD") == after - before
        monkeypatch.setattr(former, "WORTH_KEEPING", 1)


def test_a_revision_that_was_checked_before_is_not_checked_again(
    sopkit: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(former, "WORTH_KEEPING", 1)
    folder = in_git(tmp_path, {"sopkit.yaml": CAPPED, "play.yaml": OWNERLESS})
    compiling = Mock(side_effect=pipeline.drafted)
    monkeypatch.setattr(pipeline, "drafted", compiling)
    sopkit("check", folder)
    write(folder, {"sopkit.yaml": CAPPED, "play.yaml": OWNERLESS + "\n# changed\n"})
    compiling.reset_mock()
    first = sopkit("check", folder, "--changed-since", "HEAD")
    assert (compiling.call_count, first[0]) == (1, 0)
    # Of another day nothing is known.
    assert sopkit("check", folder, "--changed-since", "HEAD", "--as-of", "2026-07-02")[0] == 0
    assert compiling.call_count == 3
    assert TODAY.isoformat() in first[1]


def test_a_file_that_vanished_beside_the_playbooks_is_not_taken_for_there(
    sopkit: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(former, "WORTH_KEEPING", 1)
    branded = CAPPED + "brand: {logo: logo.png}\n"
    folder = in_git(tmp_path, {"sopkit.yaml": branded, "play.yaml": GOOD})
    assert prints(sopkit, folder) == prints(sopkit, folder)
    (folder / "logo.png").write_bytes(png())
    assert len(prints(sopkit, folder)) == 0  # the same YAML, kept under the same name
    (folder / "logo.png").unlink()
    assert prints(sopkit, folder, "--changed-since", "HEAD") == set()  # at HEAD there was no logo either


def test_bad_input_is_told(sopkit: Run, tmp_path: Path) -> None:
    def refused(folder: Path, revision: str) -> str:
        code, out, err = sopkit("check", folder, "--changed-since", revision, "--lang", "en")
        assert (code, out) == (2, "")
        return err

    files = {"sopkit.yaml": CAPPED, "play.yaml": GOOD}
    assert "is in no git repository" in refused(write(tmp_path / "plain", files), "HEAD")
    git(write(tmp_path / "fresh", files), "init", "--quiet")
    assert "this git repository has no commit yet" in refused(tmp_path / "fresh", "HEAD")
    folder = in_git(tmp_path, files)
    git(folder, "branch", "release")
    assert "git knows no revision “relaese”; did you mean release?" in refused(folder, "relaese")
    assert "may not begin with" in refused(folder, "--output=x")
    committed(write(folder.parent, {"ops/sopkit.yaml": CAPPED, "ops/play.yaml": OWNERLESS}), "second")
    first = git(folder, "rev-parse", "HEAD~1").strip()
    subprocess.run(
        ["git", "clone", "-q", "--depth", "1", f"file://{folder.parent}", tmp_path / "shallow"], check=True
    )  # fmt: skip
    assert "this clone holds the latest commits only" in refused(tmp_path / "shallow" / "ops", first)
    outer = tmp_path / "outer"
    outer.mkdir()
    (outer / "readme.md").write_text("x")
    committed(outer)
    write(outer / "new", files)
    told = refused(outer / "new", "HEAD")
    assert "the workspace did not exist at revision" in told
    assert "If it was made since, all of it is new: sopkit check" in told


def test_a_renamed_folder_and_a_dirty_tree_are_compared(sopkit: Run, tmp_path: Path) -> None:
    folder = in_git(tmp_path, {"sopkit.yaml": CAPPED, "play.yaml": OWNERLESS})
    moved = folder.rename(folder.parent / "operations")
    assert prints(sopkit, moved, "--changed-since", "HEAD") == set()
    write(moved, {"sopkit.yaml": CAPPED, "untracked.yaml": MORE.replace("owner: guide\n", "")})
    (found,) = [
        one for one in report(sopkit, moved, "--changed-since", "HEAD")["findings"] if one["severity"] != "note"
    ]
    assert found["subject"] == "automation/more"


def test_only_what_is_new_is_mended(sopkit: Run, tmp_path: Path) -> None:
    dateless = GOOD.partition("---")[0].replace("review_by: 2027-12-31\n", "")
    folder = in_git(
        tmp_path, {"sopkit.yaml": CAPPED, "play.yaml": GOOD, "old.yaml": dateless.replace("id: thanks", "id: old")}
    )
    write(folder, {"sopkit.yaml": CAPPED, "new.yaml": dateless.replace("id: thanks", "id: new")})
    shown = sopkit("check", folder, "--changed-since", "HEAD", "--diff")[1]
    assert ("new.yaml" in shown, "old.yaml" in shown) == (True, False)
    sopkit("check", folder, "--changed-since", "HEAD", "--fix", "--fail-on", "warning")
    assert "review_by: " in (folder / "new.yaml").read_text("utf-8")
    assert (folder / "old.yaml").read_text("utf-8") == dateless.replace("id: thanks", "id: old")
    sopkit("check", folder, "--fix")
    assert "review_by: " in (folder / "old.yaml").read_text("utf-8")


def test_what_a_baseline_knows_is_not_mended_in_a_later_round(sopkit: Run, tmp_path: Path) -> None:
    dateless = GOOD.partition("---")[0].replace("review_by: 2027-12-31\n", "")
    old, new = (dateless.replace("id: thanks", f"id: {name}") for name in ("old", "new"))
    folder = write(tmp_path / "ops", {"sopkit.yaml": CAPPED, "play.yaml": GOOD, "old.yaml": old})
    assert sopkit("baseline", folder)[0] == 0
    write(folder, {"sopkit.yaml": CAPPED, "new.yaml": new})
    sopkit("check", folder, "--fix")
    assert "review_by: " in (folder / "new.yaml").read_text("utf-8")
    assert (folder / "old.yaml").read_text("utf-8") == old


def test_a_workspace_in_a_submodule_is_told(sopkit: Run, tmp_path: Path) -> None:
    inner = in_git(tmp_path / "inner", {"sopkit.yaml": CAPPED, "play.yaml": GOOD}).parent
    outer = write(tmp_path / "outer" / "ops", {"sopkit.yaml": CAPPED, "play.yaml": GOOD}).parent
    committed(outer)
    git(outer, "-c", "protocol.file.allow=always", "submodule", "add", "-q", inner.as_uri(), "ops/shared")
    committed(outer, "second")
    code, out, err = sopkit("check", outer / "ops", "--changed-since", "HEAD", "--lang", "en")
    assert (code, out) == (2, "")
    assert "shared is a git submodule" in err
