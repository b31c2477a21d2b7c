"""What is said of one thing is said in the singular, with its verb; larger numbers and other ones are left alone."""

from __future__ import annotations

import pytest

from sopkit.text import singular


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("the workspace has 1 errors", "the workspace has 1 error"),
        ("1 rows say no zone", "1 row says no zone"),
        ("time: 1 rows fall into an hour", "time: 1 row falls into an hour"),
        ("1 of 20 touches are beyond it", "1 of 20 touches is beyond it"),
        ("of 3 touches, 1 have no declared route", "of 3 touches, 1 has no declared route"),
        ("1 more were not assessed", "1 more was not assessed"),
        ("1 checks in all", "1 check in all"),
        ("built 1 files", "built 1 file"),
        ("goes on to report 1 findings, which", "goes on to report 1 finding, which"),
        ("1 known findings were kept", "1 known finding was kept"),
        ("1 things were not assessed", "1 thing was not assessed"),
        ("wrote SOP.xlsx (1 documents)", "wrote SOP.xlsx (1 document)"),
        ("wrote 1 schemas", "wrote 1 schema"),
        ("11 rows say no zone", "11 rows say no zone"),
        ("2,001 touches are beyond it", "2,001 touches are beyond it"),
        ("0.1 times", "0.1 times"),
        ("21 of 30 touches are beyond it", "21 of 30 touches are beyond it"),
    ],
)
def test_one_is_one(said: str, expected: str) -> None:
    assert singular(said) == expected
