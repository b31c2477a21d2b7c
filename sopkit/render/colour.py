"""Colours that stay legible: a brand's colour and a background go in, the nearest colour with enough contrast comes out."""

from __future__ import annotations

import colorsys
from typing import Final

ENOUGH: Final = 4.6
"""WCAG 2.2 asks 4.5 to 1 for text; a little more survives rounding."""


def legible(colour: str, background: str) -> str:
    """Return `#rrggbb` of the same hue as `colour`, darkened or lightened until it reads on `background`."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*_parts(colour))
    away = -0.01 if luminance(background) > 0.5 else 0.01
    while contrast(colour, background) < ENOUGH and 0 <= lightness + away <= 1:
        lightness += away
        colour = _hex(colorsys.hls_to_rgb(hue, lightness, saturation))
    return colour.lower()


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21 (WCAG 2.2, relative luminance)."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in _parts(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _parts(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def _hex(parts: tuple[float, float, float]) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in parts)
