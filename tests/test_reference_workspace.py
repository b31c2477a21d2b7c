"""The reference workspace as a whole: nothing is found in it, nothing lies unused, and its caps are the brand's own."""

from __future__ import annotations

from datetime import date
from typing import Final

import pytest

from sopkit import pipeline
from sopkit.model.steps import Send
from sopkit.pipeline import Compilation
from sopkit.reader.files import find_sources
from sopkit.text import LANGS
from sopkit.tree import Value
from tests import figures
from tests.figures import Figure

CAPS: Final[tuple[tuple[str, str, Value], ...]] = (
    ("aurora", "caps.weekly-marketing.max", 5),
    ("aurora", "caps.weekly-marketing.per", "7d"),
    ("aurora", "caps.daily-sms.max", 1),
    ("aurora", "caps.daily-sms.per", "day"),
    ("aurora", "caps.spacing.gap", "4h"),
    ("aurora", "caps.group-daily.max", 2),
    ("aurora", "caps.group-daily.per", "day"),
    ("aurora", "one_at_a_time.nurture.cool_down", "4d"),
    ("aurora", "budgets.weekly-marketing", {"new-member": 3, "nurture": 2, "member-care": 3}),
    ("new-member/awareness/apart", "wait", "4h"),
    ("new-member/recall/quiet", "wait", "6d"),
    ("new-member/retention", "stays", "at least 7d"),
    ("member-care/silent/coupon", "after", "7d"),
    ("cart-reminder/card", "via", "mp-page"),
    ("tier-message/by-tier", "via", "mp-notice"),
    ("referral-invite/invite", "via", "mp-notice"),
    ("monthly-event", "replaces", ["members-event"]),
)
"""The caps that the brand signed, and what makes the playbooks fit them: changed together or not at all."""


@pytest.fixture(scope="module")
def compilation() -> Compilation:
    found = find_sources(figures.PLAYBOOKS)
    return pipeline.compile(found.sources, today=date(2026, 11, 27), found=found.findings)


def test_nothing_is_found_waived_or_held_back(compilation: Compilation) -> None:
    assert [finding.message("en") for finding in compilation.findings] == []
    assert compilation.waived == ()
    assert compilation.held_back == 0


@pytest.mark.parametrize(("place", "field", "value"), CAPS)
def test_the_caps_are_as_signed_and_the_playbooks_keep_apart(place: str, field: str, value: Value) -> None:
    assert figures.standing(Figure("caps", "", place, field, value), figures.documents()) == value


def test_there_are_no_other_caps_and_no_touch_escapes_one(compilation: Compilation) -> None:
    assert len(compilation.workspace.settings.caps) == 4
    journeys = compilation.workspace.journeys.values()
    assert [step.id for journey in journeys for stage in journey.stages for step in stage.steps if step.cap] == []


@pytest.mark.parametrize("lang", LANGS)
def test_every_script_stands_in_both_languages(compilation: Compilation, lang: str) -> None:
    scripts = compilation.workspace.scripts.values()
    assert [script.id for script in scripts if script.text is None or script.text.find(lang) is None] == []


def test_a_commercial_sms_names_the_sender_the_service_line_and_the_way_out(compilation: Compilation) -> None:
    workspace = compilation.workspace
    sent = {
        script.id: workspace.scripts[script.id]
        for journey in workspace.journeys.values()
        for stage in journey.stages
        for step in stage.steps
        if "sms" in {channel.id for channel in step.via} and isinstance(step.verb, Send)
        for script in step.verb.all_scripts
    }
    assert sent
    for id_, script in sent.items():
        text = (script.text.find("zh-CN") or "") if script.text else ""
        assert text.startswith("【晨曦】"), id_
        assert "{brand.service_line}" in text, id_
        assert "拒收请回复T" in text, id_
        assert ("【广告】" in text) == script.advertising, id_
