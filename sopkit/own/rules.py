"""What can be wrong with a rule of the workspace's own: SOP914, SOP915."""

from __future__ import annotations

from typing import Final

from sopkit.diagnostics import Rule, Severity
from sopkit.text import Phrase

OWN: Final = """\
# rules/tasks.yaml
kind: rule
id: short-tasks
title: {zh-CN: 任务要在一天内完成, en: Tasks are done within a day}
select: "kind:step"
where: {within: {more_than: 1d}}
message: {zh-CN: "步骤 {step} 超过一天", en: "the step {step} may take longer than a day"}
why: {zh-CN: 客户等不了更久, en: Customers wait no longer}
fix: {zh-CN: 缩短 within, en: shorten `within`}
"""
PLAY: Final = """\
  kind: automation
  id: hello
  title: Hello
  starts_on: member-joined
  steps: [{id: call, do: Call, by: guide, within: %s}]
"""
GOOD: Final = OWN + "good: |\n" + PLAY % "1d" + "bad: |\n" + PLAY % "2d"

MISTAKEN: Final = Rule(
    code="SOP914",
    name="mistaken-own-rule",
    severity=Severity.ERROR,
    summary=Phrase("自己的规则里有写错的地方", "a rule of your own that can't work as written"),
    message=Phrase("规则“{rule}”：{problem}", "the rule `{rule}`: {problem}"),
    why=Phrase(
        "写错的规则什么也查不出来，看上去却像一切正常。",
        "A mistaken rule finds nothing, and looks as if all were well.",
    ),
    fix=Phrase("{advice}", "{advice}"),
    bad=GOOD.replace("{within:", "{withn:"),
    good=GOOD,
)
FAILED: Final = Rule(
    code="SOP915",
    name="own-rule-against-its-example",
    severity=Severity.ERROR,
    summary=Phrase("规则和它自己的例子对不上", "a rule that does not do what its examples say"),
    message=Phrase("规则“{rule}”的 {example} {problem}", "the `{example}` of the rule `{rule}` {problem}"),
    why=Phrase(
        "例子说明规则的本意；对不上，说明有一个写错了。",
        "The examples say what is meant; where the rule does not agree, one of them is wrong.",
    ),
    fix=Phrase(
        "改正 select、where，或者改正例子；再运行 sopkit rules --test",
        "mend `select` or `where`, or the example; then run `sopkit rules --test`",
    ),
    bad=GOOD.replace("more_than: 1d", "more_than: 3d"),
    good=GOOD,
)
RULES: Final = (MISTAKEN, FAILED)
