"""What touches need and what a log of consents says go in; which rows of the log speak of which need comes out, as numbers for queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, Literal

from sopkit.frozen import dataclass
from sopkit.graph.touches import Touch
from sopkit.logs.touching.contacts import Contact, Contacts
from sopkit.model.nouns import Channel, Consent, Purpose
from sopkit.rules.consent_uses import Fields, lacking

CODES: Final = {"given": 1, "refused": 2, "withdrawn": 3}
"""At one instant in this order; a touch comes after what was given and before what was withdrawn."""
UNTOLD: Final = 4
"""What a row did whose action is not known: it may have withdrawn what was given before."""


@dataclass(frozen=True, slots=True)
class Need:
    """One of these consents must be in force; where there is none declared, one that the log itself says is for this.

    A separate consent has no purpose and no channel: only rows that name it give it.
    """

    purpose: str
    channel: str
    consents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Slot:
    """One consent as far as these kinds of rows of the log speak of it."""

    consent: str
    kinds: tuple[int, ...]


def need_of(contacts: Contacts, contact: Contact) -> Need | Literal["none", "unsure"]:
    """Return what a touch of a kind needs: nothing where its purpose rests on something else than consent."""
    if contact.happened == "no":
        return "none"
    found = {_of_touch(contacts, one) for one in contact.touches}
    return found.pop() if len(found) == 1 else "unsure"


def _of_touch(contacts: Contacts, touch: Touch) -> Need | Literal["none", "unsure"]:
    purpose = contacts.workspace.purposes.get(touch.purpose or "")
    if purpose is None or purpose.basis is None:
        return "unsure"
    if purpose.basis != "consent":
        return "none"
    fields = Fields(contacts.workspace).of(touch.step) if touch.step is not None else ()
    return need(contacts, purpose, touch.channels[0], fields)


def need(contacts: Contacts, purpose: Purpose, channel: Channel, fields: tuple[str, ...]) -> Need:
    """Return the need of a use: any consent that covers it, as on the plan."""
    every = contacts.workspace.consents.values()
    covering = tuple(one.id for one in every if not lacking(one, purpose, channel, fields))
    return Need(purpose.id, channel.id, covering)


class Rows:
    """The kinds of rows of a log of consents, held against what is needed."""

    def __init__(self, declared: Mapping[str, Consent], kinds: Mapping[int, Mapping[str, str]]) -> None:
        self.declared, self.kinds = declared, kinds
        self.unclear = frozenset(kind for kind, said in kinds.items() if self._is_unclear(said))
        """Rows of which nobody can tell what was agreed to: of their customers nothing is known."""

    def _is_unclear(self, said: Mapping[str, str]) -> bool:
        if said["action"] not in CODES:
            return True
        named = said["consent"] in self.declared or said["purpose"] or said["channel"]
        return said["action"] == "given" and not named and (bool(said["consent"]) or len(self.declared) != 1)

    @staticmethod
    def _is_bare(said: Mapping[str, str]) -> bool:
        return not (said["consent"] or said["purpose"] or said["channel"])

    def slots(self, needs: Iterable[Need]) -> dict[Need, tuple[Slot, ...]]:
        """Return the slots of which one must be in force; those alike are the same, so that rows are not looked at twice."""
        return {one: tuple(self._slots(one)) for one in needs}

    def _slots(self, need: Need) -> Iterable[Slot]:
        for consent in need.consents or (("",) if need.purpose else ()):
            kinds = self._speaking(consent, need)
            if kinds:
                yield Slot(consent, kinds)

    def alone(self, consent: str) -> Slot:
        """Return all that is said of one consent, whatever it is needed for."""
        return Slot(consent, self._speaking(consent, None))

    def _speaking(self, consent: str, need: Need | None) -> tuple[int, ...]:
        return tuple(
            kind
            for kind, said in self.kinds.items()
            if (kind not in self.unclear or said["action"] not in CODES) and self._speaks(said, consent, need)
        )

    def _speaks(self, said: Mapping[str, str], consent: str, need: Need | None) -> bool:
        if said["action"] == "given" and self._is_bare(said) and not consent:
            return False
        if said["consent"] in self.declared and said["consent"] != consent:
            return False
        if said["consent"] and said["consent"] not in self.declared and not (said["purpose"] or said["channel"]):
            return False
        noun = self.declared.get(consent)
        if said["action"] == "given" and noun is not None and noun.given_by == "guardian" == _other(said["given_by"]):
            return False
        if need is not None and not need.purpose:
            return said["consent"] == consent or self._is_bare(said)
        if need is not None:
            return said["purpose"] in ("", need.purpose) and said["channel"] in ("", need.channel)
        return noun is not None and all(
            not name or not named or name in {ref.id for ref in named}
            for name, named in ((said["purpose"], noun.purposes), (said["channel"], noun.channels))
        )


def _other(given_by: str) -> str:
    """Return who would have had to give it where the customer did, for a comparison; nothing where that is not said."""
    return "guardian" if given_by == "customer" else ""
