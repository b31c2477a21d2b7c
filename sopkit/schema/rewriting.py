"""A value of another form than its key takes goes in; the author's own value in forms that the key takes comes out."""

from __future__ import annotations

import re
from typing import Final

from sopkit.frozen import dataclass
from sopkit.schema import habits
from sopkit.schema.places import Place
from sopkit.text import Phrase
from sopkit.tree import Value

COUNTED: Final = re.compile(
    r"(?P<number>[0-9][0-9,]*(?:\.[0-9]+)?[千万亿]?) ?(?P<unit>[\u4e00-\u9fff]{0,2}|x|times?|people|persons?)"
)
"""A number and what is counted: 1人, 3 次, 1,000 people."""

NOT_COUNTED: Final = frozenset("折成半到至")
"""Behind a number these make another number of it."""

A_MINUTE: Final = {"m": 1, "h": 60}
SECONDS: Final = 60

UNIT: Final = Phrase("{} 的单位是什么？写上单位，例如 ", "{} of what? Say the unit, for example ")
DIRECTION: Final = Phrase("写明方向：", "say which way: ")
OR: Final = Phrase(" 或 ", " or ")


@dataclass(frozen=True, slots=True)
class Rewriting:
    """What the author may have meant, in the form that the key takes."""

    forms: tuple[str, ...]
    """One, or a choice of several."""
    asks: Phrase | None = None
    """What only the author can tell, where there are several."""
    safe: bool = False


def rewriting(place: Place, types: tuple[str, ...]) -> Rewriting | None:
    """Return the author's value in the form that the place takes; None where nothing is known of what was meant."""
    value = place.value
    if isinstance(value, str) and {"integer", "number"} & set(types):
        return _counted(value, in_minutes=place.name.startswith("minutes"), whole="number" not in types)
    if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0 and "string" in types:
        return _with_unit(place, value)
    return None


def _counted(text: str, *, in_minutes: bool, whole: bool) -> Rewriting | None:
    plain = habits.folded(text).replace("_", "")
    number = _minutes(plain) if in_minutes else None
    found = COUNTED.fullmatch(plain)
    if number is None and found and found["unit"] not in habits.UNITS and not NOT_COUNTED & set(found["unit"]):
        number = habits.number(found["number"])
    if number is None or (whole and "." in number) or "E" in number:
        return None
    return Rewriting((number,), safe=re.match(r"0[0-9]", plain) is None)


def _minutes(text: str) -> str | None:
    """Return a duration as a number of minutes."""
    found = re.fullmatch(r"([0-9]+)([smh])", habits.duration(text) or "")
    if found is None:
        return None
    if found[2] == "s":
        return None if int(found[1]) % SECONDS else str(int(found[1]) // SECONDS)
    return str(int(found[1]) * A_MINUTE[found[2]])


def _with_unit(place: Place, number: float) -> Rewriting | None:
    said = f"{number}"
    match place.shape.grammar:
        case "duration" | "duration-range" | "every" if isinstance(number, int):
            return Rewriting((f"{said}h", f"{said}d"), Phrase(UNIT.zh.format(said), UNIT.en.format(said)))
        case "stay" if isinstance(number, int):
            return Rewriting(
                (f"at least {said}h", f"at least {said}d"), Phrase(UNIT.zh.format(said), UNIT.en.format(said))
            )
        case "comparison":
            said += "%" if _is_share(place.tree.value) else ""
            return Rewriting((f"≥ {said}", f"≤ {said}"), DIRECTION)
        case "share":
            return Rewriting((f"{number * 100:g}%" if 0 < number <= 1 else f"{number:g}%",))
        case "money":
            return Rewriting((f"{said} CNY",))
        case "amount":
            return Rewriting((f"{said} CNY", f"{said}%"), Phrase(UNIT.zh.format(said), UNIT.en.format(said)))
        case "rate":
            return Rewriting(
                (f"{said} per day", f"{said} per 7d"), Phrase("在多长时间里？例如 ", "in how long? For example ")
            )
        case "date":
            meant = habits.date(said)
            return Rewriting((meant,)) if meant else None
    return None


def _is_share(root: Value) -> bool:
    return isinstance(root, dict) and root.get("unit") == "percent"


def advice(place: Place, meant: Rewriting | None, sketch: str) -> Phrase:
    """Return what to write: the author's value, the question that decides, or how such a key is written at all."""
    in_list = bool(place.path) and isinstance(place.path[-1], int)
    wanted = meant.forms if meant else (sketch,)
    lines = [f"{place.name}: [{form}]" if in_list else f"{place.name}: {form}" for form in wanted]
    if meant is None:
        return Phrase(f"例如：{lines[0]}", f"for example: {lines[0]}")
    if meant.asks is None:
        return Phrase(f"写成：{lines[0]}", f"write it as: {lines[0]}")
    quoted = [f"`{line}`" for line in lines]
    return Phrase(f"{meant.asks.zh}{OR.zh.join(lines)}", f"{meant.asks.en}{OR.en.join(quoted)}")
