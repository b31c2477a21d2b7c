"""What was sent to minors, by sensitive data or abroad, and is not allowed as things are declared: SOP510, SOP543, SOP549, SOP550."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import partial
from typing import Final, Literal
from unicodedata import normalize

from sopkit.diagnostics import Rule
from sopkit.graph.touches import Match, Touch
from sopkit.law.vocabulary import is_sensitive
from sopkit.logs.case import LogCase
from sopkit.logs.engine import listed
from sopkit.logs.observed import Observation, not_assessed
from sopkit.logs.states import UNCLEAR
from sopkit.logs.touching.consent import NO_LOG as NO_CONSENTS
from sopkit.logs.touching.consent import Course, asked_of, sure_of
from sopkit.logs.touching.contacts import Contact, Contacts, contacts_of
from sopkit.logs.touching.found import Broken, told, touched
from sopkit.logs.touching.needs import Need
from sopkit.logs.zones import EPOCH, Zones, day_of
from sopkit.rules.consent_sensitive import UNSEPARATE, separate_for
from sopkit.rules.personal_fields import is_personal, uses_traits
from sopkit.rules.sharing_rules import MINORS, NO_ROUTE, UNTOLD
from sopkit.text import Phrase

ADULT: Final = 18
"""Years."""
HOME: Final = "cn"
AT_HOME: Final = frozenset((
    HOME, "chn", "中国", "中国大陆", "中国内地", "中华人民共和国",
    "china", "mainland china", "china mainland", "p.r. china", "people's republic of china", "the people's republic of china",
))  # fmt: skip
"""What logs call the home country, in small letters."""
NO_FIELD: Final = {
    "age": Phrase(
        "客户日志没有出生日期，也没有写是否未成年",
        "the log of customers says neither a date of birth nor who is a minor",
    ),
    "data": Phrase("触达日志没有写用到的数据", "the log of touches does not say which data were used"),
    "code": Phrase("日志里的国家不是两个字母的代码", "what the log says of the country is no code of two letters"),
    "country": Phrase("触达日志没有写收发所在国家", "the log of touches does not say in which country data were used"),
}
NO_LAW: Final = Phrase("工作区适用的法规包里没有这条要求", "no pack of law that applies asks for this")
NONE: Final = Phrase("日志里没有它管的触达", "the log has no touch that it is about")
NO_AGE: Final = Phrase(
    "不知道客户的年龄，或者客户日志前后矛盾",
    "the customer's age is not known, or the log of customers contradicts itself",
)
NO_STEP: Final = Phrase("日志没有写步骤", "the log does not say the step")
NO_DATUM: Final = Phrase("用到的数据没有声明", "the datum is not declared")
NO_TOOL: Final = Phrase("日志没有写系统", "the log does not say the tool")


def observe(case: LogCase) -> Iterator[Observation]:
    """Yield what was found of minors, of sensitive data, and of data abroad."""
    contacts = contacts_of(case)
    yield from _minors(case, contacts)
    yield from _sensitive(case, contacts)
    yield from _abroad(case, contacts)


# Minors


def _minors(case: LogCase, contacts: Contacts) -> Iterator[Observation]:
    answers = {one.kind: one.answer(lambda touch: _is_automated(contacts, touch)) for one in contacts.all}
    kinds, maybe = contacts.kinds(answers, "yes"), contacts.kinds(answers, "maybe")
    if not contacts.rules.law.applies(*MINORS.aliases):
        yield not_assessed(MINORS, "workspace", NO_LAW)
        return
    said = sum(
        case.store.engine.run("SELECT count(*) FROM customers WHERE born IS NOT NULL OR minor IS NOT NULL")[0][0]
        for _ in case.store.each()
    )
    if not said:
        yield not_assessed(MINORS, "workspace", NO_FIELD["age"])
        return
    zones, broken, known, store = Zones(case), Broken(), 0, case.store
    for _ in store.each() if kinds else ():
        rows = _ages(contacts, zones, kinds)
        broken.add(
            store, f"SELECT who, ts FROM ({rows}) WHERE young", partial(touched, contacts, before=0, counted=kinds)
        )
        known += store.engine.run(f"SELECT count(*) FROM ({rows}) WHERE young IS NOT NULL")[0][0]
    doubts = ((contacts.rows(kinds) - known, NO_AGE), *contacts.doubts(maybe, NO_STEP))
    about = Phrase("个性化的自动营销", "personalised marketing by tools")
    wrong = Phrase("发给了未成年人", "went to minors")
    yield told(MINORS, "workspace", about, wrong, known, broken, doubts, NONE)


def _is_automated(contacts: Contacts, touch: Touch) -> Match:
    """Return whether a touch is marketing that a tool chose by traits of the person."""
    purpose = contacts.workspace.purposes.get(touch.purpose or "")
    if touch.staff or (purpose is not None and not purpose.is_marketing):
        return "no"
    if purpose is None:
        return "maybe"
    if touch.step is not None:
        return "yes" if is_personal(contacts.rules, purpose, touch.step) else "no"
    return "yes" if uses_traits(contacts.rules, purpose) else "no" if touch.node else "maybe"


def _ages(contacts: Contacts, zones: Zones, kinds: list[int]) -> str:
    """Return the query for the touches of these kinds, each with whether its customer was a minor that day; NULL where not known.

    Nothing is known of a customer of whom the log tells two births, or both that they are a minor and that they are not, at no day of
    the log; nor of who was touched before they were born.
    """
    _, first, last = contacts.store.spans["touches"]
    adults = ", ".join(
        f"({born}, {grown})"
        for born in range(first // 86400 - 366 * (ADULT + 1), last // 86400 + 2)
        if (grown := grown_up(born)) >= first // 86400 - 1
    )
    local = f"coalesce({zones.local('t.ts', zones.number)}, t.ts)" if zones.known else "t.ts"
    people = (
        "SELECT who, max(CASE WHEN minor THEN 1 ELSE 0 END) AS minor, max(born) AS born, count(minor) AS flags, "
        "count(DISTINCT minor) > 1 OR count(DISTINCT born) > 1 AS unclear FROM customers GROUP BY who"
    )

    def young(day: str) -> str:
        return f"coalesce({day} < adults.grown, false)"

    return (
        f"SELECT t.who, t.ts, CASE WHEN p.unclear OR (p.born IS NULL AND p.flags = 0) OR p.born > {day_of(local)} + 1 THEN NULL "
        "WHEN p.born IS NULL THEN p.minor = 1 "
        f"WHEN p.flags > 0 AND p.minor = 1 AND NOT {young(str(first // 86400))} THEN NULL "
        f"WHEN p.flags > 0 AND p.minor = 0 AND {young(str(last // 86400))} THEN NULL "
        f"ELSE {young(day_of(local))} END AS young FROM touches t{zones.join('t')} LEFT JOIN ({people}) p ON p.who = t.who "
        f"LEFT JOIN (VALUES {adults}) adults(born, grown) ON p.born = adults.born WHERE kind IN ({listed(kinds)})"
    )


def grown_up(born: int) -> int:
    """Return the day, in days since 1970, on which whoever was born on a day is of age; on 29 February, 1 March."""
    day = EPOCH + timedelta(days=born)
    try:
        return (day.replace(year=day.year + ADULT) - EPOCH).days
    except ValueError:
        return (date(day.year + ADULT, 3, 1) - EPOCH).days


# Sensitive data, and data abroad


def _sensitive(case: LogCase, contacts: Contacts) -> Iterator[Observation]:
    """Yield of each sensitive datum that the log names how often it was used without its separate consent."""
    said, blank = _told(contacts, "data")
    data = contacts.workspace.data
    if not contacts.rules.law.applies(*UNSEPARATE.aliases):
        yield not_assessed(UNSEPARATE, "workspace", NO_LAW)
    elif not said:
        yield not_assessed(UNSEPARATE, "workspace", NO_FIELD["data"])
    else:
        needs: dict[int, Need] = {}
        subjects: dict[str, list[int]] = {}
        for one in said:
            datum = data.get(one.said["data"])
            if datum is not None and is_sensitive(datum.category):
                needs[one.kind] = Need("", "", tuple(each.id for each in separate_for(contacts.rules, datum)))
                subjects.setdefault(f"data/{datum.id}", []).append(one.kind)
        yield from _consented(
            case, contacts, UNSEPARATE, needs, subjects, Phrase("没有单独同意", "had no separate consent to it")
        )
        unknown = contacts.rows(one.kind for one in said if one.said["data"] not in data)
        if unknown or blank or not needs:
            about, wrong = Phrase("其余数据", "other data"), Phrase("用到了敏感信息", "used sensitive data")
            plain = contacts.rows(one.kind for one in said if one.kind not in needs) - unknown
            doubts = (unknown, NO_DATUM), *contacts.doubts(blank, NO_FIELD["data"])
            yield told(UNSEPARATE, "workspace", about, wrong, plain, Broken(), doubts, NONE)


def _told(contacts: Contacts, field: Literal["data", "country"]) -> tuple[list[Contact], list[int]]:
    """Return the touches that say something there, and the kinds of those that do not."""
    touches = [one for one in contacts.all if one.happened != "no"]
    return [one for one in touches if one.said[field]], [one.kind for one in touches if not one.said[field]]


def _abroad(case: LogCase, contacts: Contacts) -> Iterator[Observation]:
    """Yield of each tool by which data were used abroad whether that has a route, and the consent of whom it is about."""
    rules = (NO_ROUTE, UNTOLD)
    if not any(pack.id == HOME for pack in contacts.rules.law.packs):
        yield from (not_assessed(rule, "workspace", NO_LAW) for rule in rules)
        return
    said, blank = _told(contacts, "country")
    if not said:
        yield from (not_assessed(rule, "workspace", NO_FIELD["country"]) for rule in rules)
        return
    abroad = {one.kind: _is_abroad(one.said["country"]) for one in said}
    away, uncoded = [one for one in said if abroad[one.kind] == "yes"], contacts.kinds(abroad, "maybe")
    if blank or uncoded or not away:
        about, wrong = Phrase("出境", "data abroad"), Phrase("在境外", "were abroad")
        doubts = *contacts.doubts(blank, NO_FIELD["country"]), *contacts.doubts(uncoded, NO_FIELD["code"])
        subject, here = "touches" if away else "workspace", contacts.rows(contacts.kinds(abroad, "no"))
        yield from (told(rule, subject, about, wrong, here, Broken(), doubts) for rule in rules)
    needs: dict[int, Need] = {}
    subjects: dict[str, list[int]] = {}
    for name in sorted({_tool(contacts, one) for one in away}):
        mine = [one.kind for one in away if _tool(contacts, one) == name]
        yield _route(contacts, name, mine)
        if not name:
            unsaid = Phrase("没有写系统的出境触达", "touches abroad that do not say their tool")
            yield told(UNTOLD, "workspace", unsaid, Phrase("", ""), 0, Broken(), ((contacts.rows(mine), NO_TOOL),))
            continue
        subjects[f"tool/{name}"] = mine
        needs |= dict.fromkeys(mine, Need("", "", _consents_to(contacts, name)))
    yield from _consented(
        case, contacts, UNTOLD, needs, subjects, Phrase("没有出境的单独同意", "had no consent to going abroad")
    )


def _is_abroad(country: str) -> Match:
    """Return whether what a log says is another country; `maybe` where it is neither home nor a code of two letters."""
    name = " ".join(normalize("NFKC", country).casefold().replace("’", "'").split())
    if name in AT_HOME:
        return "no"
    return "yes" if re.fullmatch("[a-z]{2}", name) else "maybe"


def _tool(contacts: Contacts, one: Contact) -> str:
    """Return the declared tool of a row; else that of its channel, else nothing."""
    if one.said["tool"] in contacts.workspace.tools:
        return one.said["tool"]
    return one.channel.tool.id if not one.said["tool"] and one.channel is not None and one.channel.tool else ""


def _route(contacts: Contacts, name: str, mine: list[int]) -> Observation:
    tool = contacts.workspace.tools.get(name)
    lawful = (
        tool is not None
        and tool.hosted_in not in (None, HOME)
        and tool.transfer is not None
        and tool.transfer.route is not None
    )
    none_has = not any(one.transfer and one.transfer.route for one in contacts.workspace.tools.values())
    unsure = not name and not none_has
    sure = [kind for kind in mine if contacts.by_kind[kind].happened == "yes"]
    broken = Broken()
    for _ in contacts.store.each() if not lawful and not unsure else ():
        query = f"SELECT who, ts FROM touches WHERE kind IN ({listed(sure)})"
        broken.add(contacts.store, query, partial(touched, contacts, before=0, counted=mine))
    about = (
        Phrase(f"系统 {name} 在境外用数据", f"data used abroad by {name}")
        if name
        else Phrase("数据出境", "data abroad")
    )
    wrong, rows = Phrase("没有声明出境途径", "have no declared route"), contacts.rows(sure)
    doubts = ((rows if unsure else 0, NO_TOOL), (0 if lawful else contacts.rows(mine) - rows, UNCLEAR))
    subject = f"tool/{name}" if name else "workspace"
    return told(NO_ROUTE, subject, about, wrong, 0 if unsure else rows, broken, doubts)


def _consents_to(contacts: Contacts, tool: str) -> tuple[str, ...]:
    """Return the consents that the syncs to a tool name."""
    syncs = contacts.workspace.syncs.values()
    named = dict.fromkeys(one.consent.id for one in syncs if one.to and one.to.id == tool and one.consent)
    return tuple(one for one in named if one in contacts.workspace.consents)


def _consented(  # noqa: PLR0917
    case: LogCase,
    contacts: Contacts,
    rule: Rule,
    needs: Mapping[int, Need],
    subjects: Mapping[str, list[int]],
    wrong: Phrase,
) -> Iterator[Observation]:
    """Yield of each subject how many of its touches had none of the consents that they need."""
    if not needs:
        return
    if "consents" not in case.store.spans:
        yield from (not_assessed(rule, subject, NO_CONSENTS) for subject in subjects)
        return
    code = int(rule.code.removeprefix("SOP"))
    asked = [asked_of(contacts, subject, kinds, (code,)) for subject, kinds in subjects.items()]
    query = Course(case, contacts, sure_of(contacts, needs), code).ask(asked)
    for one in asked:
        one.broken[code].queries = (query,) if query else ()
        about = Phrase(one.purpose.partition("/")[2], one.purpose.partition("/")[2])
        looked = one.looked - one.unknown
        yield told(rule, one.purpose, about, wrong, looked, one.broken[code], one.doubts)
