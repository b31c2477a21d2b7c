"""What was sent to customers is held against what is declared: caps, hours, consents, duplicates, personal data."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from sopkit.logs.case import LogCase
from sopkit.logs.observed import Observation
from sopkit.logs.touching import caps, consent, duplicates, hours, personal, replies, undeclared

FAMILIES: Final[tuple[Callable[[LogCase], Iterator[Observation]], ...]] = (
    caps.observe,
    consent.observe,
    hours.observe,
    replies.observe,
    duplicates.observe,
    undeclared.observe,
    personal.observe,
)
"""Each yields what it makes of the rules that it knows, or why it could not ask."""
