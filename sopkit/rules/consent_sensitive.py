"""Sensitive data go in; those that no separate consent covers come out (SOP510), and for all others their uses, which rest on one."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

from sopkit.diagnostics import Finding, Rule, Severity
from sopkit.graph.nodes import FLOW
from sopkit.graph.satisfiability import tests_of
from sopkit.law.vocabulary import is_sensitive
from sopkit.model.documents import Cadence
from sopkit.model.nouns import Consent, Datum
from sopkit.model.predicates import DataTest, Predicate
from sopkit.model.steps import Erase, Step
from sopkit.rules.case import Case, Playbook
from sopkit.rules.consent_uses import Fields, Use
from sopkit.rules.sharing_rules import ASKED, sensitive
from sopkit.text import Phrase

UNSEPARATE: Final = Rule(
    code="SOP510",
    name="sensitive-data-without-separate-consent",
    severity=Severity.ERROR,
    summary=Phrase("敏感信息没有单独同意", "sensitive data without a separate consent"),
    message=Phrase("“{data}”是敏感个人信息，{problem}", "`{data}` is sensitive, and {problem}"),
    why=Phrase(
        "敏感信息要单独问、单独答；混在别的同意里勾一次，不算单独同意。",
        "Sensitive data are asked about by themselves; a box that covers other data as well is no separate consent.",
    ),
    fix=Phrase(
        "声明一项 data 里只有敏感信息的同意，单独征求；用到它的步骤写 if: {{consent: …}}",
        "declare a consent whose `data` are sensitive ones alone, ask for it by itself, and write `if: {{consent: …}}` where they are used",
    ),
    bad=sensitive(consent=ASKED.replace("data: [allergy]", "data: [allergy, phone]")),
    good=sensitive(),
    aliases=("SEN01",),
)
RULES: Final = (UNSEPARATE,)


def check(case: Case) -> Iterator[Finding]:
    """Yield the workspace's own sensitive data that no consent covers by itself, or one that nothing asks for."""
    for datum in case.workspace.data.values():
        if datum.builtin or not is_sensitive(datum.category) or not case.law.applies(*UNSEPARATE.aliases):
            continue
        covering = [one for one in case.workspace.consents.values() if datum.id in {ref.id for ref in one.data}]
        if not covering:
            problem = Phrase("没有同意覆盖它", "no consent covers it")
        elif not any(_is_separate(case, one) for one in covering):
            name = covering[0].id
            problem = Phrase(
                f"同意“{name}”把它和别的信息放在一起", f"the consent `{name}` covers it together with other data"
            )
        else:
            continue
        yield case.finding(UNSEPARATE, datum.at, f"data/{datum.id}", data=datum.id, problem=problem)


def uses_of(case: Case) -> Iterator[Use]:
    """Return the uses of sensitive data in steps, each to rest on a separate consent; of data that have none nothing more is said."""
    separate = {one.id: found for one in case.workspace.data.values() if (found := separate_for(case, one))}
    if not separate or not case.law.applies(*UNSEPARATE.aliases):
        return iter(())
    fields = Fields(case.workspace)

    def of(root: str, playbook: Playbook) -> Iterator[Use]:
        if isinstance(playbook, Cadence) and f"issue/{playbook.id}" in case.graph.nodes:
            for name in _asked(case, playbook.audience):
                purpose = case.workspace.purposes.get(_purpose(playbook, separate.get(name, ())))
                if name in separate and purpose is not None:
                    place, at = f"issue/{playbook.id}", playbook.id_at
                    yield Use(root, place, at, None, purpose, None, (name,), separate[name], sensitive=True)
        decided = _decided(case, root, separate)
        for node, step in case.steps(root):
            for name in dict.fromkeys((*_fields(case, fields, step), *decided.get(node.id, ()))):
                purpose = case.workspace.purposes.get(_purpose(step, separate.get(name, ())))
                if name in separate and purpose is not None:
                    yield Use(root, node.id, step.id_at, step, purpose, None, (name,), separate[name], sensitive=True)

    return case.each("uses of sensitive data", of)


def separate_for(case: Case, datum: Datum) -> tuple[Consent, ...]:
    """Return the consents that cover a sensitive datum, and no data that are not."""
    if not is_sensitive(datum.category):
        return ()
    consents = case.workspace.consents.values()
    return tuple(one for one in consents if datum.id in {ref.id for ref in one.data} and _is_separate(case, one))


def _is_separate(case: Case, consent: Consent) -> bool:
    data = case.workspace.data
    return all(is_sensitive(data[ref.id].category) for ref in consent.data if ref.id in data)


def _fields(case: Case, fields: Fields, step: Step) -> Iterator[str]:
    """Yield the data that a step uses, or decides by; to erase them is no use."""
    if not isinstance(step.verb, Erase):
        yield from fields.of(step)
        yield from _asked(case, step.if_)


def _asked(case: Case, condition: Predicate | None) -> Iterator[str]:
    for test in tests_of(case.workspace, condition) if condition is not None else ():
        if isinstance(test, DataTest):
            yield test.data.id


def _decided(case: Case, root: str, separate: Collection[str]) -> dict[str, list[str]]:
    """Return, by step, the data by which it is decided who comes there: of an audience, a `while`, a branch, or a way to a stage."""
    found: dict[str, list[str]] = {}
    onward = case.graph.onward
    for source in (root, *(node.id for node in case.graph.parts.get(root, ()))):
        for edge in onward.get(source, ()):
            names = [one for one in _asked(case, edge.guard) if one in separate] if edge.kind in FLOW else []
            for place in _first_steps(case, edge.target) or _first_steps(case, source) if names else ():
                step = case.graph.nodes[place].step
                if step is not None and not isinstance(step.verb, Erase):
                    found.setdefault(place, []).extend(names)
    return found


def _first_steps(case: Case, place: str) -> list[str]:
    """Return the step at a place, or those to which a stage or playbook leads first; none at an exit."""
    seen, waiting, found = {place}, [place], list[str]()
    while waiting:
        here = waiting.pop()
        if case.graph.nodes[here].step is not None:
            found.append(here)
            continue
        for edge in case.graph.onward.get(here, ()):
            if edge.kind == "then" and edge.target not in seen:
                seen.add(edge.target)
                waiting.append(edge.target)
    return found


def _purpose(step: Step | Cadence, consents: tuple[Consent, ...]) -> str:
    """Return what a step uses the data for: as it says, else what was agreed to."""
    if step.for_ is not None:
        return step.for_.id
    return next((ref.id for one in consents for ref in one.purposes), "")
