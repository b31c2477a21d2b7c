"""Why a document can't be made, though the playbooks are right: a template of the workspace, a character that no
font has, or the brand's logo."""

from __future__ import annotations

from sopkit.frozen import dataclass
from sopkit.text import Phrase


@dataclass(slots=True)
class DocumentFailedError(Exception):
    """What is to blame, why, and which document it was for, once that is known."""

    place: str
    """A file of the workspace, with a line where one is to blame; '' where the reason says it."""
    reason: Phrase
    document: str = ""
    """Its file, relative to the output."""


class LogoFailedError(DocumentFailedError):
    """The brand's logo is a picture that can't be printed; `reason` says why, and not which file it is."""
