"""The reference workspace goes in; two weeks of logs of a few of its customers come out, as Chinese tools export them, faults and all."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from sopkit.logs.generating.course import COLUMNS, Course
from sopkit.logs.generating.courses import Courses
from sopkit.logs.generating.planting import Sower
from sopkit.logs.tables import FIELDS, Of
from sopkit.model.documents import Document, Workspace
from sopkit.model.nouns import Noun
from sopkit.pipeline import Compilation
from sopkit.simulation.population import Question

FOLDER: Final = Path(__file__).parents[1] / "playbooks" / "logs"
SHARED: Final = Question(20_000, 7, date(2026, 11, 2), 14)
"""What one customer does hangs on how many there are."""
KEPT: Final = 40
"""Customers whose logs are kept."""
FAULTS: Final = {
    "over-touch": 1, "quiet-hours": 1, "without-consent": 1, "after-withdrawal": 1, "late-step": 1,
    "undeclared-touch": 1, "late-sync": 1, "missing-sync": 1,
}  # fmt: skip
HEADERS: Final[Mapping[Of, Mapping[str, str]]] = {
    "touches": {
        "customer": "会员号", "time": "发送时间", "channel": "渠道名称", "step": "任务编号", "purpose": "用途", "tool": "发送系统",
        "state": "发送结果", "sent_by": "发送方式", "staff": "员工工号", "role": "岗位", "shop": "所属门店",
    },
    "consents": {
        "customer": "会员号", "time": "操作时间", "action": "操作", "consent": "授权项", "expires": "到期时间", "given_by": "操作人",
    },
    "steps": {
        "time": "时间", "step": "任务编号", "state": "任务状态", "customer": "会员号", "run": "流水号", "due": "截止时间",
        "staff": "员工工号", "role": "岗位", "shop": "所属门店",
    },
    "events": {"time": "发生时间", "event": "事件名称", "customer": "会员号", "value": "金额", "shop": "所属门店"},
    "customers": {"customer": "会员号", "born": "出生日期", "shop": "所属门店"},
    "syncs": {"sync": "同步任务", "changed": "变更时间", "arrived": "到达时间", "customer": "会员号"},
}  # fmt: skip
WORDS: Final = {
    "sent": "发送成功", "staff": "人工", "tool": "自动", "given": "同意", "refused": "拒绝", "withdrawn": "撤回", "customer": "本人",
    "guardian": "监护人", "due": "待办", "started": "已开始", "done": "已完成",
}  # fmt: skip
ENCODINGS: Final[Mapping[Of, str]] = {"touches": "gb18030", "customers": "utf-8-sig"}


def logs_of(done: Compilation) -> tuple[dict[str, bytes], Sower]:
    """Return the files by name, and what was planted in them."""
    courses = Courses(done.workspace, done.graph, SHARED)
    sower = Sower(courses.ground, FAULTS, SHARED.seed)
    sown = [sower.sow(courses.course(number)) for number in range(KEPT)]
    sower.close()
    return {f"2026-11-{of}.csv": _written(of, sown, done.workspace) for of in HEADERS}, sower


def _written(of: Of, sown: list[Course], workspace: Workspace) -> bytes:
    stream = StringIO(newline="")
    rows = csv.writer(stream, lineterminator="\r\n")
    rows.writerow(HEADERS[of].values())
    titles = _titles(workspace)
    forms = {one.name: one.form for one in FIELDS[of]}
    said = [dict(zip(COLUMNS[of], row, strict=True)) for course in sown for row in course.rows(of)]
    said.sort(key=lambda row: (str(row.get("time", row.get("changed", ""))), str(row.get("customer", ""))))
    for row in said:
        rows.writerow(_cell(name, forms[name], row[name], titles) for name in HEADERS[of])
    return stream.getvalue().encode(ENCODINGS.get(of, "utf-8"))


def _cell(name: str, form: str, value: object, titles: Mapping[str, Callable[[str], str]]) -> object:
    if isinstance(value, int) and form == "time":
        return datetime.fromtimestamp(value, ZoneInfo("Asia/Shanghai")).strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, int) and form == "day":
        return datetime.fromtimestamp(value * 86400, UTC).strftime("%Y/%m/%d")
    if isinstance(value, str) and name in titles:
        return titles[name](value)
    return value


def _titles(workspace: Workspace) -> dict[str, Callable[[str], str]]:
    """Return, by field, how a tool calls what we know by an id."""
    nouns: dict[str, Mapping[str, Noun | Document]] = {
        "channel": workspace.channels, "purpose": workspace.purposes, "tool": workspace.tools, "role": workspace.roles,
        "shop": workspace.shops, "event": workspace.events, "consent": workspace.consents, "sync": workspace.syncs,
    }  # fmt: skip

    def title(kind: str, id_: str) -> str:
        one = nouns[kind].get(id_)
        return one.title.pick("zh-CN") if one is not None and one.title else id_

    found: dict[str, Callable[[str], str]] = {kind: lambda id_, kind=kind: title(kind, id_) for kind in nouns}  # type: ignore[misc]
    for field in ("state", "sent_by", "action", "given_by"):
        found[field] = lambda value: WORDS.get(value, value)
    found["step"] = lambda node: node.partition("/")[2]
    return found


if __name__ == "__main__":
    from tests.test_simulation_witnesses import ROOT, folder
    from tests.workspaces import compiled

    files, planted = logs_of(compiled(folder(ROOT / "playbooks")))
    FOLDER.mkdir(exist_ok=True)
    for name, data in files.items():
        (FOLDER / name).write_bytes(data)
    print(planted.account().decode())
