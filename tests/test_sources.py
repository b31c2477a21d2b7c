"""docs/sources.md is generated from the catalog of sources and from what the playbooks cite; SOPKIT_REGENERATE=1 writes it anew."""

from __future__ import annotations

import pytest

from tests import figures, sources
from tests.test_docs import compare


def test_the_page_is_up_to_date() -> None:
    compare(figures.ROWS, sources.page())


@pytest.mark.parametrize("row", [*figures.rows("L"), *figures.rows("C"), *figures.rows("T"), *figures.rows("K")])
def test_each_row_of_the_page_links_to_a_playbook_that_implements_it(row: str) -> None:
    line = next(line for line in figures.ROWS.read_text(encoding="utf-8").splitlines() if line.startswith(f"| {row} |"))
    assert "](../playbooks/" in line


def test_the_page_has_all_rows_of_the_parts_it_lists() -> None:
    assert figures.rows("L") == tuple(f"R-L{n}" for n in range(1, 14))
    assert figures.rows("C") == tuple(f"R-C{n}" for n in range(1, 10))
    assert figures.rows("T") == tuple(f"R-T{n}" for n in range(1, 9))
    assert figures.rows("K") == tuple(f"R-K{n}" for n in range(1, 7))


@pytest.mark.parametrize("letter", "DO")
def test_parts_without_playbooks_are_said_to_be_missing(letter: str) -> None:
    said = figures.ROWS.read_text(encoding="utf-8").partition("## Not implemented yet")[2]
    assert f"{letter} ({sources.PARTS[letter][0]})" in said
    assert f"{letter}（{sources.PARTS[letter][1]}）" in said
    assert figures.rows(letter) == ()
