"""Observations that no log has shown, of the reference workspace: for reports, whose words and figures are tested apart from the rules."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Final

from sopkit import catalogue
from sopkit.logs.observed import Case, Deed, Group, Observation
from sopkit.logs.overview import Weekly
from sopkit.logs.practice import Practice
from sopkit.logs.reading import Aside, FileRead, Reading
from sopkit.logs.working.adherence import Adherence, Deviation, Fitting, Planned, Training, Weakness
from sopkit.pipeline import Compilation
from sopkit.text import Phrase

START: Final = 1_767_578_400  # 2026-01-05 10:00 in Shanghai
HOUR: Final = 3600


def touch(hours: float, what: tuple[str, str], *, counted: bool = False) -> Deed:
    return Deed(START + int(hours * HOUR), Phrase(*what), counted, 0, int(hours * 10) + 1)


OFFER = ("企业微信：`birthday-offer`", "`birthday-offer` by WeCom")


def practice_of(compilation: Compilation) -> Practice:
    """Return a practice with something of every sort."""
    by_code = {rule.code: rule for rule in catalogue.RULES}
    case = Case(7, 0, START + 3 * HOUR, (touch(0, OFFER), touch(1, OFFER), touch(3, OFFER, counted=True)), left=1_234)
    other = Case(9, 0, START + 30 * HOUR, (touch(29, OFFER), touch(30, OFFER, counted=True)))
    return Practice(
        compilation=compilation,
        observations=(
            Observation(
                by_code["SOP301"], "cap/spacing", "broken",
                Phrase("两次营销触达相隔不到 4h", "two marketing touches less than 4h apart"),
                looked=12_345, broken=17, customers=12, cases=(case, other),
                groups=(Group("week", "2026-01-05", 6000, 10), Group("week", "2026-01-12", 6345, 7),
                        Group("channel", "wecom", 12_000, 17), Group("channel", "sms", 345, 0), Group("staff", "0", 5, 1),
                        Group("staff", "3", 12, 2)),
                queries=("SELECT who, ts FROM touches",),
            ),
            Observation(by_code["SOP301"], "cap/weekly-marketing", "kept", Phrase("没有超过", "never exceeded"), looked=12_345),
            Observation(
                by_code["SOP501"], "consent/wecom-marketing", "broken", Phrase("没有同意就触达", "touched without a consent"),
                looked=12_345, broken=1, customers=1, cases=(Case(8, 0, START, (touch(0, OFFER, counted=True),)),),
            ),
            Observation(
                by_code["SOP503"], "consent/sms-marketing", "not assessed",
                Phrase("没有一次在撤回之后；另有 20 次没有判断", "none came after a withdrawal; 20 more were not assessed"),
                looked=300, unsure=20, reason=Phrase("日志里没有撤回同意的记录", "the logs have no withdrawals"),
            ),
            Observation(
                by_code["SOP991"], "kpi/benefit-claim-rate", "broken", Phrase("实际 15.3%，目标 ≥ 60.0%", "15.3%, target ≥ 60.0%"),
                looked=1, unit=Phrase("期", "periods"), broken=1, figure=Phrase("15.3%，目标 ≥ 60.0%", "15.3%, target ≥ 60.0%"),
            ),
        ),
        spans={"touches": (12_345, START, START + 14 * 86_400), "events": (800, START, START + 13 * 86_400)},
        weeks=(Weekly(date(2026, 1, 5), "sms", 45), Weekly(date(2026, 1, 5), "wecom", 6000), Weekly(date(2026, 1, 12), "wecom", 6300)),
        customers=2_000,
        people={7: "K7F3-9QX2", 8: "0A1B-2C3D", 9: "ZZZZ-0000"},
        staff={"3": "STAF-0003"},
        shops={"老王的店": "SHOP-0001"},
        adherence=adherence(),
    )  # fmt: skip


def adherence() -> Adherence:
    """Return something of every sort."""
    visit, welcome = "procedure/complaint", "lifecycle/new-member/awareness/welcome"
    call = "procedure/complaint/care-call"
    return Adherence(
        planned=(
            Planned("playbook", visit, 100, 80, 12, 5, 3),
            Planned("role", "guide", 60, 50, 5, 2, 3),
            Planned("role", "", 40, 30, 7, 3, 0),
            Planned("shop", "老王的店", 40, 30, 7, 3, 0),
            Planned("shop", "", 60, 50, 5, 2, 3),
            Planned("week", "2026-01-05", 100, 80, 12, 5, 3),
        ),
        fitting=(Fitting(visit, 40, 31),),
        deviations=(Deviation(visit, (call,), 9, 0, (), Phrase("先打了电话", "the call came first")),),
        training=(
            Training("role", "guide", "guide", 60, 7, (Weakness(welcome, 60, 7),), ()),
            Training("staff", "3", "guide", 12, 2, (Weakness(call, 12, 2),), ()),
        ),
        unassessed=(("lifecycle/new-member", Phrase("日志里没有它的步骤", "the logs have none of its steps")),),
    )


def reading() -> Reading:
    """Return what was read, with something of every sort."""
    told = (Phrase("编码 GB18030", "encoding GB18030"),)
    bad = Aside(Phrase("时间不是能读的时间", "time is no time that can be read"), 3, 17)
    touches = FileRead(
        Path("logs/touches.csv"),
        "touches",
        12_348,
        (bad,),
        (("customer", "会员号"),),
        ("备注",),
        (("step", "greet", 12),),
        told,
    )
    return Reading((touches, FileRead(Path("logs/events.csv"), "events", 800, (), (), (), (), ())), ())
