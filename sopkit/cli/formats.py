"""`--format` of the commands that write documents: names of forms go in; those that can be written come out, or how to get the others."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sopkit.cli.command import Choice, WrongUsageError
from sopkit.cli.console import Console
from sopkit.reader.templates import find_templates
from sopkit.render.own_templates import OwnTemplates
from sopkit.render.templating import Templates
from sopkit.render.writers import INSTALL, WRITERS, Form
from sopkit.text import Phrase

FORMATS: Final = Choice(
    ("--format", "output_format"),
    Phrase("只写成这种格式，可写多次", "write this format only; may be repeated"),
    values=tuple(WRITERS),
    many=True,
)
MISSING: Final = Phrase(
    "写 {names} 需要另装的组件，请运行：{install}", "writing {names} needs libraries that are not here; run: {install}"
)
LEFT_OUT: Final = Phrase(
    "没有生成 {names}；要生成，请运行：{install}", "no {names} was written; to have it, run: {install}"
)


def forms_wanted(asked: tuple[Form, ...]) -> tuple[Form, ...]:
    """Return the forms to write: those asked for, else all that can be. Raises `WrongUsageError` where a library is missing."""
    missing = [form for form in asked if not WRITERS[form].ready]
    if missing:
        raise WrongUsageError(MISSING, names=_named(missing), install=INSTALL)
    return asked or tuple(form for form, writer in WRITERS.items() if writer.ready)


def tell_left_out(console: Console, asked: tuple[Form, ...]) -> None:
    """Say which forms were not written for want of a library, and what installs it."""
    missing = [form for form, writer in WRITERS.items() if not writer.ready]
    if missing and not asked:
        console.complain(console.word(LEFT_OUT, names=_named(missing), install=INSTALL))


def templates_of(folder: Path) -> Templates:
    """Return the templates of a workspace, by default the package's. Raises `DocumentFailedError`."""
    own = find_templates(folder)
    return OwnTemplates(own) if own else Templates()


def _named(forms: list[Form]) -> str:
    return ", ".join(WRITERS[form].name for form in forms)
