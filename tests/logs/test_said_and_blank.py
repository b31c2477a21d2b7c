"""What rows leave out, spell otherwise or contradict is in doubt: neither kept nor broken."""

from __future__ import annotations

from pathlib import Path

import pytest

from sopkit.logs.observed import Observation
from sopkit.logs.touching import duplicates, personal
from tests.logs.shop import RICH, case_of

AT = 1782871200
DAY = 86400
Row = dict[str, object]
Said = dict[tuple[str, str], Observation]
OLD: Row = {"customer": "zoe", "time": AT - DAY, "action": "given", "consent": "abroad-ok"}


def asked(folder: Path, *touches: Row, customers: tuple[Row, ...] = ()) -> Said:
    """Return what is said of touches of a customer each."""
    rows = [
        {"customer": f"c{n}", "time": AT + n, "channel": "chat", "step": "talk", "tool": "crm", **row}
        for n, row in enumerate(touches)
    ]
    case = case_of(folder, {"touches": rows, "consents": [OLD], "customers": list(customers)}, nouns=RICH)
    with case.store.engine:
        return {(one.rule.code, one.subject): one for one in personal.observe(case)}


@pytest.mark.parametrize("code", ["SOP549", "SOP550"])
def test_rows_that_say_no_country_are_in_doubt(tmp_path: Path, code: str) -> None:
    home = asked(tmp_path, {"country": "cn"}, *[{}] * 99)[code, "workspace"]
    assert (home.status, home.looked, home.unsure) == ("not assessed", 1, 99)
    (tmp_path / "away").mkdir()
    away = asked(tmp_path / "away", {"country": "sg"}, {"country": "cn"}, {}, {"country": "somewhere"})
    assert away[code, "tool/crm"].broken == 1
    rest = away[code, "touches"]
    assert (rest.status, rest.looked, rest.unsure) == ("not assessed", 1, 2)


def test_rows_that_say_no_data_are_in_doubt(tmp_path: Path) -> None:
    plain = asked(tmp_path, {"data": "phone"}, *[{}] * 99)["SOP510", "workspace"]
    assert (plain.status, plain.looked, plain.unsure) == ("not assessed", 1, 99)
    (tmp_path / "sensitive").mkdir()
    found = asked(tmp_path / "sensitive", {"data": "allergy"}, {})
    assert found["SOP510", "data/allergy"].broken == 1
    assert (found["SOP510", "workspace"].status, found["SOP510", "workspace"].unsure) == ("not assessed", 1)
    (tmp_path / "all").mkdir()
    assert asked(tmp_path / "all", {"data": "phone"})["SOP510", "workspace"].status == "kept"


@pytest.mark.parametrize(
    "country", ["cn", "CN ", "ＣＮ", "CHN", "China", "中国", "中华人民共和国", "People’s  Republic of China"]
)  # fmt: skip
def test_home_is_known_by_its_codes_and_names(tmp_path: Path, country: str) -> None:
    found = asked(tmp_path, {"country": country})
    assert {found[code, "workspace"].status for code in ("SOP549", "SOP550")} == {"kept"}


@pytest.mark.parametrize("country", ["SGP", "新加坡", "Singapore", "??", "86", "somewhere"])
def test_what_is_no_code_of_two_letters_is_in_doubt(tmp_path: Path, country: str) -> None:
    found = asked(tmp_path, {"country": country}, {"country": "cn"})
    for code in ("SOP549", "SOP550"):
        assert (found[code, "workspace"].status, found[code, "workspace"].unsure) == ("not assessed", 1)
    assert not [one for one in found.values() if one.rule.code in {"SOP549", "SOP550"} and one.broken]


TODAY = AT // DAY
CHILD, ADULT = TODAY - 10 * 366, 0
TURNS_18 = TODAY + 1 - 18 * 365 - 4
"""Born 18 years before a day of the log."""


@pytest.mark.parametrize(
    ("customers", "status"),
    [
        ([{"minor": True, "born": ADULT}], "not assessed"),
        ([{"minor": True}, {"born": ADULT}], "not assessed"),
        ([{"minor": False, "born": CHILD}], "not assessed"),
        ([{"minor": False}, {"minor": True}], "not assessed"),
        ([{"born": CHILD}, {"born": ADULT}], "not assessed"),
        ([{"born": CHILD}, {"born": CHILD}], "broken"),
        ([{"minor": True, "born": CHILD}], "broken"),
        ([{"minor": False, "born": TURNS_18}], "broken"),
        ([{"minor": True, "born": TURNS_18}], "broken"),
        ([{"minor": False, "born": ADULT}], "kept"),
        ([{"born": TODAY + 400}], "not assessed"),
        ([{"minor": True, "born": TODAY + 400}], "not assessed"),
        ([{"born": TODAY + 5}], "not assessed"),
        ([{"minor": False}], "kept"),
        ([{"born": ADULT}], "kept"),
    ],
)
def test_what_contradicts_itself_about_an_age_is_in_doubt(tmp_path: Path, customers: list[Row], status: str) -> None:
    who = tuple({"customer": "c0", **row} for row in customers)
    promo: Row = {"channel": "sms", "step": "hi"}
    later: Row = {"time": AT + 9 * DAY}
    found = asked(tmp_path, promo, later, customers=who)["SOP543", "workspace"]
    assert found.status == status, found.message.en
    assert found.unsure == (status == "not assessed")


HOUR = 3600


@pytest.mark.parametrize(
    ("sent", "status", "looked", "unsure"),
    [
        ([(0, None), (1, None)], "not assessed", 0, 1),
        ([(0, "crm"), (1, None)], "not assessed", 0, 1),
        ([(0, None), (1, "crm")], "not assessed", 0, 1),
        ([(0, None), (0, None), (1, "crm"), (1, "crm")], "not assessed", 0, 3),
        ([(0, None), (1, "crm"), (2, "desk")], "broken", 1, 1),
        ([(0, None), (24, None), (48, "crm"), (72, "desk")], "kept", 2, 0),
        ([(0, "crm"), (24, "desk"), (25, "desk")], "kept", 3, 0),
    ],
)
def test_a_step_sent_again_by_nobody_knows_which_tool_is_in_doubt(
    tmp_path: Path, sent: list[tuple[int, str | None]], status: str, looked: int, unsure: int
) -> None:
    rows: list[Row] = [
        {"customer": "ann", "time": AT + at * HOUR, "channel": "chat", "step": "talk", "tool": tool}
        for at, tool in sent
    ]
    case = case_of(tmp_path, {"touches": rows})
    with case.store.engine:
        (found,) = duplicates.observe(case)
    assert (found.status, found.looked, found.unsure) == (status, looked, unsure), found.message.en
