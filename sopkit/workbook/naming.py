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
LONGEST: Final = 40
SEVERAL: Final = re.compile(r"\s*(?:[、,，;；\n&＆+/]|和)\s*")


@dataclass(slots=True)
class Names:
    """The names of one import; what is asked for is added to the mapping."""

    mapping: ImportMap
    roles: dict[str, str] = field(default_factory=dict)
    """Id → title of every role that the playbooks must declare."""
    taken: dict[str, set[str]] = field(default_factory=dict)

    def channel(self, text: str) -> str | None:
        """Return the channel, None where the words name none."""
        if text not in self.mapping.channels:
            self.mapping.channels[text] = words.find("channels", text) or ""
        return self.mapping.channels[text] or None

    def role(self, text: str) -> str | None:
        """Return the role, None where a tool does the work."""
        if text not in self.mapping.roles:
            nobody = words.find("nobody", text) is not None
            self.mapping.roles[text] = NOBODY if nobody else words.find("roles", text) or self._fresh("role", text)
        found = self.mapping.roles[text] or self._fresh("role", text)
        self.mapping.roles[text] = found
        if found == NOBODY:
            return None
        if found not in BUILT_IN_ROLES:
            self.roles.setdefault(found, text)
        return found

    def stage(self, text: str) -> str:
        """Return the id of a stage."""
        if not self.mapping.stages.get(text):
            self.mapping.stages[text] = words.find("stages", text) or self._fresh("stage", text)
        return self.mapping.stages[text]

    def _fresh(self, family: str, text: str) -> str:
        used = {*self.mapping.names(f"{family}s").values(), *self.taken.get(family, ())}
        return unique(slug(text), family, used)

    def of(self, family: str, text: str, fallback: str = "") -> str:
        """Return a new id for something of a family that has one namespace."""
        used = self.taken.setdefault(family, set())
        found = unique(slug(text), fallback or family, used)
        used.add(found)
        return found


def slug(text: str) -> str:
    """Return words in Latin letters as an id; nothing where there are others, whose sound is not known here."""
    if not text.isascii():
        return ""
    found = re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-")[:LONGEST].strip("-")
    return found if re.match("[a-z]", found) else ""


def unique(wanted: str, fallback: str, used: set[str]) -> str:
    """Return the id that is wanted, or the first free one with a number."""
    if wanted and wanted not in used:
        return wanted
    stem = wanted or fallback
    return next(name for number in range(2 if wanted else 1, len(used) + 3) if (name := f"{stem}-{number}") not in used)
