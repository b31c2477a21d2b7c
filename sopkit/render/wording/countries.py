"""The code of a country or region, as tools carry it, goes in; what people call it comes out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sopkit.text import Lang, Phrase

TITLES: Final[Mapping[str, Phrase]] = {
    "cn": Phrase("中国内地", "mainland China"), "hk": Phrase("中国香港", "Hong Kong, China"),
    "mo": Phrase("中国澳门", "Macao, China"), "tw": Phrase("中国台湾", "Taiwan, China"), "sg": Phrase("新加坡", "Singapore"),
    "jp": Phrase("日本", "Japan"), "kr": Phrase("韩国", "South Korea"), "my": Phrase("马来西亚", "Malaysia"),
    "th": Phrase("泰国", "Thailand"), "id": Phrase("印度尼西亚", "Indonesia"), "vn": Phrase("越南", "Vietnam"),
    "ph": Phrase("菲律宾", "the Philippines"), "in": Phrase("印度", "India"), "ae": Phrase("阿联酋", "the United Arab Emirates"),
    "au": Phrase("澳大利亚", "Australia"), "nz": Phrase("新西兰", "New Zealand"), "us": Phrase("美国", "the United States"),
    "ca": Phrase("加拿大", "Canada"), "br": Phrase("巴西", "Brazil"), "gb": Phrase("英国", "the United Kingdom"),
    "ie": Phrase("爱尔兰", "Ireland"), "de": Phrase("德国", "Germany"), "fr": Phrase("法国", "France"),
    "nl": Phrase("荷兰", "the Netherlands"), "be": Phrase("比利时", "Belgium"), "lu": Phrase("卢森堡", "Luxembourg"),
    "ch": Phrase("瑞士", "Switzerland"), "at": Phrase("奥地利", "Austria"), "it": Phrase("意大利", "Italy"),
    "es": Phrase("西班牙", "Spain"), "pt": Phrase("葡萄牙", "Portugal"), "pl": Phrase("波兰", "Poland"),
    "se": Phrase("瑞典", "Sweden"), "fi": Phrase("芬兰", "Finland"), "dk": Phrase("丹麦", "Denmark"), "no": Phrase("挪威", "Norway"),
}  # fmt: skip
"""Where data are hosted most; others go by their code."""
UNKNOWN: Final = Phrase("没有写明", "not declared")


def country(code: str, lang: Lang) -> str:
    """Return the name of a country or region; `?` is one that nobody declared."""
    known = UNKNOWN if code == "?" else TITLES.get(code.lower())
    return known.within(lang) if known else code.upper()
