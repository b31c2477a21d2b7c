"""The writers by the form that they write: a document goes in, the bytes of one file come out. A new writer is a line here.

The libraries of the heavy ones come with the extra `docs`; none is imported before a document of that form is written.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import cached_property
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final, Literal

from sopkit.frozen import dataclass
from sopkit.kept import Kept
from sopkit.render.document import Document
from sopkit.render.html import to_html
from sopkit.render.markdown import to_markdown
from sopkit.render.templating import Templates

if TYPE_CHECKING:
    from sopkit.render.pdf import Typesetter

Form = Literal["html", "pdf", "docx", "xlsx", "md"]
"""Also the ending of the file's name."""
Apart = Literal["ics", "svg"]
"""Forms that are written from other things than documents: calendars, and drawings by themselves."""

INSTALL: Final = "pip install 'sopkit[docs]'"
"""What installs every library that a writer needs."""


class Press:
    """What the writers of one build share: templates, the day on every file, what is kept, and the typesetter for PDF."""

    def __init__(
        self, templates: Templates, today: date, fonts: Sequence[bytes] = (), kept: Kept | None = None
    ) -> None:
        self.templates = templates
        self.today = today
        self.fonts = fonts
        self.kept = kept or Kept()

    @cached_property
    def typesetter(self) -> Typesetter:
        from sopkit.render.pdf import Typesetter  # noqa: PLC0415

        return Typesetter(self.templates, self.today, self.fonts, self.kept)

    @property
    def full(self) -> bool:
        """Whether it is cheaper to go on in another process."""
        return "typesetter" in vars(self) and self.typesetter.full

    def ends(self) -> None:
        """Say that this process ends when it is full."""
        if "typesetter" in vars(self):
            self.typesetter.ends()

    def load_fonts(self) -> None:
        """Load what copies of this process would each load to set PDFs."""
        if "typesetter" in vars(self):
            self.typesetter.load_fonts()

    def close(self) -> None:
        """Sweep away what the typesetter worked with, and what is kept in vain."""
        if "typesetter" in vars(self):
            self.typesetter.close()
            self.kept.sweep()


@dataclass(frozen=True, slots=True)
class Medium:
    name: str
    """What readers call the form."""
    libraries: tuple[str, ...] = ()
    """The modules without which it can't be written."""

    @property
    def ready(self) -> bool:
        return _are_here(self.libraries)


@dataclass(frozen=True, slots=True)
class Writer:
    name: str
    """What readers call the form."""
    write: Callable[[Document, Press], bytes]
    libraries: tuple[str, ...] = ()
    """The modules without which it can't write."""

    @property
    def ready(self) -> bool:
        return _are_here(self.libraries)


def _are_here(libraries: tuple[str, ...]) -> bool:
    return all(find_spec(name) is not None for name in libraries)


def _html(document: Document, press: Press) -> bytes:
    return to_html(document, press.templates).encode()


def _markdown(document: Document, _: Press) -> bytes:
    return to_markdown(document).encode()


def _pdf(document: Document, press: Press) -> bytes:
    from sopkit.render.pdf import to_pdf  # noqa: PLC0415

    return to_pdf(document, press.typesetter)


def _docx(document: Document, _: Press) -> bytes:
    from sopkit.render.docx import to_docx  # noqa: PLC0415

    return to_docx(document)


def _xlsx(document: Document, _: Press) -> bytes:
    from sopkit.render.xlsx import to_xlsx  # noqa: PLC0415

    return to_xlsx(document)


WRITERS: Final[dict[Form, Writer]] = {
    "html": Writer("HTML", _html),
    "pdf": Writer("PDF", _pdf, ("typst", "manimgx_fonts", "manimgx_fonts_cjk")),
    "docx": Writer("Word", _docx),
    "xlsx": Writer("Excel", _xlsx, ("xlsxwriter",)),
    "md": Writer("Markdown", _markdown),
}
"""In the order in which an index names them."""
APART: Final[dict[Apart, Medium]] = {
    "ics": Medium("iCalendar", ("icalendar",)),
    "svg": Medium("SVG"),
}
