"""docs/sources.md is generated from the catalog of sources and from what the playbooks cite; SOPKIT_REGENERATE=1 writes it anew."""

from __future__ import annotations

from typing import Final

import pytest

from tests import figures, sources
from tests.test_docs import compare

ROWS: Final = {"L": 13, "C": 9, "T": 8, "D": 9, "O": 9, "K": 6}
"""How many rows each part has."""


def test_the_page_is_up_to_date() -> None:
    compare(figures.ROWS, sources.page())


@pytest.mark.parametrize("row", [row for letter in ROWS for row in figures.rows(letter)])
def test_each_row_of_the_page_links_to_a_playbook_that_implements_it(row: str) -> None:
    line = next(line for line in figures.ROWS.read_text(encoding="utf-8").splitlines() if line.startswith(f"| {row} |"))
    assert "](../playbooks/" in line


@pytest.mark.parametrize("letter", ROWS)
def test_the_page_has_all_rows_of_the_handbooks(letter: str) -> None:
    assert figures.rows(letter) == tuple(f"R-{letter}{n}" for n in range(1, ROWS[letter] + 1))
