"""Packs of law: the built-in ones are whole, a day picks the version, the workspace's own add and tighten, broken ones are told."""

from __future__ import annotations

import re
from datetime import date

import pytest

from sopkit import law, schema
from sopkit.catalogue import CONTROLS
from sopkit.diagnostics import Severity
from sopkit.law.packs import Law
from sopkit.law.parameters import KNOWN
from sopkit.law.rules import ARTICLES, PACK
from sopkit.model.values import Duration, Money
from sopkit.reader import read
from sopkit.resolve.settings import JURISDICTIONS
from sopkit.resources import pack
from sopkit.source import Source
from sopkit.tree import Mark
from tests.workspaces import SETTINGS, TODAY, compiled, found

CHINA = SETTINGS + "jurisdictions: [cn]\n"
ROWS = re.findall(
    r"\w+",
    "CON01 CON02 CON03 CON04 CON05 CON06 CON07 CON08 CON10 PUR01 PUR02 PUR03 PUR04 SEN01 SEN02 SEN03 MIN01 MIN02 MIN03 "
    "SHA01 SHA02 SHA03 SHA04 XBD01 XBD02 XBD03 RET01 RET02 RET03 WDR01 WDR02 WDR03 WDR04 WDR05 WDR06 AUT01 AUT02 AD01 AD02 "
    "AD03 AD04 PRM01 PRM02 PRM03 GOV01 GOV02",
)
"""The catalogue of checks of the pack `cn`."""


def china(day: date = TODAY) -> Law:
    return law.Packs().law(["cn"], day)[0]


@pytest.mark.parametrize("name", JURISDICTIONS)
def test_built_in_packs_are_without_fault(name: str) -> None:
    data = pack(name)
    assert data is not None
    reading = read(Source(f"packs/{name}.yaml", data))
    assert reading.findings == ()
    assert [finding for tree in reading.trees for finding in schema.check(tree, kinds=("pack",))] == []
    loaded = law.load([Source(f"packs/{name}.yaml", data)], JURISDICTIONS)
    assert loaded.findings == ()
    assert loaded.law([name], TODAY)[1] == ()


@pytest.mark.parametrize("name", JURISDICTIONS)
def test_every_article_says_since_when_from_where_and_how_it_was_checked(name: str) -> None:
    (built_in,) = law.builtin(name)
    assert built_in.checked_on is not None
    for article in built_in.articles.values():
        citation = article.citation
        assert citation.in_force_from is not None
        assert citation.source
        assert citation.checked_on is not None
        assert citation.summary.zh != citation.summary.en
        assert name == "cn" or citation.status in {"V", "S"}
    used = {one.citation.id for control in built_in.controls.values() for one in control.articles}
    assert used == {name for name in built_in.articles if name != "audit-measures-people"}


def test_the_pack_of_china_is_complete_and_the_others_say_that_they_are_not() -> None:
    (built_in,) = law.builtin("cn")
    assert set(built_in.controls) == {*ROWS, "AI01", "LNK01"}
    assert built_in.partial is None
    for name in ("eu", "us"):
        (other,) = law.builtin(name)
        assert other.partial is not None


def test_every_control_that_a_rule_names_is_in_a_pack() -> None:
    known = {control for name in JURISDICTIONS for built_in in law.builtin(name) for control in built_in.controls}
    assert known >= CONTROLS


def test_the_day_picks_the_articles() -> None:
    cited = [one.id for one in china(date(2026, 4, 30)).citations("CON08")]
    assert cited == ["sms-2015-18"]
    assert [one.id for one in china(date(2026, 5, 1)).citations("CON08")] == ["sms-2026-consent"]
    assert not china(date(2021, 10, 31)).applies("CON02")
    assert china(date(2021, 11, 1)).applies("CON02")
    assert [one.id for one in china(date(2024, 12, 31)).citations("CON02")] == ["pipl-17"]


def test_unsettled_and_medium_controls_are_warnings_at_most() -> None:
    assert china().heaviest("PUR03") is Severity.WARNING  # from memory
    assert china().heaviest("PUR02") is Severity.WARNING  # medium
    assert china().heaviest("PUR04") is Severity.WARNING
    assert china().heaviest("CON01") is Severity.ERROR
    assert china(date(2026, 4, 30)).heaviest("CON08") is Severity.WARNING
    assert china(date(2026, 5, 1)).heaviest("CON08") is Severity.ERROR


def own(*texts: str, id_: str = "policy", jurisdictions: str = "[cn]") -> Law:
    files = {
        "sopkit.yaml": SETTINGS + f"jurisdictions: {jurisdictions}\n",
        "packs/a.yaml": PACK.replace("id: policy", f"id: {id_}") + "".join(texts),
    }
    done = compiled(files)
    assert done.findings == ()
    return done.law


def test_a_pack_of_the_workspace_tightens_what_the_law_says() -> None:
    assert str(china().parameter("ask-again-after")) == "30d"
    days = own("parameters: {ask-again-after: {value: 14d}}\n").parameter("ask-again-after")
    assert str(days) == "14d", "the law names no number, so a company may choose its own"
    prize = "parameters: {top-prize: {value: VALUE}}\n"
    for value, expected in (("90000 CNY", 50000), ("2000 CNY", 2000)):
        money = own(prize.replace("VALUE", value)).parameter("top-prize")
        assert isinstance(money, Money)
        assert money.amount == expected, "what the law says can only be made stricter"
    age = "parameters: {guardian-consent-under: {value: 16}}\n"
    assert own(age).parameter("guardian-consent-under") == 16


def test_earlier_values_hold_to_their_last_day() -> None:
    text = PACK + "parameters: {ask-again-after: {value: 30d, earlier: [{value: 90d, in_force_to: 2026-01-31}]}}\n"
    packs = law.load([Source("packs/a.yaml", text.encode())], JURISDICTIONS)
    for day, expected in ((date(2026, 1, 31), "90d"), (date(2026, 2, 1), "30d")):
        value = packs.law([], day)[0].parameter("ask-again-after")
        assert isinstance(value, Duration)
        assert str(value) == expected


def test_a_pack_of_the_workspace_applies_whatever_the_jurisdiction_and_one_of_its_name_replaces_the_built_in() -> None:
    policy = ARTICLES + "controls: {WDR03: {severity: high, articles: [rules-3]}}\n"
    applied = own(policy, jurisdictions="[us]")
    assert [one.id for one in applied.packs] == ["policy", "us"]
    assert [one.id for one in applied.citations("WDR03")] == ["rules-3"]
    assert [one.id for one in own(policy, id_="cn").packs] == ["cn"]
    assert not own(policy, id_="cn").applies("CON01")
    assert [one.id for one in own(policy, id_="eu").packs] == ["cn"], "no law of a place where nothing is done"


def test_without_a_jurisdiction_there_is_no_law() -> None:
    assert compiled({"sopkit.yaml": SETTINGS}).law.controls == {}


def test_a_pack_that_cannot_be_read_is_told_where_it_is_wrong() -> None:
    text = PACK + "controls:\n  CON06: {severity: high, articles: rules-9}\n"
    assert found({"sopkit.yaml": CHINA, "packs/a.yaml": text}) == ["SOP905 packs/a.yaml:6:37"]
    assert found({"sopkit.yaml": CHINA, "packs/a.yaml": "kind: catalog\nroles: {}\n"}) == ["SOP109 packs/a.yaml:1:7"]
    assert found({"sopkit.yaml": CHINA, "packs/a.yaml": "kind: pack\nid: [\n"})[0].startswith("SOP0")
    missing = {"sopkit.yaml": SETTINGS, "packs/a.yaml": text.replace("articles: rules-9", "decided: plan")}
    assert found(missing) == ["SOP906 packs/a.yaml:6:3"]
    assert found({**missing, "sopkit.yaml": CHINA}) == [], "another pack that applies has the number"


def test_parameters_are_compared_by_size() -> None:
    assert KNOWN["ask-again-after"].strictest([_time("3w"), _time("30d"), _time("500h")]) == _time("30d")
    assert KNOWN["withdrawal-within"].strictest([_time("10d"), _time("15d")]) == _time("10d")


def _time(text: str) -> Duration:
    read_time = KNOWN["ask-again-after"].read
    assert read_time is not None
    value = read_time(text, Mark(0))
    assert isinstance(value, Duration)
    return value
