"""The kinds of documents that a build makes, by which people ask for them."""

from __future__ import annotations

from typing import Final, Literal, get_args

Kind = Literal["manual", "card", "checklist", "calendar", "training", "findings", "audit", "diagram"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
