"""The audit of the reference workspace: every control passes or does not apply, but those that only people can settle."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from sopkit import pipeline
from sopkit.audit import Audit, Status, audit
from sopkit.audit.judging import BETWEEN_VERSIONS, BY_HAND
from sopkit.reader.files import find_sources
from sopkit.reader.pictures import is_file_in
from sopkit.source import Source

PLAYBOOKS = Path(__file__).parents[1] / "playbooks"
TODAY = date(2026, 7, 1)
FILES = find_sources(PLAYBOOKS)


def audited(file: str = "", old: str = "", new: str = "") -> Audit:
    """Return the audit of the reference with one edit."""
    sources = []
    for source in FILES.sources:
        assert source.path != file or old in source.text, f"{file} says so no longer"
        edited = source.text.replace(old, new, 1) if source.path == file else source.text
        sources.append(Source(source.path, edited.encode()))
    done = pipeline.compile(sources, packs=FILES.packs, today=TODAY, found=FILES.findings)
    return audit(done, lambda name: is_file_in(PLAYBOOKS, name))


@pytest.mark.long
def test_the_reference_passes_without_a_waiver() -> None:
    made = audited()
    assert made.compilation.waived == ()
    open_ = {one.id: one for one in made.results if one.status not in {Status.PASS, Status.NOT_APPLICABLE}}
    assert {name: (one.status, one.reasons) for name, one in open_.items()} == {
        "CON03": (Status.MANUAL, (BETWEEN_VERSIONS,)),
        "RET03": (Status.MANUAL, (BY_HAND,)),
    }
    assert made.count(Status.PASS) == 38


@pytest.mark.long
@pytest.mark.parametrize(
    ("control", "file", "old", "new", "status"),
    [
        (
            "RET02",
            "catalog/compliance.yaml",
            "carries:\n  data: [phone]\n",
            "carries:\n  data: [phone, birthday]\n",
            Status.NOT_ASSESSED,
        ),
        ("PUR02", "procedure/risk.yaml", "    uses: [chat-history]\n", "", Status.NOT_ASSESSED),
        ("AD01", "cadence/community.yaml", "workflow: members-event-run\n", "", Status.NOT_ASSESSED),
        ("AUT01", "cadence/community.yaml", "workflow: members-event-run\n", "", Status.PASS),
        ("AD01", "catalog/scripts-content.yaml", "【广告】本周会员活动现在开始", "本周会员活动现在开始", Status.FAIL),
        ("AD01", "lifecycle/retention-content.yaml", "for: care\n", "for: promotion\n", Status.FAIL),
    ],
)
def test_an_edit_that_undoes_it_is_seen(control: str, file: str, old: str, new: str, status: Status) -> None:
    (one,) = [one for one in audited(file, old, new).results if one.id == control]
    assert one.status is status


def test_prices_are_judged_wherever_customers_are_told_apart() -> None:
    (one,) = [one for one in audited().results if one.id == "AUT02"]
    ((_, looked),) = one.looked
    assert {place.subject for place in looked.judged} == {
        "automation/buying-power-page/by-power",
        "automation/tier-message/by-tier",
        "procedure/points-redemption/which",
    }
    assert all(len(place.rests_on) > 1 for place in looked.judged)
