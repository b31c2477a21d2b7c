"""Playbooks as chapters: purpose, trigger and targets of each, and the cards of the steps that the reader takes part in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sopkit.model.documents import Cadence, Journey, Procedure, Stage, Target, Transition
from sopkit.model.steps import Choose, Go, SetData, Tag, Wait
from sopkit.model.triggers import IssueDue, Trigger
from sopkit.render.document import (
    Block,
    Bullets,
    Column,
    Fact,
    Facts,
    Paragraph,
    RowGroup,
    Section,
    StepCard,
    Table,
    text,
)
from sopkit.render.manual.book import Book, anchor
from sopkit.render.manual.cards import card, channels_of, who
from sopkit.render.marks import Line, ident, link, quiet, strong
from sopkit.render.walks import Placed, Playbook, doers, publishers
from sopkit.render.wording import amounts, calendars, deeds, timing
from sopkit.render.wording.conditions import audience, condition
from sopkit.render.wording.limits import FORMATS, HEADLINES, LAYERS, known
from sopkit.render.wording.names import Names
from sopkit.render.wording.occasions import occasions, starting
from sopkit.text import Phrase

FOR_EACH = {
    "customer": Phrase("每位客户办一次", "once for each customer"),
    "ticket": Phrase("每张工单办一次", "once for each ticket"),
    "shop": Phrase("每家门店办一次", "once for each shop"),
    "campaign": Phrase("每场活动办一次", "once for each campaign"),
    "period": Phrase("每个周期办一次", "once in each period"),
    "incident": Phrase("每次事件办一次", "once for each incident"),
    "issue": Phrase("每期内容办一次", "once for each issue"),
}
ON_HOLIDAY = {
    "same": Phrase("节假日照常", "on holidays too"),
    "skip": Phrase("节假日停发", "not on holidays"),
    "previous-workday": Phrase("遇节假日提前到前一个工作日", "on a holiday, the working day before"),
    "next-workday": Phrase("遇节假日顺延到下一个工作日", "on a holiday, the working day after"),
}


def playbook_sections(book: Book) -> tuple[Section, ...]:
    """Return the chapters: journeys, procedures, content; each only where the reader has work in it."""
    names = book.names
    listed = _only_published(book)
    chapters = (
        ("journeys", names.pick("客户旅程", "Customer journeys"), Journey),
        ("procedures", names.pick("作业流程", "Procedures"), Procedure),
        ("content", names.pick("内容节奏", "Content on the calendar"), Cadence),
    )
    sections: list[Section] = []
    for fragment, title, kind in chapters:
        inner = tuple(
            _playbook(each, book)
            for each in book.plan.playbooks
            if isinstance(each, kind) and book.takes_part(each) and each not in listed
        )
        blocks = (_publications(listed, book),) if listed and kind is Cadence else ()
        if inner or blocks:
            sections.append(Section(fragment, text(title), blocks, inner, breaks=book.whole))
    return tuple(sections)


def _only_published(book: Book) -> tuple[Cadence, ...]:
    """Return the cadences of which the reader does nothing but publish what others made, by the steps of a procedure."""
    linked = {each.cadence.id for each in book.engagements() if each.cadence and each.placed is None}
    return tuple(
        each
        for each in book.workspace.cadences.values()
        if book.takes_part(each) and not _answers(each, book) and not book.steps(each) and each.id not in linked
    )


def _publications(cadences: tuple[Cadence, ...], book: Book) -> Table:
    """Return what the reader publishes in one row each: it is made by others, so when, where and how are enough."""
    names = book.names
    columns = (
        Column(text(names.pick("内容", "What")), 3),
        Column(text(names.pick("发布时间", "When")), 4, "time"),
        Column(text(names.pick("渠道", "Channel")), 2),
        Column(text(names.pick("怎么发", "How")), 4),
        Column(text(names.pick("要达到", "Targets")), 4),
    )
    rows = tuple(
        (
            text(names.title(names.workspace.cadences, each.id)),
            text(_published_at(each, names) or "–"),
            text(channels_of(each.via, names)),
            text(_workflow(each, book) or "–"),
            _lines(_targets(each.targets, book)),
        )
        for each in cadences
    )
    return Table(text(names.pick("你只负责发布的内容", "What you only publish")), columns, (RowGroup((), rows),))


def _lines(lines: tuple[Line, ...]) -> Line:
    """Return lines as one, each on a row of its own."""
    return text("–") if not lines else tuple(run for line in lines for run in (*text("\n"), *line))[1:]


def _playbook(playbook: Playbook, book: Book) -> Section:
    names = book.names
    title = names.title(names.playbooks, playbook.id)
    blocks: list[Block] = [Facts(tuple(facts_of(playbook, book)))]
    # Who does three steps needs these three; the whole flow is for those who answer for it. Only a lifecycle's is for all:
    # it shows what a customer has behind and before him.
    staged = isinstance(playbook, Journey) and playbook.kind == "lifecycle"
    if book.whole or staged or book.owns(playbook):
        blocks += book.diagrams.get(playbook.id, ())
    sections: tuple[Section, ...] = ()
    if isinstance(playbook, Journey) and any(stage.id for stage in playbook.stages):
        blocks.append(Paragraph(text(_stage_line(playbook, book))))
        sections = tuple(_stage(playbook, stage, book) for stage in playbook.stages if book.works_in(playbook, stage))
    else:
        blocks += _steps(book.plan.steps[playbook.id], book)
    return Section(anchor("playbook", playbook.id), text(title), tuple(blocks), sections)


def facts_of(playbook: Playbook, book: Book) -> Iterator[Fact]:
    """Yield what is said at the head of a playbook."""
    names = book.names
    if playbook.summary:
        yield _fact(names.pick("概要", "In short"), names.say(playbook.summary))
    match playbook:
        case Journey():
            yield from _journey_facts(playbook, book)
        case Procedure():
            yield from _procedure_facts(playbook, book)
        case Cadence():
            yield from _cadence_facts(playbook, book)
    targets = _targets(playbook.targets, book)
    if targets:
        yield Fact(text(names.pick("要达到", "Targets")), targets)
    yield _fact(names.pick("负责人", "Owner"), _owner(playbook, names))


def _owner(playbook: Playbook, names: Names) -> str:
    said = names.role(playbook.owner) if playbook.owner else "–"
    if playbook.review_by:
        said += names.pick(f"，{playbook.review_by.value} 前复审", f", to be reviewed by {playbook.review_by.value}")
    return said + quiet(names.bracketed(ident(playbook.id)))


def _fact(label: str, said: str) -> Fact:
    return Fact(text(label), tuple(text(each) for each in said.split("\n")))


def _answers(playbook: Playbook, book: Book) -> bool:
    """Tell whether the reader must know more of a playbook than his own steps."""
    return book.whole or book.owns(playbook)


def _targets(targets: tuple[Target, ...], book: Book) -> tuple[Line, ...]:
    """Return the targets; in a role's manual without those that its KPI card has with the place they belong to."""
    carded = set() if book.whole else {kpi.id for kpi in book.kpis()}
    kept = tuple(target for target in targets if target.kpi is None or target.kpi.id not in carded)
    return target_lines(kept, book.names)


def target_lines(targets: tuple[Target, ...], names: Names) -> tuple[Line, ...]:
    """Return `首日互动率不低于 15%` for each target."""
    lines = []
    for target in targets:
        if target.kpi and target.target:
            title = names.title(names.workspace.kpis, target.kpi)
            said = amounts.comparison(target.target, names.lang)
            lines.append(text(names.pick(f"{title}{said}", f"{title}: {said}")))
    return tuple(lines)


def _journey_facts(journey: Journey, book: Book) -> Iterator[Fact]:
    names = book.names
    if journey.audience:
        yield _fact(names.pick("面向", "For"), audience(journey.audience, names))
    yield from _starts(_triggers(journey.starts_on, names), names)
    if not _answers(journey, book):
        return
    if journey.while_:
        said = condition(journey.while_, names)
        yield _fact(
            names.pick("中途退出", "Leaves when"),
            names.pick(f"一旦不再满足“{said}”，旅程立即停止", f"it no longer holds that the customer {said}"),
        )
    if journey.ends_on:
        yield _fact(names.pick("提前结束", "Ends early on"), occasions(journey.ends_on, names))
    yield _fact(names.pick("能否再进", "Again"), _reentry(journey, names))


def _starts(lines: tuple[Line, ...], names: Names) -> Iterator[Fact]:
    if lines:
        yield Fact(text(names.pick("何时开始", "Starts")), lines)


def _triggers(triggers: tuple[Trigger, ...], names: Names) -> tuple[Line, ...]:
    return tuple(text(starting(trigger, names)) for trigger in triggers)


def _alerts(procedure: Procedure, names: Names) -> tuple[Line, ...]:
    """Return in one line which KPIs' alerts start the procedure."""
    kpis = names.workspace.kpis
    found = [id_ for id_, kpi in kpis.items() if kpi.alert and kpi.alert.start and kpi.alert.start.id == procedure.id]
    said = names.either([names.quoted(kpis, id_) for id_ in found])
    return (text(names.pick(f"指标{said}预警时", f"on an alert of {said}")),) if found else ()


def _reentry(journey: Journey, names: Names) -> str:
    match journey.reentry.mode:
        case "never":
            return names.pick("每位客户一生只走一次", "once in a customer's lifetime")
        case "always":
            return names.pick("每次触发都会再走一遍", "each time it is triggered")
        case "after":
            amount = amounts.duration(journey.reentry.after, names.lang) if journey.reentry.after else ""
            return names.pick(f"走完 {amount}后可以再进", f"again {amount} after the end")


def _procedure_facts(procedure: Procedure, book: Book) -> Iterator[Fact]:
    names = book.names
    if procedure.objective:
        yield _fact(names.pick("目的", "Purpose"), names.say(procedure.objective))
    yield from _starts((*_triggers(procedure.starts_on, names), *_alerts(procedure, names)), names)
    served = _cadences_served(procedure, book)
    if served:
        yield _fact(names.pick("用于", "Used for"), names.listed(served))
    if procedure.for_each and _answers(procedure, book):
        yield _fact(names.pick("怎么算一次", "One run"), FOR_EACH[procedure.for_each].within(names.lang))
    if procedure.due:
        amount = amounts.duration(procedure.due, names.lang)
        yield _fact(
            names.pick("总时限", "All done"),
            names.pick(f"从开始算 {amount}内全部办完", f"within {amount} of the start"),
        )
    if procedure.audience:
        yield _fact(names.pick("面向", "For"), audience(procedure.audience, names))
    if procedure.budget:
        yield _fact(names.pick("预算", "Budget"), amounts.money(procedure.budget, names.lang))
    if procedure.dates and procedure.dates.from_ and procedure.dates.to:
        first, last = procedure.dates.from_.value, procedure.dates.to.value
        yield _fact(names.pick("起止", "Dates"), names.pick(f"{first} 至 {last}", f"{first} to {last}"))


def _cadences_served(procedure: Procedure, book: Book) -> list[str]:
    if not any(isinstance(trigger, IssueDue) and trigger.cadence is None for trigger in procedure.starts_on):
        return []
    found = (each for each in book.workspace.cadences.values() if each.workflow and each.workflow.id == procedure.id)
    return [book.names.quoted(book.workspace.cadences, each.id) for each in found]


def _cadence_facts(cadence: Cadence, book: Book) -> Iterator[Fact]:
    names = book.names
    if cadence.every:
        yield _fact(names.pick("发布时间", "When"), _published_at(cadence, names))
    yield _fact(names.pick("渠道", "Channel"), channels_of(cadence.via, names))
    makes = _answers(cadence, book) or any(placed.step.before for placed in book.steps(cadence))
    form = [known(FORMATS, cadence.format, names)] if cadence.format else []
    form += [known(LAYERS, cadence.layer, names) + names.pick("类内容", " content")] if cadence.layer else []
    form += [known(HEADLINES, part, names) for part in cadence.headline]
    if form and makes:
        yield _fact(names.pick("形式", "Form"), names.pick("，", ", ").join(form))
    if cadence.audience:
        yield _fact(names.pick("面向", "For"), audience(cadence.audience, names))
    roles = [names.role(role) for role in publishers(cadence, book.workspace)]
    if roles:
        label = names.pick("谁发布", "Published by") if cadence.by else names.pick("谁确认发送", "Confirmed by")
        yield _fact(label, names.listed(roles))
    if cadence.standards and makes:
        yield Fact(text(names.pick("标准", "Standards")), tuple(text(names.say(each)) for each in cadence.standards))
    if cadence.workflow:
        yield _fact(names.pick("制作流程", "How it is made"), _workflow(cadence, book))
    if cadence.replaces:
        said = names.listed([names.quoted(book.workspace.cadences, ref) for ref in cadence.replaces])
        yield _fact(
            names.pick("代替", "Replaces"),
            names.pick(f"有本内容的那一周不发{said}", f"in a week with this, there is no {said}"),
        )


def _published_at(cadence: Cadence, names: Names) -> str:
    """Return when issues come out: 每周二 20:00，每次 2 小时（节假日照常）."""
    if cadence.every is None:
        return ""
    said = calendars.recurrence(cadence.every, cadence.at_slots, names.lang, cadence.except_)
    if cadence.lasts:
        amount = amounts.duration(cadence.lasts, names.lang)
        said += names.pick(f"，每次 {amount}", f", for {amount}")
    return f"{said}{names.bracketed(ON_HOLIDAY[cadence.on_holiday].within(names.lang))}"


def _workflow(cadence: Cadence, book: Book) -> str:
    names = book.names
    if cadence.workflow is None:
        return ""
    said = names.quoted(book.workspace.procedures, cadence.workflow)
    procedure = book.workspace.procedures.get(cadence.workflow.id)
    shown = procedure is not None and book.takes_part(procedure)
    return link(said, f"#{anchor('playbook', cadence.workflow.id)}") if shown else said


def _stage_line(journey: Journey, book: Book) -> str:
    """Return the stages in order; those with the reader's work are links."""
    names = book.names
    said = []
    for stage in journey.stages:
        title = names.stage(stage)
        mine = book.works_in(journey, stage)
        said.append(strong(link(title, f"#{anchor('stage', f'{journey.id}/{stage.id}')}")) if mine else quiet(title))
    label = names.pick("阶段", "Stages")
    return names.colon(label, " → ".join(said) if journey.follows is None else names.pick("、", ", ").join(said))


def _stage(journey: Journey, stage: Stage, book: Book) -> Section:
    facts = tuple(_stage_facts(stage, journey, book))
    blocks: list[Block] = [Facts(facts)] if facts else []
    blocks += _steps(tuple(placed for placed in book.plan.steps[journey.id] if placed.stage is stage), book)
    return Section(anchor("stage", f"{journey.id}/{stage.id}"), text(book.names.stage(stage)), tuple(blocks))


def _stage_facts(stage: Stage, journey: Journey, book: Book) -> Iterator[Fact]:
    names = book.names
    if stage.summary:
        yield _fact(names.pick("概要", "In short"), names.say(stage.summary))
    targets = _targets(stage.targets, book)
    if targets:
        yield Fact(text(names.pick("要达到", "Targets")), targets)
    if not _answers(journey, book):
        return
    if stage.stays:
        amount = amounts.duration(stage.stays, names.lang)
        yield _fact(names.pick("至少停留", "Stays"), names.pick(amount, f"at least {amount}"))
    if stage.next:
        yield Fact(
            text(names.pick("接下来", "Next")), tuple(text(_transition(each, stage, names)) for each in stage.next)
        )


def _transition(entry: Transition, stage: Stage, names: Names) -> str:
    if entry.on:
        when = names.pick(f"{occasions(entry.on, names)}后", f"on {occasions(entry.on, names)}")
    elif entry.when:
        when = names.pick(f"客户{condition(entry.when, names)}时", f"once the customer {condition(entry.when, names)}")
    else:
        amount = amounts.duration(entry.after, names.lang) if entry.after else ""
        when = names.pick(f"进入本阶段满 {amount}仍未离开", f"{amount} after entering")
    if entry.go.id == "end":
        return names.pick(f"{when}：旅程结束", f"{when}: the journey ends")
    to = names.quote(_stage_title(entry.go.id, stage, names))
    return names.pick(f"{when}：进入{to}", f"{when}: {to}")


def _stage_title(id_: str, beside: Stage, names: Names) -> str:
    """Return the title of a stage of the journey in which `beside` stands."""
    for journey in names.workspace.journeys.values():
        if any(each is beside for each in journey.stages):
            found = next((each for each in journey.stages if each.id == id_), None)
            return names.stage(found) if found else ident(id_)
    return ident(id_)


def _steps(placed: tuple[Placed, ...], book: Book) -> list[Block]:
    """Return the reader's cards in order; what others and tools do meanwhile follows in one list without details."""
    cards: list[StepCard] = [card(each, book) for each in placed if book.does(each)]
    if not book.whole:
        # The numbers of the whole playbook would leave gaps where others work.
        cards = [replace(each, number=str(count)) for count, each in enumerate(cards, start=1)]
    others = tuple(text(_elsewhere(each, book)) for each in placed if not book.does(each) and _worth_knowing(each))
    if not others or not (isinstance(placed[0].playbook, Journey) or book.owns(placed[0].playbook)):
        # What else reaches a customer on a journey, the reader must know; who else works on a procedure, its owner.
        return list(cards)
    heading = book.names.pick("这里还会发生（不用你做，了解即可）", "What else happens here (not your work)")
    return [*cards, Facts((Fact(text(quiet(heading)), ()),)), Bullets(others)]


def _worth_knowing(placed: Placed) -> bool:
    """Tell whether a step shows to someone who does not do it; waits, jumps, tags and single branches do not."""
    inner = isinstance(placed.step.verb, Wait | Go | Choose | Tag | SetData)
    return not inner and not placed.conditions and not placed.overdue


def _elsewhere(placed: Placed, book: Book) -> str:
    names = book.names
    people = doers(placed, book.workspace)
    doer = who(placed, book) if people else names.pick("系统自动", "automatic")
    said = names.colon(doer, deeds.title(placed, names))
    return quiet(said + names.bracketed(timing.due(placed, names)))
