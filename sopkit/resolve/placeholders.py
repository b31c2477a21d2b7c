"""The texts of scripts go in; findings about placeholders that cannot be read or that nothing fills come out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from sopkit.diagnostics import Finding
from sopkit.model import rules_names as rules
from sopkit.model.nouns import Offer, Script
from sopkit.model.steps import Send, Step
from sopkit.model.values import Ref
from sopkit.resolve.case import Args, Case
from sopkit.resolve.paths import Playbook, all_steps
from sopkit.resolve.strings import shown
from sopkit.resolve.wording import choice
from sopkit.text import Phrase
from sopkit.tree import Mark

BRACES: Final = re.compile(r"[{｛][^{}｛｝]*[}｝]?|[}｝]")
PLACEHOLDER: Final = re.compile(r"\{(customer|staff|shop|offer|event|brand)\.([a-z0-9_-]+)(\|[^{}|]*)?\}")
UNCLOSED: Final = re.compile(r"\{(?:customer|staff|shop|offer|event|brand)\.[a-z0-9_-]+(?![a-z0-9_|｜-]|\.[a-z0-9_-])")
BLANKS_AT_DOT: Final = re.compile(r"\s*\.\s*")
FIELDS: Final[dict[str, tuple[str, ...]]] = {
    "staff": ("name",),
    "shop": ("name", "address", "hours", "region"),
    "offer": ("title", "value", "points", "threshold", "valid", "ends", "per_customer", "terms"),
    "brand": ("name", "signature", "service_line"),
}
"""What fills a placeholder that is no datum."""

NEEDS: Final[dict[str, tuple[str, str]]] = {
    "value": ("value", "10 CNY"),
    "points": ("points", "100"),
    "threshold": ("threshold", "199 CNY"),
    "valid": ("valid", "7d"),
    "ends": ("valid", "7d"),
    "per_customer": ("per_customer", "1 per lifetime"),
    "terms": ("terms", "[每人限领一份]"),
}
"""By what a text may tell of an offer, the key that says it, and a value of it."""

DECLARED: Final = Phrase("权益在这里", "the offer is here")
EXAMPLE: Final = Phrase("{customer.nickname|您好}", "{customer.nickname|there}")


def check(case: Case) -> Iterator[Finding]:
    """Yield what is wrong with placeholders, and note the data that they use."""
    with_offer: dict[str, dict[str, bool]] = {}
    for script in case.workspace.scripts.values():
        if script.text is None:
            continue
        for locale, words in script.text.variants:
            if "{" not in words and "｛" not in words and "}" not in words and "｝" not in words:
                continue
            mark = Mark(case.place_of_key(script.text.at, locale) + 1) if locale else script.text.at
            for found in BRACES.finditer(words):
                yield from _judge(case, script, mark, found, with_offer)
    yield from _of_offers(case, with_offer)


def _judge(
    case: Case, script: Script, mark: Mark, found: re.Match[str], with_offer: dict[str, dict[str, bool]]
) -> Iterator[Finding]:
    words = found.string
    parts = PLACEHOLDER.fullmatch(found[0])
    span = case.span_of_part(mark, words, *found.span())
    if parts is None:
        better, behind = _closed(found[0])
        hint = Phrase(f"这里应写 {better}。", f"write `{better}` here; ") if better else Phrase("", "")
        if behind:  # what follows is text
            span = case.span_of_part(mark, words, found.start(), found.end() - len(behind))
        opened = found[0].removesuffix(behind)
        args: Args = {"placeholder": shown(opened), "better": hint, "example": EXAMPLE}
        fixes = case.replacing(mark, span, better) if better and span.excerpt() == opened else ()
        yield case.finding(rules.MALFORMED_PLACEHOLDER, mark, args, span=span, fixes=fixes)
        return
    about, field = parts[1], parts[2]
    if about == "offer":
        told = with_offer.setdefault(script.id, {})
        told[field] = told.get(field, False) or parts[3] is None
    data = about in {"customer", "event"}
    if data and case.names.has("data", field):
        used = case.binding.uses["data"]
        if field not in used:
            used[field].append(mark)
        return
    known = case.titles("data") if data else dict.fromkeys(FIELDS[about], "")
    if data and case.is_in_doubt("data", field):
        case.held_back += 1
    elif data or field not in known:
        yield _unknown(case, mark, found, near=case.near(field, known), known=known)


def _repaired(text: str) -> str | None:
    """Return the placeholder that is meant by one with full-width signs, capitals or blanks at its ends; no word is joined or lost."""
    unclosed = text[-1] not in "}｝"
    inside, bar, fallback = text.strip("{}｛｝$").replace("｜", "|", 1).partition("|")
    name = BLANKS_AT_DOT.sub(".", unicodedata.normalize("NFKC", inside).replace("。", ".").strip()).lower()
    written = f"{{{name}{bar}{fallback}}}"
    if unclosed and fallback:
        return None  # where it ends nobody can tell
    return written if PLACEHOLDER.fullmatch(written) else None


def _closed(text: str) -> tuple[str | None, str]:
    """Return the placeholder that is meant and the words that stand behind it for want of its last brace."""
    found = UNCLOSED.match(text) if text[-1] not in "}｝" else None
    return (f"{found[0]}}}", text[found.end() :]) if found else (_repaired(text), "")


def _unknown(case: Case, mark: Mark, found: re.Match[str], *, near: tuple[str, ...], known: dict[str, str]) -> Finding:
    words = found.string
    parts = PLACEHOLDER.fullmatch(found[0])
    about, field = (parts[1], parts[2]) if parts else ("", "")
    data = about in {"customer", "event"}
    reason = (
        Phrase(f"没有声明数据项“{field}”", f"the data item `{field}` is not declared")
        if data
        else Phrase(f"{about} 没有“{field}”", f"`{about}` has no `{field}`")
    )
    names = [f"{{{about}.{name}}}" for name in (near or known)]
    start = found.start() + 1 + len(about) + 1
    span = case.span_of_part(mark, words, start, start + len(field))
    whole = case.span_of_part(mark, words, *found.span())
    known_as = known[near[0]] if near else ""
    fixes = case.correcting(mark, span, field, near, known_as) if span.excerpt() == field else ()
    if span.excerpt() != field or (span.line, whole.line) != (whole.line, span.line):
        span, fixes = whole, ()
    args: Args = {"placeholder": f"{{{about}.{field}}}", "reason": reason, "known": choice(names)}
    return case.finding(
        rules.UNKNOWN_PLACEHOLDER, mark, args, span=span, fixes=fixes, suggestions=tuple(names[:3]) if near else ()
    )


def _of_offers(case: Case, with_offer: dict[str, dict[str, bool]]) -> Iterator[Finding]:
    """Yield the steps that use a text about an offer and name none, or one that does not say what the text tells of it.

    `with_offer`: by script what it tells of an offer, and whether without other words for want of it.
    """
    if not with_offer:
        return
    playbooks: tuple[Playbook, ...] = (
        *case.workspace.journeys.values(),
        *case.workspace.cadences.values(),
        *case.workspace.procedures.values(),
    )
    for playbook in playbooks:
        for step in all_steps(playbook):
            offer = case.workspace.offers.get(step.offer.id) if step.offer else None
            for script in _scripts(step):
                told = with_offer.get(script.id, {})
                if step.offer is None and told:
                    args: Args = {"script": script.id, "placeholder": f"{{offer.{next(iter(told))}}}"}
                    yield case.finding(rules.TEXT_WITHOUT_OFFER, script.at, args)
                elif offer is not None and not case.is_in_doubt("offer", offer.id):
                    yield from _lacking(case, script, offer, told)


def _lacking(case: Case, script: Ref, offer: Offer, told: dict[str, bool]) -> Iterator[Finding]:
    missing = {
        NEEDS[field]: field
        for field, bare in reversed(told.items())
        if bare and field in NEEDS and _lacks(case, offer, field)
    }
    for (key, sample), field in missing.items():
        args: Args = {
            "script": script.id, "placeholder": f"{{offer.{field}}}", "offer": offer.id, "key": key, "sample": sample,
        }  # fmt: skip
        yield case.finding(rules.OFFER_WITHOUT_FACT, script.at, args, related=[(offer.at, DECLARED)])


def _lacks(case: Case, offer: Offer, field: str) -> bool:
    """Return whether an offer does not say what the field tells; what is written there and could not be read is told elsewhere."""
    keys = ("value", "points") if field == "value" else (NEEDS[field][0],)
    keyed = Mark(offer.at + 1)  # a noun stands at its id, and its keys behind
    return not any(getattr(offer, key) not in {None, ()} or case.has_key(keyed, key) for key in keys)


def _scripts(step: Step) -> tuple[Ref, ...]:
    sent = step.verb.all_scripts if isinstance(step.verb, Send) else ()
    return (*sent, step.script) if step.script else sent
