"""What a step says that can be asked about: a step goes in; the one right answer, and which others might be right too, come out."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Final, Literal, TypeVar, get_args

from sopkit.frozen import dataclass
from sopkit.model.documents import Workspace
from sopkit.model.steps import Approve, Ask, Choose, Go, Send, SetData, Start, Step, Tag, Wait
from sopkit.model.values import Duration, Ref, Text
from sopkit.render.manual.book import Plan, scripts_of
from sopkit.render.manual.cards import needed_consents
from sopkit.render.marks import plain
from sopkit.render.walks import Placed, accountable, doers, step_in
from sopkit.render.wording import amounts, deeds
from sopkit.render.wording.conditions import consent_scope
from sopkit.render.wording.names import Names
from sopkit.text import LANGS, Lang, Phrase

Topic = Literal[
    "limit", "script", "wrong", "next", "hand-over", "refusal", "escalate", "lead", "case", "rejected", "start", "again"
]
TOPICS: Final[tuple[Topic, ...]] = get_args(Topic)

T = TypeVar("T")

DAYS: Final[dict[str, tuple[int, int]]] = {"mo": (28, 31), "y": (365, 366)}
DAY: Final = 86400
HOLIDAYS: Final = 12
"""Days without a working day that may lie in one time, at most."""
ALIKE: Final = 0.6
"""Two advices with so much in common may both be right."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer; `key` is what it means, whatever the language."""

    key: str
    words: Phrase


class Asked:
    """A workspace as questions see it: every answer is worded in both languages, so that both ask the same."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.workspace: Workspace = plan.workspace
        self.steps = tuple(placed for each in plan.playbooks for placed in plan.steps[each.id])
        self.names: dict[Lang, Names] = {lang: Names(plan.workspace, lang) for lang in LANGS}
        self._right: dict[tuple[Topic, str], Answer | None] = {}
        self._known: dict[Topic, list[tuple[Placed, Answer]]] = {}
        self._roles: list[Answer] = []
        self._doers: dict[str, frozenset[str]] = {}

    def phrase(self, word: Callable[[Names], str]) -> Phrase:
        return Phrase(word(self.names["zh-CN"]), word(self.names["en"]))

    def answer(self, key: str, word: Callable[[Names], str]) -> Answer:
        return Answer(key, self.phrase(word))

    def duration(self, length: Duration) -> Answer:
        return self.answer(str(length), lambda names: amounts.duration(length, names.lang))

    def step(self, placed: Placed) -> Answer:
        return self.answer(placed.path, lambda names: deeds.title(placed, names))

    def role(self, id_: str) -> Answer:
        return self.answer(id_, lambda names: names.role(id_))

    def roles(self) -> list[Answer]:
        """Return every role, those first that steps name."""
        if not self._roles:
            named = dict.fromkeys(role for placed in self.steps for role in doers(placed, self.workspace))
            self._roles = [self.role(id_) for id_ in dict.fromkeys((*named, *self.workspace.roles))]
        return self._roles

    def doers(self, placed: Placed) -> frozenset[str]:
        """Return the roles that do a step, worked out once."""
        if placed.path not in self._doers:
            self._doers[placed.path] = frozenset(doers(placed, self.workspace))
        return self._doers[placed.path]

    def right(self, topic: Topic, placed: Placed) -> Answer | None:
        """Return `right_answer`, worked out once."""
        key = (topic, placed.path)
        if key not in self._right:
            self._right[key] = right_answer(topic, placed, self)
        return self._right[key]

    def known(self, topic: Topic) -> list[tuple[Placed, Answer]]:
        """Return every step with its answer on the topic."""
        if topic not in self._known:
            found = ((placed, self.right(topic, placed)) for placed in self.steps)
            self._known[topic] = [(placed, answer) for placed, answer in found if answer]
        return self._known[topic]

    def playbook(self, id_: str) -> Answer:
        return self.answer(id_, lambda names: names.title(names.playbooks, id_))

    def script(self, id_: str) -> Answer:
        return self.answer(id_, lambda names: names.title(names.workspace.scripts, id_))

    def consents(self, ids: tuple[str, ...]) -> Answer:
        def word(names: Names) -> str:
            scope = names.either([consent_scope(id_, names)[0] for id_ in ids])
            return names.pick(
                f"没有同意、已拒绝或已撤回{scope}的客户",
                f"a customer who has not agreed to {scope}, has refused it or has withdrawn the consent",
            )

        return self.answer(" ".join(ids), word)

    def advice(self, said: Text) -> Answer:
        return self.answer(repr(said.variants), lambda names: names.say(said))


def right_answer(topic: Topic, placed: Placed, asked: Asked) -> Answer | None:
    """Return what the playbooks answer on this topic about a step; None where they say nothing, or several things."""
    step = placed.step
    match topic:
        case "limit":
            return asked.duration(step.within) if step.within and not step.before else None
        case "lead":
            return asked.duration(step.before) if step.before else None
        case "again":
            return asked.duration(step.again_after) if step.again_after and isinstance(step.verb, Ask) else None
        case "script":
            found = scripts_of(placed)
            return asked.script(found[0]) if len(found) == 1 and found[0] in asked.workspace.scripts else None
        case "case":
            found_case = case_of(step)
            return asked.script(found_case[2]) if found_case else None
        case "wrong":
            return asked.advice(step.if_wrong) if step.if_wrong else None
        case "escalate":
            return asked.role(step.escalate.to.id) if step.escalate and step.escalate.to else None
        case "start":
            return asked.playbook(step.verb.playbook.id) if isinstance(step.verb, Start) else None
        case "refusal":
            consents = needed_consents(step)
            return asked.consents(consents) if consents and step.via else None
        case _:
            return _of_neighbour(topic, placed, asked)


def _of_neighbour(topic: Topic, placed: Placed, asked: Asked) -> Answer | None:
    """Return the answer that another step gives: where a rejection sends back, what comes next, who does that."""
    if topic == "rejected":
        back = _rejected_to(placed, asked)
        return asked.step(back) if back else None
    after = follower(placed, asked)
    if after is None:
        return None
    if topic == "next":
        return asked.step(after)
    theirs = doers(after, asked.workspace)
    handed = len(theirs) == 1 and theirs[0] not in doers(placed, asked.workspace)
    return asked.role(theirs[0]) if handed else None


def _rejected_to(placed: Placed, asked: Asked) -> Placed | None:
    step = placed.step
    if not isinstance(step.verb, Approve) or step.if_rejected is None:
        return None
    back = step_in(placed.playbook, placed.stage, step.if_rejected.id)
    return next((each for each in asked.plan.steps[placed.playbook.id] if each.step is back), None)


def case_of(step: Step) -> tuple[str, str, str] | None:
    """Return (datum, value, script) of the first value whose script answers for no other; None where no datum decides."""
    if not isinstance(step.verb, Send) or step.verb.match is None:
        return None
    uses = Counter(ref.id for _, ref in step.verb.scripts)
    alone = ((step.verb.match.id, value, ref.id) for value, ref in step.verb.scripts if uses[ref.id] == 1)
    return next(alone, None)


def follower(placed: Placed, asked: Asked) -> Placed | None:
    """Return the step that people do right after this one; None where that is not one certain step."""
    if placed.beside or not _plain(placed.step):
        return None
    found = [each for each in asked.plan.steps[placed.playbook.id] if may_follow(placed, each)]
    if len(found) != 1 or found[0].conditions != placed.conditions or found[0].overdue:
        return None
    after = found[0]
    certain = _plain(after.step) and after.step.since is None and _in_order(placed.step, after.step)
    return after if certain and doers(after, asked.workspace) else None


def may_follow(placed: Placed, other: Placed) -> bool:
    """Tell whether another step comes behind this one in its sequence, or counts from its end, or at a time of its own."""
    if other.stage is not placed.stage or other.step is placed.step:
        return False
    since = other.step.since.id if other.step.since else ""
    return other.previous is placed.step or since in (placed.step.id, placed.path)


def _in_order(step: Step, after: Step) -> bool:
    """Tell whether times counted back from a date keep the order in which the steps are written."""
    if after.before is None:
        return True
    if step.before is None or step.before.seconds is None or after.before.seconds is None:
        return (
            step.before is not None
            and step.before.unit == after.before.unit
            and step.before.amount > after.before.amount
        )
    return step.before.seconds > after.before.seconds


def _plain(step: Step) -> bool:
    """Tell whether a step is a deed after which the sequence goes on, and no fork, pause or jump."""
    inner = isinstance(step.verb, Wait | Go | Choose | Tag | SetData | Start)
    return step.verb is not None and not inner and not (isinstance(step.verb, Approve) and step.if_rejected)


def other_answers(topic: Topic, placed: Placed, asked: Asked) -> Iterator[Answer]:
    """Yield the answers that a reader could take for right, each once: of the nearest steps first; none that is right, too."""
    if asked.right(topic, placed) is None:
        return
    seen: set[str] = set()
    for answer in _candidates(topic, placed, asked):
        if answer.key not in seen and not may_be_right(topic, placed, answer, asked):
            yield answer
        seen.add(answer.key)


def _candidates(topic: Topic, placed: Placed, asked: Asked) -> Iterator[Answer]:
    workspace = asked.workspace
    if topic == "case":
        yield from (asked.script(id_) for id_ in scripts_of(placed) if id_ in workspace.scripts)
    elif topic in ("next", "rejected"):
        near = _nearest(placed, [(each, each) for each in asked.plan.steps[placed.playbook.id]], asked)
        yield from (asked.step(each) for each in near if _is_elsewhere(topic, placed, each, asked))
    else:
        yield from _nearest(placed, asked.known(topic), asked, _by_length(topic, placed, asked))
    if topic in ("escalate", "hand-over"):
        yield from asked.roles()
    elif topic == "again":
        yield from _nearest(placed, asked.known("limit"), asked, _by_length(topic, placed, asked))
    elif topic == "start":
        yield from map(asked.playbook, workspace.procedures)
    elif topic == "refusal":
        yield from (asked.consents((id_,)) for id_ in workspace.consents)


def _nearest(
    placed: Placed, things: Sequence[tuple[Placed, T]], asked: Asked, apart: Callable[[T], float] = lambda _: 0
) -> list[T]:
    """Return what belongs to other steps: of the same stage first, then of the same playbook, then of the same people.

    What is alike in that stands in the order of `apart`.
    """
    mine = asked.doers(placed)
    others = [(each, thing) for each, thing in things if each.path != placed.path]
    others.sort(
        key=lambda one: (
            one[0].playbook is not placed.playbook,
            one[0].stage is not placed.stage,
            mine.isdisjoint(asked.doers(one[0])),
            apart(one[1]),
        )
    )
    return [thing for _, thing in others]


def _by_length(topic: Topic, placed: Placed, asked: Asked) -> Callable[[Answer], float]:
    """Return how far a time is from the right one, as a ratio: nobody takes days for minutes. Of other topics nothing is."""
    right = asked.right(topic, placed)
    if right is None or topic not in ("limit", "lead", "again"):
        return lambda _: 0
    length = sum(_seconds(right.key))
    return lambda other: abs(math.log((sum(_seconds(other.key)) + 1) / (length + 1)))


def _is_elsewhere(topic: Topic, placed: Placed, other: Placed, asked: Asked) -> bool:
    """Tell whether another step of the playbook stands at a place of its own in the sequence, and is no answer to the question."""
    fixed = (
        other.playbook is placed.playbook
        and not other.beside
        and _plain(other.step)
        and bool(doers(other, asked.workspace))
    )
    return fixed and (topic == "rejected" or (other.step.since is None and other.previous is not placed.step))


def may_be_right(topic: Topic, placed: Placed, answer: Answer, asked: Asked) -> bool:
    """Tell whether somebody could call an answer right, too: the model's answer, or what comes near to it."""
    right = asked.right(topic, placed)
    if right is None or answer.key == right.key:
        return True
    step, workspace = placed.step, asked.workspace
    match topic:
        case "limit" | "lead" | "again":
            return _overlap(answer.key, right.key)
        case "script" | "case":
            texts = [workspace.scripts[key].text for key in (answer.key, right.key)]
            same = set(scripts_of(placed)) if topic == "script" else {step.script.id} if step.script else set()
            return answer.key in same or _said(texts[0]) == _said(texts[1])
        case "wrong":
            return _alike(answer.words, right.words)
        case "escalate":
            told = {ref.id for ref in (*step.consult, *step.inform)}
            return answer.key in {*told, accountable(placed), *doers(placed, workspace)}
        case "hand-over":
            return answer.key in doers(placed, workspace)
        case "refusal":
            return not _about_other_channels(answer.key.split(), step.via, workspace)
        case _:
            return False


def _about_other_channels(ids: list[str], via: tuple[Ref, ...], workspace: Workspace) -> bool:
    """Tell whether each consent names channels, and none of these: refusing it says nothing about this touch."""
    used = {ref.id for ref in via}
    nouns = [workspace.consents.get(id_) for id_ in ids]
    return all(noun and noun.channels and not used & {ref.id for ref in noun.channels} for noun in nouns)


def _said(text: Text | None) -> tuple[tuple[str, str], ...]:
    return text.variants if text else ()


def _alike(one: Phrase, other: Phrase) -> bool:
    pairs = [(plain(one.zh), plain(other.zh)), (plain(one.en), plain(other.en))]
    return any(a in b or b in a or _are_close(a, b) for a, b in pairs)


def _are_close(one: str, other: str) -> bool:
    """Tell whether most letters are the same, in the same order; two bounds, which are quicker to know, tell most apart."""
    alike = SequenceMatcher(None, one, other, autojunk=False)
    return all(ratio() > ALIKE for ratio in (alike.real_quick_ratio, alike.quick_ratio, alike.ratio))


def _overlap(one: str, other: str) -> bool:
    (low, high), (first, last) = _seconds(one), _seconds(other)
    return low <= last and first <= high


@lru_cache(maxsize=1024)
def _seconds(said: str) -> tuple[int, int]:
    """Return the shortest and longest that a time can be: `1mo` is 28 to 31 days, `3 workdays` no more than holidays allow."""
    number, _, word = said.partition(" ")
    if word:
        amount = int(number)
        return (amount - 1) * DAY, (2 * amount + HOLIDAYS) * DAY
    unit = said.lstrip("0123456789")
    amount = int(said.removesuffix(unit))
    if unit in DAYS:
        return amount * DAYS[unit][0] * DAY, amount * DAYS[unit][1] * DAY
    length = amount * {"s": 1, "m": 60, "h": 3600, "d": DAY, "w": 7 * DAY}[unit]
    return length, length
