"""Declared consents go in, and what was sent and agreed to; touches that nothing allowed at their time come out: SOP501–SOP504."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Final

from sopkit.diagnostics import Rule
from sopkit.frozen import dataclass
from sopkit.logs.case import LogCase
from sopkit.logs.engine import listed
from sopkit.logs.observed import Deed, Doubt, Observation, concluded, doubted, in_doubt
from sopkit.logs.states import UNCLEAR
from sopkit.logs.touching.contacts import Contacts, contacts_of
from sopkit.logs.touching.found import Broken, Past, last_rows, touched
from sopkit.logs.touching.needs import Need, Rows, Slot, need_of
from sopkit.logs.touching.standing import held, stand
from sopkit.logs.zones import Zones
from sopkit.rules.consent_rules import AFTER, BEYOND, STALE, WITHOUT
from sopkit.text import Phrase

RULES: Final = {501: WITHOUT, 502: BEYOND, 503: AFTER, 504: STALE}
UNKNOWN: Final = 0
"""What cannot be told: the log begins too late, or a row does not say which consent it is about."""
NO_LOG: Final = Phrase("没有同意日志", "there is no log of consents")
NO_TOUCH: Final = Phrase("日志里没有凭同意发的触达", "the log has no touch that rests on consent")
NO_LAW: Final = Phrase("工作区适用的法规包里没有关于同意的要求", "no pack of law that applies asks for consent")
NO_PURPOSE: Final = Phrase(
    "日志没有写目的或步骤，看不出要不要同意",
    "the log says neither purpose nor step: nobody can tell whether it takes a consent",
)
ACTIONS: Final = {
    "given": Phrase("同意", "agreed to"),
    "refused": Phrase("拒绝", "refused"),
    "withdrawn": Phrase("撤回", "withdrew"),
}
WORDS: Final = {
    501: Phrase("当时没有同意", "had no consent at the time"),
    502: Phrase("当时的同意不包括这个目的或渠道", "had a consent that covers another purpose or channel"),
    503: Phrase("在撤回生效之后", "came after a withdrawal had taken effect"),
    504: Phrase("当时同意已经到期", "had a consent that had expired"),
}
TOO_EARLY: Final = Phrase(
    "早于同意日志，或者日志没有写是哪项同意",
    "they came before what the log of consents knows, or it does not say which consent",
)
DECLARED: Final = Phrase(
    "同意日志声明了从哪天起是全的：那以后里面没有的客户就是没有同意",
    "the log of consents is declared complete from a day on: who is not in it since then has not agreed",
)
COMPLETE: Final = Phrase(
    "假定同意日志自第一条起是全的：里面没有的客户就是没有同意",
    "the log of consents is taken to be complete from its first row on: who is not in it has not agreed",
)


@dataclass(slots=True)
class Asked:
    """The touches for one purpose, by the kinds that are sure to rest on consent."""

    purpose: str
    kinds: tuple[int, ...]
    looked: int
    broken: Mapping[int, Broken]
    unknown: int = 0
    unclear: int = 0
    """Rows beside them that are not sure to be touches."""

    @property
    def doubts(self) -> tuple[Doubt, ...]:
        return (self.unknown, TOO_EARLY), (self.unclear, UNCLEAR)


def observe(case: LogCase) -> Iterator[Observation]:
    """Yield of each purpose that rests on consent, and each of the rules, what was found."""
    contacts = contacts_of(case)
    needs = {one.kind: need_of(contacts, one) for one in contacts.all}
    unsure = [kind for kind, one in needs.items() if one == "unsure"]
    for rule in RULES.values() if unsure else ():
        yield _not_assessed(rule, "touches", NO_PURPOSE, contacts.rows(unsure))
    resting = {kind: one for kind, one in needs.items() if isinstance(one, Need)}
    reason = _reason(case, contacts, resting)
    if reason is not None:
        for rule in RULES.values():
            yield _not_assessed(rule, "workspace", reason, contacts.rows(resting))
        return
    asked = list(_by_purpose(contacts, resting))
    known = DECLARED if "consents" in case.store.complete else COMPLETE
    query = Course(case, contacts, sure_of(contacts, resting)).ask(asked)
    for one in asked:
        for code, broken in one.broken.items():
            yield _observation(one, code, broken, query, known)


def sure_of(contacts: Contacts, needs: Mapping[int, Need]) -> dict[int, Need]:
    """Return the needs of the kinds of which each row is known to be a touch."""
    return {kind: one for kind, one in needs.items() if contacts.by_kind[kind].happened == "yes"}


def _reason(case: LogCase, contacts: Contacts, sure: Mapping[int, Need]) -> Phrase | None:
    if not contacts.rules.law.applies(*(alias for rule in RULES.values() for alias in rule.aliases)):
        return NO_LAW
    if not sure:
        return NO_TOUCH
    return None if "consents" in case.store.spans else NO_LOG


def _by_purpose(contacts: Contacts, resting: Mapping[int, Need]) -> Iterator[Asked]:
    for purpose in sorted({one.purpose for one in resting.values()}):
        yield asked_of(
            contacts, purpose, [kind for kind, one in resting.items() if one.purpose == purpose], tuple(RULES)
        )


def asked_of(contacts: Contacts, about: str, kinds: Collection[int], codes: Collection[int]) -> Asked:
    """Return what nobody has looked at yet: the touches of these kinds."""
    sure = tuple(kind for kind in kinds if contacts.by_kind[kind].happened == "yes")
    looked = contacts.rows(sure)
    return Asked(about, sure, looked, {code: Broken() for code in codes}, unclear=contacts.rows(kinds) - looked)


class Course:
    """Touches that need a consent, held against the log of consents."""

    def __init__(self, case: LogCase, contacts: Contacts, needs: Mapping[int, Need], rule: int | None = None) -> None:
        """Take what each kind needs; `rule` is the code for whatever is wrong, None: one for each way to be wrong."""
        self.store, self.contacts, self.needs, self.rule = case.store, contacts, needs, rule
        self.zones = Zones(case)
        self.rows = Rows(contacts.workspace.consents, case.store.kinds("consents"))
        self.slots = self.rows.slots(needs.values())
        others = [self.rows.alone(name) for name in contacts.workspace.consents]
        every = [*(slot for one in self.slots.values() for slot in one), *others]
        self.numbers: dict[Slot, int] = {
            slot: number for number, slot in enumerate(dict.fromkeys(every), 1) if slot.kinds
        }

    def ask(self, asked: list[Asked]) -> str:
        """Add up what is found in each part; return the query for the touches that nothing allowed."""
        query = ""
        for _ in self.store.each() if self.needs else ():
            query = self._suspects()
            self.store.engine.run(f"CREATE OR REPLACE TEMP TABLE suspects AS {query}")
            stand(self.store, self.zones, self.rows, self.numbers)
            self.store.engine.run(f"CREATE OR REPLACE TEMP TABLE unlawful AS {self._unlawful()}")
            self.store.engine.run(f"CREATE OR REPLACE TEMP TABLE broken AS {self._judged()}")
            self._add(asked)
        return query

    def _add(self, asked: list[Asked]) -> None:
        """Add what is in the table `broken` to those whose kinds it is of."""
        of = ", ".join(f"({kind}, {number})" for number, one in enumerate(asked) for kind in one.kinds)
        counts = self.store.engine.run(
            f"SELECT number, code, count(*) FROM broken JOIN (VALUES {of}) asked(kind, number) USING (kind) "
            "GROUP BY number, code ORDER BY number, code"
        )
        for number, code, rows in counts:
            if code == UNKNOWN:
                asked[number].unknown += rows
            else:
                where = f"code = {code} AND kind IN ({listed(asked[number].kinds)})"
                asked[number].broken[code].take(self.store, self._tell, f"SELECT who, ts FROM broken WHERE {where}")

    @property
    def _alternatives(self) -> str:
        """The kinds of touches, and the slots of which one must be in force."""
        pairs = [(kind, self.numbers[slot]) for kind, need in self.needs.items() for slot in self.slots[need]]
        return (
            "(VALUES " + (", ".join(f"({kind}, {slot})" for kind, slot in pairs) or "(-1, -1)") + ") needed(kind, slot)"
        )

    def _suspects(self) -> str:
        """Return the query for touches at whose time the last row on what they need did not give it: few, and looked at more closely."""
        slots = {kind: tuple(self.numbers[slot] for slot in self.slots[need]) for kind, need in self.needs.items()}
        wanted = {slot: name for name, slot in self.numbers.items() if any(slot in one for one in slots.values())}
        intervals = held(self.store, self.zones, self.rows, {name: slot for slot, name in wanted.items()})
        in_force = "h.who = t.who AND t.ts >= h.ts AND t.ts < h.until"
        if len(set(slots.values())) == 1:
            return (
                f"SELECT t.who, t.ts, t.kind, t.source, t.line FROM touches t LEFT JOIN ({intervals}) h ON {in_force} "
                f"WHERE t.kind IN ({listed(slots)}) AND h.who IS NULL"
            )
        groups = {one: number for number, one in enumerate(dict.fromkeys(slots.values()), 1)}
        of = ", ".join(f"({kind}, {groups[one]})" for kind, one in slots.items())
        within = ", ".join(f"({slot}, {number})" for one, number in groups.items() for slot in one) or "(-1, -1)"
        return (
            f"SELECT t.who, t.ts, t.kind, t.source, t.line FROM touches t JOIN (VALUES {of}) n(kind, need) ON n.kind = t.kind "
            f"LEFT JOIN (SELECT who, ts, until, need FROM ({intervals}) JOIN (VALUES {within}) g(slot, need) USING (slot)) h "
            f"ON {in_force} AND h.need = n.need WHERE h.who IS NULL"
        )

    def _unlawful(self) -> str:
        """Return the query for those of the suspects that nothing else allowed either: a withdrawal takes its time."""
        return (
            "SELECT u.* FROM suspects u LEFT JOIN (SELECT s.who, s.ts, s.until, needed.kind FROM standing s "
            f"JOIN {self._alternatives} ON needed.slot = s.slot WHERE s.until IS NOT NULL) s "
            "ON s.who = u.who AND s.kind = u.kind AND u.ts >= s.ts AND u.ts < s.until WHERE s.who IS NULL"
        )

    def _judged(self) -> str:
        """Return the query that says of each such touch what was wrong: by the last row before it on any consent that it needs."""
        first = self.store.since("consents")
        unclear = f"SELECT DISTINCT who FROM consents WHERE kind IN ({listed(self.rows.unclear)})"
        mine = "needed.slot IS NOT NULL"
        return (
            f"SELECT j.*, CASE WHEN late > 0 OR unclear.who IS NOT NULL OR (last = 0 AND ts < {first}) THEN {UNKNOWN} "
            f"{self._codes} END AS code FROM ("
            "SELECT u.who, u.ts, u.kind, u.source, u.line, "
            f"max(CASE WHEN {mine} AND s.ts <= u.ts AND (s.next IS NULL OR s.next > u.ts) "
            "THEN CASE s.code WHEN 3 THEN 3 WHEN 1 THEN 2 ELSE 1 END ELSE 0 END) AS last, "
            f"max(CASE WHEN {mine} AND s.ts > u.ts AND s.first AND s.code = 3 THEN 1 ELSE 0 END) AS late, "
            "max(CASE WHEN u.ts >= s.ts AND u.ts < s.until THEN 1 ELSE 0 END) AS other "
            f"FROM unlawful u LEFT JOIN standing s ON s.who = u.who "
            f"LEFT JOIN {self._alternatives} ON needed.kind = u.kind AND needed.slot = s.slot "
            "GROUP BY u.who, u.ts, u.kind, u.source, u.line) j "
            f"LEFT JOIN ({unclear}) unclear ON unclear.who = j.who"
        )

    @property
    def _codes(self) -> str:
        if self.rule is not None:
            return f"ELSE {self.rule}"
        return "WHEN last = 3 THEN 503 WHEN last = 2 THEN 504 WHEN other > 0 THEN 502 ELSE 501"

    def _tell(self, firsts: Mapping[int, int]) -> dict[int, Past]:
        """Return what each customer agreed to or withdrew before, and the touch."""
        touches = touched(self.contacts, firsts, 0, self.needs)
        rows, left = last_rows(self.store, "consents", firsts)
        told = {
            who: tuple(
                Deed(ts, self._words(kind), source=source, line=line)
                for one, ts, kind, source, line in rows
                if one == who
            )
            for who in firsts
        }
        return {
            who: Past((*told[who], *touch.deeds), left.get(who, 0) + touch.left)
            for who in firsts
            for touch in (touches.get(who, Past()),)
        }

    def _words(self, kind: int) -> Phrase:
        said = self.rows.kinds[kind]
        action = ACTIONS.get(said["action"], Phrase("不明的动作", "something unknown about"))
        name = said["consent"] if said["consent"] in self.rows.declared else ""
        purpose = said["purpose"] if said["purpose"] in self.contacts.workspace.purposes else ""
        channel = said["channel"] if said["channel"] in self.contacts.workspace.channels else ""
        what = " ".join(one for one in (name, purpose, channel) if one)
        return Phrase(f"{action.zh} {what}".strip(), f"{action.en} {what or 'contact'}")


def _observation(asked: Asked, code: int, broken: Broken, query: str, known: Phrase) -> Observation:
    looked = asked.looked - asked.unknown
    zh, en = f"为“{asked.purpose}”的 {looked:,} 次触达里，", f"of {looked:,} touches for `{asked.purpose}`, "
    words = WORDS[code]
    if broken.rows:
        zh += f"{broken.rows:,} 次{words.zh}，涉及 {broken.customers:,} 位客户"
        en += f"{broken.rows:,} {words.en} (customers: {broken.customers:,})"
    else:
        zh, en = f"{zh}没有一次{words.zh}", f"{en}none {words.en}"
    if code == 501:
        zh, en = f"{zh}；{known.zh}", f"{en}; {known.en}"
    status, reason = concluded(looked, broken.rows, asked.doubts)
    return Observation(
        rule=RULES[code],
        subject=f"purpose/{asked.purpose}",
        status=status,
        message=doubted(Phrase(zh, en), asked.doubts),
        looked=looked,
        unsure=in_doubt(asked.doubts),
        broken=broken.rows,
        customers=broken.customers,
        reason=reason,
        cases=broken.cases,
        queries=(query,),
    )


def _not_assessed(rule: Rule, subject: str, reason: Phrase, rows: int) -> Observation:
    message = Phrase(f"{rows:,} 次触达没有判断：{reason.zh}", f"{rows:,} touches were not assessed: {reason.en}")
    return Observation(rule=rule, subject=subject, status="not assessed", message=message, unsure=rows, reason=reason)
