"""A case goes in; how long after a withdrawal contacts may still go out comes out, as the consents that they rest on say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sopkit.audit.places import Statement
from sopkit.audit.populations_uses import relied_on
from sopkit.rules.case import Case
from sopkit.text import Phrase
from sopkit.tree import Mark

TOLERANT: Final = frozenset(("contact-without-consent", "contact-after-withdrawal", "stale-consent", "late-withdrawal"))
"""Names of the rules that let a withdrawal take its time."""


def tolerances(case: Case) -> Iterator[Statement]:
    """Yield, the shortest time first, which consents may still be relied on for how long after they were withdrawn."""
    found: dict[str, list[tuple[str, Mark]]] = {}
    for name in sorted(relied_on(case)):
        consent = case.workspace.consents[name]
        found.setdefault(str(consent.effective_within or ""), []).append((name, consent.at))
    for time, consents in sorted(found.items()):
        zh, en = "”、“".join(name for name, _ in consents), "`, `".join(name for name, _ in consents)
        marks = tuple(mark for _, mark in consents)
        if time:
            yield (
                Phrase(
                    f"容许的时间：撤回“{zh}”后{time}之内，还可能联系；过了就不再联系。写在",
                    f"tolerance: within {time} of a withdrawal of `{en}` contacts may still go out, and none after; stated at",
                ),
                marks,
            )
        else:
            yield (
                Phrase(
                    f"没有容许的时间：撤回“{zh}”之后不再联系。写在",
                    f"no tolerance: no contact goes out once `{en}` is withdrawn; stated at",
                ),
                marks,
            )
