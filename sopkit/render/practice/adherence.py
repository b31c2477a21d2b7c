"""What was planned and what was done go in; tables come out: by playbook, role, shop and week, other ways taken, who learns what again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sopkit.logs.practice import Practice
from sopkit.logs.working.adherence import Deviation, Planned, Training
from sopkit.render.document import Block, Bullets, Section, text
from sopkit.render.marks import clean
from sopkit.render.practice.subjects import subject
from sopkit.render.practice.tables import people, shop, table
from sopkit.render.practice.words import UNSAID, count, share
from sopkit.render.wording.names import Names
from sopkit.text import Phrase

TITLE: Final = Phrase("照剧本做了多少", "Planned and done")
BY: Final = {
    "playbook": Phrase("按剧本", "By playbook"),
    "role": Phrase("按岗位", "By role"),
    "shop": Phrase("按门店", "By shop"),
    "week": Phrase("按周", "By week"),
}
PARTS: Final = {
    "playbook": Phrase("剧本", "playbook"),
    "role": Phrase("岗位", "role"),
    "shop": Phrase("门店", "shop"),
    "week": Phrase("周（周一）", "week (its Monday)"),
}
HEADS: Final = (
    Phrase("该做", "planned"), Phrase("按时", "in time"), Phrase("迟了", "late"), Phrase("没做", "missed"), Phrase("还没到", "open"),
    Phrase("按时率", "share in time"),
)  # fmt: skip
FITTING: Final = Phrase("照声明的先后走完的流程", "Runs that went the declared way")
FITTING_HEADS: Final = (
    Phrase("剧本", "playbook"),
    Phrase("次数", "runs"),
    Phrase("照着走", "as declared"),
    Phrase("比例", "share"),
)
DEVIATIONS: Final = Phrase("最常见的偏差", "The commonest deviations")
DEVIATION_HEADS: Final = (
    Phrase("剧本", "playbook"),
    Phrase("怎么走的", "way taken"),
    Phrase("哪里不同", "what differs"),
    Phrase("次数", "runs"),
)
TRAINING: Final = Phrase("谁该重新学什么", "Who should learn what again")
TRAINING_HEADS: Final = (
    Phrase("谁", "who"), Phrase("该做", "planned"), Phrase("迟了或没做", "late or missed"), Phrase("哪些步骤", "which steps"),
    Phrase("培训", "training"),
)  # fmt: skip
STEP: Final = Phrase("{step} {failed}/{planned}", "{step} {failed}/{planned}")
PACK: Final = Phrase("{role}的培训包", "training pack of {role}")
NOTHING: Final = Phrase("从这些日志看不出：", "The logs do not tell: ")
MOST: Final = 20
"""Rows of a table of deviations or of people; the rest is in the JSON."""


def adherence(practice: Practice, names: Names) -> Section:
    """Return the section; parts of which the logs say nothing are left out."""
    return Section("adherence", text(TITLE.within(names.lang)), tuple(_blocks(practice, names)))


def _blocks(practice: Practice, names: Names) -> Iterator[Block]:
    found = practice.adherence
    for by, caption in BY.items():
        rows = [_planned(one, practice, names) for one in found.planned if one.by == by]
        if rows:
            yield table(caption, (PARTS[by], *HEADS), rows, (5, 2, 2, 2, 2, 2, 2), names)
    if found.fitting:
        rows = [
            (subject(one.playbook, names), count(one.runs), count(one.fitting), share(one.fitting, one.runs))
            for one in found.fitting
        ]
        yield table(FITTING, FITTING_HEADS, rows, (5, 2, 2, 2), names)
    if found.deviations:
        rows = [_deviation(one, names) for one in found.deviations[:MOST]]
        yield table(DEVIATIONS, DEVIATION_HEADS, rows, (3, 6, 4, 1), names)
    if found.training:
        rows = [_training(one, practice, names) for one in found.training[:MOST]]
        yield table(TRAINING, TRAINING_HEADS, rows, (3, 1, 2, 6, 4), names)
    if found.unassessed:
        lines = [
            f"{subject(node, names)}{names.pick('：', ': ')}{clean(why.within(names.lang))}"
            if node
            else clean(why.within(names.lang))
            for node, why in found.unassessed
        ]
        yield Bullets(tuple(map(text, dict.fromkeys(lines))))


def _planned(one: Planned, practice: Practice, names: Names) -> tuple[str, ...]:
    judged = one.planned - one.open
    figures = (one.planned, one.done, one.late, one.missed, one.open)
    return (_part(one.by, one.of, practice, names), *map(count, figures), share(one.done, judged))


def _part(by: str, of: str, practice: Practice, names: Names) -> str:
    if not of:
        return UNSAID.within(names.lang)
    match by:
        case "role":
            return names.role(of)
        case "shop":
            return shop(of, practice, names)
        case "staff":
            return people(of, practice, names)
        case "week":
            return clean(of)
        case _:
            return subject(of, names)


def _deviation(one: Deviation, names: Names) -> tuple[str, ...]:
    way = names.pick(" → ", " → ").join(_step(each, names) for each in one.steps)
    return (subject(one.playbook, names), way or "–", clean(one.what.within(names.lang)), count(one.runs))


def _step(node: str, names: Names) -> str:
    return names.step_at(node.partition("/")[2])


def _training(one: Training, practice: Practice, names: Names) -> tuple[str, ...]:
    steps = [
        names.phrase(STEP, step=subject(each.step, names), failed=count(each.failed), planned=count(each.planned))
        for each in one.weaknesses
    ]
    packs = [names.phrase(PACK, role=names.role(one.role))] if one.role else []
    packs += [names.title(names.workspace.courses, id_) for id_ in one.courses]
    comma = names.pick("、", ", ")
    who = _part(one.by, one.of, practice, names)
    return (who, count(one.planned), count(one.failed), comma.join(steps) or "–", comma.join(packs) or "–")
