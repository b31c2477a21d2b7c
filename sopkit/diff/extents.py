"""Numbers of proofs of two versions go in; those that are worse, though the proofs still hold, come out, in words for each version."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from sopkit.diagnostics import Extent, Measure, Proof
from sopkit.diff.change import Change
from sopkit.diff.rules_promises import PROOF_BY_LESS
from sopkit.frozen import dataclass
from sopkit.rules.tools_routes import length
from sopkit.text import Phrase

SLIGHT: Final = 1e-9
"""Of what may be, what is none: fractions are compared as floating numbers."""
NO_LIMIT: Final = Phrase("不限", "any time")


def _time(seconds: float) -> Phrase:
    return NO_LIMIT if seconds == float("inf") else length(int(seconds))


def _number(number: float) -> Phrase:
    shown = f"{number:,.1f}".removesuffix(".0")
    return Phrase(shown, shown)


def _share(share: float) -> Phrase:
    shown = f"{round(share * 100, 1):g}%"
    return Phrase(shown, shown)


@dataclass(frozen=True, slots=True)
class Words:
    """How a reader is told a number and what it may be."""

    said: Phrase
    amount: Callable[[float], Phrase] = _time
    of_limit: bool = False
    """Whether it is compared as a part of what may be: what is there, as hands, may be more, too, and a promise is no better for it."""


WORDS: Final[Mapping[Measure, Words]] = {
    "deadline": Words(
        Phrase("最慢 {worst}做到（时限 {limit}）", "done after {worst} at worst (time limit {limit})")
    ),
    "withdrawal": Words(
        Phrase(
            "撤回最慢 {worst}传到凭它发送的系统（限 {limit}）",
            "a withdrawal reaches the tools that send on it after {worst} at worst ({limit} allowed)",
        )
    ),
    "consent": Words(
        Phrase(
            "联系客户时，最久的同意是 {worst}前确认的（限 {limit}）",
            "the oldest consent at a contact was seen {worst} before ({limit} allowed)",
        )
    ),
    "copy": Words(
        Phrase(
            "最慢 {worst}传到用它的系统（限 {limit}）",
            "the tool that asks about it knows it after {worst} at worst ({limit} allowed)",
        )
    ),
    "alert": Words(
        Phrase(
            "一期结束后最慢 {worst}数据到齐（限 {limit}）",
            "its data are there {worst} after the period at worst ({limit} allowed)",
        )
    ),
    "reply": Words(
        Phrase(
            "客户的动作之后最迟 {worst}发（限 {limit}）",
            "sent {worst} after the customer's act at worst ({limit} allowed)",
        )
    ),
    "heard": Words(
        Phrase("别人发的，系统最晚 {worst}后知道", "the tool knows of what others send after {worst} at worst")
    ),
    "minutes": Words(
        Phrase("最忙的一周要 {worst} 分钟（有 {limit} 分钟）", "{worst} minutes of {limit} in the busiest week"),
        _number,
        of_limit=True,
    ),
    "price": Words(
        Phrase("优惠最多减掉原价的 {worst}（限 {limit}）", "offers take off {worst} at worst ({limit} allowed)"),
        _share,
    ),
    "touches": Words(
        Phrase("一位客户最多 {worst} 次（限 {limit} 次）", "a customer gets at most {worst} ({limit} allowed)"),
        _number,
    ),
}  # fmt: skip


def changes(before: Iterable[Proof], after: Iterable[Proof], renamed: Callable[[str], str]) -> Iterator[Change]:
    """Yield each number that is worse; `renamed` returns by its new name what the old version calls otherwise."""
    known = {(one.measure, renamed(one.of)): one for proof in before for one in proof.extents}
    for proof in after:
        for one in proof.extents:
            was = known.get((one.measure, one.of))
            if was is not None and _size(one) > _size(was) + SLIGHT:
                yield Change(PROOF_BY_LESS, one.of, {"before": _said(was), "now": _said(one)})


def _size(one: Extent) -> float:
    return one.worst / one.limit if WORDS[one.measure].of_limit and one.limit else one.worst


def _said(one: Extent) -> Phrase:
    words = WORDS[one.measure]
    return words.said.filled(worst=words.amount(one.worst), limit=words.amount(one.limit))
