"""What things are called: texts and titles in the reader's language go out, marked where only another language has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sopkit.model.documents import Document, Stage, Workspace
from sopkit.model.nouns import Noun
from sopkit.model.steps import Approve, Do, Grant, Measure, Send, Step
from sopkit.model.values import Ref, Text
from sopkit.render.marks import OPEN, clean, foreign, ident
from sopkit.render.walks import Playbook, step_in, steps_by_path
from sopkit.text import Lang, Phrase

Titled = Noun | Document | Stage

LONGEST_TITLE: Final = 60
"""Characters of a free text that still make a heading; a longer one is cut there and stands whole below it."""

AND: Final = Phrase("和", "and")
OR: Final = Phrase("或", "or")
INNER: Final = str.maketrans("“”", "‘’")
"""Quotation marks inside quotation marks."""


class Names:
    """Titles of one workspace in one language; everything returned is marked text, free of unwanted characters."""

    def __init__(self, workspace: Workspace, lang: Lang) -> None:
        self.workspace = workspace
        self.lang = lang
        self.playbooks: Mapping[str, Playbook] = {
            **workspace.journeys,
            **workspace.cadences,
            **workspace.procedures,
        }
        self._steps: dict[str, Mapping[str, Step]] = {}
        self._values = _value_titles(workspace)
        self._reports = {name: text for tool in workspace.tools.values() for name, text in tool.report_titles}

    @property
    def zh(self) -> bool:
        return self.lang == "zh-CN"

    def pick(self, zh: str, en: str) -> str:
        """Return the one of two sentences that the reader reads."""
        return zh if self.zh else en

    def phrase(self, phrase: Phrase, **args: str) -> str:
        return phrase.fill(self.lang, args)

    def say(self, text: Text | None) -> str:
        """Return a text in the reader's language, else in the workspace's, marked as foreign; no text is ''."""
        if text is None:
            return ""
        locale, words = self.choose(text)
        said = clean(words).strip()
        return said if _primary(locale) == _primary(self.lang) else foreign(said, locale)

    def choose(self, text: Text) -> tuple[str, str]:
        """Return (locale, words) of the variant that this reader is shown, as written."""
        own = self.workspace.settings.locale
        written = [(name or own, words) for name, words in text.variants]
        for wanted in (self.lang, _primary(self.lang), own):
            for name, words in written:
                if wanted in (name, _primary(name)):
                    return name, words
        return written[0] if written else (own, "")

    def title(self, nouns: Mapping[str, Titled], ref: Ref | str) -> str:
        """Return the title of what `ref` names, else its id marked as one."""
        id_ = ref if isinstance(ref, str) else ref.id
        found = nouns.get(id_)
        return (self.say(found.title) if found else "") or ident(id_)

    def quoted(self, nouns: Mapping[str, Titled], ref: Ref | str) -> str:
        return self.quote(self.title(nouns, ref))

    def quote(self, words: str) -> str:
        """Return words in quotation marks, which both languages write alike; marks inside become single ones."""
        return f"“{words.translate(INNER)}”"

    def role(self, ref: Ref | str) -> str:
        return self.title(self.workspace.roles, ref)

    def roles(self, refs: tuple[Ref, ...]) -> str:
        return self.listed([self.role(ref) for ref in refs])

    def place(self, ref: Ref | str) -> str:
        """Return the title of a journey, or of a stage with its journey: 新客旅程·留存期."""
        id_ = ref if isinstance(ref, str) else ref.id
        journey_id, _, stage_id = id_.partition("/")
        title = self.title(self.playbooks, journey_id)
        journey = self.workspace.journeys.get(journey_id)
        stage = next((each for each in journey.stages if each.id == stage_id), None) if journey else None
        if not stage_id:
            return title
        return f"{title}{self.pick('·', ' · ')}{self.stage(stage) if stage else ident(stage_id)}"

    def stage(self, stage: Stage) -> str:
        return self.say(stage.title) or ident(stage.id)

    def step(self, step: Step) -> str:
        """Return a short name of a step: its title, else what it is about; for sentences that mention it."""
        if step.title:
            return self.say(step.title)
        match step.verb:
            case Do(text=text):
                return shorten(self.say(text)) or ident(step.id)
            case Send(script=Ref() as script):
                return self.title(self.workspace.scripts, script)
            case Grant(offer=offer):
                return self.pick("发放", "") + self.title(self.workspace.offers, offer)
            case Measure(kpis=(kpi, *_)):
                return self.pick("统计", "measuring ") + self.title(self.workspace.kpis, kpi)
            case Approve():
                return self.pick("审批", "approval") + self.bracketed(ident(step.id))
            case _:
                return ident(step.id)

    def step_at(self, path: str) -> str:
        """Return the short name of the step at a path, else the path marked as an id."""
        name = path.partition("/")[0]
        if name not in self._steps:
            self._steps[name] = steps_by_path(self.workspace, name)
        step = self._steps[name].get(path)
        return self.step(step) if step else ident(path)

    def step_apart(self, path: str) -> str:
        """Return the same, with its stage, else its id, in brackets where another step of the playbook is called alike."""
        said = self.step_at(path)
        owner, _, id_ = path.rpartition("/")
        name, _, stage_id = owner.partition("/")
        if sum(self.step(one) == said for one in self._steps.get(name, {}).values()) < 2:
            return said
        journey = self.workspace.journeys.get(name)
        stage = next((each for each in journey.stages if each.id == stage_id), None) if journey else None
        return said + self.bracketed(self.stage(stage) if stage else ident(id_))

    def step_in(self, playbook: Playbook, stage: Stage | None, id_: str) -> str:
        """Return the short name of a step that the same playbook names by its id."""
        step = step_in(playbook, stage, id_)
        return self.step(step) if step else ident(id_)

    def report(self, name: str) -> str:
        """Return what people call a total that a tool reports, else its name marked as one."""
        text = self._reports.get(name)
        return (self.say(text) if text else "") or ident(name)

    def value(self, data: str, value: str) -> str:
        """Return what a datum's value is called: its own title, else that of the stage that follows it, else as written."""
        if value in ("true", "false"):
            return self.pick("是" if value == "true" else "否", "yes" if value == "true" else "no")
        text = self._values.get((data, value))
        return (self.say(text) if text else "") or clean(value)

    def listed(self, words: list[str], last: Phrase = AND) -> str:
        """Join: 甲、乙和丙 · A, B and C."""
        if len(words) < 2:
            return "".join(words)
        head = self.pick("、", ", ").join(words[:-1])
        return f"{head}{last.zh if self.zh else f' {last.en} '}{words[-1]}"

    def either(self, words: list[str]) -> str:
        return self.listed(words, OR)

    def colon(self, label: str, words: str) -> str:
        return self.pick(f"{label}：{words}", f"{label}: {words}")

    def parted(self, words: list[str]) -> str:
        """Join parts of a sentence: 甲，乙 · A, B."""
        return self.pick("，", ", ").join(words)

    def bracketed(self, words: str) -> str:
        return self.pick(f"（{words}）", f" ({words})")


def shorten(words: str) -> str:
    """Return the first line, cut where it is too long for a heading."""
    first = words.split("\n", 1)[0].strip()
    if len(first) <= LONGEST_TITLE or OPEN in first:
        return first
    cut = first[: LONGEST_TITLE - 1]
    whole_words = cut.rpartition(" ")[0]
    return (whole_words if len(whole_words) > LONGEST_TITLE // 2 else cut).rstrip(" ,;，；、") + "…"


def _value_titles(workspace: Workspace) -> dict[tuple[str, str], Text]:
    titles = {(datum.id, value): text for datum in workspace.data.values() for value, text in datum.value_titles}
    for journey in workspace.journeys.values():
        for stage in journey.stages:
            if journey.follows and stage.title:
                titles.setdefault((journey.follows.id, stage.id), stage.title)
    return titles


def _primary(locale: str) -> str:
    return locale.partition("-")[0].lower()
