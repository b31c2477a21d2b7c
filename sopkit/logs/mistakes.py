"""What `logs` says wrongly of logs goes in; what practice shows by such a log is not assessed: its rows may mean something else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from sopkit.diagnostics import Severity
from sopkit.logs.needed import NEEDS
from sopkit.logs.observed import Observation, not_assessed
from sopkit.logs.store import Store
from sopkit.logs.tables import Of
from sopkit.pipeline import Compilation
from sopkit.rules.doubts import log_of
from sopkit.text import Phrase

MISTAKEN: Final = Phrase(
    "sopkit.yaml 的 logs 里 {logs} 写错了，要先改好，才看得出那些行是什么意思（sopkit check）",
    "`logs` is wrong about {logs}: what rows of it mean can't be told until it is corrected (sopkit check)",
)
ALSO: Final[Mapping[str, tuple[Of, ...]]] = {
    **dict.fromkeys(("SOP301", "SOP305", "SOP309", "SOP310", "SOP982"), ("customers",)),
    **dict.fromkeys(("SOP501", "SOP502", "SOP503", "SOP504", "SOP510", "SOP550"), ("customers",)),
    **dict.fromkeys(("SOP205", "SOP985", "SOP986", "SOP987", "SOP988"), ("events",)),
    **dict.fromkeys(("SOP991", "SOP992", "SOP993"), ("touches", "consents", "steps", "customers")),
}
"""By the code of a rule: logs that it looks at beside those that it needs."""


def mistaken(compilation: Compilation) -> dict[str, str]:
    """Return the id of each log that is declared wrongly, with the code of the first rule that says so."""
    found: dict[str, str] = {}
    for one in compilation.findings:
        if one.weight is Severity.ERROR and (id_ := log_of(compilation.forest, one)) is not None:
            found.setdefault(id_, one.rule.code)
    return found


def unless_mistaken(store: Store, observations: Iterable[Observation]) -> Iterator[Observation]:
    """Yield what was observed; what rests on a log that is declared wrongly is not assessed."""
    for one in observations:
        why = reason(store, (*NEEDS.get(one.rule.code, ()), *ALSO.get(one.rule.code, ())))
        yield one if why is None else not_assessed(one.rule, one.subject, why, one.unit)


def reason(store: Store, of: Iterable[Of]) -> Phrase | None:
    """Return why nothing can be said by these logs; None where none of them is declared wrongly."""
    wrong = sorted({store.mistaken[one] for one in of if one in store.mistaken})
    return MISTAKEN.filled(logs=", ".join(wrong)) if wrong else None
