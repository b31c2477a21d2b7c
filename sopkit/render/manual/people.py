"""People: the role's duties, all roles, who does and answers for what (RACI), and whom to turn to."""

from __future__ import annotations

from collections.abc import Iterator

from sopkit.model.nouns import Role
from sopkit.render.document import (
    Block,
    Bullets,
    Column,
    Fact,
    Facts,
    Paragraph,
    RowGroup,
    Section,
    SignOff,
    Table,
    text,
)
from sopkit.render.manual import front
from sopkit.render.manual.book import Book, anchor
from sopkit.render.manual.cards import escalation
from sopkit.render.marks import Line, ident, link
from sopkit.render.walks import Placed, accountable, doers
from sopkit.render.wording import amounts, calendars, deeds
from sopkit.render.wording.names import Names
from sopkit.text import Phrase

PLACES = {
    "shop": Phrase("门店", "shop"),
    "headquarters": Phrase("总部", "headquarters"),
    "agency": Phrase("代理商", "agency"),
    "partner": Phrase("合作方", "partner"),
}


def duties_section(book: Book) -> Section | None:
    """Return what the role is there for; None for a role that is not declared."""
    role, names = book.workspace.roles.get(book.role), book.names
    if role is None:
        return None
    blocks: list[Block] = []
    if role.summary:
        blocks.append(Paragraph(text(names.say(role.summary))))
    if role.duties:
        blocks.append(Bullets(tuple(text(names.say(duty)) for duty in role.duties)))
    facts = tuple(_role_facts(role, names))
    if facts:
        blocks.append(Facts(facts))
    owned = [_owned(playbook.id, book) for playbook in book.plan.playbooks if book.owns(playbook)]
    if owned:
        said = names.pick(
            "由你负责的剧本（结果由你负责，改动由你提出）",
            "Playbooks that you own: you answer for them and propose changes",
        )
        blocks += [Facts((Fact(text(said), ()),)), Bullets(tuple(owned))]
    return Section("duties", text(names.pick("岗位职责", "Your job")), tuple(blocks)) if blocks else None


def _owned(id_: str, book: Book) -> Line:
    names = book.names
    playbook = names.playbooks[id_]
    title = names.title(names.playbooks, id_)
    shown = link(title, f"#{anchor('playbook', id_)}") if book.takes_part(playbook) else title
    until = playbook.review_by
    return text(
        shown + (names.bracketed(names.pick(f"{until.value} 前复审", f"review by {until.value}")) if until else "")
    )


def _role_facts(role: Role, names: Names) -> Iterator[Fact]:
    if role.reports_to:
        yield _fact(names.pick("上级", "Reports to"), names.role(role.reports_to))
    if role.of:
        yield _fact(names.pick("所在", "Where"), PLACES[role.of].within(names.lang))
    if role.hours:
        yield _fact(names.pick("在岗时间", "Hours"), calendars.hours(role.hours, names.lang))
    if role.minutes_a_day:
        amount = amounts.minutes(role.minutes_a_day, names.lang)
        yield _fact(
            names.pick("每天可用于私域", "Time for this"), names.pick(f"每人约 {amount}", f"about {amount} a day each")
        )
    if role.headcount:
        yield _fact(names.pick("人数", "Headcount"), names.pick(f"{role.headcount} 人", str(role.headcount)))
    if role.contact:
        yield _fact(names.pick("联系方式", "Contact"), names.say(role.contact))
    if role.appraisal:
        lines = [f"{names.title(names.workspace.kpis, kpi)} {amounts.share(share)}" for kpi, share in role.appraisal]
        yield _fact(names.pick("考核权重", "Appraisal weights"), names.pick("、", ", ").join(lines))


def _fact(label: str, said: str) -> Fact:
    return Fact(text(label), (text(said),))


def roles_section(book: Book) -> Section | None:
    """Return the table of all roles that have work or own something."""
    names = book.names
    rows = tuple(_role_row(role, names) for role in book.workspace.roles.values() if has_work(role.id, book))
    if not rows:
        return None
    columns = (
        Column(text(names.pick("岗位", "Role")), 3),
        Column(text(names.pick("职责", "Duties")), 6),
        Column(text(names.pick("上级", "Reports to")), 3),
        Column(text(names.pick("人数", "People")), 2),
        Column(text(names.pick("在岗时间", "Hours")), 3),
    )
    title = names.pick("岗位一览", "Roles")
    return Section("roles", text(title), (Table(text(title), columns, (RowGroup((), rows),)),))


def has_work(role: str, book: Book) -> bool:
    """Tell whether a role does a step, is engaged on the calendar, or owns a playbook."""
    reader = Book(book.plan, book.names, role)
    return any(reader.takes_part(each) or reader.owns(each) for each in book.plan.playbooks) or bool(
        reader.engagements()
    )


def _role_row(role: Role, names: Names) -> tuple[Line, ...]:
    duties = "\n".join(names.say(duty) for duty in role.duties) or names.say(role.summary) or "–"
    title = (names.say(role.title) or ident(role.id)) + "\n" + ident(role.id)
    boss = names.role(role.reports_to) if role.reports_to else "–"
    people = str(role.headcount) if role.headcount else "–"
    hours = calendars.hours(role.hours, names.lang) if role.hours else "–"
    return (text(title), text(duties), text(boss), text(people), text(hours))


def raci_section(book: Book) -> Section | None:
    """Return who does (R), answers for (A), is asked (C) and is told (I), for the steps that concern the reader."""
    names = book.names
    groups = tuple(
        RowGroup(text(names.title(names.playbooks, playbook.id)), rows)
        for playbook in book.plan.playbooks
        if (
            rows := tuple(_raci_row(placed, book) for placed in book.plan.steps[playbook.id] if _concerns(placed, book))
        )
    )
    if not groups:
        return None
    columns = (
        Column(text(names.pick("步骤", "Step")), 5),
        Column(text(names.pick("执行 R", "Does R")), 3),
        Column(text(names.pick("负责 A", "Accountable A")), 3),
        Column(text(names.pick("征询 C", "Consulted C")), 3),
        Column(text(names.pick("知会 I", "Informed I")), 3),
    )
    title = names.pick("分工表（RACI）", "Who does what (RACI)")
    note = names.pick(
        "执行：动手做的人；负责：对结果负责，只有一个；征询：动手前要问的人；知会：做完要说一声的人。",
        "R does it; A answers for the outcome, one role only; C is asked before; I is told after.",
    )
    return Section("raci", text(title), (Paragraph(text(note), quiet=True), Table(text(title), columns, groups)))


def _concerns(placed: Placed, book: Book) -> bool:
    step = placed.step
    if book.whole:
        return bool(doers(placed, book.workspace))
    told = {ref.id for ref in (*step.consult, *step.inform)}
    if step.escalate and step.escalate.to:
        told.add(step.escalate.to.id)
    answers = book.answers_for(placed) and bool(doers(placed, book.workspace))
    # What the reader does himself, and whom he asks and tells, stands on his own cards.
    return not book.does(placed) and (answers or book.role in told)


def _raci_row(placed: Placed, book: Book) -> tuple[Line, ...]:
    names, step = book.names, placed.step
    title = deeds.title(placed, names)
    shown = link(title, f"#{anchor('step', placed.path)}") if book.does(placed) else title
    does = names.listed([names.role(role) for role in doers(placed, book.workspace)])
    answers = accountable(placed)
    cells = (does, names.role(answers) if answers else "", names.roles(step.consult), names.roles(step.inform))
    return (text(shown), *(text(cell or "–") for cell in cells))


def escalation_section(book: Book) -> Section | None:
    """Return whom to turn to: the line of superiors, and the steps that have their own rule."""
    names = book.names
    blocks: list[Block] = []
    chain = superiors(book.role, book)
    if chain:
        said = names.pick(
            "遇到手册没写的情况、拿不准、或客户情绪激动，逐级往上找：",
            "What this manual does not say, what you are unsure of, an upset customer: go up this line.",
        )
        blocks += [Paragraph(text(said)), Bullets(tuple(text(_person(role, names)) for role in chain), ordered=True)]
    steps = book.all_steps() if book.whole else ()  # the cards of a role say it beside each step
    rows = tuple(_escalation_row(placed, book) for placed in steps if placed.step.escalate)
    if rows:
        columns = (
            Column(text(names.pick("步骤", "Step")), 3),
            Column(text(names.pick("什么时候找谁", "When, whom")), 4),
        )
        caption = names.pick("有专门规定的步骤", "Steps with a rule of their own")
        blocks.append(Table(text(caption), columns, (RowGroup((), rows),)))
    if not blocks:
        return None
    return Section("escalation", text(names.pick("升级路径", "Whom to turn to")), tuple(blocks))


def superiors(role: str, book: Book) -> list[Role]:
    """Return the roles above, nearest first; a circle ends where it closes."""
    chain: list[Role] = []
    above = book.workspace.roles.get(role)
    seen = {role}
    while above and above.reports_to and above.reports_to.id not in seen:
        seen.add(above.reports_to.id)
        above = book.workspace.roles.get(above.reports_to.id)
        if above:
            chain.append(above)
    return chain


def _person(role: Role, names: Names) -> str:
    title = names.say(role.title) or ident(role.id)
    more = [names.say(role.contact)] if role.contact else []
    more += [calendars.hours(role.hours, names.lang)] if role.hours else []
    return title + (names.bracketed(names.pick("，", ", ").join(more)) if more else "")


def _escalation_row(placed: Placed, book: Book) -> tuple[Line, ...]:
    names = book.names
    title = link(deeds.title(placed, names), f"#{anchor('step', placed.path)}")
    return (text(title), text(escalation(placed.step, names)))


def sign_off_section(book: Book, content: str) -> Section:
    """Return the lines for signatures, on a page of their own that is filed; `content` is the content hash that is signed."""
    names = book.names
    said = names.pick(
        f"我已读完并理解本手册（内容指纹 {content}），按此执行。内容指纹变了，须重新阅读并签收。",
        f"I have read and understood this manual (content hash {content}) and will work by it. A changed hash asks for a new signature.",
    )
    labels = [names.pick("姓名", "Name"), names.pick("岗位", "Role"), names.pick("门店/部门", "Shop or department")]
    labels += [names.pick("签名", "Signature"), names.pick("日期", "Date")]
    lines = 3 if book.whole else 1
    signed = SignOff(tuple(text(label) for label in labels), lines)
    trainer = SignOff(
        (
            text(names.pick("带教人", "Trainer")),
            text(names.pick("签名", "Signature")),
            text(names.pick("日期", "Date")),
        ),
        1,
    )
    code = front.code(names)
    blocks = (Paragraph(text(said)), signed, trainer, *((code,) if code else ()))
    return Section("sign-off", text(names.pick("签收", "Sign-off")), blocks, breaks=True)
