"""What cells call channels, roles, stages and playbooks goes in; the id of each comes out, always the same for the same words."""

from __future__ import annotations

import re
from dataclasses import field
from typing import Final

from sopkit.frozen import dataclass
from sopkit.workbook import words
from sopkit.workbook.mapping import ImportMap

NOBODY: Final = "nobody"
BUILT_IN_ROLES: Final = frozenset({"guide"})
"""Roles that the built-in catalog declares."""
NAMED: Final = frozenset({"role", "stage"})
"""Families whose ids stand in a mapping."""
LONGEST: Final = 40
SEVERAL: Final = re.compile(r"\s*(?:[、,，;；\n&＆+/]|和)\s*")


@dataclass(slots=True)
class Names:
    """The names of one import; what is asked for is added to the mapping."""

    mapping: ImportMap
    roles: dict[str, str] = field(default_factory=dict)
    """Id → title of every role that the playbooks must declare."""
    taken: dict[str, set[str]] = field(default_factory=dict)
    """By family, the ids that may not be given again."""
    _tried: dict[tuple[str, str, bool], int] = field(default_factory=dict)
    """The number from which on a stem may be free: spreadsheets have thousands of rows."""

    def channel(self, text: str) -> str | None:
        """Return the channel, None where the words name none."""
        if text not in self.mapping.channels:
            self.mapping.channels[text] = words.find("channels", text) or ""
        return self.mapping.channels[text] or None

    def role(self, text: str) -> str | None:
        """Return the role, None where a tool does the work."""
        if text not in self.mapping.roles:
            nobody = words.find("nobody", text) is not None
            self.mapping.roles[text] = NOBODY if nobody else words.find("roles", text) or self.of("role", text)
        found = self.mapping.roles[text] or self.of("role", text)
        self.mapping.roles[text] = found
        self._used("role").add(found)
        if found == NOBODY:
            return None
        if found not in BUILT_IN_ROLES:
            self.roles.setdefault(found, text)
        return found

    def stage(self, text: str) -> str:
        """Return the id of a stage."""
        if not self.mapping.stages.get(text):
            self.mapping.stages[text] = words.find("stages", text) or self.of("stage", text)
        self._used("stage").add(self.mapping.stages[text])
        return self.mapping.stages[text]

    def of(self, family: str, text: str, fallback: str = "") -> str:
        """Return a new id for something of a family that has one namespace: its words, or the first with a number that is free."""
        used, wanted = self._used(family), slug(text)
        found = wanted
        if not wanted or wanted in used:
            stem = wanted or fallback or family
            number = self._tried.get((family, stem, bool(wanted)), 2 if wanted else 1)
            while (found := f"{stem}-{number}") in used:
                number += 1
            self._tried[family, stem, bool(wanted)] = number
        used.add(found)
        return found

    def _used(self, family: str) -> set[str]:
        if family not in self.taken:
            known = self.mapping.names(f"{family}s") if family in NAMED else {}
            self.taken[family] = set(known.values())
        return self.taken[family]


def slug(text: str) -> str:
    """Return words in Latin letters as an id; nothing where there are others, whose sound is not known here."""
    if not text.isascii():
        return ""
    found = re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-")[:LONGEST].strip("-")
    return found if re.match("[a-z]", found) else ""
