"""The parameters that checks ask packs for: how each is written, which value is the stricter, which controls can't do without."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from sopkit.frozen import dataclass
from sopkit.model import parse, parse_amounts
from sopkit.model.values import Duration, Money
from sopkit.text import Phrase
from sopkit.tree import Mark

Number = Duration | Money | int
DAYS: Final[Mapping[str, float]] = {
    "s": 1 / 86400, "m": 1 / 1440, "h": 1 / 24, "d": 1, "w": 7, "mo": 30, "y": 365, "workday": 1.4,
}  # fmt: skip
"""How long each unit is, for saying which of two times is the longer."""

TIME: Final = Phrase("时长，如 30d", "a time such as `30d`")
COUNT: Final = Phrase("整数，如 14", "a whole number such as `14`")
MONEY: Final = Phrase("金额，如 50000 CNY", "an amount of money such as `50000 CNY`")


@dataclass(frozen=True, slots=True)
class Known:
    form: Phrase
    read: Callable[[str, Mark], Number] | None
    """None: a whole number."""
    larger_is_stricter: bool
    needed_by: tuple[str, ...] = ()

    def strictest(self, values: Iterable[Number]) -> Number:
        return (max if self.larger_is_stricter else min)(values, key=size)


def size(value: Number) -> float:
    """Return what orders two values of one parameter."""
    match value:
        case Duration():
            return value.amount * DAYS[value.unit]
        case Money():
            return float(value.amount)
    return value


KNOWN: Final[Mapping[str, Known]] = {
    "ask-again-after": Known(TIME, parse.duration, True, ("CON06",)),
    "guardian-consent-under": Known(COUNT, None, True, ("MIN01",)),
    "minor-under": Known(COUNT, None, True, ("MIN02",)),
    "minors-audit-every": Known(TIME, parse.duration, False, ("MIN03",)),
    "top-prize": Known(MONEY, parse_amounts.money, False, ("PRM01",)),
    "price-baseline": Known(TIME, parse.duration, True, ("PRM02",)),
    "transfer-exempt-below": Known(COUNT, None, False, ("XBD03",)),
    "transfer-assessed-from": Known(COUNT, None, False, ("XBD03",)),
    "sensitive-transfer-assessed-from": Known(COUNT, None, False, ("XBD03",)),
    "assessment-kept": Known(TIME, parse.duration, True, ("GOV01",)),
    "responsible-person-from": Known(COUNT, None, False, ("GOV02",)),
    "audit-from": Known(COUNT, None, False),
    "audit-every": Known(TIME, parse.duration, False),
    "withdrawal-within": Known(TIME, parse.duration, False),
}
