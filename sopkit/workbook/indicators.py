"""Cells that speak of KPIs go in; the KPIs that they name, and what each is to reach, come out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import field
from typing import Final

from sopkit.frozen import dataclass
from sopkit.text import Lang, Phrase
from sopkit.tree import Value
from sopkit.workbook.account import Account
from sopkit.workbook.cells import Cell
from sopkit.workbook.naming import SEVERAL as SEVERAL_ROLES
from sopkit.workbook.naming import Names
from sopkit.workbook.tables import Record

SEVERAL: Final = re.compile(r"\s*(?:[\n；;、]|[，,](?!\d{3}\b))\s*")
TARGET: Final = re.compile(
    r"(?P<name>.*?)\s*(?P<sign>≥|>=|≧|>|≤|<=|≦|<|=|:|不低于|不少于|至少|达到|不超过|不高于|at least|at most)?\s*"
    r"(?P<number>\d{1,9}(?:\.\d{1,4})?)\s*(?P<unit>%|％|次|人|单|个)?\s*(?:以上|及以上)?",
    re.IGNORECASE,
)
SIGNS: Final = {
    "≤": "≤", "<=": "≤", "≦": "≤", "不超过": "≤", "不高于": "≤", "at most": "≤", "<": "<", ">": ">", "=": "=",
}  # fmt: skip
"""Signs other than at least, which is also meant where none is written."""

NO_TARGET: Final = Phrase(
    "这里没有能读的目标值；请写成 首日互动率≥15%",
    "there is no target that can be read; write it as: first-day interaction ≥ 15%",
)
NO_NAME: Final = Phrase("没写是哪个指标", "which KPI this is for is not said")
SIGN: Final = Phrase("没写比较符，按“不低于”读", "no comparison is written: read as at least")
SHARE: Final = Phrase("数字 {number} 按 {percent} 读", "the number {number} was read as {percent}")
OTHER_UNIT: Final = Phrase("同一个指标前面用的是另一种单位", "the same KPI has another unit above")
ONE_OWNER: Final = Phrase("一个指标只有一个负责人", "one role answers for a KPI")
BY_HAND: Final = Phrase(
    "表里没有可以计算的公式，按“人工统计”写",
    "the spreadsheet has no formula that can be worked out: written as counted by hand",
)


@dataclass(slots=True)
class Kpi:
    id: str
    title: str
    percent: bool
    definition: str = ""
    target: str = ""
    better: str = "higher"
    source: str = ""
    owner: str | None = None


@dataclass(slots=True)
class Kpis:
    """The KPIs of one import, by title."""

    names: Names
    account: Account
    lang: Lang
    found: dict[str, Kpi] = field(default_factory=dict)

    def targets(self, record: Record) -> list[Value]:
        """Return the targets that a row sets."""
        name, target = record.of("kpi"), record.of("target")
        found: list[Value] = []
        if name and target:
            one = self._target(name.text.replace("\n", " "), _percent(target, self.account), name)
            if one:
                self.account.read.update({name.address, target.address})
                return [one]
            self.account.refuse(target.address, NO_TARGET)
        cell = name or target
        if not cell:
            return found
        parts = [part for part in SEVERAL.split(cell.text) if part]
        found += [one for part in parts if (one := self._parsed(part, cell))]
        if len(found) == len(parts) and found:
            self.account.read.add(cell.address)
        return found

    def _parsed(self, said: str, cell: Cell) -> dict[str, Value] | None:
        match = TARGET.fullmatch(said)
        if match is None:
            self.account.refuse(cell.address, NO_TARGET)
            return None
        name = match["name"].strip(" :：")
        if not name:
            self.account.refuse(cell.address, NO_NAME)
            return None
        return self._target(name, said[match.end("name") :], cell)

    def _target(self, name: str, said: str, cell: Cell) -> dict[str, Value] | None:
        match = TARGET.fullmatch(said.strip())
        if match is None or match["name"].strip(" :："):
            return None
        percent = match["unit"] in {"%", "％"}
        kpi = self.kpi(name, cell.address, percent=percent)
        if kpi.percent != percent:
            self.account.refuse(cell.address, OTHER_UNIT)
            return None
        if match["sign"] in {None, ":"}:
            self.account.assume(cell.address, SIGN)
        sign = SIGNS.get((match["sign"] or "").casefold(), "≥")
        kpi.better = "lower" if sign in {"≤", "<"} else kpi.better
        return {"kpi": kpi.id, "target": f"{sign} {match['number']}{'%' * percent}"}

    def kpi(self, title: str, address: str, *, percent: bool) -> Kpi:
        """Return the KPI of that title, declared where it is met first."""
        if title not in self.found:
            self.found[title] = Kpi(self.names.of("kpi", title), title, percent, source=address)
        return self.found[title]

    def declare(self, record: Record) -> None:
        """Read a row of a sheet of KPIs: its name, its target, how it is measured."""
        name, target, definition = record.of("kpi"), record.of("target"), record.of("definition")
        if not name:
            if target:
                self.account.refuse(target.address, NO_NAME)
            return
        said = _percent(target, self.account) if target else ""
        one = self._target(name.text, said, name) if said else None
        kpi = self.kpi(
            name.text, name.address, percent=bool(one) or "率" in name.text or "rate" in name.text.casefold()
        )
        self.account.read.add(name.address)
        if target and one is None:
            self.account.refuse(target.address, NO_TARGET)
        elif target and one:
            self.account.read.add(target.address)
            kpi.target = str(one["target"])
        if definition:
            self.account.read.add(definition.address)
            kpi.definition = definition.text
        if role := record.of("role"):
            self._owned(kpi, role)

    def _owned(self, kpi: Kpi, role: Cell) -> None:
        if SEVERAL_ROLES.search(role.text) and role.text not in self.names.mapping.roles:
            self.account.refuse(role.address, ONE_OWNER)
            return
        self.account.read.add(role.address)
        kpi.owner = self.names.role(role.text)

    def documents(self, review_by: str) -> Iterator[dict[str, Value]]:
        """Yield the KPIs as documents."""
        for kpi in self.found.values():
            self.account.assume(kpi.source, BY_HAND)
            value: dict[str, Value] = {"kind": "kpi", "id": kpi.id, "title": kpi.title}
            value |= {"owner": kpi.owner} if kpi.owner else {}
            value["review_by"] = review_by
            value["unit"] = "percent" if kpi.percent else "number"
            value["better"] = kpi.better
            value["formula"] = {"count": {"by_hand": kpi.definition or kpi.title}}
            if kpi.target:
                value["target"] = kpi.target
            yield value


def _percent(cell: Cell, account: Account) -> str:
    """Return the cell's text; a number below 1 is how a spreadsheet holds a percentage."""
    if cell.sort == "number" and 0 < float(cell.text) <= 1 and float(cell.text) != 1:
        percent = f"{float(cell.text) * 100:g}%"
        account.assume(cell.address, SHARE.filled(number=cell.text, percent=percent))
        return percent
    return cell.text
