"""Two workspaces go in; which consents no longer cover what they are used for, and must be asked again, comes out (CON03)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, TypeVar

from sopkit.diagnostics import Severity
from sopkit.diff.change import Change, Detail
from sopkit.diff.documents import Sides
from sopkit.diff.pairing import pair
from sopkit.diff.rules_promises import ASK_AGAIN
from sopkit.law import Law
from sopkit.model.nouns import Consent, Purpose
from sopkit.model.values import Ref
from sopkit.text import Phrase
from sopkit.tree import Mark

Kind = TypeVar("Kind", Consent, Purpose)
WORDS: Final = {
    "purposes": Phrase("目的", "purposes"),
    "channels": Phrase("渠道", "channels"),
    "data": Phrase("信息种类", "data"),
}


def changes(sides: Sides, law: Law) -> Iterator[Change]:
    """Yield each consent of both versions that was widened: what was agreed to before does not cover the rest."""
    wider = _wider_purposes(sides)
    for id_, (old, new) in sorted(_both(sides, "consents", Consent).items()):
        grown = {name: sorted(_grown(getattr(old, name), getattr(new, name), sides.renamed)) for name in WORDS}
        kept = sorted({one.id for one in new.purposes} & wider.keys() - set(grown["purposes"]))
        data = sorted({*grown["data"], *(each for one in kept for each in wider[one])} - _said(old.data))
        found = {name: ids for name, ids in (*grown.items(), ("data", data)) if ids}
        if not found:
            continue
        what = Phrase(
            "；".join(f"{WORDS[name].zh} {'、'.join(ids)}" for name, ids in found.items()),
            "; ".join(f"{WORDS[name].en} {', '.join(ids)}" for name, ids in found.items()),
        )
        weight = law.heaviest(*ASK_AGAIN.decides) if law.applies(*ASK_AGAIN.decides) else Severity.WARNING
        yield Change(
            ASK_AGAIN, f"consent/{id_}", {"what": what},
            tuple(Detail(name, _listed(getattr(old, name)), _listed(getattr(new, name))) for name in sorted(WORDS) if grown[name]),
            sides.old.span(old.at), sides.new.span(_place(sides, new, kept)), weight, law=law.citations(*ASK_AGAIN.decides),
        )  # fmt: skip


def _place(sides: Sides, consent: Consent, wider: Sequence[str]) -> Mark:
    """Return where the consent is declared; of one that is built in the purpose that takes more data."""
    purposes = sides.new.workspace.purposes
    return purposes[wider[0]].at if consent.builtin and wider else consent.at


def _wider_purposes(sides: Sides) -> Mapping[str, tuple[str, ...]]:
    """Return the data that purposes of both versions take, and did not before, of those that rest on consent."""
    return {
        id_: tuple(sorted(grown))
        for id_, (old, new) in _both(sides, "purposes", Purpose).items()
        if new.basis in (None, "consent") and (grown := _grown(old.data, new.data, sides.renamed))
    }


def _both(sides: Sides, namespace: str, kind: type[Kind]) -> Mapping[str, tuple[Kind, Kind]]:
    found = pair(getattr(sides.old.workspace, namespace), getattr(sides.new.workspace, namespace), sides.renamed).both
    return {id_: (a, b) for id_, (a, b) in found.items() if isinstance(a, kind) and isinstance(b, kind)}


def _grown(old: Iterable[Ref], new: Iterable[Ref], renamed: Mapping[str, str]) -> set[str]:
    return {one.id for one in new} - {renamed.get(one.id, one.id) for one in old}


def _listed(refs: Iterable[Ref]) -> str:
    """Return references as a document writes a list of them; '' of none."""
    ids = ", ".join(one.id for one in refs)
    return f"[{ids}]" if ids else ""


def _said(refs: Iterable[Ref]) -> set[str]:
    return {one.id for one in refs}
