"""A row of a spreadsheet goes in; a step, or what recurs, comes out with the remarks that stand above it; every cell is accounted for."""

from __future__ import annotations

import re
from dataclasses import field
from typing import Final

from sopkit.frozen import dataclass
from sopkit.text import Lang, Phrase
from sopkit.tree import Value
from sopkit.workbook import times, words
from sopkit.workbook.account import Account
from sopkit.workbook.cells import Cell
from sopkit.workbook.mapping import ImportMap
from sopkit.workbook.naming import SEVERAL, Names
from sopkit.workbook.tables import Record
from sopkit.workbook.times import Timing

PLACEHOLDERS: Final = re.compile(r"\{(?:customer\.nickname|staff\.name|shop\.name)(?:\|[^{}]*)?\}|[{}｛｝]")
LONGEST_TITLE: Final = 40
USUAL_HOUR: Final = "10:00"
EXTRA: Final = ("product", "offer", "audience", "remark")
"""Fields whose facts a step has no key for: they are kept as they are."""
CALLED: Final = {
    "product": Phrase("产品", "Product"), "offer": Phrase("权益", "Offer"), "audience": Phrase("人群", "Audience"),
    "remark": Phrase("备注", "Remark"), "time": Phrase("时间", "Time"), "channel": Phrase("渠道", "Channel"),
    "role": Phrase("岗位", "Role"),
}  # fmt: skip

UNREADABLE_TIME: Final = Phrase(
    "看不懂这个时间；在映射文件的 times 里换一种写法，如 入会后1小时内",
    "this time is not understood; put it in other words under “times” in the mapping file, such as: within 1 hour of joining",
)
A_DATE: Final = Phrase(
    "这是一个日期：剧本写的是每位客户的节奏，不写某一天；一次性的活动请写成作业流程",
    "this is a date: a playbook says when things happen for each customer, not on one day; write a one-time campaign as a procedure",
)
A_NUMBER: Final = Phrase(
    "这里是数字 {number}，看不出是几天、几点还是日期；请写成文字，如 第3天",
    "this is the number {number}; whether days, an hour or a date is meant can't be told: write it in words, such as: day 3",
)
UNKNOWN_CHANNEL: Final = Phrase(
    "没有这个渠道；在映射文件的 channels 里写上它的 id",
    "there is no such channel; give its id under “channels” in the mapping file",
)
SECOND_ROLE: Final = Phrase("一步只写一个岗位：用了第一个", "a step has one role: the first was taken")
DEADLINE: Final = Phrase(
    "表里没写最迟何时做完，按 {within} 写", "by when it is to be done is not said: {within} was written"
)
WHOLE_DAYS: Final = Phrase(
    "按满24小时一天算，从旅程开始起：{said}", "days are counted as 24 hours from the start of the journey: {said}"
)
HOUR_LOST: Final = Phrase(
    "钟点 {clock} 没有写进剧本：旅程里的时间只数多久以后",
    "the hour {clock} is not in the playbook: a journey counts how long after",
)
HOUR_ASSUMED: Final = Phrase("没写几点，按 10:00 写", "no hour is given: 10:00 was written")
SPAN_CUT: Final = Phrase(
    "只写了开始的钟点，{until} 结束没有写", "only the hour it begins is written, not its end at {until}"
)
BRACES: Final = Phrase(
    "话术里的花括号换成了〔〕：要自动填写称呼，请改成 {customer.nickname|您好} 这样的写法",
    "braces in the text became 〔〕: to have a name filled in, write {customer.nickname|there}",
)
NO_TITLE: Final = Phrase("这一行没有步骤也没有话术", "this row has neither a step nor a script")
KEPT: Final = Phrase("没有对应的键，作为注释留在这一步", "there is no key for it: kept as a comment at the step")
NO_SCRIPT: Final = Phrase("没有话术，按“做这件事”写", "there is no script: written as something to do")


@dataclass(slots=True)
class Draft:
    """One row as it will be written."""

    title: str
    source: Cell
    timing: Timing | None = None
    channel: str | None = None
    role: str | None = None
    script: str = ""
    notes: list[str] = field(default_factory=list)
    """Comments above the step."""
    how: list[str] = field(default_factory=list)


class Drafter:
    """Turns rows into drafts, for one import."""

    def __init__(self, names: Names, mapping: ImportMap, account: Account, lang: Lang) -> None:
        self.names, self.mapping, self.account, self.lang = names, mapping, account, lang

    def draft(self, record: Record, fallback_channel: str | None = None) -> Draft | None:
        """Return the row as a draft, None where it says nothing that could be done."""
        step, script = record.of("step"), record.of("script")
        if not (step or script):
            for cell in record.cells.values():
                if cell.address not in self.account.read:
                    self.account.refuse(cell.address, NO_TITLE)
            return None
        for cell in (step, script, record.of("stage"), record.of("playbook"), record.of("number")):
            self._read(cell)
        draft = Draft(first_line(step.text or script.text), step or script, script=self._script(script))
        if step and "\n" in step.text:
            draft.how += step.text.split("\n")[1:]
        self._channel(draft, record.of("channel"), fallback_channel)
        self._role(draft, record.of("role"))
        self._time(draft, record.of("time"))
        for name in EXTRA:
            if cell := record.of(name):
                self._read(cell)
                self.account.notice(cell.address, KEPT)
                draft.notes.append(f"{CALLED[name].within(self.lang)}: {cell.text}")
        return draft

    def _read(self, cell: Cell) -> None:
        if cell:
            self.account.read.add(cell.address)

    def _script(self, cell: Cell) -> str:
        swapped = PLACEHOLDERS.sub(
            lambda found: {"{": "〔", "｛": "〔", "}": "〕", "｝": "〕"}.get(found[0], found[0]), cell.text
        )
        if swapped != cell.text:
            self.account.assume(cell.address, BRACES)
        return swapped

    def _channel(self, draft: Draft, cell: Cell, fallback: str | None) -> None:
        if not cell:
            draft.channel = fallback
            return
        found = self.names.channel(cell.text)
        first, *others = [part for part in SEVERAL.split(cell.text) if part]
        one = self.mapping.channels.get(first) or words.find("channels", first)
        if found is None and others and one:
            found = one
            self.account.assume(cell.address, Phrase(f"用了第一个渠道：{one}", f"the first channel was taken: {one}"))
            self.mapping.channels[cell.text] = one
        if found is None:
            self.account.refuse(cell.address, UNKNOWN_CHANNEL)
            draft.notes.append(self._to_do("channel", cell))
        else:
            self._read(cell)
        draft.channel = found

    def _role(self, draft: Draft, cell: Cell) -> None:
        if not cell:
            return
        self._read(cell)
        parts = [part for part in SEVERAL.split(cell.text) if part]
        whole = cell.text in self.mapping.roles or len(parts) < 2
        draft.role = self.names.role(cell.text if whole else parts[0])
        if not whole:
            self.account.assume(cell.address, SECOND_ROLE)
            draft.notes.append(self._to_do("role", cell))

    def _time(self, draft: Draft, cell: Cell) -> None:
        if not cell:
            return
        said = self.mapping.times.get(cell.text) or cell.text
        draft.timing = times.parse(said) if cell.sort != "day" or said != cell.text else None
        if draft.timing is not None:
            self._read(cell)
            self._doubts(draft, draft.timing, cell)
            return
        why = A_DATE if cell.sort == "day" or re.match(r"\d{4}[-/年.]", cell.text) else UNREADABLE_TIME
        if cell.sort == "number":
            why = A_NUMBER.filled(number=cell.text)
        self.account.refuse(cell.address, why)
        self.mapping.times.setdefault(cell.text, "")
        draft.notes.append(self._to_do("time", cell))

    def _doubts(self, draft: Draft, timing: Timing, cell: Cell) -> None:
        assumed: list[Phrase] = []
        if timing.whole_days:
            assumed.append(WHOLE_DAYS.filled(said=f"{timing.after or '0d'}..{timing.within}"))
        if timing.clock:
            assumed.append(HOUR_LOST.filled(clock=timing.clock))
            draft.notes.append(self._to_do("time", cell))
        if timing.until:
            assumed.append(span_cut(timing.until))
        if any(slot.endswith("?") for slot in timing.at):
            assumed.append(HOUR_ASSUMED)
        for one in assumed:
            self.account.assume(cell.address, one)

    def _to_do(self, name: str, cell: Cell) -> str:
        return f"TODO {CALLED[name].within(self.lang)}: {cell.text}"


def span_cut(until: str) -> Phrase:
    """Return that a slot holds the hour at which a span begins, and not this end of it."""
    return SPAN_CUT.filled(until=until)


def step(draft: Draft, id_: str, since: str, account: Account, script: str | None) -> dict[str, Value]:
    """Return the draft as a step of a journey; `since` is where hours without a beginning count from."""
    value: dict[str, Value] = {"id": id_, "title": draft.title}
    if script is not None:
        value["send"] = script
    else:
        value["do"] = draft.title
    if draft.channel:
        value["via"] = draft.channel
    if draft.role:
        value["by"] = draft.role
    timing = draft.timing or Timing()
    after = timing.after if timing.after != "0m" else ""
    within = timing.within
    if draft.role and not within:
        within = _later(after)
        account.assume(draft.source.address, DEADLINE.filled(within=within))
        draft.notes.append(f"TODO within: {within}")
    if after:
        value["after"] = after
    if within:
        value["within"] = within
    if (after or within) and draft.timing is not None and timing.anchor != "step":
        value["since"] = "start" if timing.whole_days or timing.anchor else since
    if draft.how and draft.role:
        value["how"] = list(draft.how)
    elif draft.how:
        draft.notes += draft.how
    return value


def slots(timing: Timing) -> list[Value]:
    """Return the slots of a rhythm, a missing hour filled."""
    return [slot.replace("?", USUAL_HOUR) for slot in timing.at]


def _later(after: str) -> str:
    """Return a deadline one unit, or a day, behind a delay."""
    found = re.fullmatch(r"(\d+)(d|h|w|mo| workday)s?", after)
    if found:
        return f"{int(found[1]) + 1}{found[2]}{'s' * found[2].startswith(' ')}"
    minutes = re.fullmatch(r"(\d+)m", after)
    return f"{int(minutes[1]) + 60}m" if minutes else "1d"


def first_line(text: str) -> str:
    """Return what can stand as a title."""
    line = text.split("\n", 1)[0]
    return line if len(line) <= LONGEST_TITLE else f"{line[: LONGEST_TITLE - 1]}…"
