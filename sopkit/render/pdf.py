"""The PDF writer: a document goes in; a PDF for paper and screen comes out, tagged for those who listen and fit to be kept.

    with Typesetter(templates, as_of, kept=kept) as typesetter:
        data = to_pdf(document, typesetter)

Typst sets the pages, by the layouts in `templates/typst`, each of which a workspace may replace. They see plain data and the
files of one folder that holds nothing else. The same document gives the same bytes: no clock, no font of the system, no network.
So one that was set before, by the same layouts, code and libraries, is taken from where it is kept.
"""

from __future__ import annotations

import base64
import hashlib
import json
import pickle
import re
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, date, datetime, time
from importlib.metadata import version
from pathlib import Path
from typing import Final, Self

from sopkit import resources
from sopkit.failure import DocumentFailedError, LogoFailedError
from sopkit.kept import Kept
from sopkit.output import writing
from sopkit.render.document import Document
from sopkit.render.fonts import unshown
from sopkit.render.glyphs import refuse_cluster, refuse_unprintable
from sopkit.render.print_data import Data, print_data
from sopkit.render.templating import Templates
from sopkit.render.typst_press import FONTS, Apart, InProcess, Job, LayoutError, why_not_shown
from sopkit.text import Phrase

FOLDER: Final = "typst"
LIBRARIES: Final = ("typst", "manimgx-fonts", "manimgx-fonts-cjk")
"""The distributions that the bytes of a PDF depend on."""
PICTURE: Final = re.compile(r"data:image/(png|jpeg|webp);base64,([A-Za-z0-9+/=]+)")
"""A picture as a document holds it."""
UNSHOWN: Final = re.compile(r'the text `"(.*)"` could not be displayed', re.DOTALL)
ESCAPE: Final = re.compile(r"\\u\{([0-9a-f]+)\}")
FAULTY: Final = Phrase(
    "《{title}》没有生成 PDF。版式 templates/{place} 出错：{message}",
    "no PDF was made of “{title}”: the layout templates/{place} fails: {message}",
)


class Typesetter:
    """Sets the documents of one build: the layouts are written once, and the fonts read once.

    Where a layout is the workspace's own, the work is done by another process, with limits on its time and memory.
    """

    def __init__(
        self, templates: Templates, as_of: date, fonts: Sequence[bytes] = (), kept: Kept | None = None
    ) -> None:
        self._as_of = as_of
        self._kept = kept or Kept()
        self._logos: dict[str, str] = {}
        names = sorted(path.name for path in (resources.folder("templates") / FOLDER).glob("*.typ"))
        sources = {name: templates.source(f"{FOLDER}/{name}") for name in names}
        # The disk of temporary files may be full where that of the output is not: what it says names its own place.
        with writing(Path(tempfile.gettempdir())), ExitStack() as undo:
            self._home = tempfile.TemporaryDirectory(prefix="sopkit-")
            undo.callback(self._home.cleanup)
            self.folder = Path(self._home.name)
            for name, (text, _) in sources.items():
                (self.folder / name).write_text(text, encoding="utf-8", newline="\n")
            for number, data in enumerate(fonts):
                (self.folder / FONTS).mkdir(exist_ok=True)
                (self.folder / FONTS / f"{number}.otf").write_bytes(data)
            undo.pop_all()
        unshown({"字"})  # the largest font is read once, before the process is copied
        self._identity = _identity(as_of, {name: text for name, (text, _) in sources.items()}, fonts)
        self._press = (Apart if any(own for _, own in sources.values()) else InProcess)(self.folder)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._press.close()
        self._home.cleanup()

    @property
    def full(self) -> bool:
        """Whether it is cheaper to go on in another process."""
        return self._press.full

    def ends(self) -> None:
        """Say that this process ends when it is full."""
        self._press.ends()

    def load_fonts(self) -> None:
        """Load the fonts that most documents need; no thread is started, as setting does."""
        self._press.load_fonts()

    def set(self, document: Document) -> bytes:
        """Return the PDF, as it was set before or anew. Raises `DocumentFailedError`."""
        return self._kept.made(_digest(self._identity, document), lambda: self._set(document))

    def _set(self, document: Document) -> bytes:
        refuse_unprintable(document)
        data = print_data(document)
        _dated(data, self._as_of)
        look = data["look"]
        if isinstance(look, dict):
            look["logo"] = self._logo(document.look.logo)
        made_at = datetime.combine(self._as_of, time(), UTC)
        try:
            return self._press.set(Job(json.dumps(data, ensure_ascii=False), int(made_at.timestamp())))
        except LayoutError as error:
            unshown = UNSHOWN.search(error.message)
            if unshown:
                refuse_cluster(document, ESCAPE.sub(lambda match: chr(int(match[1], 16)), unshown[1]))
            raise DocumentFailedError("", _faulty(document, error)) from error

    def _logo(self, address: str) -> str:
        """Return the name by which the layouts find the logo in their folder, where it is put first. Raises `LogoFailedError`."""
        found = PICTURE.fullmatch(address)
        if found is None:
            return ""
        if address not in self._logos:
            picture = base64.b64decode(found[2])
            name = f"/{hashlib.sha256(picture).hexdigest()[:16]}.{found[1]}"
            path = self.folder / name[1:]
            if not path.exists():
                with writing(path):
                    path.write_bytes(picture)
            said = why_not_shown(self.folder, name)
            if said:
                raise LogoFailedError("", Phrase(said, said))
            self._logos[address] = name
        return self._logos[address]


def to_pdf(document: Document, typesetter: Typesetter) -> bytes:
    """Return the document as PDF; the same document gives the same bytes. Raises `DocumentFailedError`."""
    return typesetter.set(document)


def _identity(as_of: date, layouts: Mapping[str, str], fonts: Sequence[bytes]) -> bytes:
    """Return a digest of all that a PDF rests on, the document apart: the day, layouts, fonts, libraries, our code on disk."""
    package = Path(__file__).parents[1]
    code = [path.read_bytes() for part in (package, package / "render") for path in sorted(part.glob("*.py"))]
    said = [as_of.isoformat(), *map(version, LIBRARIES), *(part for each in sorted(layouts.items()) for part in each)]
    digest = hashlib.sha256()
    for part in (*map(str.encode, said), *fonts, b"", *code):
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.digest()


class _Digest:
    """A stream that keeps only the digest of what is written to it."""

    def __init__(self, start: bytes) -> None:
        self.sha = hashlib.sha256(start)

    def write(self, data: bytes) -> None:
        self.sha.update(data)


def _digest(identity: bytes, document: Document) -> bytes:
    """Return a digest of the whole document, drawings and logo among it; equal documents have the same."""
    stream = _Digest(identity)
    pickler = pickle.Pickler(stream, 5)
    pickler.fast = True  # else equal texts differ from one text that stands twice; there are no circles in a document
    pickler.dump(document)
    return stream.sha.digest()


def _dated(data: Data, as_of: date) -> None:
    data["date"] = [as_of.year, as_of.month, as_of.day]


def _faulty(document: Document, error: LayoutError) -> Phrase:
    place = f"{FOLDER}/{error.place}" if error.place else FOLDER
    return FAULTY.filled(title=document.title, place=place, message=error.reason)
