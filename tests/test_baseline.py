"""`sopkit baseline` and `check --baseline`: what is held back is counted, what is gone is told, and nothing is lost to a damaged file."""

from __future__ import annotations

import json
import random
from pathlib import Path

import jsonschema
import pytest

from sopkit import resources
from sopkit.law.rules import UNKNOWN_PARAMETER
from tests.commands import CAPPED, GOOD, MISSPELT, UNSETTLED, Run, Write, runner, writer
from tests.rearranged import documents, documents_apart, files_below, keys_shuffled
from tests.workspaces import write

sopkit = pytest.fixture(runner)
write_workspace = pytest.fixture(writer)

OWNERLESS = GOOD.replace("owner: guide\n", "")
TWO = GOOD.replace("owner: guide\n", "").replace("review_by: 2027-12-31\n", "")
PLACE = ".sopkit-baseline.json"
WAIVED = TWO.replace(
    "steps:\n",
    "waive: [{rule: missing-review-date, at: thanks, reason: 还没定, approved_by: guide, until: 2027-01-01}]\nsteps:\n",
)


def report(run: Run, folder: Path, *more: str) -> dict[str, object]:
    out = run("check", folder, "--format", "json", "--lang", "en", *more)[1]
    found: dict[str, object] = json.loads(out)
    return found


def counts(run: Run, folder: Path, *more: str) -> tuple[int, int, int]:
    """Return what is open, held back by the baseline, and stale in it."""
    made = report(run, folder, *more)
    numbers, stale = made["counts"], made["stale_baseline"]
    assert isinstance(numbers, dict)
    assert isinstance(stale, list)
    return numbers["error"] + numbers["warning"] + numbers["note"], numbers["baselined"], len(stale)


def test_what_is_known_is_held_back_and_what_is_new_is_told(sopkit: Run, write_workspace: Write) -> None:
    folder = write_workspace(OWNERLESS)
    assert counts(sopkit, folder) == (1, 0, 0)
    code, out, err = sopkit("baseline", folder, "--lang", "en")
    assert (code, out) == (0, "known findings in the baseline: 1\n")
    assert err == f"wrote {folder.as_posix()}/{PLACE}\n"
    assert counts(sopkit, folder) == (0, 1, 0)
    assert counts(sopkit, folder, "--no-baseline") == (1, 0, 0)
    write_workspace(TWO)
    assert counts(sopkit, folder) == (1, 1, 0)
    text = sopkit("check", folder, "--lang", "en")[1].splitlines()[-1]
    assert text == "checked 2 files as of 2026-07-01: 1 warning; 1 known in the baseline"
    assert sopkit("check", folder, "--lang", "zh-CN")[1].splitlines()[-1].endswith("1 个警告，基线里已知 1 个")


def test_a_build_fails_where_the_check_does_and_passes_where_it_passes(
    sopkit: Run, write_workspace: Write, tmp_path: Path
) -> None:
    """The two lines of the CI files that `init` writes; what the baseline holds back is no draft, and stands in the report."""
    folder, out = write_workspace(GOOD.replace("within: 1h", "by: guide, after: 3d, within: 1h")), tmp_path / "out"
    build = ("build", folder, "-o", out, "--only", "checklist", "--format", "md", "--lang", "en")
    assert sopkit("check", folder)[0] == 1
    code, _, err = sopkit(*build)
    assert (code, "nothing was built" in err, "former output" in err) == (1, True, False)
    assert sopkit("baseline", folder)[0] == 0
    assert sopkit("check", folder)[0] == 0
    code, told, _ = sopkit(*build)
    assert code == 0
    assert "1 known in the baseline" in told
    code, _, err = sopkit(*build, "--no-baseline")
    assert (code, "the former output was left as it is" in err) == (1, True)
    assert sopkit(*build, "--baseline", folder / PLACE)[0] == 0
    assert not any("DRAFT" in path.read_text("utf-8") for path in out.rglob("*.md"))


def test_the_file_is_as_its_schema_says_and_the_same_each_time(sopkit: Run, write_workspace: Write) -> None:
    folder = write_workspace(TWO)
    schema = json.loads((resources.folder("schemas") / "baseline-v1.schema.json").read_text("utf-8"))
    texts = set()
    for lang in ("en", None):
        for name in ("baseline", "baseline", "baseline --prune"):
            assert sopkit(*name.split(), folder, *(("--lang", lang) if lang and "--prune" not in name else ()))[0] == 0
            jsonschema.validate(json.loads((folder / PLACE).read_text("utf-8")), schema)
        texts.add((folder / PLACE).read_bytes())
    made = json.loads((folder / PLACE).read_text("utf-8"))["findings"]
    assert [(one["rule"], one["subject"]) for one in made] == sorted((one["rule"], one["subject"]) for one in made)
    assert len(texts) == 2  # in the language that was asked for, else in the workspace's own
    assert "没有" in (folder / PLACE).read_text("utf-8")


def test_mended_findings_are_told_and_pruned_and_new_ones_are_not_taken_in(sopkit: Run, write_workspace: Write) -> None:
    folder = write_workspace(TWO)
    sopkit("baseline", folder)
    before = (folder / PLACE).read_text("utf-8").splitlines()
    again = OWNERLESS.replace("id: thanks", "id: again").partition("---")[0]
    write_workspace({"play.yaml": OWNERLESS, "other.yaml": again})
    assert counts(sopkit, folder) == (2, 1, 1)  # the new one, and that both send the same
    said = sopkit("check", folder, "--lang", "en")[1]
    assert "1 of the baseline's entries hold nothing back any more; drop them: sopkit baseline --prune" in said
    assert sopkit("baseline", folder, "--prune", "--lang", "en")[1].endswith("1; dropped, since they are gone: 1\n")
    kept = (folder / PLACE).read_text("utf-8").splitlines()
    assert {line.rstrip(",") for line in kept} < {line.rstrip(",") for line in before}
    assert counts(sopkit, folder) == (2, 1, 0)


@pytest.mark.parametrize("options", [(), ("--prune",)])
def test_what_may_still_be_there_stays_in_the_baseline(
    sopkit: Run, write_workspace: Write, options: tuple[str, ...]
) -> None:
    folder = write_workspace({"play.yaml": TWO})
    sopkit("baseline", folder)
    before = (folder / PLACE).read_bytes()
    write_workspace({"play.yaml": TWO.replace("kind: automation\n", "kind: automation\n  bad: [\n")})
    said = sopkit("baseline", folder, *options, "--lang", "en")[1]
    assert "2 known findings were kept, since it can't be told whether they are gone" in said
    assert (folder / PLACE).read_bytes() == before


def test_summaries_count_the_baseline_and_the_waivers_even_when_quiet(sopkit: Run, write_workspace: Write) -> None:
    folder = write_workspace(WAIVED)
    sopkit("baseline", folder)
    text = sopkit("check", folder, "--lang", "en")[1].splitlines()[-1]
    assert text == "checked 2 files as of 2026-07-01: nothing found; 1 waived; 1 known in the baseline"
    assert sopkit("check", folder, "--lang", "en", "--quiet")[1] == "not listed: 1 known in the baseline, 1 waived\n"
    numbers = report(sopkit, folder)["counts"]
    assert isinstance(numbers, dict)
    assert (numbers["waived"], numbers["baselined"]) == (1, 1)


def test_an_empty_baseline_is_not_written_and_one_that_has_become_empty_goes(
    sopkit: Run, write_workspace: Write, tmp_path: Path
) -> None:
    folder = write_workspace(GOOD)
    code, out, err = sopkit("baseline", folder, "--lang", "en")
    assert (code, err) == (0, "")
    assert out.startswith("nothing was found that could be put into a baseline: ")
    assert not (folder / PLACE).exists()
    for options in ((), ("--prune",)):
        write_workspace(TWO)
        sopkit("baseline", folder)
        write_workspace(GOOD)
        assert sopkit("baseline", folder, *options, "--lang", "en")[1].endswith(f"{PLACE} was removed\n")
        assert not (folder / PLACE).exists()
    named = tmp_path / "known.json"
    sopkit("baseline", folder, "--baseline", named)
    assert sopkit("check", folder, "--baseline", named)[0] == 0


def test_what_was_not_assessed_or_not_understood_cannot_be_put_into_it(sopkit: Run, write_workspace: Write) -> None:
    folder = write_workspace(
        {"a.yaml": UNSETTLED, "b.yaml": MISSPELT.partition("---")[0].replace("id: thanks", "id: b")}
    )
    code, out, _ = sopkit("baseline", folder, "--lang", "en")
    assert code == 0
    assert "sopkit check goes on to report 2 findings, which can't be put into a baseline" in out
    assert "1 thing was not assessed" in out
    assert sopkit("check", folder, "--allow-not-assessed")[0] == 1
    (folder / "b.yaml").unlink()
    assert (sopkit("check", folder)[0], sopkit("check", folder, "--allow-not-assessed")[0]) == (1, 0)


def test_a_mistake_in_a_pack_of_law_cannot_be_put_into_it_since_caps_are_not_judged(
    sopkit: Run, write_workspace: Write
) -> None:
    folder = write_workspace({"play.yaml": GOOD})
    (folder / "packs").mkdir()
    (folder / "packs/a.yaml").write_text(UNKNOWN_PARAMETER.bad, "utf-8")
    assert "nothing was found that could be put into a baseline" in sopkit("baseline", folder, "--lang", "en")[1]
    found = report(sopkit, folder)["findings"]
    assert isinstance(found, list)
    listed = [{key: one[key] for key in ("fingerprint", "rule", "subject", "message")} for one in found]
    assert [one["rule"] for one in listed] == ["unknown-parameter"]
    (folder / PLACE).write_text(json.dumps({"version": 1, "findings": listed}), "utf-8")
    assert sopkit("check", folder)[0] == 1


@pytest.mark.long
def test_what_is_critical_by_law_stays_in_sight(sopkit: Run, tmp_path: Path) -> None:
    folder = write(tmp_path / "published", files_below(Path(__file__).parent / "as_published"))
    sopkit("baseline", folder, "--baseline", tmp_path / "known.json")
    entries = json.loads((tmp_path / "known.json").read_text("utf-8"))["findings"]
    found = report(sopkit, folder, "--baseline", str(tmp_path / "known.json"))["findings"]
    assert isinstance(found, list)
    assert {one["rule"] for one in found} >= {"contact-without-consent"}
    assert {one["fingerprint"] for one in found}.isdisjoint(one["fingerprint"] for one in entries)
    assert len(entries) > 5
    # Listed by hand it is shown all the same, and the entry is told to hold nothing back.
    loud = {key: found[0][key] for key in ("fingerprint", "rule", "subject", "message")}
    (tmp_path / "known.json").write_text(json.dumps({"version": 1, "findings": [*entries, loud]}), "utf-8")
    again = report(sopkit, folder, "--baseline", str(tmp_path / "known.json"))
    assert (again["findings"], again["stale_baseline"]) == (found, [loud])


@pytest.mark.long
def test_a_baseline_holds_when_documents_and_keys_move(sopkit: Run, tmp_path: Path) -> None:

    placed = documents(files_below(Path(__file__).parent / "as_published"))
    rng = random.Random(1)  # noqa: S311  repeatable, not secret
    known = str(tmp_path / "known.json")
    sopkit("baseline", write(tmp_path / "before", keys_shuffled(placed, rng)), "--baseline", known)
    before = counts(sopkit, tmp_path / "before", "--baseline", known)
    assert before[1] > 5
    moved = write(tmp_path / "after", documents_apart(placed, rng))
    assert counts(sopkit, moved, "--baseline", known) == before


DAMAGED: dict[str, tuple[str | bytes, str]] = {
    "not-json": ('{"version": 1,\n "findings": [}', ":2:15: this is not JSON"),
    "conflict": ('{\n<<<<<<< main\n"version": 1', ":2:1: the changes of two sides are not merged yet: <<<<<<< main"),
    "other-version": ('{"version": 2, "findings": []}', "of version 2, and this sopkit reads version 1"),
    "no-baseline": ('{"name": "package"}', "it has no version and findings"),
    "list": ("[1, 2]", "it has no version and findings"),
    "odd-entry": ('{"version": 1, "findings": [{"fingerprint": "x"}]}', "entry 1 of findings lacks its fingerprint"),
    "deep": ("[" * 100_000, "it has no version and findings"),
    "empty": ("", ":1:1: this is not JSON"),
    "bytes": (b"\xff\xfe{", "it is not UTF-8 text"),
    "number": ('{"version": ' + "9" * 6000 + "}", "it has no version and findings"),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_baseline_is_named_and_left_as_it_is(name: str, sopkit: Run, write_workspace: Write) -> None:
    text, said = DAMAGED[name]
    folder = write_workspace(GOOD)
    data = text if isinstance(text, bytes) else text.encode()
    (folder / PLACE).write_bytes(data)
    for command in (["check"], ["baseline"], ["baseline", "--prune"]):
        code, out, err = sopkit(*command, folder, "--lang", "en")
        assert (code, out) == (2, "")
        assert said in err
        assert str(folder) in err
        assert (folder / PLACE).read_bytes() == data
    assert sopkit("check", folder, "--no-baseline")[0] == 0


def test_a_baseline_that_leads_out_of_the_workspace_is_not_shown(
    sopkit: Run, write_workspace: Write, tmp_path: Path
) -> None:
    """Whoever proposes a change could let a check print a line of any file of the machine that runs it."""
    folder = write_workspace(GOOD)
    elsewhere = tmp_path / "elsewhere.txt"
    elsewhere.write_text("password: secret\n", "utf-8")
    (folder / PLACE).symlink_to(elsewhere)
    for command in (["check"], ["baseline"]):
        code, out, err = sopkit(*command, folder, "--lang", "en")
        assert (code, out) == (2, "")
        assert "no ordinary file" in err
        assert "secret" not in err
    assert elsewhere.read_text("utf-8") == "password: secret\n"
    (folder / PLACE).unlink()
    (folder / PLACE).symlink_to(folder / PLACE)
    assert sopkit("check", folder)[0] == 2


def test_a_baseline_that_is_not_there_is_asked_for(sopkit: Run, write_workspace: Write, tmp_path: Path) -> None:
    folder = write_workspace(GOOD)
    code, _, err = sopkit("check", folder, "--baseline", "nowhere.json", "--lang", "en")
    assert (code, err) == (
        2, "sopkit: there is no baseline nowhere.json. Write one: sopkit baseline --baseline nowhere.json\n",
    )  # fmt: skip
    assert sopkit("baseline", folder, "--prune")[0] == 2
    assert sopkit("check", folder, "--baseline", "x", "--no-baseline")[0] == 2
    assert sopkit("check", folder, "--baseline", tmp_path)[0] == 2
    assert sopkit("baseline", folder, "--baseline", folder / "play.yaml")[0] == 2
    assert (folder / "play.yaml").read_text("utf-8") == GOOD
    assert CAPPED in (folder / "sopkit.yaml").read_text("utf-8")
