"""The workspace documents go in; findings about how many there are, where, and about time zones, languages and jurisdictions come out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from sopkit.diagnostics import Finding
from sopkit.model import rules_settings as rules
from sopkit.model.documents import Settings
from sopkit.resolve import logs
from sopkit.resolve.case import Args, Case
from sopkit.resolve.wording import choice, listed
from sopkit.text import Phrase
from sopkit.tree import Forest, Mark

FILE: Final = "sopkit.yaml"
JURISDICTIONS: Final = ("cn", "eu", "us")
"""Where there are rules."""

CODE: Final = re.compile(r"[a-z]{2}(-[a-z]{2,3})?")
"""How the schema wants a jurisdiction written; it has its say about any other."""

LOCALE: Final = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?")
"""How the schema wants a language written; it has its say about any other."""

ZONES: Final[dict[str, str]] = {
    **dict.fromkeys(
        ("北京", "北京时间", "中国", "上海", "utc+8", "gmt+8", "cst", "asia/beijing", "prc"), "Asia/Shanghai"
    ),
    **dict.fromkeys(("香港", "hkt"), "Asia/Hong_Kong"),
    **dict.fromkeys(("东京", "日本", "jst"), "Asia/Tokyo"),
    **dict.fromkeys(("新加坡", "sgt"), "Asia/Singapore"),
    **dict.fromkeys(("伦敦", "英国", "bst"), "Europe/London"),
    **dict.fromkeys(("纽约", "est", "edt"), "America/New_York"),
}
"""What people write instead of the name of a zone."""

LANGUAGES: Final = frozenset(
    """
    aa ab af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee
    el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io
    is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn
    mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se
    sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo
    wa wo xh yi yo za zh zu
    """.split()  # noqa: SIM905  a table is easier to read than two hundred quoted words
)
"""ISO 639-1."""

MEANT: Final = {
    "cn": "zh-CN",
    "jp": "ja",
    "kr": "ko",
    "ch": "zh-CN",
    "chs": "zh-CN",
    "eng": "en",
    "us": "en-US",
    "gb": "en-GB",
}


def check(case: Case) -> Iterator[Finding]:
    """Yield what is wrong with the workspace document, or with there being none or several."""
    documents = list(case.assembly.settings())
    if not documents:
        yield from _missing(case)
        return
    here = [document for document in documents if case.tree(document.at).source.path == FILE]
    for document in documents:
        if document not in here and not here and document is documents[0]:
            yield case.finding(rules.MISPLACED_WORKSPACE, _kind_of(case, document), {})
        elif document is not (here or documents)[0]:
            related = [(_kind_of(case, (here or documents)[0]), Phrase("第一份在这里", "the first one"))]
            yield case.finding(rules.SEVERAL_WORKSPACES, _kind_of(case, document), {}, related=related)
    settings = case.workspace.settings
    yield from _catalogs(case, settings)
    yield from _zones(case, settings)
    yield from _locales(case, settings)
    yield from _jurisdictions(case, settings)
    yield from logs.check(case, settings)


def _kind_of(case: Case, document: Settings) -> Mark:
    """Return the place of `kind: workspace`, the shortest that shows which document is meant."""
    return Mark(document.at + case.tree(document.at).find(("kind",))[1])


def _missing(case: Case) -> Iterator[Finding]:
    trees = case.forest.trees
    if not trees:
        return
    own = [
        number
        for number in range(len(trees))
        if number not in case.assembly.by_tree or not case.assembly.by_tree[number].builtin
    ]
    if not case.complete or any(trees[number].source.path == FILE and number in case.broken for number in own):
        case.held_back += 1
        return
    first = min(
        own, key=lambda number: (trees[number].source.path != FILE, trees[number].source.path, number), default=0
    )
    mark = Mark(Forest.base(first))
    root = trees[first].value
    yield case.finding(rules.MISSING_WORKSPACE, Mark(mark + 1) if isinstance(root, dict) and root else mark, {})


def _catalogs(case: Case, settings: Settings) -> Iterator[Finding]:
    for ref in settings.uses:
        if ref.id not in case.catalogs:
            near = case.near(ref.id, dict.fromkeys(case.catalogs, ""))
            span = case.span_of_name(ref.at, ref.id)
            fixes = case.replacing(ref.at, span, near[0]) if len(near) == 1 else ()
            args: Args = {"name": ref.id, "known": choice(case.catalogs)}
            yield case.finding(rules.UNKNOWN_CATALOG, ref.at, args, span=span, fixes=fixes, suggestions=near)


def places_of(case: Case, settings: Settings, key: str) -> Iterator[tuple[str, Mark]]:
    """Yield each string under a key of the workspace document with its place."""
    tree = case.tree(settings.at)
    root = tree.value
    if not isinstance(root, dict) or key not in root:
        return
    value, at = root[key], tree.find((key,))[1]
    items = tree.elements(at, value) if isinstance(value, list) else [(value, at)]
    for item, index in items:
        if isinstance(item, str):
            yield item, Mark(settings.at + index)


def _zones(case: Case, settings: Settings) -> Iterator[Finding]:
    written = [*places_of(case, settings, "timezone"), *places_of(case, settings, "customer_timezones")]
    written += [
        (shop.timezone, shop.at) for shop in case.workspace.shops.values() if shop.timezone and not shop.builtin
    ]
    written += [
        (log.timezone, Mark(settings.at + case.tree(settings.at).find(("logs", log.id, "timezone"))[1]))
        for log in settings.logs
        if log.timezone
    ]
    for name, mark in written:
        if name == "unknown" or _is_zone(name):
            continue
        near = _zones_meant(case, name)
        span = case.span_of_part(mark, name, 0, len(name))
        fixes = case.replacing(mark, span, near[0]) if len(near) == 1 and span.excerpt().strip("'\"") == name else ()
        args: Args = {"name": name, "example": near[0] if near else "Asia/Shanghai"}
        yield case.finding(rules.UNKNOWN_TIME_ZONE, mark, args, span=span, fixes=fixes, suggestions=near)


def _is_zone(name: str) -> bool:
    from zoneinfo import ZoneInfo  # noqa: PLC0415  costs more to import than a run without time zones

    if "/" not in name and name != "UTC":
        return False
    try:
        ZoneInfo(name)
    except (OSError, ValueError):  # a folder, a name that is none, a path out of the database
        return False
    except KeyError:  # ZoneInfoNotFoundError
        return False
    return True


def _zones_meant(case: Case, name: str) -> tuple[str, ...]:
    from zoneinfo import available_timezones  # noqa: PLC0415

    meant = ZONES.get(name.strip().casefold().replace(" ", ""))
    if meant:
        return (meant,)
    return case.near(name, dict.fromkeys(sorted(available_timezones()), ""))


def _locales(case: Case, settings: Settings) -> Iterator[Finding]:
    written = [place for key in ("locale", "locales") for place in places_of(case, settings, key)]
    unknown = False
    for name, mark in written:
        if name.split("-")[0] in LANGUAGES and name not in MEANT:
            continue
        if len(name.split("-")[0]) == 3 and name not in MEANT:
            continue  # ISO 639-3 has thousands
        unknown = True
        if not LOCALE.fullmatch(name):
            continue
        meant = MEANT.get(name, "zh-CN")
        span = case.span_of_name(mark, name)
        fixes = case.replacing(mark, span, meant) if name in MEANT else ()
        yield case.finding(rules.UNKNOWN_LOCALE, mark, {"name": name, "example": meant}, span=span, fixes=fixes)
    if not unknown:
        yield from _undeclared(case, settings)


def _undeclared(case: Case, settings: Settings) -> Iterator[Finding]:
    known = tuple(dict.fromkeys((settings.locale, *settings.locales)))
    if not settings.locales:
        return  # one language, and texts may be ready for another
    first: dict[str, Mark] = {}
    for (locale, _), mark in case.binding.noticed.locales.items():
        first.setdefault(locale, mark)
    for locale, mark in sorted(first.items()):
        if locale not in known:
            args: Args = {"name": locale, "known": listed(known)}
            yield case.finding(rules.UNDECLARED_LOCALE, case.place_of_key(mark, locale), args)


def _jurisdictions(case: Case, settings: Settings) -> Iterator[Finding]:
    for name, mark in places_of(case, settings, "jurisdictions"):
        if name not in JURISDICTIONS and CODE.fullmatch(name):
            args: Args = {"name": name, "known": choice(JURISDICTIONS)}
            yield case.finding(rules.UNKNOWN_JURISDICTION, mark, args, suggestions=_near(name))


def _near(name: str) -> tuple[str, ...]:
    meant = {"zh": "cn", "de": "eu", "fr": "eu"}.get(name)
    return (meant,) if meant else ()
