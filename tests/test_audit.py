"""`sopkit audit`: what the report says of a small shop in which every status occurs, word for word, and how it is written."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from sopkit import pipeline, resources
from sopkit.audit import Audit, Status, audit
from sopkit.cli import app
from sopkit.output import MARKER
from sopkit.render.audit.cover import Frame
from sopkit.render.audit.page import report as report_of
from sopkit.render.audit.words import STATUSES
from sopkit.render.columns import width
from sopkit.render.document import Table
from sopkit.render.markdown import to_markdown
from sopkit.render.marks import plain
from sopkit.render.wording.names import Names
from sopkit.source import Source
from sopkit.text import LANGS, Lang
from tests.documents import SHOP, tree
from tests.workspaces import SETTINGS, TODAY, Files, sources, write

GOLDEN: Final = Path(__file__).parent / "golden"
REGENERATE: Final = bool(os.environ.get("SOPKIT_REGENERATE"))
NAMES: Final = {"report.html", "report.md", "report.json", "data-inventory.html", "data-inventory.csv"}
CN: Final = SETTINGS + "jurisdictions: [cn]\n"


def schema(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((resources.folder("schemas") / f"{name}.schema.json").read_text("utf-8"))
    return found


def faults(data: Any) -> list[str]:
    registry = Registry().with_resource("urn:sopkit:findings-v1", Resource.from_contents(schema("findings-v1")))
    validator = Draft202012Validator(schema("audit-v1"), registry=registry)
    return [f"{one.json_path}: {one.message}" for one in validator.iter_errors(data)]


@pytest.fixture(scope="module", params=LANGS)
def lang(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def report(lang: str, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """Return the files of the shop's audit in one language."""
    folder = tmp_path_factory.mktemp("audit") / lang
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GIT_CEILING_DIRECTORIES", str(SHOP.parent))  # which commit it is would be another each time
        assert app.main(["audit", str(SHOP), "-o", str(folder), "--as-of", TODAY.isoformat(), "--lang", lang]) == 1
    return {name: (folder / name).read_text("utf-8") for name in NAMES}


def of(files: Files | str, *packs: str) -> Audit:
    own = [Source(f"packs/{number}.yaml", text.encode()) for number, text in enumerate(packs)]
    return audit(pipeline.compile(sources(files), today=TODAY, packs=own), lambda _: False)


def statuses(made: Audit) -> dict[str, Status]:
    return {one.id: one.status for one in made.results}


# What it says


@pytest.mark.long
@pytest.mark.parametrize("name", ["report.md", "report.json"])
def test_the_report_is_this(name: str, lang: str, report: Mapping[str, str]) -> None:
    """Line by line, but for the version of the tool and the hashes of what comes with it."""
    shown = re.sub(r"[0-9a-f]{64}", "HASH", report[name])
    shown = re.sub(r'("bytes": |sopkit:\S+ \| )[\d,]+', r"\1N", re.sub(r"sopkit \d+\.\d+\.\d+", "sopkit", shown))
    shown = re.sub(r'"version": "[^"]+"', '"version": "X"', shown)
    kept = GOLDEN / f"audit.{lang}{Path(name).suffix}"
    if REGENERATE:
        kept.write_text(shown, "utf-8")
    assert shown == kept.read_text("utf-8")


@pytest.mark.long
def test_every_status_occurs(report: Mapping[str, str]) -> None:
    data = json.loads(report["report.json"])
    assert {one["status"] for one in data["controls"]} == {status.value for status in Status}
    assert data["counts"] == {
        status.value: sum(one["status"] == status.value for one in data["controls"]) for status in Status
    }


@pytest.mark.long
def test_the_json_is_what_its_schema_says(report: Mapping[str, str]) -> None:
    data = json.loads(report["report.json"])
    assert faults(data) == []
    assert faults({**data, "more": 1}) != []
    assert faults({**data, "controls": [{**data["controls"][0], "status": "clean"}]}) != []
    assert faults({key: value for key, value in data.items() if key != "disclaimer"}) != []


def test_controls_name_findings_and_evidence_that_are_there(report: Mapping[str, str]) -> None:
    data = json.loads(report["report.json"])
    prints = {one["fingerprint"] for one in data["findings"]}
    numbers = {one["number"] for one in data["evidence"]}
    for control in data["controls"]:
        assert {*control["findings"], *control["waived"]} <= prints
        assert set(control["evidence"]) <= numbers
        assert (control["status"] == "pass") <= bool(control["evidence"])
        assert bool(control["reasons"]) == (control["status"] in {"manual", "not assessed", "not applicable"})


def test_a_critical_finding_stays_in_sight_when_it_is_waived(lang: str, report: Mapping[str, str]) -> None:
    data = json.loads(report["report.json"])
    (control,) = [one for one in data["controls"] if one["id"] == "WDR03"]
    assert (control["status"], control["critical_waived"]) == ("waived", True)
    page = tree(report["report.html"])
    conclusion = page.by_id("conclusion").text
    assert "WDR03" in conclusion
    assert {"zh-CN": "仍按未解决计", "en": "count as open"}[lang] in conclusion
    chapter = page.by_id("waivers").text
    assert {"zh-CN": "改版中", "en": "Being rewritten"}[lang] in chapter
    assert "SOP602" in chapter
    assert "2026-12-31" in chapter
    assert {"zh-CN": "导购", "en": "Shop guide"}[lang] in chapter


def test_the_page_is_whole_and_its_links_lead_somewhere(report: Mapping[str, str]) -> None:
    for name in ("report.html", "data-inventory.html"):
        page = tree(report[name])
        anchors = [one.attributes["id"] for one in page.walk() if "id" in one.attributes]
        assert len(anchors) == len(set(anchors))
        for link in page.all("a"):
            target = link.attributes["href"]
            assert target.removeprefix("#") in anchors if target.startswith("#") else target in NAMES


def test_every_piece_of_evidence_quotes_its_line(report: Mapping[str, str]) -> None:
    for one in json.loads(report["report.json"])["evidence"]:
        for place in (*one["places"], *(each for judged in one["places"] for each in judged["rests_on"])):
            assert place["line"] >= 1
            if not place["file"].startswith(resources.BUILTIN):
                path = Path(__file__).parents[1] / place["file"]
                written = path.read_text("utf-8").splitlines()[place["line"] - 1].strip()
                assert place["line_text"].rstrip("…") in written


def test_the_annex_loses_nothing(lang: str, report: Mapping[str, str]) -> None:
    """Each place of each list stands in the list, by file and line, and once with its line, among those of its file."""
    data = json.loads(report["report.json"])
    page = tree(report["report.html"])
    lines: dict[str, set[str]] = {}
    for fold in page.all("details"):
        for row in fold.all("tr"):
            cells = [cell.text for cell in row.all("td")]
            if cells:
                lines.setdefault(fold.all("summary")[0].text.split("（")[0].split(" (")[0].strip(), set()).add(
                    f"{cells[0]} {cells[1]} {cells[3]}"
                )
    for one in data["evidence"]:
        listed = page.by_id(one["number"].lower()).text
        for place in (*one["places"], *one["not_judged"]):
            assert place["file"] in listed
            assert str(place["line"]) in listed.partition(place["file"])[2]
            assert any(
                said.startswith(f"{place['line']} ") and place["subject"] in said and one["number"] in said.split()
                for said in lines[place["file"]]
            ), (one["number"], place)


def test_sentences_say_what_things_are_called(lang: str, report: Mapping[str, str]) -> None:
    """No id stands where a reader expects a name, and no space between Chinese and a number."""
    body = report["report.md"].partition({"zh-CN": "## 附录", "en": "## Annex"}[lang])[0]
    said = [line for line in body.splitlines() if "**改法**" not in line and "**What to do**" not in line]
    given = {
        "zh-CN": "只有给出过同意“短信营销同意”的客户才走得到",
        "en": "only customers who gave “Consent to marketing by SMS”",
    }
    oldest = {
        "zh-CN": "最久的是“新品”（`tell`），同意在30秒内",
        "en": "the oldest, of “News” (`tell`), was seen within 30 s before",
    }
    assert any(given[lang] in line for line in said)
    assert any(oldest[lang] in line for line in said)
    if lang == "zh-CN":
        assert re.findall(r"“[a-z0-9-]+”|[\u4e00-\u9fff] \d+ ?[\u4e00-\u9fff]", "\n".join(said)) == []


# What is never called kept


def test_with_an_error_in_writing_nothing_passes() -> None:
    files = {path.name: path.read_text("utf-8") for path in SHOP.glob("*.yaml")}
    assert Status.PASS in statuses(of(files)).values()
    broken = statuses(of({**files, "journey.yaml": files["journey.yaml"].replace("title:", "titel:", 1)}))
    assert Status.PASS not in broken.values()
    assert broken["CON01"] is Status.NOT_ASSESSED


def conclusion(made: Audit) -> str:
    page = to_markdown(report_of(made, Frame((), "sopkit"), Names(made.compilation.workspace, "en")))
    return page.partition("## Conclusion")[2].partition("**Results by topic**")[0]


def test_the_conclusion_never_sounds_better_than_it_is() -> None:
    files = {path.name: path.read_text("utf-8") for path in SHOP.glob("*.yaml")}
    made = of(files)
    assert "none is broken" not in conclusion(made)
    unbroken = replace(made, results=tuple(one for one in made.results if one.status is not Status.FAIL))
    assert "**Critical controls that are broken: 1." in conclusion(unbroken)
    slight = replace(made, results=tuple(one for one in unbroken.results if not one.critical_waived))
    assert "none is broken but those waived (1)" in conclusion(slight)
    sound = replace(made, results=tuple(one for one in slight.results if one.status is not Status.WAIVED))
    assert "none is broken" in conclusion(sound)
    unread = of({**files, "journey.yaml": files["journey.yaml"].replace("title:", "titel:", 1)})
    nothing = replace(unread, results=tuple(one for one in unread.results if not one.waived and not one.findings))
    assert "**No control could be assessed" in conclusion(nothing)


@pytest.mark.parametrize("lang", LANGS)
def test_the_longest_status_has_the_widest_column(lang: Lang) -> None:
    """“Applicable” was cut in two on the pages of Word."""
    made = of({path.name: path.read_text("utf-8") for path in SHOP.glob("*.yaml")})
    page = report_of(made, Frame((), "sopkit"), Names(made.compilation.workspace, lang))
    tables = [block for section in page.sections[0].sections for block in section.blocks if isinstance(block, Table)]
    widths = {plain(each.head): each.width for each in tables[0].columns[1:]}
    assert list(widths) == [said.within(lang) for said in STATUSES.values()]
    assert all(each > max(map(width, head.split())) for head, each in widths.items())


def test_without_a_jurisdiction_there_are_no_controls() -> None:
    assert (
        of("kind: automation\nid: x\ntitle: x\nstarts_on: member-joined\nsteps: [{id: a, do: x, by: guide}]\n").results
        == ()
    )


def test_a_contact_that_names_no_purpose_keeps_consent_from_passing() -> None:
    files = {path.name: path.read_text("utf-8") for path in SHOP.glob("*.yaml")}
    made = of(
        {
            **files,
            "journey.yaml": files["journey.yaml"].replace(
                "send: tips, via: sms, for: promotion", "send: tips, via: sms"
            ),
        }
    )
    (control,) = [one for one in made.results if one.id == "CON01"]
    assert control.status is Status.NOT_ASSESSED
    assert "for" in control.reasons[0].en
    (looked,) = [looked for _, looked in control.looked]
    assert [one.subject for one in looked.unseen] == ["automation/news/care"]
    page = to_markdown(report_of(made, Frame((), "sopkit"), Names(made.compilation.workspace, "en")))
    assert "contacts that take consent (1), and 1 that could not be judged" in page
    assert "Could not be judged (they do not say what they are for" in page


def test_a_proof_that_was_not_made_is_no_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    """Too many ways lead to the contact: the analysis gives up, and so does every control that rests on it."""
    monkeypatch.setattr("sopkit.graph.evidence.MOST_WAYS", 0)
    trap = (Path(__file__).parent / "consent" / "guard-before-a-wait.yaml").read_text("utf-8")
    found = statuses(of({"sopkit.yaml": trap}))
    assert {found[name] for name in ("CON01", "PUR01", "WDR01", "WDR02")} == {Status.NOT_ASSESSED}


def test_what_the_built_in_catalogue_does_not_say_is_not_assessed() -> None:
    (control,) = [
        one
        for one in of({path.name: path.read_text("utf-8") for path in SHOP.glob("*.yaml")}).results
        if one.id == "SHA02"
    ]
    assert control.status is Status.NOT_ASSESSED
    assert {one.rule.name for one in control.in_catalogue} == {"processor-without-contract"}


def test_a_control_of_an_own_pack_is_asked_of_people_or_not_assessed() -> None:
    own = """\
kind: pack
id: house
title: 门店制度
controls:
  HSE01: {title: 店长每周抽查, decided: manual}
  HSE02: {title: 没有人知道怎么查}
"""
    made = of({"sopkit.yaml": CN}, own)
    found = statuses(made)
    assert (found["HSE01"], found["HSE02"]) == (Status.MANUAL, Status.NOT_ASSESSED)
    assert [one.id for one in made.results][-2:] == ["HSE01", "HSE02"]


def test_a_control_whose_articles_are_to_come_does_not_apply() -> None:
    later = """\
kind: pack
id: house
title: 门店制度
laws: {rules: {title: 店规, in_force_from: 2027-01-01}}
articles: {one: {law: rules, article: "1", summary: 不吵客户, status: V}}
controls: {CON07: {articles: [one]}}
"""
    (control,) = of({"sopkit.yaml": SETTINGS}, later).results
    assert control.status is Status.NOT_APPLICABLE
    assert control.articles == ()


# How it is written


def run(folder: Path, output: Path, *more: str) -> int:
    return app.main(["audit", str(folder), "-o", str(output), "--as-of", TODAY.isoformat(), "--lang", "en", *more])


@pytest.mark.long
def test_the_folder_holds_the_report_and_the_record(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    assert run(SHOP, out) == 1
    written = {path.name for path in out.iterdir()}
    assert written > {*NAMES, MARKER}
    assert {Path(name).stem for name in written - {MARKER}} == {Path(name).stem for name in NAMES}
    assert re.fullmatch(r"pass \d+, fail 1, waived 2, .*The report: \S+/out/report\.html\n", capfd.readouterr().out)
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    assert run(SHOP, out, "--quiet") == 1
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    assert capfd.readouterr().out == f"{out.as_posix()}/report.html\n"


@pytest.mark.long
def test_what_was_not_assessed_is_never_passed_in_silence(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A new workspace rests on built-in tools whose contracts nobody has entered: a check is clean, an audit is not."""
    assert app.main(["init", str(tmp_path / "new"), "--lang", "en"]) == 0
    assert app.main(["check", str(tmp_path / "new"), "--as-of", TODAY.isoformat()]) == 0
    capfd.readouterr()
    for quiet in ((), ("--quiet",)):
        assert run(tmp_path / "new", tmp_path / "out", *quiet) == 1
        assert "not assessed, and no passes: " in capfd.readouterr().err
    assert run(tmp_path / "new", tmp_path / "out", "--allow-not-assessed") == 0
    assert "no passes" not in capfd.readouterr().err


@pytest.mark.long
def test_a_control_that_fails_is_exit_code_1_though_it_is_a_warning_of_the_check(tmp_path: Path) -> None:
    """A medium control is a warning, which a check passes."""
    files = {"sopkit.yaml": CN + "---\nkind: catalog\ndata: {note: {title: 备注, record: crm, retention: 1y}}\n"}
    folder = write(tmp_path / "shop", files)
    assert statuses(of(files))["PUR04"] is Status.FAIL
    assert run(folder, tmp_path / "out", "--allow-not-assessed") == 1


@pytest.mark.long
def test_without_law_nothing_was_assessed(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    folder = write(tmp_path / "shop", {"sopkit.yaml": SETTINGS})
    assert app.main(["check", str(folder), "--as-of", TODAY.isoformat()]) == 0
    assert run(folder, tmp_path / "out") == 1
    assert "no pack of law applies" in capfd.readouterr().err
    assert run(folder, tmp_path / "out", "--allow-not-assessed") == 0


@pytest.mark.long
def test_a_workspace_that_passes_is_exit_code_0(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(Path(__file__).parents[1] / "playbooks", tmp_path / "out") == 0
    shown = capfd.readouterr()
    assert "not assessed" not in shown.out + shown.err


def test_a_folder_of_others_is_left_alone(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("keep")
    assert run(SHOP, tmp_path / "out") == 2
    assert "mine.txt" in capfd.readouterr().err
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine.txt"]


def test_the_hashes_are_of_the_files_that_were_read(report: Mapping[str, str]) -> None:
    for one in json.loads(report["report.json"])["scope"]["inputs"]:
        if not one["path"].startswith(resources.BUILTIN):
            data = (Path(__file__).parents[1] / one["path"]).read_bytes()
            assert (one["sha256"], one["bytes"]) == (hashlib.sha256(data).hexdigest(), len(data))


@pytest.mark.long
def test_documents_that_stand_as_evidence_are_hashed_too(tmp_path: Path) -> None:
    files = {
        "sopkit.yaml": CN,
        "papers/plan.md": "预案",
        "nouns.yaml": """\
kind: catalog
artefacts:
  plan: {title: 预案, type: incident-plan, owner: guide, date: 2026-06-01, file: papers/plan.md}
""",
    }
    run(write(tmp_path / "shop", files), tmp_path / "out")
    paths = [
        one["path"] for one in json.loads((tmp_path / "out" / "report.json").read_text("utf-8"))["scope"]["inputs"]
    ]
    assert "papers/plan.md" in paths


@pytest.mark.long
def test_no_cell_of_the_table_is_a_formula_and_no_text_is_markup(tmp_path: Path) -> None:
    text = (SHOP / "nouns.yaml").read_text("utf-8").replace("zh-CN: 改版中", "zh-CN: '<script>alert(1)</script>'")
    text += "data:\n  hobby: {title: '=cmd()', category: user.demographic, record: crm, retention: 1y, collected_by: [member-joined]}\n"
    text += "events: {told: {title: '<b>x</b>', tool: crm}}\n"
    files = {path.name: path.read_text("utf-8") for path in SHOP.glob("*.yaml")}
    run(write(tmp_path / "shop", {**files, "nouns.yaml": text}), tmp_path / "out", "--lang", "zh-CN")
    rows = list(csv.reader(io.StringIO((tmp_path / "out" / "data-inventory.csv").read_text("utf-8-sig"))))
    assert "'=cmd()" in {cell for row in rows for cell in row}
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]
    for name in ("report.html", "data-inventory.html"):
        page = (tmp_path / "out" / name).read_text("utf-8")
        assert "<script>" not in page
        assert "<b>x" not in page
