"""What is known of practice goes in; the tables of the report come out, for pages and for a terminal alike."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Final, Literal

from sopkit.audit import Audit, Result, Status
from sopkit.diagnostics import Finding, Proof, Verdict
from sopkit.logs.observed import Group, Observation
from sopkit.logs.practice import Practice
from sopkit.render.audit.titles import Titles
from sopkit.render.audit.words import STATUSES as PLANNED
from sopkit.render.document import Column, RowGroup, Table, plain_table, text
from sopkit.render.marks import Line, clean, ident, link, plain
from sopkit.render.practice.subjects import subject
from sopkit.render.practice.words import GROUPS, SIGNS, STATUSES, UNSAID, count, share
from sopkit.render.wording.names import Names
from sopkit.rules import practice as of_practice
from sopkit.rules import touched
from sopkit.text import Phrase

RULES: Final[Mapping[Phrase, int]] = {
    Phrase("对象", "about"): 8, Phrase("查了", "looked at"): 3, Phrase("违反", "broken"): 3, Phrase("比例", "share"): 3,
    Phrase("客户", "customers"): 4, Phrase("说明", "in words"): 14,
}  # fmt: skip
"""With how wide each column is."""
BOTH: Final = (
    Phrase("检查项", "control"),
    Phrase("计划", "plan"),
    Phrase("实际", "practice"),
    Phrase("依据的规则", "by the rules"),
)
PROMISES: Final = (Phrase("对象", "about"), Phrase("计划", "plan"), Phrase("实际", "practice"), Phrase("规则", "rule"))
GROUP_HEADS: Final = (Phrase("查了", "looked at"), Phrase("违反", "broken"), Phrase("比例", "share"))
OF_CONTROLS: Final = Phrase("法规的检查项", "Controls of the law")
OF_PROMISES: Final = Phrase("自己的承诺", "The company's own promises")
PLANS: Final = {
    "proved": Phrase("已证明", "proved"),
    "conditional": Phrase("有条件地证明", "proved, with conditions"),
    "violated": Phrase("会违反", "broken"),
    "possible": Phrase("可能违反", "possibly broken"),
    "not assessed": Phrase("未评估", "not assessed"),
    "found": Phrase("发现问题", "found wrong"),
    "": Phrase("没有发现问题", "nothing found"),
}
Practised = Literal["broken", "kept", "not assessed", ""]
WORST_FIRST: Final[tuple[Practised, ...]] = ("broken", "not assessed", "kept")
OF_LOGS: Final = (*touched.RULES, *of_practice.RULES)
"""Rules that nothing is asked about on the plan."""
FIGURE: Final = re.compile(r"[<>]? ?\d[\d,]*(?:\.\d+)?%?|–")
NOT_SEEN: Final = Phrase("日志看不出", "not seen in logs")


def rules(observations: Iterable[Observation], names: Names) -> Table:
    """Return what was looked at and what was broken, a row for each subject under its rule."""
    titles = Titles(names)
    made = []
    for rule, some in groupby(sorted(observations, key=lambda one: one.rule.code), key=lambda one: one.rule):
        rows = tuple(tuple(map(text, _row(one, titles))) for one in some)
        made.append(RowGroup(text(f"{ident(rule.code)} {clean(rule.summary.within(names.lang))}"), rows))
    columns = [Column(text(head.within(names.lang)), width) for head, width in RULES.items()]
    return Table((), _with_figures(columns, [row for group in made for row in group.rows]), tuple(made))


def _row(one: Observation, titles: Titles) -> tuple[str, ...]:
    names = titles.names
    customers = count(one.customers) if one.customers or not one.broken else "–"
    told = (count(one.looked), count(one.broken), share(one.broken, one.looked), customers)
    figures = told if one.looked else ("–",) * len(told)
    about = f"{SIGNS[one.status]} {subject(one.subject, names)}"
    return (about, *figures, titles.told(one.message))


def controls(audit: Audit, practice: Practice, names: Names) -> Table:
    """Return plan and practice side by side for every control that logs say something of, or should."""
    rows = []
    for one in audit.results:
        seen = practice.about(one.rules)
        if seen or (one.logs and one.status is not Status.NOT_APPLICABLE):
            codes = names.pick("、", ", ").join(ident(code) for code in dict.fromkeys(each.rule.code for each in seen))
            title = f"{ident(one.id)} {clean(one.title.within(names.lang))}"
            rows.append(
                (title, PLANNED[one.status].within(names.lang), practised_text(practised(seen), names), codes or "–")
            )
    return table(OF_CONTROLS, BOTH, rows, (6, 2, 3, 3), names)


def promises(audit: Audit, practice: Practice, names: Names) -> Table:
    """Return plan and practice side by side for what no control is about and logs could tell: caps, deadlines, targets."""
    decided = {rule.code for result in audit.results for rule in result.rules}
    cards = {id(one): number for number, one in enumerate(practice.of("broken"), 1)}
    rows = [
        (
            subject(one.subject, names),
            _plan(planned(audit, one), cards.get(id(one)), names),
            practised_text(one.status, names),
            f"{ident(one.rule.code)} {clean(one.rule.summary.within(names.lang))}",
        )
        for one in sorted(practice.looked_at, key=lambda one: list(STATUSES).index(one.status))
        if one.rule.code not in decided and one.rule not in OF_LOGS
    ]
    return table(OF_PROMISES, PROMISES, rows, (5, 2, 3, 5), names)


def _plan(status: str, card: int | None, names: Names) -> str:
    """Return what is known of the plan; what was proved with conditions leads to the card that gives them."""
    said = PLANS[status].within(names.lang)
    return link(said, f"#case-{card}") if status == "conditional" else said


def practised(seen: Sequence[Observation]) -> Practised:
    """Return what is known of a control: the worst of its rules."""
    statuses = {one.status for one in seen}
    return next((one for one in WORST_FIRST if one in statuses), "")


def practised_text(status: Practised, names: Names) -> str:
    return f"{SIGNS[status]} {STATUSES[status].within(names.lang)}" if status else NOT_SEEN.within(names.lang)


def planned(audit: Audit, one: Observation) -> str:
    """Return what the static analyses say of the same rule and subject; a proof beside what is broken held under conditions."""
    done = audit.compilation
    found = [each for each in done.findings if _same(each, one)]
    if any(each.verdict is Verdict.POSSIBLE for each in found):
        found_as = "possible"
    else:
        found_as = "violated" if any(each.verdict for each in found) else "found"
    if found:
        return found_as
    if any(each.rule.code == one.rule.code and each.subject == one.subject for each in done.not_assessed):
        return "not assessed"
    if proofs(audit, one):
        return "conditional" if one.status == "broken" else "proved"
    return ""


def proofs(audit: Audit, one: Observation) -> tuple[Proof, ...]:
    """Return what was proved of the same rule and subject."""
    return tuple(each for each in audit.compilation.proved if _same(each, one))


def _same(known: Finding | Proof, one: Observation) -> bool:
    return known.rule.code == one.rule.code and known.subject == one.subject


def of_control(result: Result, practice: Practice) -> Practised:
    return practised(practice.about(result.rules))


def groups(found: Sequence[Group], practice: Practice, names: Names) -> tuple[Table, ...]:
    """Return the same counts by shop, role, week …: a table for each; staff stand under other names."""
    made = []
    for by in dict.fromkeys(one.by for one in found):
        rows = [
            (_part(one, practice, names), count(one.looked), count(one.broken), share(one.broken, one.looked))
            for one in found
            if one.by == by
        ]
        made.append(table((), (GROUPS[by], *GROUP_HEADS), rows, (5, 2, 2, 2), names))
    return tuple(made)


def _part(one: Group, practice: Practice, names: Names) -> str:
    if not one.of:
        return UNSAID.within(names.lang)
    match one.by:
        case "shop":
            return shop(one.of, practice, names)
        case "role":
            return names.role(one.of)
        case "channel":
            return names.title(names.workspace.channels, one.of)
        case "playbook" | "step":
            return subject(one.of, names)
        case "staff":
            return people(one.of, practice, names)
        case _:
            return clean(one.of)


def shop(of: str, practice: Practice, names: Names) -> str:
    """Return what a shop is called; one that is not declared stands under another name, since it may be anything."""
    if not of:
        return UNSAID.within(names.lang)
    return ident(practice.shops[of]) if of in practice.shops else names.title(names.workspace.shops, of)


def people(of: str, practice: Practice, names: Names) -> str:
    """Return the name that stands for a member of staff."""
    return ident(practice.staff[of]) if of in practice.staff else UNSAID.within(names.lang)


def table(
    caption: Phrase | tuple[()],
    heads: Sequence[Phrase],
    rows: Sequence[Sequence[str]],
    widths: Sequence[int],
    names: Names,
) -> Table:
    """Return a table of marked texts."""
    said = caption.within(names.lang) if isinstance(caption, Phrase) else ""
    made = plain_table([head.within(names.lang) for head in heads], rows, widths, said)
    return replace(made, columns=_with_figures(made.columns, [row for group in made.groups for row in group.rows]))


def _with_figures(columns: Sequence[Column], rows: Sequence[Sequence[Line]]) -> tuple[Column, ...]:
    """Return the columns, of which those after the first that hold counts and shares alone say so."""
    return tuple(
        replace(column, form="figure") if number and cells and all(map(FIGURE.fullmatch, cells)) else column
        for number, column in enumerate(columns)
        for cells in [[plain(row[number]) for row in rows]]
    )
