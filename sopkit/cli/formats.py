"""`--format` of the commands that write documents: names of forms go in; those that can be written come out, or how to get the others."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from sopkit.cli.command import Choice, WrongUsageError
from sopkit.cli.console import Console
from sopkit.cli.workspace import Loaded
from sopkit.failure import DocumentFailedError, LogoFailedError
from sopkit.reader.font_files import find_font
from sopkit.reader.templates import find_templates
from sopkit.render.templating import Templates
from sopkit.render.writers import APART, INSTALL, WRITERS, Apart, Form, Medium, Writer
from sopkit.text import Phrase
from sopkit.tree import Mark

NAMES: Final = ("--format", "output_format")
FORMATS: Final = Choice(
    NAMES,
    Phrase("只写成这种格式，可写多次", "write this format only; may be repeated"),
    values=tuple(WRITERS),
    many=True,
)
"""Of documents alone."""
ALL_FORMATS: Final = Choice(
    NAMES,
    Phrase(
        "只写成这种格式，可写多次；ics 是日历文件，svg 是流程图",
        "write this format only; may be repeated; ics are calendar files, svg are flow diagrams",
    ),
    values=(*WRITERS, *APART),
    many=True,
)
MISSING: Final = Phrase(
    "写 {names} 需要另装的组件，请运行：{install}", "writing {names} needs libraries that are not here; run: {install}"
)
UNUSABLE_FONT: Final = Phrase(
    "{place}：brand.font_files 里的字体“{file}”用不了：{why}。放一个 TTF、OTF 或 TTC 文件进工作区，"
    "写它相对于 sopkit.yaml 的路径；或删掉这一项",
    "{place}: the font `{file}` of brand.font_files can't be used: {why}. Put a TTF, OTF or TTC file into the workspace and write its "
    "path from sopkit.yaml, or leave it out",
)
UNPRINTABLE_LOGO: Final = Phrase(
    "brand.logo 的标志图片“{file}”印不进 PDF：{why}。请从原图重新导出为 PNG",
    "the picture `{file}` of brand.logo can't be printed in a PDF: {why}. Export it from the original as PNG",
)
MOST_FONTS: Final = 8
TOO_MANY: Final = Phrase(f"最多 {MOST_FONTS} 个文件", f"there are at most {MOST_FONTS} files")
LEFT_OUT: Final = Phrase(
    "没有生成 {names}；要生成，请运行：{install}", "no {names} was written; to have it, run: {install}"
)


def forms_wanted(asked: Sequence[Form | Apart]) -> tuple[Form, ...]:
    """Return the forms in which documents are written: those asked for, else all that can be.

    Raises `WrongUsageError` where a library for one that is asked for is missing.
    """
    missing = [form for form in asked if not _medium(form).ready]
    if missing:
        raise WrongUsageError(MISSING, names=_named(missing), install=INSTALL)
    return tuple(form for form, writer in WRITERS.items() if (form in asked if asked else writer.ready))


def apart_wanted(asked: Sequence[Form | Apart]) -> tuple[Apart, ...]:
    """Return what is written beside documents, after `forms_wanted`."""
    return tuple(form for form, medium in APART.items() if (form in asked if asked else medium.ready))


def tell_left_out(
    console: Console, asked: Sequence[Form | Apart], could_be: Sequence[Form | Apart], more: Sequence[Phrase] = ()
) -> None:
    """Say which of the forms that there could be were not written for want of a library, and `more`; and what installs it."""
    missing = [] if asked else [form for form in could_be if not _medium(form).ready]
    names = [*(_medium(form).name for form in missing), *(console.word(each) for each in more)]
    if names:
        console.complain(console.word(LEFT_OUT, names=", ".join(names), install=INSTALL))


def brand_fonts(loaded: Loaded, forms: Sequence[Form]) -> tuple[bytes, ...]:
    """Return the fonts that the brand brings for what is printed; none where nothing is.

    Raises `WrongUsageError` for one that can't be used.
    """
    settings = loaded.compilation.workspace.settings
    if settings.brand is None or "pdf" not in forms:
        return ()
    found: list[bytes] = []
    for name in settings.brand.font_files:
        data = find_font(loaded.folder, name) if len(found) < MOST_FONTS else TOO_MANY
        if isinstance(data, Phrase):
            raise WrongUsageError(UNUSABLE_FONT, place=_place(loaded, "font_files"), file=name, why=data)
        found.append(data)
    return tuple(found)


def unprintable_logo(loaded: Loaded, error: LogoFailedError) -> DocumentFailedError:
    """Return the error with the name of the file, and where the settings name it."""
    brand = loaded.compilation.workspace.settings.brand
    file = brand.logo if brand and brand.logo else ""
    said = UNPRINTABLE_LOGO.filled(file=file, why=error.reason)
    return DocumentFailedError(_place(loaded, "logo"), said, error.document)


def _place(loaded: Loaded, key: str) -> str:
    """Return where `brand` says `key`."""
    settings, forest = loaded.compilation.workspace.settings, loaded.compilation.forest
    _, index = forest.tree(settings.at).find(("brand", key))
    return f"{loaded.shown}sopkit.yaml:{forest.span(Mark(settings.at + index)).line}"


def templates_of(folder: Path) -> Templates:
    """Return the templates of a workspace, by default the package's. Raises `DocumentFailedError`."""
    own = find_templates(folder)
    if not own:
        return Templates()
    from sopkit.render.own_templates import OwnTemplates  # noqa: PLC0415  few have any

    return OwnTemplates(own)


def _medium(form: Form | Apart) -> Writer | Medium:
    match form:
        case "ics" | "svg":
            return APART[form]
        case _:
            return WRITERS[form]


def _named(forms: Sequence[Form | Apart]) -> str:
    return ", ".join(_medium(form).name for form in forms)
