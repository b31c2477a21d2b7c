"""The catalogue of checks, as it was agreed on: each row is decided by a rule that a mutant shows, or stands here with its reason."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from sopkit import law
from sopkit.catalogue import RULES
from sopkit.diagnostics import Rule
from sopkit.diff.rules import RULES as OF_TWO_VERSIONS
from tests.test_law_mutants import MUTANTS
from tests.workspaces import compiled


@dataclass(frozen=True)
class Row:
    id: str
    articles: frozenset[str]
    severity: str
    decided: str
    """S: on the playbooks; L: on logs; SL: on both; D: by a document that exists."""


def rows(table: str) -> tuple[Row, ...]:
    cells = [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]
    return tuple(Row(id_, frozenset(articles.split()), severity, decided) for id_, articles, severity, decided in cells)


CHINA: Final = rows("""
    CON01 | pipl-13 advertising-43 consumer-29                     | critical | SL
    CON02 | pipl-17 network-data-21                                | critical | S
    CON03 | pipl-14 network-data-22                                | high     | S
    CON04 | consumer-regulations-23 e-commerce-19                  | high     | S
    CON05 | pipl-16                                                | high     | S
    CON06 | network-data-22                                        | high     | SL
    CON07 |                                                        | high     | SL
    CON08 | sms-2015-18 sms-2026-consent                           | critical | SL
    CON10 | pipl-13                                                | high     | S
    PUR01 | pipl-14 network-data-22                                | critical | SL
    PUR02 | pipl-6 network-data-22                                 | medium   | S
    PUR03 | pipl-6                                                 | high     | S
    PUR04 | pipl-51                                                | medium   | S
    SEN01 | pipl-28 pipl-29                                        | critical | SL
    SEN02 | pipl-30                                                | high     | S
    SEN03 | pipl-28 pipl-51                                        | high     | D
    MIN01 | pipl-31                                                | critical | SL
    MIN02 | minors-online-24                                       | critical | SL
    MIN03 | minors-online-37                                       | high     | D
    SHA01 | pipl-23                                                | critical | SL
    SHA02 | pipl-21                                                | high     | D
    SHA03 | pipl-20 pipl-21 pipl-23                                | high     | S
    SHA04 | pipl-25                                                | high     | S
    XBD01 | pipl-38 network-data-35 certification-1                | critical | S
    XBD02 | pipl-13 pipl-39                                        | critical | SL
    XBD03 | cross-border-5 cross-border-7 cross-border-8           | high     | SL
    RET01 | pipl-19 network-data-21                                | high     | S
    RET02 | pipl-47                                                | high     | SL
    RET03 | pipl-47 network-data-24                                | medium   | SL
    WDR01 | pipl-15 consumer-29                                    | critical | SL
    WDR02 |                                                        | critical | S
    WDR03 | advertising-43                                         | critical | S
    WDR04 | pipl-15                                                | medium   | S
    WDR05 |                                                        | high     | SL
    WDR06 | online-trading-16                                      | high     | SL
    AUT01 | pipl-24 e-commerce-18                                  | high     | S
    AUT02 | pipl-24 price-14                                       | critical | SL
    AD01  | advertising-14 internet-advertising-9                  | high     | S
    AD02  | advertising-9                                          | high     | S
    AD03  | advertising-17 advertising-18                          | critical | S
    AD04  | advertising-44                                         | high     | D
    AI01  | ai-labelling-4                                         | high     | S
    LNK01 | wechat-links-reward                                    | high     | S
    PRM01 | promotion-17                                           | critical | S
    PRM02 | promotion-21                                           | high     | SL
    PRM03 | promotion-13                                           | high     | SL
    GOV01 | pipl-55 pipl-56                                        | critical | D
    GOV02 | pipl-51 pipl-52                                        | high     | D
""")
EUROPE: Final = rows("""
    CON01 | eprivacy-13 | critical | SL
    CON02 | gdpr-13     | critical | S
    CON07 | gdpr-7-1    | high     | SL
    CON09 | eprivacy-13 | critical | S
    SEN01 | gdpr-9      | critical | SL
    WDR01 | gdpr-7-3    | critical | SL
    WDR02 |             | critical | S
    WDR04 | gdpr-7-3    | medium   | S
    WDR05 | gdpr-7-3    | high     | SL
""")
DECIDED: Final = {"S": "plan", "SL": "plan-and-logs", "D": "document"}

WITHOUT_MUTANT: Final = {
    "CON03": "what has changed is seen between two versions in git only",
    "RET03": "the language has no word for data that are only stored: a person judges",
    "CON09": "the rule is the EU's, and the reference is under Chinese law: its example shows it",
}
BY_PERSONS: Final = {"CON03": "between-versions", "RET03": "manual"}


def deciding(row: str) -> list[Rule]:
    return [rule for rule in RULES if row in rule.decides and rule not in OF_TWO_VERSIONS]


@pytest.mark.parametrize(("pack", "table"), [("cn", CHINA), ("eu", EUROPE)])
def test_each_pack_has_the_rows_with_their_articles_gravity_and_way(pack: str, table: tuple[Row, ...]) -> None:
    (built_in,) = law.builtin(pack)
    assert set(built_in.controls) == {row.id for row in table}
    for row in table:
        control = built_in.controls[row.id]
        assert {one.citation.id for one in control.articles} == row.articles, row.id
        assert control.severity == row.severity, row.id
        assert control.decided == BY_PERSONS.get(row.id, DECIDED[row.decided]), row.id
        assert control.title is not None, row.id


@pytest.mark.parametrize("row", sorted({row.id for row in (*CHINA, *EUROPE)}))
def test_each_row_is_the_alias_of_a_rule_with_examples_and_a_mutant(row: str) -> None:
    rules = [rule for rule in deciding(row) if row in rule.aliases]
    assert bool(rules) == (row not in BY_PERSONS)
    assert all(rule.bad and rule.good for rule in rules)
    assert (row in MUTANTS) == (row not in WITHOUT_MUTANT)


def test_every_mutant_and_every_reason_is_of_a_row() -> None:
    known = {row.id for row in (*CHINA, *EUROPE)}
    assert known >= MUTANTS.keys()
    assert known >= WITHOUT_MUTANT.keys()


def test_marketing_by_e_mail_is_decided_under_the_law_of_the_eu() -> None:
    (rule,) = deciding("CON09")
    (finding,) = compiled({"sopkit.yaml": rule.bad}).findings
    assert finding.rule is rule
    assert [one.id for one in finding.law] == ["eprivacy-13"]
    assert compiled({"sopkit.yaml": rule.good}).findings == ()
    assert compiled({"sopkit.yaml": rule.bad.replace("[eu]", "[cn]")}).findings != (finding,)


FIXTURES: Final = Path(__file__).parent
TRAPS: Final = {
    "guard before a wait": ("consent/guard-before-a-wait", "SOP504"),
    "consent to SMS used for WeCom": ("consent/sms-consent-for-wecom", "SOP502"),
    "contract as the basis of a promotion": ("consent/contract-for-a-promotion", "SOP505"),
    "legitimate interests under Chinese law": ("consent/legitimate-interests-in-china", "SOP505"),
    "the sender hears of a withdrawal a day late": ("consent/withdrawal-a-day-late", "SOP507"),
    "a copy of 24.5 h against 24 h": ("consent/copy-half-an-hour-too-old", "SOP507"),
    "the next promotional step unguarded": ("consent/next-step-unguarded", "SOP501"),
    "a minor with a guardian's consent, yet profiled": ("law/guardian-agreed-yet-profiled", "SOP543"),
    "a coupon's price by segment": ("law/price-by-segment", "SOP614"),
    "a tool hosted abroad": ("law/transfer-without-route", "SOP549"),
    "consent expires before the journey ends": ("consent/expires-before-the-end", "SOP504"),
    "consent of one journey relied on in another": ("consent/captured-in-another-journey", "SOP501"),
    "a pack without its parameter": ("law/broken-pack", "SOP906"),
    "a purpose without a basis": ("consent/purpose-without-a-basis", "SOP506"),
    "a withdrawal that no tool sees": ("consent/no-tool-sees-the-withdrawal", "SOP508"),
    "a retention that can't be read": ("values/malformed-retention", "SOP134"),
    "an unknown category": ("law/unknown-category", "SOP532"),
}
"""Trap → its fixture below `tests`, and the rule that it falls into."""


@pytest.mark.parametrize("trap", TRAPS)
def test_each_trap_has_its_fixture(trap: str) -> None:
    fixture, code = TRAPS[trap]
    said = (FIXTURES / f"{fixture}.out").read_text(encoding="utf-8")
    assert re.search(rf"^(?:error|warning) {code} ", said, re.MULTILINE)
