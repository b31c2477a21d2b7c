"""What a namespace is called in a sentence, in both languages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sopkit.text import Phrase

NOUNS: Final[dict[str, Phrase]] = {
    "role": Phrase("岗位", "the role"),
    "shop": Phrase("门店", "the shop"),
    "channel": Phrase("渠道", "the channel"),
    "tool": Phrase("系统", "the tool"),
    "notice": Phrase("告知书", "the notice"),
    "event": Phrase("事件", "the event"),
    "data": Phrase("数据项", "the data item"),
    "consent": Phrase("同意", "the consent"),
    "purpose": Phrase("目的", "the purpose"),
    "tag": Phrase("标签", "the tag"),
    "segment": Phrase("人群", "the segment"),
    "task": Phrase("任务", "the task"),
    "programme": Phrase("会员计划", "the programme"),
    "script": Phrase("话术", "the script"),
    "offer": Phrase("权益", "the offer"),
    "partner": Phrase("合作方", "the partner"),
    "risk": Phrase("风险", "the risk"),
    "experiment": Phrase("对比测试", "the experiment"),
    "artefact": Phrase("存档文件", "the artefact"),
    "course": Phrase("培训课程", "the course"),
    "source": Phrase("依据", "the source"),
    "journey": Phrase("旅程", "the journey"),
    "cadence": Phrase("内容节奏", "the cadence"),
    "procedure": Phrase("作业流程", "the procedure"),
    "sync": Phrase("同步", "the sync"),
    "kpi": Phrase("指标", "the KPI"),
    "workspace": Phrase("工作区", "the workspace"),
    "catalog": Phrase("目录", "the catalog"),
    "playbook": Phrase("剧本", "the playbook"),
    "any": Phrase("名称", "the name"),
    "report": Phrase("系统报告的总数", "the reported total"),
    "cap": Phrase("触达上限", "the cap"),
    "step": Phrase("步骤", "the step"),
    "group": Phrase("旅程组", "the group of journeys"),
}


def called(namespace: str) -> Phrase:
    """Return what a thing of the namespace is called, with its article: `岗位`, `the role`; of `a|b`, either."""
    first, *rest = (NOUNS[part] for part in namespace.split("|"))
    return _either(first, rest)


def _either(first: Phrase, rest: list[Phrase]) -> Phrase:
    """Return `同意、数据项或任务`, `the consent, data item or task`."""
    if not rest:
        return first
    *middle, last = (Phrase(noun.zh, noun.en.removeprefix("the ")) for noun in rest)
    zh, en = "、".join((first.zh, *(noun.zh for noun in middle))), ", ".join((first.en, *(noun.en for noun in middle)))
    return Phrase(f"{zh}或{last.zh}", f"{en} or {last.en}")


def a(namespace: str) -> Phrase:
    """Return the same with the indefinite article: `an event`, `an event or data item`."""
    noun = called(namespace)
    name = noun.en.removeprefix("the ")
    article = "an" if name[0] in "aeio" and not name.startswith("one") else "a"
    return Phrase(noun.zh, f"{article} {name}")


def called_so(title: str, ids: Iterable[str]) -> Phrase:
    """Say whose title was written where an id belongs."""
    names = choice(ids)
    return Phrase(
        f"“{title}”是 {names.zh} 的名称；这里要写编号 {names.zh}",
        f"`{title}` is the title of {names.en}: write that id",
    )


def choice(names: Iterable[str], most: int = 8) -> Phrase:
    """Return names of which one is to be written: `gold、silver`, "`gold` or `silver`"; cut when there are many."""
    words = tuple(names)
    listing = listed(words, most)
    if len(words) > most:
        return Phrase(listing.zh, listing.en.replace(" and others", " or another"))
    first, last = tuple(f"`{word}`" for word in words[:-1]), f"`{words[-1]}`" if words else ""
    return Phrase(listing.zh, f"{', '.join(first)} or {last}" if first else last)


def listed(names: Iterable[str], most: int = 12) -> Phrase:
    """Return names as a list in a sentence, cut when there are many."""
    words = tuple(names)
    shown, more = words[:most], len(words) > most
    zh, en = "、".join(shown), ", ".join(f"`{word}`" for word in shown)
    return Phrase(f"{zh} 等" if more else zh, f"{en} and others" if more else en)
