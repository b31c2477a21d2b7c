"""`check --format` for machines: what each format says, read back by somebody else's reader; nothing hostile gets through.

`SOPKIT_REGENERATE=1 pytest tests/test_report_formats.py` writes tests/formats/*.out anew.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote
from xml.etree import ElementTree

import jsonschema
import junitparser
import pytest

from sopkit import __version__
from sopkit.cli.report_formats import FORMATS, ON_SCREEN
from sopkit.diagnostics import Severity
from sopkit.render.findings_json import json_text
from sopkit.render.findings_junit import findings_junit
from sopkit.render.findings_sarif import findings_sarif
from sopkit.render.report import Report
from sopkit.text import Phrase
from tests import node
from tests.commands import GOOD, MISSPELT, UNSETTLED, Run, Write, runner, writer
from tests.workspaces import SETTINGS, compiled

HERE = Path(__file__).parent
WORKSPACE = HERE / "formats/workspace"
ODD = "旅程 50%,新.yaml"
"""A file whose name has what every format must escape."""
MACHINE = tuple(one for one in FORMATS if one not in (*ON_SCREEN, "json"))
SARIF_SCHEMA: Final = json.loads((HERE / "formats/sarif-2.1.0.schema.json").read_text("utf-8"))

Parsed = Any  # what a reader of JSON returns


@pytest.fixture
def sopkit(capfd: pytest.CaptureFixture[str]) -> Run:
    return runner(capfd)


@pytest.fixture
def write_workspace(tmp_path: Path) -> Write:
    return writer(tmp_path)


def printed(sopkit: Run, form: str, *more: str | Path) -> str:
    return sopkit("check", WORKSPACE, "--format", form, "--lang", "en", *more)[1]


def plain(sopkit: Run, *more: str) -> Parsed:
    return json.loads(printed(sopkit, "json", *more))


@pytest.mark.long
@pytest.mark.parametrize("form", [*MACHINE, "github"])
def test_this_is_what_is_printed(sopkit: Run, form: str) -> None:
    text = printed(sopkit, form).replace(f'"{__version__}"', '"VERSION"')
    if form == "sarif":
        text = json_text(json.loads(text))
    path = HERE / f"formats/{form}.out"
    if os.environ.get("SOPKIT_REGENERATE"):
        path.write_text(text, "utf-8")
    assert text == path.read_text("utf-8")


def sarif_run(sopkit: Run) -> Parsed:
    log = json.loads(printed(sopkit, "sarif"))
    jsonschema.Draft202012Validator(SARIF_SCHEMA).validate(log)
    (run,) = log["runs"]
    return run


def test_sarif_says_all_that_json_says(sopkit: Run) -> None:
    run, report = sarif_run(sopkit), plain(sopkit)
    fails = [one for one in run["results"] if one["kind"] == "fail"]
    assert len(fails) == len(report["findings"]) > 3
    rules = run["tool"]["driver"]["rules"]
    for ours, one in zip(report["findings"], fails, strict=True):
        place = one["locations"][0]["physicalLocation"]
        region = place["region"]
        assert unquote(place["artifactLocation"]["uri"]) == ours["file"]
        assert (region["startLine"], region["startColumn"]) == (ours["line"], ours["column"])
        assert (region["endLine"], region["endColumn"]) == (ours["end_line"], ours["end_column"])
        assert one["level"] == ours["severity"]
        assert one["partialFingerprints"] == {"sopkit/v1": ours["fingerprint"]}
        assert rules[one["ruleIndex"]]["id"] == one["ruleId"] == ours["code"]
        assert ours["message"] in one["message"]["text"].replace("\\[", "[")
        assert len(one.get("relatedLocations", [])) == len(ours["related"])
        flows = one.get("codeFlows", [])
        steps = [step for flow in flows for step in flow["threadFlows"][0]["locations"]]
        assert [step["properties"]["at"] for step in steps] == [moment["at"] for moment in ours["timeline"]]
        assert bool(one.get("suppressions")) is (ours["state"] == "waived")
    assert Counter(one["state"] for one in report["findings"])["waived"] == 1
    assert any(one["timeline"] for one in report["findings"])
    assert [one["statement"] for one in run["properties"]["proved"]] == [one["statement"] for one in report["proved"]]


def test_sarif_paths_are_relative_to_the_repository_and_columns_count_code_points(sopkit: Run) -> None:
    run = sarif_run(sopkit)
    assert run["columnKind"] == "unicodeCodePoints"
    odd = [one for one in run["results"] if "%2C" in one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]]
    assert odd
    for one in odd:
        place = one["locations"][0]["physicalLocation"]
        assert place["artifactLocation"]["uriBaseId"] in run["originalUriBaseIds"]
        assert unquote(place["artifactLocation"]["uri"]).endswith(f"tests/formats/workspace/{ODD}")
        region = place["region"]
        line = (WORKSPACE / ODD).read_text("utf-8").splitlines()[region["startLine"] - 1]
        assert line[region["startColumn"] - 1 : region["endColumn"] - 1] == region["snippet"]["text"]


def test_sarif_tells_what_was_not_assessed_as_a_result_and_as_a_notification(sopkit: Run) -> None:
    run, report = sarif_run(sopkit), plain(sopkit)
    (ours,) = report["not_assessed"]
    (result,) = (one for one in run["results"] if one["kind"] == "open")
    notification, held = run["invocations"][0]["toolExecutionNotifications"]
    assert result["level"] == "none"
    assert ours["reason"] in result["message"]["text"]
    assert ours["reason"] in notification["message"]["text"]
    assert (held["descriptor"]["id"], held["level"]) == ("unjudged", "error")
    assert held["message"]["text"].startswith(f"not assessed: {', '.join(report['unjudged'])}")
    assert run["properties"]["unjudged"] == report["unjudged"] != []
    assert notification["level"] == "error"
    place = result["locations"][0]["physicalLocation"]
    assert (place["region"]["startLine"], place["region"]["startColumn"]) == (ours["line"], ours["column"])


@pytest.mark.node
@pytest.mark.long
@pytest.mark.parametrize("lang", ["en", "zh-CN"])
@pytest.mark.parametrize("workspace", ["formats/workspace", "as_published", "everything"])
def test_sarif_is_accepted_by_the_validator_of_its_makers(
    sopkit: Run, tmp_path: Path, lang: str, workspace: str
) -> None:
    log, verdict = tmp_path / "sopkit.sarif", tmp_path / "verdict.sarif"
    sopkit("check", HERE / workspace, "--format", "sarif", "-o", log, "--lang", lang)
    said = subprocess.run(
        [node.sarif_multitool(), "validate", log, "--rule-kind", "Sarif;Ghas", "--output", verdict],
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 0, said.stdout + said.stderr
    results = json.loads(verdict.read_text("utf-8-sig"))["runs"][0].get("results", [])
    # The project has no address on the web to name.
    assert {one["ruleId"] for one in results} <= {"SARIF2005"}


@pytest.mark.long
def test_sarif_of_ten_thousand_findings_is_written_in_two_seconds() -> None:
    compilation = compiled({"a.yaml": MISSPELT.replace("order-paid", "order-payd")})
    some = compilation.findings
    many = tuple(replace(some[number % len(some)], subject=f"automation/a{number}") for number in range(10_000))
    report = Report(replace(compilation, findings=many), "zh-CN")
    times = []
    for _ in range(3):
        began = time.process_time()
        text = findings_sarif(report)
        times.append(time.process_time() - began)
        del report.__dict__["entries"]
    assert min(times) < 2
    assert len(json.loads(text)["runs"][0]["results"]) == 10_000


COMMAND = re.compile(r"::(?P<name>[a-z-]+)(?: (?P<properties>[^\n]*?))?::(?P<data>.*)")


def commands_in(text: str) -> Iterator[tuple[str, dict[str, str], str]]:
    """Yield what GitHub's runner would make of a log: commands outside of what is quoted, their values unescaped.

    As `ActionCommand.TryParseV2` and the manager of commands of the runner do.
    """
    stopped = ""
    for line in text.split("\n"):
        command = COMMAND.fullmatch(line.strip())
        if stopped:
            stopped = "" if line.strip() == f"::{stopped}::" else stopped
        elif command and command["name"] == "stop-commands":
            stopped = command["data"]
        elif command:
            pairs = (one.partition("=") for one in (command["properties"] or "").split(",") if one)
            values = {name: unescaped(value, "%0D", "%0A", "%3A", "%2C", "%25") for name, _, value in pairs}
            yield command["name"], values, unescaped(command["data"], "%0D", "%0A", "%25")
    assert not stopped


def unescaped(text: str, *signs: str) -> str:
    for sign in signs:
        text = text.replace(sign, unquote(sign))
    return text


def test_github_shows_each_finding_at_its_line_the_gravest_first(sopkit: Run) -> None:
    report = plain(sopkit)
    made = list(commands_in(printed(sopkit, "github")))
    listed = [one for one in report["findings"] if one["state"] == "open"]
    levels = [level for level, _, _ in made]
    assert levels == sorted(levels, key=["error", "warning", "notice"].index)
    places = {(values["file"], values["line"], values["col"], values["title"]) for _, values, _ in made}
    assert {
        (one["file"], str(one["line"]), str(one["column"]), f"{one['code']} {one['rule']}") for one in listed
    } < places
    assert len(made) == len(listed) + len(report["not_assessed"]) + bool(report["unjudged"])
    for one in listed:
        assert any(data.startswith(one["message"]) for _, _, data in made)


def test_github_prints_the_page_for_the_log_too_and_takes_no_command_from_it(
    sopkit: Run, write_workspace: Write
) -> None:
    hostile = MISSPELT.replace("下单感谢", "x ##[add-mask]y").replace(
        "owner: guid", '"::error file=a::b\\n::add-mask::secret": guid'
    )
    out = sopkit("check", write_workspace(hostile), "--format", "github")[1]
    assert sopkit("check", write_workspace(hostile))[1].strip() in out
    made = list(commands_in(out))
    assert made
    assert {name for name, _, _ in made} <= {"error", "warning", "notice"}
    assert all("\n::" not in line for line in out.split("\n"))
    stopped, *_ = out.split("\n")
    assert re.fullmatch("::stop-commands::[0-9a-f]{32}", stopped)
    assert out.count(stopped.rpartition(":")[2]) == 2


@pytest.mark.parametrize(
    ("environment", "annotated"), [({"GITHUB_ACTIONS": "true"}, True), ({"GITLAB_CI": "true"}, False), ({}, False)]
)
def test_the_platform_chooses_the_format_that_nobody_named(
    sopkit: Run, environment: dict[str, str], annotated: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    said = sopkit("check", WORKSPACE, "--lang", "en")[1]
    assert said == printed(sopkit, "github" if annotated else "terminal")
    assert bool(list(commands_in(said))) is annotated


def test_a_file_gets_the_report_and_the_screen_stays_as_it_is(
    sopkit: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, form in enumerate(("json", *MACHINE)):
        path = tmp_path / f"{number}.txt"
        code, out, err = sopkit("check", WORKSPACE, "--lang", "en", "--format", form, "-o", path)
        assert (code, out) == (1, printed(sopkit, "terminal"))
        assert str(path) in err
        assert path.read_text("utf-8") == printed(sopkit, form)
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    out = sopkit("check", WORKSPACE, "--lang", "en", "--format", "sarif", "-o", tmp_path / "again.sarif")[1]
    assert out == printed(sopkit, "github")


@pytest.mark.parametrize("form", [(), ("--format", "terminal"), ("--format", "github")])
@pytest.mark.parametrize("lang", ["en", "zh-CN"])
def test_what_is_for_the_screen_goes_into_no_file(
    sopkit: Run, tmp_path: Path, form: tuple[str, ...], lang: str
) -> None:
    code, out, err = sopkit("check", WORKSPACE, *form, "-o", tmp_path / "x", "--lang", lang)
    assert (code, out) == (2, "")
    assert "--format json|sarif|gitlab|junit|rdjson" in err
    assert not (tmp_path / "x").exists()


def test_gitlab_gets_what_its_documentation_asks_for(sopkit: Run) -> None:
    """https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format"""
    report, issues = plain(sopkit), json.loads(printed(sopkit, "gitlab"))
    listed = [one for one in report["findings"] if one["state"] == "open"]
    assert len(issues) == len(listed) + len(report["not_assessed"]) + bool(report["unjudged"])
    for issue in issues:
        assert set(issue) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert issue["severity"] in {"info", "minor", "major", "critical", "blocker"}
        assert (HERE.parent / issue["location"]["path"]).is_file()
        assert issue["location"]["lines"]["begin"] >= 1
    assert len({one["fingerprint"] for one in issues}) == len(issues)
    assert {one["fingerprint"] for one in listed} < {one["fingerprint"] for one in issues}


def test_rdjson_counts_columns_in_bytes(sopkit: Run) -> None:
    report, diagnostics = plain(sopkit), json.loads(printed(sopkit, "rdjson"))["diagnostics"]
    listed = [one for one in report["findings"] if one["state"] == "open"]
    assert len(diagnostics) == len(listed) + len(report["not_assessed"]) + bool(report["unjudged"])
    shifted = 0
    for ours, one in zip(listed, diagnostics, strict=False):
        assert (one["location"]["path"], one["severity"]) == (ours["file"], ours["severity"].upper())
        start, end = one["location"]["range"]["start"], one["location"]["range"]["end"]
        assert (start["line"], end["line"]) == (ours["line"], ours["end_line"])
        line = (HERE.parent / ours["file"]).read_bytes().split(b"\n")[start["line"] - 1]
        covered = line[start["column"] - 1 : end["column"] - 1].decode()
        assert covered == line.decode()[ours["column"] - 1 : ours["end_column"] - 1]
        shifted += start["column"] != ours["column"] or end["column"] != ours["end_column"]
        assert one["message"].startswith(ours["message"])
    assert shifted


def test_a_mended_place_is_suggested_in_bytes_too(sopkit: Run, write_workspace: Write) -> None:
    folder = write_workspace(GOOD.replace("starts_on: [order-paid]", "starts_on: [order-payd]"))
    report = json.loads(sopkit("check", folder, "--format", "json")[1])
    edits = [fix["edits"][0] for one in report["findings"] for fix in one["fixes"]]
    said = json.loads(sopkit("check", folder, "--format", "rdjson")[1])["diagnostics"]
    suggestions = [suggestion for one in said for suggestion in one.get("suggestions", ())]
    assert edits
    assert [one["text"] for one in suggestions] == [one["text"] for one in edits]


@pytest.mark.long
@pytest.mark.parametrize("folder", [WORKSPACE, HERE / "as_published"])
def test_junit_is_read_by_another_reader(sopkit: Run, folder: Path) -> None:
    report = json.loads(sopkit("check", folder, "--format", "json", "--lang", "en")[1])
    text = sopkit("check", folder, "--format", "junit", "--lang", "en")[1]
    read = junitparser.JUnitXml.fromstring(text.encode())
    cases = [case for suite in read for case in suite]
    kinds = Counter(type(result).__name__ for case in cases for result in case.result)
    failing = {(one["file"], one["rule"], one["subject"]) for one in report["findings"] if one["severity"] == "error"}
    found = {one["file"] for one in (*report["findings"], *report["not_assessed"])}
    others = {path.relative_to(HERE.parent).as_posix() for path in folder.glob("*.yaml")} - found
    held = f"{folder.relative_to(HERE.parent).as_posix()}/sopkit.yaml" if report["unjudged"] else ""
    counts = {
        "Failure": len(failing),
        "Error": len(report["not_assessed"]) + bool(held),
        "Skipped": report["counts"]["waived"] + (len(others - {held}) if held else 0),
    }
    assert kinds == +Counter(counts)
    assert (read.tests, read.failures, read.errors, read.skipped) == (
        len(cases), kinds["Failure"], kinds["Error"], kinds["Skipped"],
    )  # fmt: skip
    names = [case.name for case in cases]
    assert len(set(zip([case.classname for case in cases], names, strict=True))) == len(names)
    assert len([case for case in cases if case.classname == "proved"]) == len(report["proved"])
    clean = {case.classname for case in cases if case.name == ("not assessed" if held else "nothing found")}
    assert clean == others - {held}


@pytest.mark.parametrize("text", [GOOD, MISSPELT, UNSETTLED, GOOD.replace("review_by: 2027", "review_by: 2025")])
@pytest.mark.parametrize("options", [(), ("--fail-on", "warning"), ("--allow-not-assessed",), ("--select", "kind:kpi")])
def test_junit_fails_exactly_where_the_check_does(
    sopkit: Run, write_workspace: Write, text: str, options: tuple[str, ...]
) -> None:
    code, out, _ = sopkit("check", write_workspace(text), "--format", "junit", *options)
    read = junitparser.JUnitXml.fromstring(out.encode())
    assert (code == 1) is bool(read.failures + read.errors)


def test_errors_outside_of_the_selection_are_told_in_every_format(sopkit: Run, write_workspace: Write) -> None:
    other = GOOD.partition("---")[0].replace("id: thanks\n", "id: other\n").replace("owner: guide", "ownr: guide")
    folder = write_workspace({"a.yaml": GOOD, "b.yaml": other})
    for form in ("github", *MACHINE):
        code, out, _ = sopkit("check", folder, "--format", form, "--select", "thanks", "--lang", "en")
        assert code == 1
        assert "unjudged" in out, form
        assert "to see all of them" in out, form


def test_what_is_to_be_pasted_is_told_in_every_format(sopkit: Run, write_workspace: Write) -> None:
    folder = write_workspace(GOOD.replace("owner: guide", "owner: merchandiser"))
    for form in ("github", *MACHINE):
        out = sopkit("check", folder, "--format", form, "--lang", "en")[1]
        assert re.search(r"kind: catalog(\n|\\n|%0A)roles:(\n|\\n|%0A)  merchandiser: ", out), form


def test_no_character_that_xml_forbids_gets_into_it() -> None:
    compilation = compiled({"sopkit.yaml": SETTINGS, "a.yaml": GOOD.replace("owner: guide", "owner: guid")})
    (finding,) = (one for one in compilation.findings if one.weight is Severity.ERROR)
    nasty = "".join(map(chr, range(0x20))) + "]]> <b> & \" ' \ufffe\uffff \u202e"
    hostile = replace(finding, subject=nasty, args={**finding.args, "name": nasty}, related=())
    text = findings_junit(Report(replace(compilation, findings=(hostile,)), "en", left_over=(Phrase(nasty, nasty),)))
    root = ElementTree.fromstring(text.encode("utf-8"))  # noqa: S314  our own
    (failure,) = root.iter("failure")
    assert "]]> <b> &" in (failure.get("message") or "") + (failure.text or "")
    assert "\u202e" not in text


def test_help_names_every_format(sopkit: Run) -> None:
    for lang in ("en", "zh-CN"):
        said = sopkit("check", "--help", "--lang", lang)[1]
        assert all(form in said for form in FORMATS)
