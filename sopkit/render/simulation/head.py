"""What was asked of a simulation goes in; the facts at the top of its page come out: workspace, customers, days, seed."""

from __future__ import annotations

from datetime import timedelta

from sopkit.render.document import Fact, text
from sopkit.render.marks import clean
from sopkit.render.simulation.words import count
from sopkit.render.wording.names import Names
from sopkit.simulation.outcome import Outcome


def asked(outcome: Outcome, names: Names) -> tuple[Fact, ...]:
    """Return the facts by which the same page can be made again."""
    question = outcome.question
    last = question.start + timedelta(days=question.days - 1)
    span = names.pick(
        f"{question.start} 至 {last}，共 {question.days} 天", f"{question.start} to {last}, {question.days} days"
    )
    rows = (
        (names.pick("工作区", "Workspace"), clean(names.workspace.settings.id)),
        (names.pick("模拟的客户", "Customers"), count(question.customers)),
        (names.pick("日期", "Days"), span),
        (names.pick("随机种子", "Seed"), str(question.seed)),
    )
    return tuple(Fact(text(label), (text(value),)) for label, value in rows)
