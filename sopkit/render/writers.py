"""The writers by the form that they write: a document goes in, the bytes of one file come out. A new writer is a line here.

The libraries of the heavy ones come with the extra `docs`; none is imported before a document of that form is written.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import Final, Literal

from sopkit.frozen import dataclass
from sopkit.render.document import Document
from sopkit.render.html import to_html
from sopkit.render.markdown import to_markdown
from sopkit.render.templating import Templates

Form = Literal["html", "pdf", "docx", "xlsx", "md"]
"""Also the ending of the file's name."""

INSTALL: Final = "pip install 'sopkit[docs]'"
"""What installs every library that a writer needs."""


@dataclass(frozen=True, slots=True)
class Writer:
    name: str
    """What readers call the form."""
    write: Callable[[Document, Templates], bytes]
    library: str = ""
    """The module without which it can't write; '' where none of the extra is needed."""

    @property
    def ready(self) -> bool:
        return not self.library or find_spec(self.library) is not None


def _html(document: Document, templates: Templates) -> bytes:
    return to_html(document, templates).encode()


def _markdown(document: Document, _: Templates) -> bytes:
    return to_markdown(document).encode()


def _docx(document: Document, _: Templates) -> bytes:
    from sopkit.render.docx import to_docx  # noqa: PLC0415

    return to_docx(document)


def _xlsx(document: Document, _: Templates) -> bytes:
    from sopkit.render.xlsx import to_xlsx  # noqa: PLC0415

    return to_xlsx(document)


WRITERS: Final[dict[Form, Writer]] = {
    "html": Writer("HTML", _html),
    "docx": Writer("Word", _docx),
    "xlsx": Writer("Excel", _xlsx, "xlsxwriter"),
    "md": Writer("Markdown", _markdown),
}
"""In the order in which an index names them."""
