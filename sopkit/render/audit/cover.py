"""An audit and its frame go in; the facts of the cover and of the scope come out: whose, which files, which day, by which law."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from sopkit.audit import Audit
from sopkit.frozen import dataclass
from sopkit.render.audit import annexes
from sopkit.render.audit.annexes import Input
from sopkit.render.document import Fact, text
from sopkit.render.marks import Line, clean, ident
from sopkit.render.wording.names import Names
from sopkit.text import Phrase

SCOPE_FACTS: Final = {
    "what": Phrase("审计对象", "Audited"),
    "playbooks": Phrase("剧本", "Playbooks"),
    "files": Phrase("文件", "Files"),
    "languages": Phrase("语言", "Languages"),
    "law": Phrase("法域", "Jurisdictions"),
    "company": Phrase("企业", "Company"),
    "edition": Phrase("版次", "Edition"),
    "revision": Phrase("版本（git 提交）", "Revision (git commit)"),
    "period": Phrase("期间", "Period"),
    "day": Phrase("基准日", "As of"),
    "hash": Phrase("输入指纹", "Fingerprint of the inputs"),
    "tool": Phrase("生成程序", "Made by"),
    "catalogue": Phrase("内置目录", "Built-in catalogues"),
    "not": Phrase("没有查看", "Not looked at"),
}
NO_COMPANY: Final = Phrase("没有声明（sopkit.yaml 的 company）", "not declared (company in sopkit.yaml)")
PERIOD: Final = Phrase(
    "基准日当天所写的计划，按当天有效的法条；不覆盖任何一段时期的实际运营",
    "the plan as written on the day, by the law in force on it; no period of real operation is covered",
)
NO_REVISION: Final = Phrase("不在 git 版本库里，或读不到", "in no git repository, or none that can be read")
TIDY: Final = Phrase("所审计的文件与这次提交一致", "the files audited are those of this commit")
UNCLEAN: Final = Phrase(
    "所审计的文件里有{count}个与这次提交不同，还没有提交；以输入指纹为准",
    "{count} of the files audited differ from this commit and are not committed: the fingerprint of the inputs counts",
)
CHECKED_ON: Final = Phrase("核对于{day}", "checked on {day}")
KINDS: Final = {
    "lifecycle": Phrase("生命周期", "lifecycles"),
    "automation": Phrase("自动化", "automations"),
    "cadence": Phrase("定期内容", "cadences"),
    "procedure": Phrase("流程", "procedures"),
    "sync": Phrase("同步", "syncs"),
    "kpi": Phrase("指标", "KPIs"),
}
OF_KIND: Final = Phrase("{title}{count}个", "{title} {count}")
LANGUAGES: Final = {"zh-CN": "中文", "en": "English"}
NOT_LOOKED_AT: Final = Phrase(
    "事件日志、系统里的实际配置、实际发出的内容、版本之间的变化、声明之外的处理活动",
    "event logs, the real settings of systems, what was really sent, changes between versions, and whatever is not declared",
)


@dataclass(frozen=True, slots=True)
class Revision:
    """The commit of the repository in which a workspace stands."""

    commit: str
    changed: tuple[str, ...]
    """Files of the audit that differ from it."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What the report must know beside the audit."""

    inputs: Sequence[Input]
    tool: str
    prefix: str = ""
    """Put before paths, so that they are relative to the repository."""
    suffix: str = ""
    """Put into the names of files before what says their form: `.en` where several languages lie side by side."""
    draft: bool = False
    """Made in spite of errors: every page says so."""
    edition: str = ""
    """Its label, of a build that has one."""
    revision: Revision | None = None
    """None outside of a repository."""

    def stem(self, name: str) -> str:
        """Return what a file is called, without its ending."""
        return f"{name}{self.suffix}"


def cover(audit: Audit, frame: Frame, names: Names, period: str = "") -> Iterator[Fact]:
    """Yield the facts; `period` is the time that logs cover."""
    company = names.say(names.workspace.settings.company)
    yield _fact("company", [company or NO_COMPANY.within(names.lang)], names)
    if frame.edition:
        yield _fact("edition", [clean(frame.edition)], names)
    yield _fact("revision", list(_revision(frame.revision, names)), names)
    yield _fact("day", [audit.compilation.today.isoformat()], names)
    yield _fact("period", [period or PERIOD.within(names.lang)], names)
    yield _fact("law", list(_packs(audit, names)) or ["–"], names)
    yield _fact("tool", [frame.tool], names)
    yield _fact("hash", [ident(annexes.fingerprint(frame.inputs))], names)


def _revision(revision: Revision | None, names: Names) -> Iterator[str]:
    if revision is None:
        yield NO_REVISION.within(names.lang)
        return
    count = len(revision.changed)
    state = names.phrase(UNCLEAN, count=str(count)) if count else TIDY.within(names.lang)
    yield f"{ident(revision.commit)}{names.bracketed(state)}"


def _packs(audit: Audit, names: Names) -> Iterator[str]:
    """Yield each pack with the day on which its texts were checked."""
    for pack in audit.compilation.law.packs:
        day = pack.checked_on.isoformat() if pack.checked_on else ""
        more = names.bracketed(names.phrase(CHECKED_ON, day=day)) if day else ""
        yield f"{clean(pack.title.within(names.lang))} {ident(pack.id)}{more}"


def _jurisdictions(audit: Audit, names: Names) -> str:
    packs = audit.compilation.law.packs
    return row_of([f"{clean(one.title.within(names.lang))} {ident(one.id)}" for one in packs], names) or "–"


def scope(audit: Audit, frame: Frame, names: Names) -> Iterator[Fact]:
    settings = names.workspace.settings
    yield _fact("what", [f"{names.say(settings.title)} {ident(settings.id)}"], names)
    yield _fact("playbooks", [row_of(list(_playbooks(names)), names)], names)
    yield _fact("files", [str(len(frame.inputs))], names)
    yield _fact(
        "languages",
        [row_of([LANGUAGES.get(one, one) for one in settings.locales or (settings.locale,)], names)],
        names,
    )
    yield _fact("law", [_jurisdictions(audit, names)], names)
    if settings.uses:
        yield _fact("catalogue", [names.listed([ident(ref.id) for ref in settings.uses])], names)
    yield _fact("not", [NOT_LOOKED_AT.within(names.lang)], names)


def _playbooks(names: Names) -> Iterator[str]:
    workspace = names.workspace
    documents = (
        *workspace.journeys.values(), *workspace.cadences.values(), *workspace.procedures.values(), *workspace.syncs.values(),
        *workspace.kpis.values(),
    )  # fmt: skip
    kinds = [one.kind for one in documents if not one.builtin]
    for kind, title in KINDS.items():
        if kind in kinds:
            yield names.phrase(OF_KIND, title=title.within(names.lang), count=str(kinds.count(kind)))


def _fact(name: str, lines: list[str], names: Names) -> Fact:
    return Fact(_text(SCOPE_FACTS[name], names), tuple(map(text, lines)))


def row_of(words: Sequence[str], names: Names) -> str:
    return names.pick("、", ", ").join(words)


def _text(phrase: Phrase, names: Names) -> Line:
    return text(phrase.within(names.lang))
