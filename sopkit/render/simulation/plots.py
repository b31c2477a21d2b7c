"""Numbers with their labels go in; a plot comes out as one SVG that stands alone, the same bytes for the same numbers.

It follows the reader's light or dark setting, prints dark on white, names itself to screen readers, loads nothing and runs nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from sopkit.frozen import dataclass
from sopkit.render.lettering import text_width
from sopkit.text import Lang

STYLE: Final = """\
.p{--bg:#fff;--ink:#1c2530;--soft:#5b6775;--grid:#dfe4ea;--a:#2f6f9f;--b:#c8862a;--c:#8b98a5;--cut:#b3402e;background:var(--bg);\
font-family:system-ui,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif;font-size:12px}
@media (prefers-color-scheme:dark){.p{--bg:#14181d;--ink:#e8edf2;--soft:#a9b4bf;--grid:#313942;--a:#78b4de;--b:#e2ae62;\
--c:#6d7986;--cut:#ff9180}}
@media print{.p{--bg:#fff;--ink:#000;--soft:#333;--grid:#ccc;--a:#444;--b:#888;--c:#bbb;--cut:#000}}
.p text{fill:var(--ink)}.p .s{fill:var(--soft)}.p .g{stroke:var(--grid);stroke-width:1}.p .cut{stroke:var(--cut);stroke-width:1.5;\
stroke-dasharray:4 3}.p .a{fill:var(--a)}.p .b{fill:var(--b)}.p .c{fill:var(--c)}"""
WIDTH: Final = 680.0
SHADES: Final = ("a", "b", "c")


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar or column: its name, its stretches one after another, and what is written at its end."""

    name: str
    parts: tuple[float, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Strip:
    """One row of small columns, with a line at what is available; its own scale."""

    name: str
    columns: tuple[float, ...]
    line: float | None
    note: str


def columns(title: str, described: str, bars: Sequence[Bar], below: str, lang: Lang) -> str:
    """Draw upright columns side by side, over the name of what they count along."""
    height, top, left = 200.0, 20.0, 52.0
    most = max((sum(bar.parts) for bar in bars), default=0.0) or 1.0
    step = (WIDTH - left - 12) / max(len(bars), 1)
    every = max(1, -(-max((int(text_width(bar.name, 12)) for bar in bars), default=1) // max(int(step), 1)) + 0)
    parts = [_line(left, top + height, WIDTH - 12, top + height, "g"), _line(left, top, WIDTH - 12, top, "g")]
    parts += [_text(left - 6, top + 4, f"{most:,.0f}", "s", "end"), _text(left - 6, top + height + 4, "0", "s", "end")]
    for number, bar in enumerate(bars):
        x, tall = left + step * number, height * sum(bar.parts) / most
        parts.append(_rect(x + step * 0.1, top + height - tall, step * 0.8, tall, "a", f"{bar.name}: {bar.note}"))
        if number % every == 0:
            parts.append(_text(x + step / 2, top + height + 16, bar.name, "s", "middle"))
    parts.append(_text(left + (WIDTH - left - 12) / 2, top + height + 36, below, "s", "middle"))
    return _svg(title, described, top + height + 46, parts, lang)


def bars(title: str, described: str, rows: Sequence[Bar], legend: Sequence[str], lang: Lang) -> str:
    """Draw bars below each other, on one scale, their stretches explained by a legend."""
    left = min(280.0, max((text_width(row.name, 12) for row in rows), default=0.0) + 14)
    right = max((text_width(row.note, 12) for row in rows), default=0.0) + 16
    most = max((sum(row.parts) for row in rows), default=0.0) or 1.0
    room, y = WIDTH - left - right, 34.0
    parts: list[str] = []
    x = left
    for shade, word in zip(SHADES, legend, strict=False):
        parts += [_rect(x, 8, 12, 12, shade, ""), _text(x + 17, 18, word, "s", "start")]
        x += text_width(word, 12) + 34
    for row in rows:
        parts.append(_text(left - 8, y + 13, shortened(row.name, left - 12), "", "end"))
        x = left
        for shade, value in zip(SHADES, row.parts, strict=False):
            parts.append(_rect(x, y + 2, room * value / most, 15, shade, ""))
            x += room * value / most
        parts.append(_text(x + 6, y + 13, row.note, "s", "start"))
        y += 22
    return _svg(title, described, y + 8, parts, lang)


def strips(title: str, described: str, rows: Sequence[Strip], lang: Lang) -> str:
    """Draw a row of small columns for each name, each row on its own scale, with a broken line at what is available."""
    left = min(220.0, max((text_width(row.name, 12) for row in rows), default=0.0) + 14)
    right = max((text_width(row.note, 12) for row in rows), default=0.0) + 16
    room, y, tall = WIDTH - left - right, 8.0, 34.0
    parts: list[str] = []
    for row in rows:
        scale = max((*row.columns, row.line or 0.0), default=0.0) or 1.0
        step = room / max(len(row.columns), 1)
        parts.append(_text(left - 8, y + tall - 8, shortened(row.name, left - 12), "", "end"))
        parts.append(_line(left, y + tall, left + room, y + tall, "g"))
        for number, value in enumerate(row.columns):
            high = tall * value / scale
            over = row.line is not None and value > row.line
            parts.append(
                _rect(
                    left + step * number + 1,
                    y + tall - high,
                    max(step - 2, 1),
                    high,
                    "b" if over else "a",
                    f"{value:,.0f}",
                )
            )
        if row.line is not None:
            at = y + tall - tall * row.line / scale
            parts.append(_line(left, at, left + room, at, "cut"))
        parts.append(_text(left + room + 8, y + tall - 8, row.note, "s", "start"))
        y += tall + 12
    return _svg(title, described, y + 4, parts, lang)


def shortened(words: str, room: float) -> str:
    """Return words that fit into `room` pixels, their end left out where they do not."""
    if text_width(words, 12) <= room:
        return words
    while words and text_width(f"{words}…", 12) > room:
        words = words[:-1]
    return f"{words.rstrip()}…"


def _svg(title: str, described: str, height: float, parts: Sequence[str], lang: Lang) -> str:
    size = f'width="{_n(WIDTH)}" height="{_n(height)}" viewBox="0 0 {_n(WIDTH)} {_n(height)}"'
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="p" role="img" lang={quoteattr(lang)} {size}'
        f' aria-labelledby="t d">'
    )
    words = f'<title id="t">{_clean(title)}</title>\n<desc id="d">{_clean(described)}</desc>'
    return "\n".join((head, words, f"<style>{STYLE}</style>", *parts, "</svg>", ""))


def _rect(x: float, y: float, wide: float, tall: float, shade: str, note: str) -> str:  # noqa: PLR0917  coordinates
    place = f'class="{shade}" x="{_n(x)}" y="{_n(y)}" width="{_n(wide)}" height="{_n(tall)}"'
    return f"<rect {place}><title>{_clean(note)}</title></rect>" if note else f"<rect {place}/>"


def _line(x: float, y: float, to_x: float, to_y: float, look: str) -> str:
    return f'<line class="{look}" x1="{_n(x)}" y1="{_n(y)}" x2="{_n(to_x)}" y2="{_n(to_y)}"/>'


def _text(x: float, y: float, words: str, look: str, anchor: str) -> str:
    shade = f' class="{look}"' if look else ""
    return f'<text{shade} x="{_n(x)}" y="{_n(y)}" text-anchor="{anchor}">{_clean(words)}</text>'


def _clean(words: str) -> str:
    return escape("".join(char for char in words if char in "\n\t" or char.isprintable()))


def _n(value: float) -> str:
    """Write a coordinate: two digits, no needless zeros, so that the same plot is the same bytes everywhere."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
