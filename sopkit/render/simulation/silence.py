"""Playbooks that touched nobody in a simulation go in; why not, a sentence each, comes out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sopkit.render.simulation.words import count, title
from sopkit.render.wording.names import Names
from sopkit.simulation.outcome import Outcome
from sopkit.text import Phrase

NONE: Final = Phrase("{playbook}：0 次触达。{why}。", "{playbook}: 0 touches. {why}.")

ONCE: Final = {
    "never": Phrase("开始它的事件在这段时间里一次也没有发生", "What starts it did not happen in these days"),
    "under-way": Phrase(
        "有客户进入，但在这段时间里还没走到发送的步骤",
        "Customers came in, and none has come to a step that sends in these days",
    ),
    "no-issue": Phrase("这段时间里没有轮到它的日子", "None of its days falls into these"),
    "nobody": Phrase(
        "没有客户在它的人群里，或者都没有留下联系方式", "No customer is in its audience and can be reached"
    ),
}
OFTEN: Final = {
    "audience": Phrase("{many} 次因为不在人群里没能进入", "{many} times it did not start: not in its audience"),
    "reentry": Phrase(
        "{many} 次因为还不能再次进入没能进入", "{many} times it did not start: too early to come in again"
    ),
    "overlap": Phrase(
        "{many} 次因为客户还在里面没能进入", "{many} times it did not start: the customer was still in it"
    ),
    "busy": Phrase(
        "{many} 次因为同组的另一个剧本在进行没能进入", "{many} times it did not start: another of its group was running"
    ),
    "queued": Phrase("{many} 次排队等同组的另一个剧本", "{many} times it waited for another of its group"),
    "guard": Phrase("{many} 次因为步骤的条件不符没发", "{many} times a step's condition did not hold"),
    "unreachable": Phrase("{many} 次因为没有客户的联系方式没发", "{many} times the customer had left no address"),
    "closed": Phrase("{many} 次因为不在可发送的时间没发", "{many} times it was outside of the hours for sending"),
    "no-script": Phrase("{many} 次因为没有适合这位客户的话术没发", "{many} times no script suited the customer"),
    "cap": Phrase("{many} 次被触达上限拦下", "{many} times a cap held it back"),
}


def silence(outcome: Outcome, names: Names) -> Iterator[str]:
    """Yield a sentence for each playbook that sends and has touched nobody."""
    for one in outcome.silent:
        said = [
            ONCE[why].within(names.lang) if why in ONCE else OFTEN[why].fill(names.lang, {"many": count(many)})
            for why, many in one.reasons
        ]
        why = names.pick("；", "; ").join(said)
        yield NONE.fill(names.lang, {"playbook": title(one.node, names), "why": why})
