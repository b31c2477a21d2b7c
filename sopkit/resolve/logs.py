"""What `logs` says of a log goes in; findings about fields that such a log has not, and ids that nothing has, come out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from sopkit.diagnostics import Finding
from sopkit.model import rules_logs as rules
from sopkit.model.documents import LogFile, Settings
from sopkit.model.steps import Ask, Choose, Go, Send, Step, Wait
from sopkit.resolve.case import Args, Case
from sopkit.resolve.paths import Playbook, all_steps
from sopkit.resolve.wording import choice
from sopkit.tree import Mark

FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "touches": (
        "customer", "time", "channel", "step", "purpose", "tool", "state", "sent_by", "staff", "role", "shop", "arm", "country", "data",
    ),
    "consents": ("customer", "time", "action", "consent", "purpose", "channel", "expires", "given_by"),
    "steps": ("time", "step", "state", "customer", "run", "due", "staff", "role", "shop"),
    "events": ("time", "event", "customer", "value", "shop", "arm"),
    "customers": ("customer", "timezone", "born", "minor", "country", "shop"),
    "syncs": ("sync", "changed", "arrived", "customer"),
}  # fmt: skip
"""Kind of log → what a row of it may say; a test holds it against what logs are read into."""
WORDS: Final[Mapping[tuple[str, str], tuple[str, ...]]] = {
    ("touches", "state"): ("sent", "delivered", "opened", "clicked", "replied", "failed", "unsent"),
    ("touches", "sent_by"): ("staff", "tool"),
    ("consents", "action"): ("given", "refused", "withdrawn"),
    ("consents", "given_by"): ("customer", "guardian"),
    ("steps", "state"): ("due", "started", "done", "skipped"),
}
"""Fields of which every value is known."""
STEERING: Final = (Choose, Wait, Go)
"""Verbs that only steer: nobody does them, no log names them."""
NAMED: Final = ("channel", "purpose", "tool", "role", "shop", "event", "consent", "data", "sync")
"""Fields whose values are ids of the namespace that is called so."""


def check(case: Case, settings: Settings) -> Iterator[Finding]:
    """Yield what is wrong with the logs of the workspace document."""
    for log in settings.logs:
        if log.of is None:
            continue
        for section in ("columns", "values"):
            yield from _fields(case, settings, log, log.of, section)
        for field, pairs in log.values_:
            for pair in pairs:
                yield from _value(case, settings, log, field, pair)


def _fields(case: Case, settings: Settings, log: LogFile, of: str, section: str) -> Iterator[Finding]:
    named = log.columns if section == "columns" else log.values_
    for field, _ in named:
        if field not in FIELDS[of]:
            at = _at(case, settings, (log.id, section, field))[0]
            args: Args = {"name": field, "of": of, "known": choice(FIELDS[of])}
            yield case.finding(rules.UNKNOWN_LOG_FIELD, at, args)


def _value(case: Case, settings: Settings, log: LogFile, field: str, pair: tuple[str, str]) -> Iterator[Finding]:
    said, id_ = pair
    if field == "step":
        if _is_no_step(case, id_):
            yield _unknown(
                case, _at(case, settings, (log.id, "values", field, said))[1], field, pair, _steps(case, log.of)
            )
        return
    words = WORDS.get((log.of or "", field))
    if words is None and (field not in NAMED or case.names.has(field, id_) or case.is_in_doubt(field, id_)):
        return
    if words is not None and id_ in words:
        return
    yield _unknown(
        case,
        _at(case, settings, (log.id, "values", field, said))[1],
        field,
        pair,
        dict.fromkeys(words or (), "") or case.titles(field),
    )


def _unknown(case: Case, at: Mark, field: str, pair: tuple[str, str], known: Mapping[str, str]) -> Finding:
    said, id_ = pair
    near = case.near(id_, known)
    span = case.span_of_name(at, id_)
    args: Args = {"name": id_, "field": field, "said": said, "known": choice(near or known)}
    fixes = case.correcting(at, span, id_, near)
    return case.finding(rules.UNKNOWN_LOG_VALUE, at, args, span=span, fixes=fixes, suggestions=near)


def _is_no_step(case: Case, name: str) -> bool:
    """Whether nothing that is done is called so: neither a step, with or without what it is in, nor what a cadence sends."""
    *above, last = name.split("/")
    if not case.complete or case.names.uncertain or last in case.workspace.cadences:
        return False
    playbooks = _playbooks(case)
    if any(one.broken for one in playbooks):
        return False
    return not any(step.id == last and (not above or one.id in above) for one in playbooks for step in all_steps(one))


def _steps(case: Case, of: str | None) -> dict[str, str]:
    """Return what a row of such a log may be of: each step that has an id, as `playbook/step`, and cadences where they send."""
    cadences = {one.id: "" for one in case.workspace.cadences.values() if of == "touches" and not one.builtin}
    steps = ((one, step) for one in _playbooks(case) for step in all_steps(one))
    return {f"{one.id}/{step.id}": "" for one, step in steps if step.id and _may_be_logged(step, of)} | cadences


def _may_be_logged(step: Step, of: str | None) -> bool:
    if of == "touches":
        return bool(step.via) or isinstance(step.verb, Send | Ask)
    return step.verb is not None and not isinstance(step.verb, STEERING)


def _playbooks(case: Case) -> list[Playbook]:
    own = case.workspace
    return [*own.journeys.values(), *own.cadences.values(), *own.procedures.values()]


def _at(case: Case, settings: Settings, path: tuple[str, ...]) -> tuple[Mark, Mark]:
    """Return where the key at a path below `logs` stands, and where its value does."""
    key, value = case.tree(settings.at).find(("logs", *path))
    return Mark(settings.at + key), Mark(settings.at + value)
