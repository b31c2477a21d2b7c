"""One edit of the reference workspace at a time: each row of the catalogue of law fires, with its consequences and nothing else."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from sopkit import pipeline
from sopkit.diagnostics import Severity
from sopkit.pipeline import Compilation
from sopkit.reader.files import find_sources
from sopkit.source import Source

PLAYBOOKS = Path(__file__).parents[1] / "playbooks"
TODAY = date(2026, 11, 27)
FILES = find_sources(PLAYBOOKS)

SCRIPTS = "catalog/scripts-journeys.yaml"
MUTANTS: dict[str, tuple[str, str, str, tuple[str, ...]]] = {
    "AD01": (SCRIPTS, "拒收请回复T【广告】", "拒收请回复T", ("SOP601",)),
    "WDR03": (
        SCRIPTS,
        "客服{brand.service_line}，拒收请回复T【广告】",
        "客服{brand.service_line}【广告】",
        ("SOP602",),
    ),
    "AD02": (SCRIPTS, "好久不见，送您一张", "好久不见，送您一张史上最佳的", ("SOP603",)),
    "AD03": (SCRIPTS, "【广告】您看过的商品：", "【广告】能治愈痘痘的商品：", ("SOP604",)),
    "LNK01": (
        SCRIPTS,
        "  referral-invite-text:\n",
        '  referral-invite-text:\n    links: ["https://example.com/invite"]\n',
        ("SOP606",),
    ),
    "AI01": (SCRIPTS, "  loyal-benefits:\n", "  loyal-benefits:\n    ai_written: true\n", ("SOP605",)),
}
"""Row → file, what is written, what stands there instead, the codes of what is found, in order."""


def compiled(file: str = "", old: str = "", new: str = "") -> Compilation:
    sources = []
    for source in FILES.sources:
        if source.path == file:
            text = source.text
            assert old in text, f"{file} says so no longer"
            source = Source(source.path, text.replace(old, new, 1).encode())  # noqa: PLW2901  the edited one
        sources.append(source)
    return pipeline.compile(sources, packs=FILES.packs, today=TODAY, found=FILES.findings)


def codes(done: Compilation) -> list[str]:
    return sorted(one.rule.code for one in done.findings if one.weight is not Severity.NOTE)


def test_the_reference_is_clean_before() -> None:
    assert codes(compiled()) == []


@pytest.mark.parametrize("row", MUTANTS)
def test_one_edit_fires_the_row(row: str) -> None:
    file, old, new, expected = MUTANTS[row]
    done = compiled(file, old, new)
    assert codes(done) == sorted(expected)
    assert row in {control for one in done.findings for control in one.rule.decides}
