"""What keeps logs from being read, as an error of the user's that every command tells alike."""

from __future__ import annotations

from sopkit.frozen import dataclass
from sopkit.text import Phrase


@dataclass(frozen=True, slots=True)
class SetAside:
    """One row that could not be read: where it stands and why; what it says stays in the source."""

    path: str
    line: int
    reason: Phrase


class LogRefusedError(Exception):
    """A log can't be read as it is meant; says why and what to do."""

    def __init__(self, reason: Phrase, *, at: tuple[str, ...] = (), **args: str | Phrase) -> None:
        super().__init__(reason.en)
        self.reason = reason
        self.args_of_reason = args
        self.at = at
        """Path, in the workspace document, of what is wrong there; none where it is the file alone."""


class TooManyBadError(LogRefusedError):
    """More rows can't be read than was said beforehand: it is the log that fails, not how the command was typed."""

    aside: tuple[SetAside, ...] = ()
    """The rows of all files that can't be read."""
