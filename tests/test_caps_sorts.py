"""Caps where customers differ for good: what excludes whom is used together, and only where it never changes."""

from __future__ import annotations

import pytest

from sopkit.diagnostics import Proof
from sopkit.graph.sorts import Sorts
from tests.test_caps import SCRIPT, automation, verdict
from tests.workspaces import SETTINGS, compiled, unjudged

SIDE = (
    "---\nkind: catalog\ndata:\n  side: {title: 类别, type: [left, middle, right], category: user.behavior, record: crm, "
    "retention: 1y%s}\n"
)
LASTING = SIDE % ", changes: never"


def of(side: str, id_: str, on: str, *steps: str, how: str = "audience") -> str:
    return automation(id_, *(steps or ("",)), on=on, more=f"{how}: {side}\n")


PAIR = (
    of("{side: left}", "a", "member-joined", "", ", after: 1d"),
    of("{side: right}", "b", "member-joined-in-shop", "", ", after: 1d"),
)


def test_touches_of_customers_who_are_never_the_same_are_not_added_up() -> None:
    assert verdict("max: 2, per: 7d", *PAIR, LASTING) == "proved"
    assert verdict("max: 1, per: 7d", *PAIR, LASTING) == "violated"


@pytest.mark.parametrize(
    "changes", ["", ", changes: 1 per 365d", ", computed: {from: [order-amount], every: week, at: [mon 03:00]}"]
)
def test_an_audience_that_changes_excludes_nothing(changes: str) -> None:
    """It is tested at the start: who was left goes on in `a` when being right starts `b`."""
    assert verdict("max: 2, per: 7d", *PAIR, SIDE % changes) != "proved"


def test_what_a_step_writes_excludes_nothing() -> None:
    writer = (
        "---\nkind: automation\nid: w\ntitle: 改\nowner: guide\nreview_by: 2027-12-31\nstarts_on: order-paid\n"
        "steps:\n  - {id: turn, set: {side: right}}\n"
    )
    assert verdict("max: 2, per: 7d", *PAIR, LASTING, writer) != "proved"


def test_three_of_which_each_two_can_meet_do_not_all_meet() -> None:
    """x in {1, 2}, {2, 3}, {1, 3}: asked pair by pair this looks like three."""
    three = [
        of(f"{{side: [{sides}]}}", name, event)
        for name, event, sides in (
            ("a", "member-joined", "left, middle"),
            ("b", "member-joined-in-shop", "middle, right"),
            ("c", "account-closed", "left, right"),
        )
    ]
    assert verdict("max: 2, per: 7d", *three, LASTING) == "proved"
    assert verdict("max: 1, per: 7d", *three, LASTING) != "proved"


def test_guards_and_branches_of_one_journey_exclude_each_other() -> None:
    guarded = automation("a", ", if: {side: left}", ", after: 1h, if: {side: right}", ", after: 1h, if: {side: middle}")
    assert verdict("max: 1, per: 7d", guarded, LASTING) == "proved"
    assert verdict("max: 1, per: 7d", guarded, SIDE % "") != "proved"
    chosen = (
        "---\nkind: automation\nid: c\ntitle: 选\nowner: guide\nreview_by: 2027-12-31\nstarts_on: member-joined\nsteps:\n"
        "  - id: which\n    choose:\n      - if: {side: left}\n        steps:\n"
        "          - {id: l, send: hello, via: sms, for: care}\n      - else:\n"
        "          - {id: r, send: hello, via: sms, for: care}\n"
        "  - {id: more, send: hello, via: sms, for: care, after: 1h, if: {not: {side: left}}}\n"
    )
    nodes = [f"automation/c/{step}" for step in "lr"]
    done = unjudged({"sopkit.yaml": SETTINGS + chosen + LASTING + SCRIPT})
    assert Sorts(done.workspace).open_to(nodes) == [frozenset((one,)) for one in nodes]
    after_left = chosen.replace("{not: {side: left}}", "{side: left}")
    assert verdict("max: 2, per: 7d", chosen, LASTING) == "proved"
    assert verdict("max: 1, per: 7d", chosen, LASTING) == "violated"
    assert verdict("max: 1, per: 7d", after_left, LASTING) == "violated"


def test_what_is_still_to_be_collected_is_no_other_customer() -> None:
    """Before the event has told the side, nobody is left; afterwards some are: both may come to one customer."""
    pair = (of("{side: left}", "a", "order-paid"), of("{not: {side: left}}", "b", "member-joined"))
    assert verdict("max: 1, per: 7d", *pair, SIDE % ", changes: never") == "proved"
    assert verdict("max: 1, per: 7d", *pair, SIDE % ", changes: never, collected_by: [order-paid]") != "proved"
    known = (of("{side: known}", "a", "order-paid"), of("{side: unknown}", "b", "member-joined"))
    assert verdict("max: 1, per: 7d", *known, LASTING) != "proved"


def test_part_of_a_condition_that_lasts_is_enough() -> None:
    pair = (
        of("{side: left, order-paid: within 30d}", "a", "member-joined"),
        of("{all: [{side: right}, {tag: vip}]}", "b", "member-joined-in-shop"),
    )
    vip = "  vip: {title: 贵宾, record: crm}\n"
    assert verdict("max: 1, per: 7d", *pair, LASTING + "tags:\n" + vip) == "proved"
    either = of("{any: [{side: right}, {tag: vip}]}", "b", "member-joined-in-shop")
    assert verdict("max: 1, per: 7d", pair[0], either, LASTING + "tags:\n" + vip) != "proved"


def test_segments_are_spelt_out() -> None:
    pair = (of("lefts", "a", "member-joined"), of("rights", "b", "member-joined-in-shop", how="while"))
    segments = "segments:\n  lefts: {title: 左, when: {side: left}}\n  rights: {title: 右, when: {side: right}}\n"
    assert verdict("max: 1, per: 7d", *pair, LASTING + segments) == "proved"
    same = segments.replace("{side: right}", "{side: [left, right]}")
    assert verdict("max: 1, per: 7d", *pair, LASTING + same) != "proved"


def test_a_cadence_and_a_journey_for_different_people_are_not_added_up() -> None:
    cadence = (
        "---\nkind: cadence\nid: tips\ntitle: 干货\nowner: guide\nreview_by: 2027-12-31\nvia: sms\nformat: post\n"
        "audience: rights\nfor: care\nevery: week\nat: [mon 10:00]\non_holiday: same\n"
    )
    segments = "segments:\n  rights: {title: 右, when: {side: right}}\n"
    journey = of("{side: left}", "a", "member-joined")
    assert verdict("max: 1, per: 7d", journey, cadence, LASTING + segments) == "proved"
    assert (
        verdict("max: 1, per: 7d", of("{side: right}", "a", "member-joined"), cadence, LASTING + segments) != "proved"
    )


def test_each_sort_of_customer_has_its_touches() -> None:
    done = unjudged({"sopkit.yaml": SETTINGS + "".join((*PAIR, LASTING, SCRIPT))})
    asked = [f"automation/{journey}/s{n}" for journey in "ab" for n in range(2)]
    assert Sorts(done.workspace).open_to(asked) == [frozenset(asked[:2]), frozenset(asked[2:])]
    assert Sorts(done.workspace).open_to([*asked, "automation/c"]) == [
        frozenset((*asked[:2], "automation/c")), frozenset((*asked[2:], "automation/c")),
    ]  # fmt: skip
    assert Sorts(done.workspace).open_to(["automation/c"]) == [frozenset(("automation/c",))]


@pytest.mark.parametrize(("changes", "said"), [(", changes: never", "proved"), ("", "possible")])
def test_tags_that_never_change_part_customers(changes: str, said: str) -> None:
    tags = f"---\nkind: catalog\ntags: {{vip: {{title: 贵宾, record: crm{changes}}}}}\n"
    pair = (
        automation("a", "", ", after: 1d", more="audience: {tag: vip}\n"),
        automation("b", "", ", after: 1d", on="member-joined-in-shop", more="audience: {not: {tag: vip}}\n"),
    )
    assert verdict("max: 2, per: 7d", *pair, tags) == said


def test_what_the_proof_rests_on_is_said() -> None:
    text = SETTINGS + "caps: [{id: cap, max: 2, per: 7d}]\n" + "".join((*PAIR, LASTING, SCRIPT))
    (proof,) = [one for one in compiled({"sopkit.yaml": text}).proved if one.subject == "cap/cap"]
    assert isinstance(proof, Proof)
    assert any("changes: never" in one.en for one in proof.assumptions)
