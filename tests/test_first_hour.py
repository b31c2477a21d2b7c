"""What an operations lead writes in the first hour, and what is said of it: the words to write instead."""

from __future__ import annotations

import re

import pytest

from sopkit.diagnostics import Finding
from tests.workspaces import SETTINGS, compiled

PLAY = """\
kind: automation
id: birthday-wishes
title: 生日祝福
owner: guide
review_by: 2027-12-31
audience: members
starts_on: {date: birthday}
runs_in: map
steps:
  - {do: 打电话, by: guide, within: 1d}
"""
CADENCE = """\
kind: cadence
id: news
title: 群内容
owner: guide
review_by: 2027-12-31
via: group
every: week
at: mon 10:00
"""
MANAGER = "kind: catalog\nroles: {store-manager: {title: 店长, hours: 09:00-18:00}}\n"


def of_play(text: str) -> list[Finding]:
    return [one for one in compiled({"sopkit.yaml": SETTINGS, "play.yaml": text}).findings if one.rule.code < "SOP141"]


@pytest.mark.parametrize(
    ("good", "old", "new", "code", "fix"),
    [
        (PLAY, "{date: birthday}", "birthday", "SOP140", "write `{date: birthday}`"),
        (CADENCE, "every: week", "every: monday", "SOP128", "write `week` here"),
        (MANAGER, "09:00-18:00", "9-18", "SOP124", "write `09:00-18:00` here"),
    ],
)
def test_what_was_meant_is_said(good: str, old: str, new: str, code: str, fix: str) -> None:
    assert of_play(good) == []
    finding = of_play(good.replace(old, new))[0]
    assert finding.rule.code == code
    assert fix in finding.fix("en")
    assert fix.split("`")[1] in finding.fix("zh-CN")


LATE = PLAY.replace("by: guide, within: 1d", "by: guide, after: 3d, within: 12h")
NO_ROLE = PLAY.replace("by: guide, within", "by: kassierer, within")
ROLES = "kind: catalog\nroles:\n" + "".join(f"  role-{n}: {{title: 岗位{n}, hours: 09:00-18:00}}\n" for n in range(8))


@pytest.mark.parametrize(
    ("play", "code", "fix"),
    [
        (LATE, "SOP220", "within: 84h"),
        (LATE.replace("12h", "1d"), "SOP220", "within: 4d"),
        (LATE.replace("3d", "2mo"), "SOP220", "within: 4mo"),
        (PLAY.replace("within: 1d", "before: 9d"), "SOP220", "starts_on: {date: birthday, before: 9d}"),
        (PLAY.replace("within: 1d", "within: 1d, minutes: -15"), "SOP115", "minutes: 15"),
        (PLAY.replace("runs_in", "priority: -1\nruns_in"), "SOP115", "priority: 1"),
    ],
)
def test_a_value_that_cannot_be_comes_with_one_that_can(play: str, code: str, fix: str) -> None:
    """What is proposed is taken: with it nothing is found."""
    found = compiled({"sopkit.yaml": SETTINGS, "play.yaml": play}).findings
    (finding,) = (one for one in found if one.rule.code == code)
    assert fix in finding.fix("zh-CN")
    assert f"`{fix}`" in finding.fix("en")
    key, _, _ = fix.partition(":")
    mended = re.sub(rf"\b{key}: (\{{[^{{}}]*\}}|[^,}}\n]+)", fix, play)
    assert [one.rule.code for one in compiled({"sopkit.yaml": SETTINGS, "play.yaml": mended}).findings] == []


def test_a_role_that_is_none_comes_with_those_that_are() -> None:
    """Six at most, the workspace's own first."""
    found = compiled({"sopkit.yaml": SETTINGS, "play.yaml": NO_ROLE, "roles.yaml": ROLES}).findings
    (finding,) = (one for one in found if one.rule.code == "SOP140")
    assert (
        finding.fix("zh-CN") == "声明“kassierer”，或改成已有的编号：role-0、role-1、role-2、role-3、role-4、role-5 等"
    )
    assert finding.fix("en").endswith(": `role-0`, `role-1`, `role-2`, `role-3`, `role-4`, `role-5` and others")
    (finding,) = (one for one in of_play(NO_ROLE) if one.rule.code == "SOP140")
    assert "guide" in finding.fix("zh-CN")


def test_a_text_about_an_offer_says_what_the_offer_says() -> None:
    """Words for want of it fill the gap as well; so does one who gives points where the text names a value."""
    catalog = "kind: catalog\noffers:\n  gift: {title: 礼, type: gift, OFFER}\nscripts:\n  tell: {title: 告知, text: '【示例】TEXT'}\n"
    play = PLAY.replace("{do: 打电话, by: guide, within: 1d}", "{send: tell, via: sms, for: care, offer: gift}")

    def found(text: str, offer: str) -> list[str]:
        said = catalog.replace("TEXT", text).replace("OFFER", offer)
        files = {"sopkit.yaml": SETTINGS, "play.yaml": play, "nouns.yaml": said}
        return [str(one.args["key"]) for one in compiled(files).findings if one.rule.code == "SOP164"]

    assert found("{offer.ends}前可领", "value: 10 CNY") == ["valid"]
    assert found("{offer.ends}前可领，共{offer.valid}", "value: 10 CNY") == ["valid"], "told once"
    assert found("{offer.ends}前可领", "valid: 7d") == []
    assert found("{offer.ends|本周}前可领", "value: 10 CNY") == []
    assert found("{offer.title}", "value: 10 CNY") == []
    assert found("{offer.value}，满{offer.threshold}可用", "valid: 7d") == ["threshold", "value"]
    assert found("{offer.value}", "points: 50") == []
    assert found("{offer.terms}、{offer.per_customer}", "valid: 7d") == ["per_customer", "terms"]
    assert found("{offer.ends}前可领", "valid: bald") == [], "that it cannot be read is told already"


def test_what_people_call_it_leads_to_its_id() -> None:
    """A word that shortens a title is one; where none is like it, the roles that exist are named."""
    (finding,) = (one for one in of_play(PLAY.replace("{date: birthday}", "加购")) if one.rule.code == "SOP140")
    assert finding.suggestions == ("cart-added",)
    assert finding.fix("zh-CN") == "是不是 cart-added？"
    (finding,) = (
        one for one in of_play(PLAY.replace("by: guide, within", "by: 收银员, within")) if one.rule.code == "SOP140"
    )
    assert finding.fix("zh-CN").endswith("）：guide")
    assert finding.fix("en").endswith("): `guide`")
