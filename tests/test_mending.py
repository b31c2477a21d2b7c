"""`check --fix`, `--unsafe`, `--diff` on real folders: repairs that hold, bytes that stay, files that nothing may touch."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from sopkit.fixing import make
from sopkit.output import OutputRefusedError
from sopkit.placing import write_files
from tests.commands import CAPPED, GOOD, MISSPELT, Run, Write, files, runner, writer
from tests.test_model_cases import CASES, as_it_is, files_of
from tests.workspaces import compiled

NO_REVIEW = GOOD.replace("review_by: 2027-12-31\n", "")
OVER = GOOD.replace(
    "within: 1h}\n",
    "within: 1h}\n  - {id: again, send: thanks-sms, via: sms, for: transaction, after: 2h}\n"
    "  # the last one\n  - id: third\n    send: thanks-sms\n    via: sms\n    for: transaction\n    after: 2h\n",
)
TIGHT = {"sopkit.yaml": CAPPED.replace("max: 3, per: day", "max: 2, per: 7d")}


@pytest.fixture
def write_workspace(tmp_path: Path) -> Write:
    return writer(tmp_path)


@pytest.fixture
def sopkit(capfd: pytest.CaptureFixture[str]) -> Run:
    return runner(capfd)


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.long
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}-{case.stem}")
def test_every_byte_outside_of_the_edits_stays(case: Path) -> None:
    given = files_of(case)
    for finding in as_it_is(case).findings:
        for fix in finding.fixes:
            (edit, *others) = fix.edits
            if others:
                continue
            span, before = edit.span, given[edit.span.path]
            lines = before.decode("utf-8-sig").split("\n")
            head = "\n".join([*lines[: span.line - 1], lines[span.line - 1][: span.column - 1]])
            tail = "\n".join([lines[span.end_line - 1][span.end_column - 1 :], *lines[span.end_line :]])
            (fixed,) = make([fix])
            text = fixed.data.decode("utf-8-sig")
            assert text.startswith(head)
            assert text.endswith(tail)
            assert text == head + edit.text + tail
            assert fixed.data.startswith(b"\xef\xbb\xbf") == before.startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.replace(b"\n", b"\r\n"),
        lambda data: b"\xef\xbb\xbf" + data,
        lambda data: data.removesuffix(b"\n"),
        lambda data: b"\xef\xbb\xbf" + data.replace(b"\n", b"\r\n").removesuffix(b"\r\n"),
    ],
    ids=["crlf", "bom", "no-end", "all"],
)
@pytest.mark.parametrize("text", [NO_REVIEW, MISSPELT, OVER], ids=["review", "names", "over-touch"])
def test_line_ends_byte_order_mark_and_a_missing_end_stay_and_git_applies_the_diff(
    tmp_path: Path, sopkit: Run, write_workspace: Write, text: str, change: object
) -> None:
    assert callable(change)
    folder = write_workspace({**TIGHT, 'a b/中文 "1".yaml': change(text.encode())})
    git(folder, "init", "-q")
    code, patch, _ = sopkit("check", folder, "--diff", "--unsafe")
    assert code == 1
    (tmp_path / "patch").write_text(patch, "utf-8", newline="")
    copy = shutil.copytree(folder, tmp_path / "copy")
    git(copy, "apply", str(tmp_path / "patch"))
    sopkit("check", folder, "--fix", "--unsafe")
    (written,) = folder.glob("a b/*")
    assert files(folder)['a b/中文 "1".yaml'] == (copy / "a b" / written.name).read_bytes()
    data, before = written.read_bytes(), change(text.encode())
    assert (data.count(b"\r\n") == data.count(b"\n")) == (before.count(b"\r\n") == before.count(b"\n"))
    assert data.endswith(b"\n") == before.endswith(b"\n")
    assert data.count(b"\xef\xbb\xbf") == before.count(b"\xef\xbb\xbf")
    assert sopkit("check", folder, "--diff", "--unsafe")[:2] == (0, "")


def test_a_missing_date_of_review_is_added_in_a_year(sopkit: Run, write_workspace: Write) -> None:
    folder = write_workspace(NO_REVIEW)
    assert sopkit("check", folder, "--fix", "--fail-on", "warning")[0] == 0
    assert files(folder)["play.yaml"] == GOOD.replace("2027-12-31", "2027-07-01").encode()


def test_a_slip_of_the_fingers_is_mended_safely(sopkit: Run, write_workspace: Write) -> None:
    folder = write_workspace(MISSPELT)
    code, _, err = sopkit("check", folder, "--fix", "--lang", "en")
    assert (code, files(folder)["play.yaml"]) == (0, GOOD.encode())
    assert "2 changes made in 1 file; checked again: nothing found" in err


def test_over_touch_is_repaired_only_when_asked_and_then_proved(sopkit: Run, write_workspace: Write) -> None:
    folder = write_workspace({**TIGHT, "play.yaml": OVER})
    assert sopkit("check", folder, "--fix")[0] == 1
    assert files(folder)["play.yaml"] == OVER.encode()
    code, out, err = sopkit("check", folder, "--fix", "--unsafe", "--lang", "en")
    assert code == 0
    assert "checked again: nothing found" in err
    assert "the cap (at most 2 in any 7d) holds" in out
    written = files(folder)["play.yaml"].decode()
    assert written != OVER
    assert compiled(files(folder)).findings == ()


def test_a_repair_that_brings_an_error_is_taken_back_and_said(sopkit: Run, write_workspace: Write) -> None:
    """Without the third message nobody could approve it: what is left is the plan as it was."""
    text = GOOD.replace(
        "within: 1h}\n",
        "within: 1h}\n  - {id: again, send: thanks-sms, via: sms, for: transaction, within: 1h}\n"
        "  - {id: third, send: thanks-sms, via: sms, for: transaction, within: 1h}\n"
        "  - {id: look, approve: third, by: guide, within: 1d}\n",
    )
    folder = write_workspace({**TIGHT, "play.yaml": text})
    findings = compiled(files(folder)).findings
    assert [(one.rule.code, [fix.label.en for fix in one.fixes]) for one in findings] == [
        ("SOP301", ["leave out thanks/third"])
    ]
    code, _, err = sopkit("check", folder, "--fix", "--unsafe", "--lang", "en")
    assert code == 1
    assert "changes taken back, since they would have brought new errors or mended nothing: 1" in err
    assert files(folder)["play.yaml"] == text.encode()


def test_unsafe_alone_is_told(sopkit: Run, write_workspace: Write) -> None:
    code, _, err = sopkit("check", write_workspace(GOOD), "--unsafe", "--lang", "en")
    assert code == 2
    assert "--unsafe goes with --fix or --diff" in err


def test_what_git_ignores_is_left_alone_and_said(sopkit: Run, write_workspace: Write) -> None:
    kept = GOOD.replace("thanks", "hello")
    folder = write_workspace({"play.yaml": MISSPELT, "kept.yaml": kept.replace("audience:", "audiense:")})
    git(folder, "init", "-q")
    (folder / ".gitignore").write_text("play.yaml\nkept.yaml\n")
    git(folder, "add", "-f", "kept.yaml")
    _, _, err = sopkit("check", folder, "--fix", "--lang", "en")
    assert "play.yaml is left as it is: git ignores it" in err
    assert files(folder)["play.yaml"] == MISSPELT.encode()
    assert files(folder)["kept.yaml"] == kept.encode(), "what git keeps it does not ignore"


def test_a_file_that_nobody_may_write_stops_all_of_them(sopkit: Run, write_workspace: Write) -> None:
    other = MISSPELT.replace("thanks", "hello")
    folder = write_workspace({"a.yaml": MISSPELT, "b.yaml": other})
    (folder / "b.yaml").chmod(0o444)
    code, _, err = sopkit("check", folder, "--fix", "--lang", "en")
    assert code == 2
    assert "b.yaml: cannot be written (access is denied" in err
    assert (files(folder)["a.yaml"], files(folder)["b.yaml"]) == (MISSPELT.encode(), other.encode())


def test_when_the_disk_fails_half_way_what_was_written_is_put_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "ab":
        (tmp_path / name).write_bytes(b"old")
    replace = Path.replace

    def failing(path: Path, target: Path) -> Path:
        if target.name == "b":
            raise OSError(5, "Input/output error")
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", failing)
    with pytest.raises(OutputRefusedError):
        write_files(tmp_path, [(tmp_path / "a", b"old", b"new"), (tmp_path / "b", b"old", b"new")])
    assert {one.name: one.read_bytes() for one in tmp_path.iterdir()} == {"a": b"old", "b": b"old"}


def test_a_link_that_leads_out_by_the_time_of_writing_is_refused(tmp_path: Path) -> None:
    outside = tmp_path / "outside.yaml"
    outside.write_bytes(b"old")
    (tmp_path / "inside").mkdir()
    (tmp_path / "inside" / "a.yaml").symlink_to(outside)
    with pytest.raises(OutputRefusedError):
        write_files(tmp_path / "inside", [(tmp_path / "inside" / "a.yaml", b"old", b"new")])
    assert outside.read_bytes() == b"old"


def test_a_fix_that_meets_another_has_its_turn_in_the_next_round(sopkit: Run, write_workspace: Write) -> None:
    """Full-width colons, then the misspelt names behind them: one call mends both."""
    folder = write_workspace(MISSPELT.replace("owner: guid", "owner：guid"))
    code, _, err = sopkit("check", folder, "--fix", "--unsafe", "--lang", "en")
    assert (code, files(folder)["play.yaml"]) == (0, GOOD.encode()), err


def test_changes_name_files_as_git_does() -> None:
    (fixed,) = make([fix for one in compiled(MISSPELT).findings for fix in one.fixes][:1])
    assert fixed.diff('a"b.yaml').startswith('--- "a/a\\042b.yaml"\n+++ "b/a\\042b.yaml"\n')
    assert fixed.diff("a b.yaml").startswith("--- a/a b.yaml\t\n")
    assert fixed.diff("中.yaml").startswith("--- a/中.yaml\n")
