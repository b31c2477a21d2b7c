"""A value and what the schema refuses of it go in; findings about values come out: wrong type, unknown, empty, out of range."""

from __future__ import annotations

import json
import operator
import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Final

from sopkit.diagnostics import Edit, Finding, Fix, Related
from sopkit.schema import rules
from sopkit.schema.definitions import Shape, strings
from sopkit.schema.near import is_meant, near, plain
from sopkit.schema.places import Place
from sopkit.schema.rewriting import Rewriting, advice, rewriting
from sopkit.schema.validators import Refusal
from sopkit.schema.wording import Args, example, expected, flow, listed, replacing, shown, what_is
from sopkit.source import Span
from sopkit.text import Phrase
from sopkit.tree import Value

TRUTHS: Final = {
    **dict.fromkeys(("true", "yes", "y", "on", "1", "是", "对", "要", "√", "✓"), "true"),
    **dict.fromkeys(("false", "no", "n", "off", "0", "否", "不", "不是", "不要", "×"), "false"),
}
"""How people write yes and no; YAML 1.2 knows only `true` and `false`."""

LEADING_ZERO: Final = re.compile(r"0[0-9]+")

COMMENTED: Final = re.compile(r" *: (?P<value>#[^\s#][^\r\n]*)")
"""A key whose `#` has one space before it and none behind: hardly meant as a comment."""

ID_FORM: Final = Phrase(
    "只能用小写字母和数字，中间用短横线连接", "ids are lower-case letters and digits, joined by hyphens"
)
RESERVED: Final = Phrase("这是保留字，另有含义", "the word is reserved and means something else")


def wrong_type(place: Place, refusal: Refusal) -> Finding:
    """Return the finding for a value of another type than the schema takes."""
    types = strings(refusal.wanted)
    if place.value is None:
        return _commented_out(place) or _empty(place, Phrase("后面没有内容", "has nothing behind it"), types)
    truth = TRUTHS.get(plain(place.value)) if isinstance(place.value, str) and "boolean" in types else None
    if truth is not None:
        return _untrue(place, truth)
    meant = rewriting(place, types)
    args: Args = {
        "key": place.name,
        "expected": expected(place.shape, types),
        "found": _found(place.value),
        "advice": advice(place, meant, example(place.shape, types)),
    }
    fixes = _in_brackets(place, types)
    if meant is not None and meant.asks is None:
        fixes = replacing(place.span, meant.forms[0], safe=meant.safe)
    return Finding(rules.WRONG_TYPE, place.span, args, subject=place.subject, fixes=fixes)


def _untrue(place: Place, truth: str) -> Finding:
    args: Args = {"key": place.name, "value": shown(place.value), "values": listed(("true", "false"))}
    fixes = replacing(place.span, truth, safe=True)
    return Finding(rules.UNKNOWN_VALUE, place.span, args, subject=place.subject, fixes=fixes, suggestions=(truth,))


def _found(value: Value) -> Phrase:
    if isinstance(value, str) and LEADING_ZERO.fullmatch(value):
        return Phrase(f"“{value}”（开头的 0 有歧义）", f"`{value}`, whose leading zero is read in several ways")
    return what_is(value)


def _in_brackets(place: Place, types: tuple[str, ...]) -> tuple[Fix, ...]:
    """Return the fix for one entry where a list belongs."""
    value, excerpt = place.value, place.span.excerpt()
    item, flows = place.shape.item, isinstance(value, str) or excerpt.startswith("{")
    if types == ("array",) and item is not None and flows and _fits(value, item) and "\n" not in excerpt:
        return replacing(place.span, f"[{excerpt}]")
    return ()


def _fits(value: Value, item: Shape) -> bool:
    name = "object" if isinstance(value, dict) else "string" if isinstance(value, str) else ""
    return name in item.types


def unknown_value(place: Place, refusal: Refusal) -> Finding:
    """Return the finding for a value that is not among those allowed."""
    allowed = refusal.wanted if isinstance(refusal.wanted, list) else []
    names = {flow(value): place.shape.meanings.get(flow(value), "") for value in allowed}
    written = place.value if isinstance(place.value, str) else flow(place.value)
    meant = near(TRUTHS.get(plain(written), written) if "true" in names else written, names)
    args: Args = {"key": place.name, "value": shown(place.value) or '""', "values": listed(names)}
    safe = is_meant(written, meant)
    fixes = replacing(place.span, meant[0], safe=safe) if len(meant) == 1 or safe else ()
    return Finding(rules.UNKNOWN_VALUE, place.span, args, subject=place.subject, fixes=fixes, suggestions=meant)


def _too_few(place: Place, refusal: Refusal) -> Finding:
    least = flow(refusal.wanted)
    empty = not place.value
    lack = Phrase("是空的", "is empty") if empty else Phrase(f"至少要有{least}项", f"needs at least {least} entries")
    return _empty(place, lack, place.shape.types)


def _empty(place: Place, lack: Phrase, types: tuple[str, ...]) -> Finding:
    wanted = expected(place.shape, types)
    filled = Phrase(f"填上{wanted.zh}", f"fill in {wanted.en}")
    either = Phrase(f"{filled.zh}，或删掉这个键", f"{filled.en}, or remove the key")
    args: Args = {"key": place.name, "lack": lack, "advice": filled if place.needed else either}
    return Finding(rules.EMPTY_VALUE, place.span, args, subject=place.subject)


def _commented_out(place: Place) -> Finding | None:
    """Return the finding for `colour: #b4475a`: what looks like the value is a comment."""
    key = place.tree.span(place.key_at)
    found = COMMENTED.match(key.source.lines[key.end_line - 1], key.end_column - 1)
    if found is None:
        return None
    value = found["value"].rstrip()
    start = found.start("value") + 1
    span = Span(key.source, key.end_line, start, key.end_line, start + len(value))
    quoted = json.dumps(value, ensure_ascii=False)
    args: Args = {
        "key": place.name,
        "lack": Phrase(
            "后面没有内容：“#”和它后面的都被当成注释",
            "has nothing behind it: all from the `#` on is taken for a comment",
        ),
        "advice": Phrase(f"给它加上引号：{place.name}: {quoted}", f"quote it: `{place.name}: {quoted}`"),
    }
    fix = Fix(Phrase("加上引号", "quote it"), (Edit(span, quoted),))
    return Finding(rules.EMPTY_VALUE, span, args, subject=place.subject, fixes=(fix,))


def _too_many(place: Place, refusal: Refusal) -> Finding:
    count = len(place.value) if isinstance(place.value, dict | list) else 0
    args: Args = {"key": place.name, "most": flow(refusal.wanted), "count": str(count)}
    return Finding(rules.TOO_MANY, place.span, args, subject=place.subject)


def _repeated(place: Place, _: Refusal) -> Finding:
    seen: dict[str, int] = {}
    values = place.value if isinstance(place.value, list) else []
    for value, at in place.tree.elements(place.at, values):
        first = seen.setdefault(flow(value), at)
        if first != at:
            break
    related = (Related(place.tree.span(first), Phrase("第一次在这里", "it stands here first")),)
    args: Args = {"key": place.name, "value": shown(value)}
    return Finding(rules.REPEATED_ENTRY, place.tree.span(at), args, subject=place.subject, related=related)


def _malformed(place: Place, refusal: Refusal) -> Finding:
    if place.shape.grammar == "id":
        return malformed_id(place, place.shape, refusal, place.span)
    meant = _rewritten(refusal)
    args: Args = {
        "key": place.name,
        "value": shown(place.value),
        "expected": expected(place.shape, ("string",)),
        "advice": advice(place, Rewriting((meant,)) if meant else None, example(place.shape, ("string",))),
    }
    fixes = replacing(place.span, meant, safe=True) if meant else ()
    return Finding(
        rules.MALFORMED_VALUE,
        place.span,
        args,
        subject=place.subject,
        fixes=fixes,
        suggestions=(meant,) if meant else (),
    )


def _rewritten(refusal: Refusal) -> str:
    """Return the value in another case or with a hyphen, where that meets the pattern; else nothing."""
    text = unicodedata.normalize("NFKC", str(refusal.value)).strip().replace("_", "-")
    first, dash, rest = text.partition("-")
    forms = (text, text.lower(), text.upper(), first.lower() + dash + rest.upper())
    return next((form for form in forms if re.search(str(refusal.wanted), form)), "")


def malformed_id(place: Place, shape: Shape, refusal: Refusal, span: Span) -> Finding:
    """Return the finding for an id, as value or as key at `span`, that is not written as ids are, or is reserved."""
    written = refusal.value if isinstance(refusal.value, str) else flow(refusal.value)
    reserved = refusal.keyword == "not"
    suggestion = f"{written}-1" if reserved else as_id(written, capitals="A-Z" in str(shape.merged.get("pattern", "")))
    known = bool(suggestion)
    args: Args = {
        "value": written,
        "reason": RESERVED if reserved else ID_FORM,
        "advice": _other_id(suggestion, flow(shape.examples[0])),
    }
    fixes = replacing(span, suggestion) if known else ()
    suggestions = (suggestion,) if known else ()
    return Finding(rules.MALFORMED_ID, span, args, subject=place.subject, fixes=fixes, suggestions=suggestions)


def _other_id(suggestion: str, sample: str) -> Phrase:
    if suggestion:
        return Phrase(f"改成 {suggestion}，并改掉引用它的地方", f"write {suggestion}, also where it is referred to")
    return Phrase(
        f"用英文或拼音另起一个编号，例如 {sample}，并改掉引用它的地方",
        f"choose an id in Latin letters, such as {sample}, also where it is referred to",
    )


def as_id(written: str, *, capitals: bool) -> str:
    """Return `written` in the form of an id; empty where nothing of it can stand in one."""
    text = unicodedata.normalize("NFKC", written)
    text = text if capitals else re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", text).lower()
    return re.sub(r"[^A-Za-z0-9]+", "-", text).strip("-")


NUMERIC: Final[Mapping[str, Callable[[float, float], bool]]] = {
    "minimum": operator.ge,
    "maximum": operator.le,
    "exclusiveMinimum": operator.gt,
    "exclusiveMaximum": operator.lt,
}


def _out_of_range(place: Place, refusal: Refusal) -> Finding:
    bounds = {
        "minimum": Phrase("不能小于 {}", "must be at least {}"),
        "maximum": Phrase("不能大于 {}", "must be at most {}"),
        "exclusiveMinimum": Phrase("要大于 {}", "must be more than {}"),
        "exclusiveMaximum": Phrase("要小于 {}", "must be less than {}"),
    }
    limit, bound = flow(refusal.wanted), bounds[refusal.keyword]
    args: Args = {
        "key": place.name,
        "value": flow(place.value),
        "bound": Phrase(bound.zh.format(limit), bound.en.format(limit)),
        "sample": flow(_within(place, refusal)),
    }
    return Finding(rules.NUMBER_OUT_OF_RANGE, place.span, args, subject=place.subject)


def _within(place: Place, refusal: Refusal) -> Value:
    """Return a number that will do: the one written without its sign, an example of the schema, or the bound."""
    bounds = {key: value for key, value in place.shape.merged.items() if key in NUMERIC}
    written = place.value if isinstance(place.value, (int, float)) else 0
    bound = refusal.wanted if isinstance(refusal.wanted, (int, float)) else 0
    beyond = {"exclusiveMinimum": bound + 1, "exclusiveMaximum": bound - 1}.get(refusal.keyword, bound)
    tried = (-written, *place.shape.examples, beyond)
    return next((one for one in tried if _is_between(one, bounds)), beyond)


def _is_between(number: Value, bounds: Mapping[str, Value]) -> bool:
    return isinstance(number, (int, float)) and all(
        isinstance(bound, (int, float)) and NUMERIC[key](number, bound) for key, bound in bounds.items()
    )


BY_KEYWORD: Final[dict[str, Callable[[Place, Refusal], Finding]]] = {
    "minLength": _too_few,
    "minItems": _too_few,
    "minProperties": _too_few,
    "maxProperties": _too_many,
    "uniqueItems": _repeated,
    "pattern": _malformed,
    "not": _malformed,
    "minimum": _out_of_range,
    "maximum": _out_of_range,
    "exclusiveMinimum": _out_of_range,
    "exclusiveMaximum": _out_of_range,
}
"""Keywords about a value whose type is right, gravest first."""
