"""Questions for a role: a plan, a role and a seed go in; at most twenty questions with mixed answers, the same at each build, come out."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice, zip_longest
from typing import Final, TypeVar

from sopkit.frozen import dataclass
from sopkit.render.manual.book import Book
from sopkit.render.marks import ident, plain
from sopkit.render.training.answers import TOPICS, Answer, Asked, Topic, case_of, other_answers
from sopkit.render.walks import Placed
from sopkit.render.wording import amounts, deeds
from sopkit.render.wording.names import Names
from sopkit.text import LANGS, Phrase

MOST: Final = 20
"""Questions in one paper."""
A_STEP: Final = 2
"""Questions about one step."""
WRONG: Final = 3
FEWEST_WRONG: Final = 2
"""With one wrong answer alone a guess is right half of the time, and no question is asked."""
NEAREST: Final = 6
"""Wrong answers are drawn from so many of the nearest steps."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Question:
    topic: Topic
    placed: Placed
    words: Phrase
    options: tuple[Answer, ...]
    right: int
    """Which of the options."""


def seed_of(workspace: str, role: str, edition: str) -> str:
    """Return what a paper is drawn by: another edition asks other questions."""
    return "\0".join((workspace, role, edition))


def questions(asked: Asked, role: str, seed: str) -> tuple[Question, ...]:
    """Return the questions on the steps of a role, in mixed order; none where no step carries one."""
    book = Book(asked.plan, asked.names["zh-CN"], role)
    found: dict[Topic, list[Question]] = {topic: [] for topic in TOPICS}
    for placed in book.all_steps():
        for topic in TOPICS:
            question = _question(topic, placed, asked, seed)
            if question:
                found[topic].append(question)
    by_topic = [mixed(each, seed, lambda one: one.placed.path) for each in found.values()]
    taken: list[Question] = []
    # In turn, so that a paper asks about many things even where nearly every step has a time limit.
    for question in chain.from_iterable(zip_longest(*by_topic)):
        same = [each for each in taken if question and each.placed.path == question.placed.path]
        if question and len(same) < A_STEP and len(taken) < MOST:
            taken.append(question)
    return tuple(mixed(taken, seed, lambda one: f"{one.topic} {one.placed.path}"))


def mixed(things: Iterable[T], seed: str, name: Callable[[T], str]) -> list[T]:
    """Return things in an order that only the seed and their names decide, on every machine and in every version of Python."""
    return sorted(
        things,
        key=lambda thing: (hashlib.sha256(f"{seed}\0{name(thing)}".encode("utf-8", "replace")).digest(), name(thing)),
    )


def _question(topic: Topic, placed: Placed, asked: Asked, seed: str) -> Question | None:
    right = asked.right(topic, placed)
    if right is None or _is_told(right, placed, asked):
        return None
    near = list(islice(_distinct(chain([right], other_answers(topic, placed, asked))), 1, NEAREST + 1))
    wrong = mixed(near, f"{seed}\0{topic}\0{placed.path}", lambda one: one.key)[:WRONG]
    if len(wrong) < FEWEST_WRONG:
        return None
    options = tuple(mixed([right, *wrong], f"{seed}\0{topic}\0{placed.path}\0order", lambda one: one.key))
    return Question(
        topic, placed, asked.phrase(lambda names: stem(topic, placed, names)), options, options.index(right)
    )


def _is_told(right: Answer, placed: Placed, asked: Asked) -> bool:
    """Tell whether the name of the step says the right answer, in either language."""
    title = asked.phrase(lambda names: deeds.title(placed, names))
    return any(_bare(right.words.within(lang)) in _bare(title.within(lang)) for lang in LANGS)


def _distinct(answers: Iterable[Answer]) -> Iterator[Answer]:
    """Yield the answers that read differently from every one before them, in either language."""
    seen: set[tuple[str, str]] = set()
    for answer in answers:
        said = {("zh", _bare(answer.words.zh)), ("en", _bare(answer.words.en))}
        if not said & seen and all(words for _, words in said):
            yield answer
            seen |= said


def _bare(words: str) -> str:
    return "".join(char for char in plain(words).casefold() if char.isalnum())


def stem(topic: Topic, placed: Placed, names: Names) -> str:
    """Return the question in words; the step's id tells steps of one name apart."""
    step = placed.step
    what = names.quote(deeds.title(placed, names)) + names.bracketed(ident(placed.path))
    match topic:
        case "limit":
            return names.pick(f"{what}要在多长时间内完成？", f"How long do you have for {what}?")
        case "lead":
            return names.pick(f"{what}最迟要提前多久完成？", f"How long ahead must {what} be done at the latest?")
        case "script":
            return names.pick(f"做{what}时用哪份话术？", f"Which script do you use for {what}?")
        case "case":
            return _case(placed, what, names)
        case "next":
            return names.pick(f"紧接在{what}之后的是哪一步？", f"Which step comes right after {what}?")
        case "hand-over":
            return names.pick(f"{what}做完后，由谁接着做？", f"Who goes on when {what} is done?")
        case "start":
            return names.pick(f"在{what}这一步，要转入哪个流程？", f"To which playbook does {what} hand over?")
        case "escalate":
            late = step.escalate.after if step.escalate else None
            amount = amounts.duration(late, names.lang) if late else ""
            zh = f"过了时限 {amount}还没办完" if amount else "办不了时"
            return names.pick(f"{what}{zh}，找谁？", f"Whom do you tell when {what} is {_late(amount)}?")
        case "wrong":
            return names.pick(f"做{what}时出了问题，怎么办？", f"What do you do when {what} goes wrong?")
        case "refusal":
            return names.pick(f"做{what}时，遇到哪种客户一律不发？", f"To whom do you send nothing in {what}?")
        case "again":
            return names.pick(
                f"客户拒绝了{what}，至少隔多久才能再问？",
                f"A customer refused {what}: how long must you wait before asking again?",
            )
        case "rejected":
            return names.pick(f"{what}不通过，退回到哪一步？", f"{what} is rejected: back to which step?")


def _late(amount: str) -> str:
    return f"not done {amount} after its time limit" if amount else "stuck"


def _case(placed: Placed, what: str, names: Names) -> str:
    found = case_of(placed.step)
    if found is None:
        return what
    data, value = names.quoted(names.workspace.data, found[0]), names.quote(names.value(found[0], found[1]))
    return names.pick(
        f"做{what}时，{data}为{value}的客户用哪份话术？", f"Which script do you use for {what} where {data} is {value}?"
    )
