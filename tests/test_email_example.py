"""The example of a brand that writes by e-mail and push in the EU: nothing in it is tied to WeCom, and what it promises holds."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from sopkit import pipeline
from sopkit.audit import Audit, Status, audit
from sopkit.audit.judging import BY_HAND
from sopkit.cli import app
from sopkit.model.documents import Workspace
from sopkit.model.steps import Send, inner
from sopkit.pipeline import Compilation
from sopkit.reader.files import find_sources
from sopkit.reader.pictures import is_file_in
from sopkit.source import Source
from sopkit.text import LANGS
from tests.commands import files

TODAY = date(2026, 7, 1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("init") / "leaf-and-cup"
    assert app.main(["init", str(made), "--example", "email", "--lang", "en", "--as-of", TODAY.isoformat()]) == 0
    return made


def compiled(folder: Path, file: str = "", old: str = "", new: str = "", today: date = TODAY) -> Compilation:
    """Return the example with one edit."""
    found = find_sources(folder)
    sources = []
    for source in found.sources:
        assert source.path != file or old in source.text, f"{file} says so no longer"
        edited = source.text.replace(old, new, 1) if source.path == file else source.text
        sources.append(Source(source.path, edited.encode()))
    return pipeline.compile(sources, packs=found.packs, today=today, found=found.findings)


@pytest.fixture(scope="module")
def workspace(folder: Path) -> Workspace:
    return compiled(folder).workspace


def codes(done: Compilation) -> set[str]:
    return {finding.rule.code for finding in done.findings}


@pytest.mark.parametrize("today", [date(2026, 3, 1), TODAY, date(2026, 10, 20)], ids=str)
def test_nothing_is_found_whatever_the_day(folder: Path, today: date) -> None:
    """Clocks change in the last week of March and of October."""
    done = compiled(folder, today=today)
    assert [finding.message("en") for finding in done.findings] == []
    assert done.waived == ()


@pytest.mark.long
def test_it_is_the_same_in_english_whatever_the_language_of_messages(tmp_path: Path) -> None:
    written = []
    for lang in LANGS:
        made = tmp_path / lang / "leaf"
        made.parent.mkdir()
        assert app.main(["init", str(made), "--example", "email", "--lang", lang]) == 0
        written.append(files(made))
    assert written[0] == written[1]


@pytest.mark.long
def test_nothing_in_it_comes_from_the_catalog_of_chinese_retail(folder: Path, workspace: Workspace) -> None:
    assert workspace.settings.uses == ()
    assert {noun.id for noun in workspace.channels.values() if noun.builtin} == set()
    text = "".join(source.text.lower() for source in find_sources(folder).sources)
    assert not [word for word in ("wecom", "wechat", "sms", "mini-program", "cny", "asia/") if word in text]
    assert not [letter for letter in text if "\u4e00" <= letter <= "\u9fff"]


@pytest.mark.long
def test_marketing_is_sent_only_after_a_double_opt_in(workspace: Workspace) -> None:
    """The tick box gives nothing; the click in the mail that is sent because of it does."""
    assert workspace.events["signed-up"].gives == ()
    assert {consent.id for consent in workspace.events["opt-in-confirmed"].gives} == {"email-marketing"}
    confirm = workspace.journeys["double-opt-in"]
    (step,) = confirm.stages[0].steps
    assert isinstance(step.verb, Send)
    assert step.for_ is not None
    assert workspace.purposes[step.for_.id].category == "service"
    assert not workspace.scripts["confirm-address"].advertising


def test_every_mail_that_promotes_says_so_and_how_to_stop_it(workspace: Workspace) -> None:
    promoting = 0
    for journey in workspace.journeys.values():
        for stage in journey.stages:
            for step in (one for outer in stage.steps for one in inner(outer)):
                if not isinstance(step.verb, Send) or step.for_ is None:
                    continue
                marketing = workspace.purposes[step.for_.id].category == "marketing"
                for ref in step.verb.all_scripts:
                    script = workspace.scripts[ref.id]
                    assert script.text is not None
                    words = script.text.pick("en")
                    assert script.advertising == marketing, ref.id
                    assert (
                        ("[Ad" in words) and ("nsubscribe" in words or "Turn messages off" in words)
                    ) == marketing, ref.id
                    promoting += marketing
    assert promoting == 6


def test_nobody_is_woken_in_any_of_the_zones(workspace: Workspace) -> None:
    zones = workspace.settings.customer_timezones
    assert isinstance(zones, tuple)
    assert len(zones) == 3
    assert len(workspace.settings.quiet_hours) == 2


@pytest.mark.long
@pytest.mark.parametrize(
    ("file", "old", "new", "code"),
    [
        ("journeys/welcome.yaml", ", within: 2d, if: {consent: email-marketing}}", ", within: 2d}", "SOP526"),
        ("journeys/welcome.yaml", "wait: 9d", "wait: 2d", "SOP305"),
        ("sopkit.yaml", "max: 4, per: 7d", "max: 3, per: 7d", "SOP306"),
        ("catalog/offers.yaml", "threshold: 50 EUR", "threshold: 20 EUR", "SOP407"),
        (
            "sync.yaml",
            "email-marketing]\nkey: customer-id\nevery: event",
            "email-marketing]\nkey: customer-id\nevery: 2d",
            "SOP701",
        ),
    ],
)
def test_an_edit_that_breaks_it_is_found(folder: Path, file: str, old: str, new: str, code: str) -> None:
    assert code in codes(compiled(folder, file, old, new))


def audited(folder: Path) -> Audit:
    return audit(compiled(folder), lambda name: is_file_in(folder, name))


@pytest.mark.long
def test_the_audit_passes_what_the_pack_of_the_eu_asks_and_claims_no_more(folder: Path) -> None:
    made = audited(folder)
    assert {one.id: one.status for one in made.results if one.status is not Status.PASS} == {
        "SEN01": Status.NOT_APPLICABLE
    }
    assert made.count(Status.PASS) == 8
    assert BY_HAND not in {reason for one in made.results for reason in one.reasons}
