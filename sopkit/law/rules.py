"""What can be wrong with a pack of law: SOP905–SOP909."""

from __future__ import annotations

from typing import Final

from sopkit.diagnostics import Rule, Severity
from sopkit.text import Phrase

PACK: Final = """\
# packs/policy.yaml
kind: pack
id: policy
title: {zh-CN: 企业制度, en: Company policy}
"""
ARTICLES: Final = """\
laws:
  rules: {title: {zh-CN: 客户联系制度, en: Rules on contacting customers}}
articles:
  rules-3: {law: rules, article: "3", status: V, summary: {zh-CN: 拒绝后不再打扰, en: No contact after a refusal}}
"""
WAIT: Final = "parameters:\n  ask-again-after: {value: 60d}\n"
CONTROL: Final = "controls:\n  CON06: {severity: high, articles: [rules-3]}\n"

UNKNOWN_ARTICLE: Final = Rule(
    code="SOP905",
    name="unknown-article",
    severity=Severity.ERROR,
    summary=Phrase("引用了法规包里没有的法规或法条", "a law or an article that the pack does not have"),
    message=Phrase("法规包“{pack}”里没有{what}“{id}”", "the pack `{pack}` has no {what} `{id}`"),
    why=Phrase(
        "报告里每个结论都要能指到法条；指不到，检查项就没有依据。",
        "Each conclusion of a report points at its article; without one the control stands on nothing.",
    ),
    fix=Phrase("改正编号，或在 laws、articles 里声明它", "mend the id, or declare it under `laws` or `articles`"),
    bad=PACK + ARTICLES + WAIT + CONTROL.replace("rules-3", "rules-4"),
    good=PACK + ARTICLES + WAIT + CONTROL,
)
NO_PARAMETER: Final = Rule(
    code="SOP906",
    name="pack-without-parameter",
    severity=Severity.ERROR,
    summary=Phrase("检查项缺少参数", "a control without its parameter"),
    message=Phrase(
        "检查项 {control} 要用参数“{name}”，适用的法规包都没有",
        "{control} needs the parameter `{name}`, which no pack has",
    ),
    why=Phrase("没有数值，这项就没法判定。", "Without the number nothing can be decided."),
    fix=Phrase("在 parameters 里写上 {name}（{form}）", "write `{name}` under `parameters`, {form}"),
    bad=PACK + ARTICLES + CONTROL,
    good=PACK + ARTICLES + WAIT + CONTROL,
)
UNKNOWN_PARAMETER: Final = Rule(
    code="SOP907",
    name="unknown-parameter",
    severity=Severity.ERROR,
    summary=Phrase("参数没有这个名称，或数值写得不对", "a parameter that nothing uses, or whose value can't be read"),
    message=Phrase("参数“{name}”{problem}", "the parameter `{name}` {problem}"),
    why=Phrase(
        "写错的参数不起作用，检查仍按原来的数值做，却看不出来。",
        "A mistaken parameter has no effect: the checks go on with the old number, and nobody sees it.",
    ),
    fix=Phrase("改正名称或写法：{advice}", "mend its name or its value: {advice}"),
    bad=PACK + ARTICLES + "parameters:\n  ask-again-after: {value: 两个月}\n",
    good=PACK + ARTICLES + WAIT,
)
UNKNOWN_CONTROL: Final = Rule(
    code="SOP908",
    name="unknown-control",
    severity=Severity.ERROR,
    summary=Phrase("没有这个检查项", "a control that nothing decides"),
    message=Phrase("没有检查项“{id}”，写了也不会检查", "there is no control `{id}`, so nothing would decide it"),
    why=Phrase(
        "没有规则判定的检查项，要写明由人判断，否则报告里像是查过了。",
        "What no rule decides is for a person to judge, and has to say so; else it would look as if it had been checked.",
    ),
    fix=Phrase(
        "改正编号；由人判断的写 decided: manual", "mend the id, or write `decided: manual` where a person judges it"
    ),
    bad=PACK + ARTICLES + "controls:\n  AUR01: {severity: high, articles: [rules-3]}\n",
    good=PACK + ARTICLES + "controls:\n  AUR01: {severity: high, decided: manual, articles: [rules-3]}\n",
)
SAME_PACK: Final = Rule(
    code="SOP909",
    name="duplicate-pack",
    severity=Severity.ERROR,
    summary=Phrase("两个法规包编号相同", "two packs of one id"),
    message=Phrase("法规包“{id}”写了两次", "the pack `{id}` is written twice"),
    why=Phrase("不知道以哪一个为准，所以只用第一个。", "It is open which one holds, so only the first is used."),
    fix=Phrase("合并成一个，或改掉其中一个的编号", "make one of them, or give one another id"),
    bad=PACK + ARTICLES + "---\n" + PACK.partition("\n")[2] + ARTICLES,
    good=PACK + ARTICLES,
)

RULES: Final = (UNKNOWN_ARTICLE, NO_PARAMETER, UNKNOWN_PARAMETER, UNKNOWN_CONTROL, SAME_PACK)
