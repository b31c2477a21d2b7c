"""Values as logs write them go in, `短信`, `SMS`, `welcome`; the ids of the workspace come out. What names nothing stays as it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Final

from sopkit.graph import ExecutionGraph
from sopkit.logs.tables import Of
from sopkit.model.documents import Document, Workspace
from sopkit.model.nouns import Noun
from sopkit.model.values import Text

CLOSED: Final[Mapping[tuple[Of, str], Mapping[str, tuple[str, ...]]]] = {
    ("touches", "state"): {
        "sent": ("sent", "success", "ok", "已发送", "发送成功", "成功", "已发", "发送"),
        "delivered": ("delivered", "送达", "已送达", "已接收"),
        "opened": ("opened", "read", "已读", "打开", "已打开", "阅读"),
        "clicked": ("clicked", "点击", "已点击"),
        "replied": ("replied", "回复", "已回复"),
        "failed": ("failed", "error", "bounced", "失败", "发送失败", "退信"),
        "unsent": ("unsent", "cancelled", "canceled", "skipped", "未发送", "未发", "取消", "已取消"),
    },
    ("touches", "sent_by"): {
        "staff": ("staff", "manual", "person", "人工", "员工", "手动"),
        "tool": ("tool", "system", "auto", "automatic", "系统", "自动"),
    },
    ("consents", "action"): {
        "given": ("given", "granted", "opt-in", "optin", "subscribe", "subscribed", "yes", "同意", "授权", "订阅", "已同意", "已授权"),
        "refused": ("refused", "denied", "no", "拒绝", "不同意", "已拒绝"),
        "withdrawn": (
            "withdrawn", "revoked", "opt-out", "optout", "unsubscribe", "unsubscribed", "撤回", "撤销", "退订",
            "取消", "取消授权", "已撤回",
        ),
    },
    ("consents", "given_by"): {
        "customer": ("customer", "self", "本人", "客户"),
        "guardian": ("guardian", "parent", "监护人", "家长"),
    },
    ("steps", "state"): {
        "due": ("due", "open", "到期", "待办", "应做"),
        "started": ("started", "begun", "in progress", "开始", "已开始", "进行中"),
        "done": ("done", "complete", "completed", "finished", "完成", "已完成", "做完"),
        "skipped": ("skipped", "cancelled", "canceled", "跳过", "已跳过", "取消", "未做"),
    },
}  # fmt: skip
"""Fields of which we know every value, and how people write it; any other can't be read."""


class Vocabulary:
    """What a workspace's things are called, by field."""

    def __init__(self, workspace: Workspace, graph: ExecutionGraph) -> None:
        self.workspace, self.graph = workspace, graph

    def known(self, of: Of, field: str) -> Mapping[str, str]:
        """Return how a value may be written, in small letters → the id that it means."""
        if (of, field) in CLOSED:
            return {word: id_ for id_, words in CLOSED[of, field].items() for word in (id_, *words)}
        return self._fields.get(field, {})

    def is_closed(self, of: Of, field: str) -> bool:
        return (of, field) in CLOSED

    def read(self, of: Of, field: str, value: str, declared: Mapping[str, str]) -> str | None:
        """Return what a value means; None where it means nothing that is declared."""
        if value in declared and declared[value] in CLOSED.get((of, field), (declared[value],)):
            return self.known(of, field).get(declared[value].casefold(), declared[value])
        return self.known(of, field).get(value.strip().casefold())

    @cached_property
    def _fields(self) -> dict[str, dict[str, str]]:
        one = self.workspace
        nouns: dict[str, Mapping[str, Noun | Document]] = {
            "channel": one.channels, "purpose": one.purposes, "tool": one.tools, "role": one.roles, "shop": one.shops,
            "event": one.events, "consent": one.consents, "data": one.data, "sync": one.syncs,
        }  # fmt: skip
        found = {
            field: _unique((word, id_) for id_, noun in things.items() for word in (id_, *_titles(noun.title)))
            for field, things in nouns.items()
        }
        found["step"] = _unique(self._steps())
        found["arm"] = _unique(
            (word, arm.id)
            for each in one.experiments.values()
            for arm in each.arms
            for word in (arm.id, f"{each.id}/{arm.id}")
        )
        return found

    def _steps(self) -> Iterator[tuple[str, str]]:
        """Yield (how a step may be called, its node): by node, path, playbook and id, by its id or title where they are its own."""
        for id_, node in self.graph.nodes.items():
            if node.step is not None:
                path = id_.partition("/")[2]
                playbook, _, rest = path.partition("/")
                yield from ((word, id_) for word in (id_, path, f"{playbook}/{rest.rpartition('/')[2]}", node.step.id))
                yield from ((word, id_) for word in _titles(node.step.title))
            elif node.kind == "issue":
                cadence = self.workspace.cadences.get(id_.partition("/")[2])
                yield from ((word, id_) for word in (id_, id_.partition("/")[2], f"cadence/{id_.partition('/')[2]}"))
                yield from ((word, id_) for word in _titles(cadence.title if cadence else None))


def _titles(text: Text | None) -> tuple[str, ...]:
    return tuple(words for _, words in text.variants) if text else ()


def _unique(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the words that mean one thing only; an id means itself whatever else is called so."""
    found: dict[str, set[str]] = {}
    own: dict[str, str] = {}
    for word, id_ in pairs:
        key = " ".join(word.split()).casefold()
        found.setdefault(key, set()).add(id_)
        if word == id_:
            own[key] = id_
    return {**{word: next(iter(ids)) for word, ids in found.items() if len(ids) == 1}, **own}
