"""Channels that a customer's act opens go in; messages past the time or the number that the platform allows come out: SOP312."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import partial
from typing import Final

from sopkit.logs.case import LogCase
from sopkit.logs.engine import listed
from sopkit.logs.observed import Observation, not_assessed
from sopkit.logs.states import UNCLEAR
from sopkit.logs.store import Store
from sopkit.logs.touching.contacts import Contact, Contacts, contacts_of
from sopkit.logs.touching.found import Broken, told, touched
from sopkit.model.nouns import Channel
from sopkit.model.presets import REPLY_WINDOWS, ReplyWindow
from sopkit.rules.reply_windows import CLOSED, UNDECLARED
from sopkit.text import Phrase

NO_EVENTS: Final = Phrase(
    "事件日志里没有客户打开它的动作（{events}）", "the log of events has none of the acts that open it ({events})"
)
NOBODY: Final = Phrase(
    "事件日志没有写客户是谁，看不出窗口什么时候打开",
    "the log of events does not say whose acts they are, so that nobody can tell when they opened it",
)
UNLOGGED: Final = Phrase(
    "事件日志里从没出现过也能打开它的 {events}：没有声明事件日志从哪天起是全的（complete_from），说不准有没有发生",
    "{events}, which open it too, never occur in the log of events: unless it is declared complete from a day on "
    "(`complete_from`), nobody can tell whether they happened",
)
BEFORE: Final = Phrase("早于事件日志", "they came before the log of events begins")
NONE: Final = Phrase("日志里没有用它发的消息", "the log has no message by it")


def observe(case: LogCase) -> Iterator[Observation]:
    """Yield of each such channel that the log names how often a message came too late, or as one too many."""
    contacts = contacts_of(case)
    presets = {one.preset for one in REPLY_WINDOWS}
    for channel in contacts.workspace.channels.values():
        mine = [one for one in contacts.all if one.channel is channel and one.happened != "no"]
        if channel.preset not in presets or not mine:
            continue
        opening = opening_of(channel)
        kinds = {
            kind: opening[said["event"]]
            for kind, said in case.store.kinds("events").items()
            if said["event"] in opening
        }
        if channel.opened_by is None:
            yield not_assessed(CLOSED, f"channel/{channel.id}", UNDECLARED)
        elif not kinds or "events" not in case.store.spans:
            yield not_assessed(CLOSED, f"channel/{channel.id}", _naming(NO_EVENTS, opening))
        elif not _names_customers(case, kinds):
            yield not_assessed(CLOSED, f"channel/{channel.id}", NOBODY)
        else:
            yield _asked(contacts, channel, mine, kinds)


def _naming(phrase: Phrase, events: Collection[str]) -> Phrase:
    names = sorted(events)
    return Phrase(phrase.zh.format(events="、".join(names)), phrase.en.format(events=", ".join(names)))


def _names_customers(case: LogCase, kinds: Collection[int]) -> bool:
    query = f"SELECT count(*) FROM events WHERE who <> 0 AND kind IN ({listed(kinds)})"
    return bool(sum(case.store.engine.run(query)[0][0] for _ in case.store.each()))


def opening_of(channel: Channel) -> dict[str, ReplyWindow]:
    """Return what each event opens; the longest where it is several acts."""
    found = dict[str, ReplyWindow]()
    for one in sorted(REPLY_WINDOWS, key=lambda one: one.seconds):
        if channel.opened_by is not None and one.preset == channel.preset:
            found |= {ref.id: one for ref in getattr(channel.opened_by, one.act)}
    return found


def _asked(contacts: Contacts, channel: Channel, every: list[Contact], kinds: Mapping[int, ReplyWindow]) -> Observation:
    store, broken, unknown, untold = contacts.store, Broken(), 0, 0
    unlogged = _unlogged(store, channel)
    mine = [one.kind for one in every if one.happened == "yes"]
    maybe = [one.kind for one in every if one.happened == "maybe"]
    windows = list(dict.fromkeys(kinds.values()))
    longest = max(one.seconds for one in windows)
    from_here = store.since("events") + longest
    query = _query(mine, kinds, windows)
    for _ in store.each():
        late = f"SELECT who, ts FROM ({query}) WHERE ts >= {from_here}"
        if unlogged:
            untold += store.engine.run(f"SELECT count(*) FROM ({late})")[0][0]
        else:
            broken.add(store, late, partial(touched, contacts, before=longest, counted=mine))
        unknown += store.engine.run(f"SELECT count(*) FROM ({query}) WHERE ts < {from_here}")[0][0]
    zh = "；".join(one.source.zh for one in windows[:1])
    about = Phrase(f"{channel.id}（{zh}）", f"{channel.id} ({windows[0].source.en})")
    wrong = Phrase("超出了客户动作之后的时间或条数", "came past the time or the number that the customer's act allows")
    looked = contacts.rows(mine) - unknown - untold
    doubts = (*contacts.doubts(maybe, UNCLEAR), (unknown, BEFORE), (untold, _naming(UNLOGGED, unlogged)))
    return told(CLOSED, f"channel/{channel.id}", about, wrong, looked, broken, doubts, NONE)


def _unlogged(store: Store, channel: Channel) -> set[str]:
    """Return the events that open a channel and may have happened without being logged: the log, not declared complete, names none."""
    if "events" in store.complete:
        return set()
    return set(opening_of(channel)) - {said["event"] for said in store.kinds("events").values()}


def _query(mine: list[int], kinds: Mapping[int, ReplyWindow], windows: list[ReplyWindow]) -> str:
    """Return the messages that no window lets out: since the last act of each sort, too long or too many messages ago."""
    acts = ", ".join(f"({kind}, {windows.index(one)})" for kind, one in kinds.items())
    over = "OVER (PARTITION BY who ORDER BY ts, sent, source, line ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)"
    columns, open_ = "", list[str]()
    for number, one in enumerate(windows):
        columns += f", max(CASE WHEN act = {number} THEN ts END) {over} AS last{number}"
        columns += f", max(CASE WHEN act = {number} THEN number END) {over} AS number{number}"
        enough = f" AND number - number{number} <= {one.most}" if one.most is not None else ""
        open_.append(f"coalesce(ts - last{number} < {one.seconds}{enough}, false)")
    return (
        f"SELECT who, ts FROM (SELECT who, ts, sent, number{columns} FROM (SELECT who, ts, sent, act, source, line, "
        f"sum(sent) {over} AS number FROM ("
        f"SELECT who, ts, 1 AS sent, -1 AS act, source, line FROM touches WHERE kind IN ({listed(mine)}) UNION ALL "
        f"SELECT who, ts, 0, act, source, line FROM events JOIN (VALUES {acts}) acts(kind, act) USING (kind) WHERE who > 0))) "
        f"WHERE sent = 1 AND NOT ({' OR '.join(open_)})"
    )
