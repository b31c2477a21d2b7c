"""What is raised where a document can't be written in a format: what is wrong, where, and what to do, in both languages."""

from __future__ import annotations

from sopkit.failure import DocumentFailedError
from sopkit.text import Phrase


class UnwritableError(DocumentFailedError):
    """Stops a build; nothing of it is kept."""

    def __init__(self, reason: Phrase) -> None:
        super().__init__("", reason)
