"""Spreadsheets as different teams build them: made here with XlsxWriter, byte for byte the same each time."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from io import BytesIO

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

HEAD = ("阶段", "步骤", "时间节点", "渠道", "话术", "负责人", "KPI", "备注")
FLAT = (
    ("认知期", "欢迎短信", "入会后1小时内", "短信", "【晨曦】欢迎入会，客服400-000-0000，拒收请回复T", "系统", "首日互动率≥15%", ""),
    ("", "品牌短片", "入会后3小时内", "企微1v1", "您好，我是{昵称}的导购", "导购", "", "只发一次"),
    ("激活期", "三件事", "第3天", "企微1v1", "三件任务完成有积分", "导购", "任务完成率≥80%", ""),
    ("", "打标签", "T+7 10:00", "", "", "会员管家", "", ""),
    ("留存期", "早安", "每周二四六10点", "社群", "早安，今天的护肤小知识", "社群运营", "群活跃率≥15%", ""),
    ("", "巡群", "每天9点", "", "", "社群运营", "", ""),
    ("转化期", "限时券", "尽快", "抖音", "限时券", "导购", "", ""),
)  # fmt: skip
EARLY = datetime.datetime(1980, 1, 1)


def made(fill: Callable[[Workbook], None]) -> bytes:
    """Return the spreadsheet that a function fills."""
    out = BytesIO()
    book = Workbook(out, {"in_memory": True, "strings_to_formulas": False})
    book.set_properties({"created": EARLY})
    fill(book)
    book.close()
    return out.getvalue()


def rows(page: Worksheet, table: Sequence[Sequence[str | float]], top: int = 0) -> None:
    """Write a table below a row."""
    for row, cells in enumerate(table, start=top):
        for column, value in enumerate(cells):
            if isinstance(value, str):
                page.write_string(row, column, value)
            else:
                page.write_number(row, column, value)


def flat() -> bytes:
    """One table: a title, a version, the header in the third row, the stage named once and then left blank."""

    def fill(book: Workbook) -> None:
        page = book.add_worksheet("新客SOP")
        page.merge_range(0, 0, 0, 7, "晨曦美妆 新客运营SOP", book.add_format())
        page.write_string(1, 0, "版本：2026-06")
        rows(page, [HEAD, *FLAT], 2)

    return made(fill)


def stages() -> bytes:
    """A sheet for each stage, steps that belong together under one merged cell."""

    def fill(book: Workbook) -> None:
        head = ("步骤", "时间", "渠道", "话术", "负责人", "指标")
        first = book.add_worksheet("1.认知期")
        first.merge_range(0, 0, 0, 5, "认知期运营动作", book.add_format())
        rows(first, [head], 1)
        rows(
            first,
            [
                (
                    "欢迎",
                    "入会后1小时内",
                    "",
                    "【晨曦】欢迎入会，客服400-000-0000，拒收请回复T",
                    "系统",
                    "首日互动率≥15%",
                )
            ],
            2,
        )
        rows(first, [("回执", "入会后2小时内", "", "【晨曦】您的会员卡已开通，客服400-000-0000", "系统", "")], 3)
        first.merge_range(2, 2, 3, 2, "短信", book.add_format())
        second = book.add_worksheet("2.激活期")
        rows(second, [head, ("任务", "T+3", "企微", "完成三件事", "导购/店长", "任务完成率≥80%")])

    return made(fill)


def calendar() -> bytes:
    """A week of a customer group: hours down, weekdays across, a post that two days share as a merged cell."""

    def fill(book: Workbook) -> None:
        page = book.add_worksheet("一周安排")
        page.merge_range(0, 0, 0, 7, "晨曦会员群内容日历", book.add_format())
        rows(page, [("时间", *(f"周{day}" for day in "一二三四五六日"))], 1)
        rows(page, [("9:00", *["早安问候"] * 7), ("上午10点", "", "护肤小知识", "", "护肤小知识", "", "", "")], 2)
        page.write_string(4, 0, "20:00-21:00")
        page.merge_range(4, 5, 4, 6, "秒杀预告", book.add_format())
        rows(page, [("机动", "看情况")], 5)

    return made(fill)


def bilingual() -> bytes:
    """Headers in two languages, a sheet of KPIs, a hidden sheet, a note, a formula, a column that nobody knows."""

    def fill(book: Workbook) -> None:
        page = book.add_worksheet("Welcome flow")
        page.write_string(0, 0, "New member welcome 新客欢迎")
        head = ("Stage 阶段", "Step 步骤", "Time", "Channel", "Message", "Owner", "Offer", "Cost")
        table = (
            ("Awareness", "Welcome SMS", "within 1 hour of joining", "SMS", "[Aurora] Welcome. 400-000-0000, reply T to opt out", "system"),
            ("Awareness", "Say hello", "day 2", "WeCom 1v1", "Hello, I am your guide", "Guide"),
            ("Activation", "Three tasks", "T+3 10:00", "WeCom 1v1", "Three tasks bring points", "Guide", "Gift box"),
        )  # fmt: skip
        rows(page, [head, *table], 2)
        page.write_formula(3, 7, "=0.05*1", None, 0.05)
        page.write_comment(4, 2, "ask legal first")
        kpis = book.add_worksheet("KPI")
        rows(
            kpis,
            [
                ("KPI 指标", "Target 目标", "Definition 口径"),
                ("First-day interaction rate", 0.15, "tapped anything / joined"),
            ],
        )
        hidden = book.add_worksheet("old")
        rows(hidden, [("Step", "Time"), ("Old step", "day 9")])
        hidden.hide()

    return made(fill)
