"""The sheets of a spreadsheet go in; the documents of a workspace come out, with remarks where something was not said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from pathlib import PurePath
from typing import Final

from sopkit.frozen import dataclass
from sopkit.text import Lang, Phrase
from sopkit.tree import Value
from sopkit.workbook import tables, words
from sopkit.workbook.account import Account
from sopkit.workbook.cells import NO_VALUE, Book, Sheet
from sopkit.workbook.drafting import Draft, Drafter, first_line, slots, span_cut, step
from sopkit.workbook.indicators import Kpis
from sopkit.workbook.mapping import ImportMap
from sopkit.workbook.naming import Names
from sopkit.workbook.tables import Layout, Record, Square
from sopkit.workbook.times import Timing
from sopkit.workbook.yaml_text import Path

HIDDEN: Final = Phrase(
    "工作表是隐藏的，没有读；要读请加 --hidden", "the sheet is hidden and was not read; --hidden reads it"
)
BY_TITLE: Final = Phrase(
    "这里提到的渠道用于整个日历：{channel}",
    "the channel that is spoken of here is taken for the whole calendar: {channel}",
)
NO_HEADER: Final = Phrase(
    "没找到表头（至少要有步骤、话术或指标，再加一列）；在映射文件的 sheets 里指明",
    "no header was found (a step, script or KPI and one more column); name it under “sheets” in the mapping file",
)
SKIPPED: Final = Phrase("映射文件说这张表不读", "the mapping file says to leave this sheet out")
NO_COLUMN: Final = Phrase(
    "这一列的表头不认识；在映射文件的 columns 里写上它是什么",
    "the header of this column is not known; say under “columns” in the mapping file what it is",
)
NO_CHANNEL: Final = Phrase(
    "看不出发在哪个渠道；在工作表名或标题里写上渠道，如 客户群",
    "which channel this is for can't be told; name one in the title or the name of the sheet, such as: customer group",
)
NO_HOUR: Final = Phrase(
    "这一行没有能读的钟点；在行首写上，如 10:00",
    "this row has no hour that can be read; begin it with one, such as: 10:00",
)
HOUR_ALONE: Final = Phrase("只读了钟点，没读“{words}”", "only the hour was read, not “{words}”")
NO_KEY: Final = Phrase("这里没有对应的键", "there is no key for this here")
FORMULA: Final = Phrase(
    "这里是公式：读的是存着的结果，没有计算",
    "this is a formula: the result that is stored was read, nothing was worked out",
)
A_NOTE: Final = Phrase("批注：{note}", "note: {note}")
MANUAL: Final = Phrase(
    "TODO 表里没说旅程从什么事件开始，写成 manual（人工启动）",
    "TODO the spreadsheet does not say what starts this: manual was written",
)
ONWARD: Final = Phrase(
    "TODO 表里没说何时进入下一阶段：本阶段的步骤做完就进入",
    "TODO when the next stage begins is not said: once the steps of this one are done",
)
ENDS: Final = Phrase(
    "TODO 表里没说何时结束：步骤做完就结束", "TODO when this ends is not said: once its steps are done"
)
NEXT_STAGE: Final = Phrase("进入下一阶段", "on to the next stage")
THE_END: Final = Phrase("结束", "the end")
NO_AUDIENCE: Final = Phrase(
    "TODO audience、for、owner：发给谁、什么目的、谁负责，表里没说",
    "TODO audience, for, owner: for whom, why and who answers is not said",
)
UNSAID: Final = Phrase(
    "TODO owner、audience：谁负责、适用哪些人，表里没说",
    "TODO owner, audience: who answers for it and for whom it is meant is not said",
)
RHYTHM: Final = Phrase(
    "按日历重复，写成单独的内容节奏或作业流程",
    "it recurs on a calendar: written as a cadence or a procedure of its own",
)
OTHER_STARTS: Final = Phrase(
    "从另一个事件算起，写成与主线并行的一步", "it counts from another event: written as a step beside the others"
)

Remarks = dict[Path, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Written:
    """One document, and where it is to stand."""

    file: str
    value: dict[str, Value]
    remarks: Remarks


@dataclass(slots=True)
class Journey:
    """What the rows of a journey come to."""

    title: str
    id: str
    stages: dict[str, list[Draft]] = field(default_factory=dict)
    """Title of a stage, empty where there are none → its steps."""
    targets: dict[str, list[Value]] = field(default_factory=dict)
    starts: str = ""


class Assembly:
    """One import: which documents the sheets of a book come to."""

    def __init__(self, book: Book, mapping: ImportMap, account: Account, lang: Lang, review_by: str) -> None:
        self.book, self.mapping, self.account, self.lang, self.review_by = book, mapping, account, lang, review_by
        self.names = Names(mapping)
        self.drafter = Drafter(self.names, mapping, account, lang)
        self.kpis = Kpis(self.names, account, lang)
        self.scripts: dict[str, tuple[str, str]] = {}
        self.journeys: dict[str, Journey] = {}
        self.recurring: list[Written] = []

    def documents(self, *, hidden: bool) -> Iterator[Written]:
        """Yield every document, in the order in which files list them."""
        sheets = [
            sheet for sheet in self.book.sheets if hidden or not sheet.hidden or sheet.name in self.mapping.sheets
        ]
        layouts = {sheet.name: self.mapping.sheets.setdefault(sheet.name, tables.guess(sheet)) for sheet in sheets}
        for sheet in self.book.sheets:
            self._notice(sheet)
            layout = layouts.get(sheet.name)
            if layout is None or layout.form == "skip":
                why = HIDDEN if layout is None else NO_HEADER if not layout.columns and layout.header == 0 else SKIPPED
                for row in sheet.rows:
                    for cell in row:
                        if cell and cell.address not in sheet.filled:
                            self.account.refuse(cell.address, why)
        for sheet in sheets:
            self._heads(sheet, layouts[sheet.name])
        of_steps = [sheet for sheet in sheets if layouts[sheet.name].form == "steps"]
        for sheet in sheets:
            layout = layouts[sheet.name]
            if layout.form == "steps":
                self._steps(sheet, layout, of_steps, layouts)
            elif layout.form == "calendar":
                self._calendar(sheet, layout)
            elif layout.form == "kpis":
                for record in tables.records(sheet, layout):
                    self.kpis.declare(record)
        journeys = [self._written(journey) for journey in self.journeys.values()]
        catalog = self._catalog()
        yield from (Written("catalog.yaml", catalog, {}),) if len(catalog) > 1 else ()
        yield from journeys
        yield from self.recurring
        for value in self.kpis.documents(self.review_by):
            yield Written("kpis.yaml", value, {})

    def _notice(self, sheet: Sheet) -> None:
        worked_out = {cell.address for row in sheet.rows for cell in row if cell} if sheet.formulas else set()
        for address in sheet.formulas:
            if address in worked_out:
                self.account.notice(address, FORMULA)
            else:
                self.account.refuse(address, NO_VALUE)
        for address, note in (sheet.notes or {}).items():
            self.account.notice(address, A_NOTE.filled(note=note))

    def _heads(self, sheet: Sheet, layout: Layout) -> None:
        """Account for titles, the header, and the columns of which nothing is known."""
        if layout.form == "skip":
            return
        head = sheet.rows[layout.header] if layout.header < len(sheet.rows) else ()
        for cell in (
            *tables.titles(sheet, layout),
            *(cell for column, cell in enumerate(head) if column in layout.columns or layout.form == "calendar"),
        ):
            if cell:
                self.account.read.add(cell.address)
        if layout.form == "calendar":
            return
        for row in sheet.rows[layout.header :]:
            for column, cell in enumerate(row):
                if column not in layout.columns and cell and cell.address not in sheet.filled:
                    self.account.refuse(cell.address, NO_COLUMN)

    def _steps(self, sheet: Sheet, layout: Layout, others: list[Sheet], layouts: dict[str, Layout]) -> None:
        alone = [one for one in others if not {"stage", "playbook"} & set(layouts[one.name].columns.values())]
        as_stages = len(alone) > 1 and sheet in alone and any(words.find("stages", one.name) for one in alone)
        titles = tables.titles(sheet, layout)
        sheet_title = first_line(titles[0].text) if titles else sheet.name
        for record in tables.records(sheet, layout):
            if cell := record.of("playbook"):
                journey = self._journey(cell.text.split("\n")[0])
            elif as_stages:
                journey = self._journey(PurePath(self.book.name).stem)
            else:
                journey = self._journey(sheet_title, sheet.name)
            stage = record.of("stage").text or (sheet.name if as_stages else "")
            self._row(record, journey, stage)

    def _journey(self, title: str, name: str = "") -> Journey:
        if title not in self.journeys:
            self.journeys[title] = Journey(title, self.names.of("playbook", name or title, "journey"))
        return self.journeys[title]

    def _row(self, record: Record, journey: Journey, stage: str) -> None:
        draft = self.drafter.draft(record)
        targets = self.kpis.targets(record)
        if trigger := record.of("trigger"):
            event = words.find("events", trigger.text.removesuffix("后"))
            if event is None:
                self.account.refuse(trigger.address, NO_KEY)
            else:
                self.account.read.add(trigger.address)
                journey.starts = journey.starts or event
        for name in ("definition", "unit"):
            if cell := record.of(name):
                self.account.refuse(cell.address, NO_KEY)
        if draft is not None and draft.timing is not None and draft.timing.every:
            self.account.assume(draft.source.address, RHYTHM)
            self._recur(draft, draft.timing, targets)
            return
        if draft is not None:
            journey.stages.setdefault(stage, []).append(draft)
        listed = journey.targets.setdefault(stage, [])
        listed += [one for one in targets if one not in listed]
        if draft is None and (cell := record.of("stage")):
            journey.stages.setdefault(stage, [])
            self.account.read.add(cell.address)

    def _script(self, draft: Draft) -> str | None:
        if not draft.script or not draft.channel:
            if draft.script and draft.script != draft.title:
                draft.how = [*draft.how, *draft.script.split("\n")]
            return None
        if draft.script not in self.scripts:
            self.scripts[draft.script] = (self.names.of("script", draft.title), draft.title)
        return self.scripts[draft.script][0]

    def _written(self, journey: Journey) -> Written:
        anchors = [draft.timing.anchor for drafts in journey.stages.values() for draft in drafts if draft.timing]
        guessed = journey.starts or next((one for one in anchors if one not in {"", "step"}), "")
        starts = self.mapping.events.setdefault(journey.id, guessed) or "manual"
        value: dict[str, Value] = {
            "kind": "lifecycle", "id": journey.id, "title": journey.title, "review_by": self.review_by, "starts_on": starts,
        }  # fmt: skip
        remarks: Remarks = {("review_by",): (UNSAID.within(self.lang),)}
        if starts == "manual":
            remarks["starts_on",] = (MANUAL.within(self.lang),)
        staged = {title: drafts for title, drafts in journey.stages.items() if title or drafts}
        if len(staged) == 1 and "" in staged:
            value["kind"] = "automation"
            value["steps"] = self._stage(staged[""], "start", starts, remarks, ("steps",))
            if targets := journey.targets.get(""):
                value["targets"] = targets
        else:
            value["stages"] = self._stages(journey, staged, starts, remarks)
        return Written(f"journeys/{journey.id}.yaml", value, remarks)

    def _stages(
        self, journey: Journey, staged: dict[str, list[Draft]], starts: str, remarks: Remarks
    ) -> dict[str, Value]:
        ids = {title: self.names.stage(title or journey.title) for title in staged}
        titles: dict[str, list[str]] = {}
        for title, id_ in ids.items():
            titles.setdefault(id_, []).append(title)
        aimed: dict[str, list[Value]] = {}
        for title, listed in journey.targets.items():
            aimed.setdefault(ids.get(title, ""), []).extend(listed)
        order = list(titles)
        stages: dict[str, Value] = {}
        for number, id_ in enumerate(order):
            title = titles[id_][0]
            drafts = [draft for one in titles[id_] for draft in staged[one]]
            path: Path = ("stages", id_, "steps")
            steps = self._stage(drafts, "stage", starts, remarks, path)
            last = number == len(order) - 1
            remarks[*path, len(steps)] = ((ENDS if last else ONWARD).within(self.lang),)
            goes = "end" if last else order[number + 1]
            steps.append({"id": "onward", "title": (THE_END if last else NEXT_STAGE).within(self.lang), "go": goes})
            stage: dict[str, Value] = {"title": first_line(title or journey.title), "steps": steps}
            stages[id_] = {**stage, "targets": aimed[id_]} if aimed.get(id_) else stage
        return stages

    def _stage(self, drafts: list[Draft], since: str, starts: str, remarks: Remarks, path: Path) -> list[Value]:
        taken = Names(ImportMap())
        taken.taken["step"] = {"onward"}
        steps: list[Value] = []
        for draft in drafts:
            script = self._script(draft)
            value = step(draft, taken.of("step", draft.title), since, self.account, script)
            anchor = draft.timing.anchor if draft.timing else ""
            if anchor not in {"", "step", starts} and starts != "manual":
                self.account.assume(draft.source.address, OTHER_STARTS)
                value.pop("since", None)
                value = {**value, "on": anchor}
            if draft.notes:
                remarks[*path, len(steps)] = tuple(draft.notes)
            steps.append(value)
        return steps

    def _recur(self, draft: Draft, timing: Timing, targets: list[Value]) -> None:
        """Write what recurs: as a cadence where it is published, else as work of the staff."""
        id_ = self.names.of("playbook", draft.title, "rhythm")
        value: dict[str, Value] = {"id": id_, "title": draft.title, "review_by": self.review_by}
        remarks: Remarks = {(): tuple(draft.notes)} if draft.notes else {}
        if draft.channel:
            remarks["review_by",] = (NO_AUDIENCE.within(self.lang),)
            value = {"kind": "cadence", **value, "via": draft.channel, "every": timing.every}
            if draft.script and draft.script != draft.title:
                value["summary"] = draft.script
            if draft.role:
                value["by"] = draft.role
            if timing.at:
                value["at"] = slots(timing)
        else:
            remarks["review_by",] = (UNSAID.within(self.lang),)
            rhythm: dict[str, Value] = {"every": timing.every}
            if timing.at:
                rhythm["at"] = slots(timing)
            value = {"kind": "procedure", **value, "starts_on": rhythm}
            self._script(draft)
            draft.timing = None
            value["steps"] = [step(draft, "step-1", "start", self.account, None)]
        if targets:
            value["targets"] = targets
        self.recurring.append(Written("rhythms.yaml", value, remarks))

    def _calendar(self, sheet: Sheet, layout: Layout) -> None:
        titles = ((sheet.name, sheet.name), *((cell.address, cell.text) for cell in tables.titles(sheet, layout)))
        spoken = ((place, tables.channel_in(text)) for place, text in titles)
        place, channel = next((one for one in spoken if one[1]), ("", None))
        filled: dict[str, list[Square]] = {}
        for square in tables.squares(sheet, layout):
            if channel is None:
                self.account.refuse(square.cell.address, NO_CHANNEL)
                continue
            self.account.read.update({square.cell.address, square.label.address})
            if square.until:
                self.account.assume(square.label.address, span_cut(square.until))
            if square.words:
                self.account.assume(square.label.address, HOUR_ALONE.filled(words=square.words))
            filled.setdefault(square.cell.text, []).append(square)
        for row in sheet.rows[layout.header + 1 :]:
            for cell in row:
                if cell and cell.address not in self.account.read and cell.address not in sheet.filled:
                    self.account.refuse(cell.address, NO_HOUR)
        if channel and filled:
            self.account.assume(place, BY_TITLE.filled(channel=channel))
        order = list(layout.columns.values())
        for text, group in filled.items():
            at = tuple(
                dict.fromkeys(
                    f"{one.weekday} {one.hour}"
                    for one in sorted(group, key=lambda one: (order.index(one.weekday), one.hour))
                )
            )
            draft = Draft(first_line(text), group[0].cell, channel=channel, script=text)
            self._recur(draft, Timing(every="week", at=at), [])

    def _catalog(self) -> dict[str, Value]:
        value: dict[str, Value] = {"kind": "catalog"}
        roles: dict[str, Value] = {id_: {"title": title} for id_, title in sorted(self.names.roles.items())}
        scripts: dict[str, Value] = {id_: {"title": title, "text": text} for text, (id_, title) in self.scripts.items()}
        return {**value, **({"roles": roles} if roles else {}), **({"scripts": scripts} if scripts else {})}
