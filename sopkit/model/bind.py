"""The trees of a workspace go in, one after another; typed documents and nouns, in which every value knows its place, come out."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final

from sopkit.frozen import dataclass
from sopkit.model import bind_formulas, bind_predicates, bind_steps, bind_triggers, nouns, parse
from sopkit.model import bind_values as values
from sopkit.model import documents as model
from sopkit.model import parse_amounts as amounts
from sopkit.model.bind_records import Kitchen
from sopkit.model.bind_values import Binding, Converter, Jump, Recipe, attempt, collect
from sopkit.model.formulas import Formula, Selector, StepSelector
from sopkit.model.names import SECTIONS, Names
from sopkit.model.predicates import Predicate
from sopkit.model.steps import Step
from sopkit.model.triggers import Trigger
from sopkit.model.values import Duration, DurationRange, Ref, Retention
from sopkit.tree import Forest, Mark, Tree, Value

KINDS: Final[dict[str, type[model.Document]]] = {
    "workspace": model.Settings,
    "catalog": model.Document,
    "lifecycle": model.Journey,
    "automation": model.Journey,
    "cadence": model.Cadence,
    "procedure": model.Procedure,
    "sync": model.Sync,
    "kpi": model.Kpi,
}
"""Kind → class of the document."""

NOUNS: Final[dict[str, type[nouns.Noun]]] = {
    "roles": nouns.Role,
    "shops": nouns.Shop,
    "channels": nouns.Channel,
    "tools": nouns.Tool,
    "notices": nouns.Notice,
    "events": nouns.Event,
    "data": nouns.Datum,
    "consents": nouns.Consent,
    "purposes": nouns.Purpose,
    "tags": nouns.TagNoun,
    "segments": nouns.Segment,
    "tasks": nouns.Task,
    "programmes": nouns.Programme,
    "scripts": nouns.Script,
    "offers": nouns.Offer,
    "partners": nouns.Partner,
    "risks": nouns.Risk,
    "experiments": nouns.Experiment,
    "artefacts": nouns.Artefact,
    "courses": nouns.Course,
    "sources": nouns.SourceRow,
}
"""Section of a catalog → class of its nouns."""


@dataclass(frozen=True, slots=True)
class Bound:
    """What one tree holds."""

    document: model.Document
    nouns: Mapping[str, Mapping[str, nouns.Noun]]
    """Namespace → id → noun; of a catalog."""


def start(names: Names) -> Binding:
    """Return a binding over a workspace that declares `names`."""
    return Binding(names, recipes())


def bind(b: Binding, forest: Forest, number: int, *, broken: bool, builtin: bool) -> Bound | None:
    """Return what tree `number` holds, None where it is no document of a known kind; what the schema refused is left out."""
    tree = forest.trees[number]
    root = tree.value
    kind = root.get("kind") if type(root) is dict else None
    if type(root) is not dict or type(kind) is not str or kind not in KINDS:
        return None
    b.enter(tree, number, builtin=builtin)
    recipe = b.recipes[KINDS[kind]]
    if kind in {"automation", "procedure", "cadence"}:
        b.enter_stage("", root.get("steps"))
    found = collect(b, root, 0, recipe)
    name = root.get("id")
    found["kind"] = kind
    found["id"] = name if type(name) is str else ""
    found["id_at"] = Mark(b.base + (tree.find(("id",))[1] if "id" in root else 0))
    found["broken"], found["builtin"] = broken, builtin
    if kind == "automation":
        _add_single_stage(b, tree, root, found)
    if "every" in found:
        bind_triggers.check_slots(b, found["every"], found.get("at_slots"))
    document = recipe.make(**found)
    if not isinstance(document, model.Document):
        return None
    _settle_jumps(b, document)
    return Bound(document, _nouns(b, tree, root, builtin=builtin) if kind == "catalog" else {})


def _add_single_stage(b: Binding, tree: Tree, root: dict[str, Value], found: dict[str, object]) -> None:
    """Give an automation its one stage, whose id is empty."""
    steps: object = ()
    if "steps" in root:
        steps = bind_steps.steps(b, root["steps"], tree.find(("steps",))[1])
    found["stages"] = (model.Stage(id="", at=Mark(b.base), steps=steps if isinstance(steps, tuple) else ()),)


def _settle_jumps(b: Binding, document: model.Document) -> None:
    """Note the inner references that name nothing: each with what it could name."""
    lifecycle = document.kind == "lifecycle"
    for jump in b.jumps:
        known = _destinations(b, jump, lifecycle=lifecycle, automation=document.kind == "automation")
        if jump.to.id not in known:
            b.noticed.dangling.append((jump, known))


def _destinations(b: Binding, jump: Jump, *, lifecycle: bool, automation: bool) -> tuple[str, ...]:
    steps = tuple(b.stages.get(jump.stage, ()))
    if jump.key == "since":
        return ("stage", "start", *steps)
    if jump.key != "go":
        return steps
    if lifecycle:
        return (*b.stages, "end")
    return ("end",) if automation else (*steps, "end")


def _nouns(b: Binding, tree: Tree, root: dict[str, Value], *, builtin: bool) -> dict[str, dict[str, nouns.Noun]]:
    found: dict[str, dict[str, nouns.Noun]] = {}
    for section, _, entries, at in tree.items(0, root):
        if section not in NOUNS or type(entries) is not dict:
            continue
        recipe, namespace = b.recipes[NOUNS[section]], SECTIONS[section]
        own = b.names.own[namespace]
        table = found.setdefault(namespace, {})
        for name, name_at, value, index in tree.items(at, entries):
            if builtin and name in own:
                continue  # replaced: what it refers to is not used by it
            filled = collect(b, value, index, recipe) if type(value) is dict else {}
            filled["id"], filled["at"], filled["builtin"] = name, Mark(b.base + name_at), builtin
            if section == "data" and type(value) is dict:
                filled["values"] = _listed_values(value.get("type"))
                _notice_values(b, name, value, index)
            elif section == "tools" and type(value) is dict:
                _notice_reports(b, value, index)
            noun = recipe.make(**filled)
            if isinstance(noun, nouns.Noun):
                table[name] = noun
    return found


def _listed_values(value: Value) -> tuple[str, ...]:
    """Return the values of a datum whose `type` lists them."""
    listed = (values.scalar(item) for item in value) if type(value) is list else ()
    return tuple(text for text in listed if text is not None)


def _notice_values(b: Binding, name: str, value: dict[str, Value], index: int) -> None:
    """Remember where a datum names its values besides `type`: in their titles and in the rules that compute it."""
    for key, _, part, at in b.tree.items(index, value):
        if key == "value_titles":
            _notice_keys(b, name, part, at)
        elif key == "computed" and type(part) is dict:
            rules = next(((rule, rule_at) for k, _, rule, rule_at in b.tree.items(at, part) if k == "first_of"), None)
            if rules and type(rules[0]) is list:
                for rule, rule_at in b.tree.elements(rules[1], rules[0]):
                    _notice_keys(b, name, rule, rule_at)


def _notice_reports(b: Binding, value: dict[str, Value], index: int) -> None:
    """Remember the totals to which a tool gives titles: one that no tool reports is a slip."""
    titles = next(((part, at) for key, _, part, at in b.tree.items(index, value) if key == "report_titles"), None)
    if titles and type(titles[0]) is dict:
        for key, key_at, _, _ in b.tree.items(titles[1], titles[0]):
            b.refer("report", key, Mark(b.base + key_at))


def _notice_keys(b: Binding, name: str, value: Value, at: int) -> None:
    if type(value) is dict:
        b.noticed.data_values.extend(
            (name, key, Mark(b.base + key_at)) for key, key_at, _, _ in b.tree.items(at, value)
        )


# What type hints do not say


def _stages(b: Binding, value: Value, at: int) -> object:
    if type(value) is not dict:
        return None
    recipe = b.recipes[model.Stage]
    found = []
    for name, name_at, stage, index in b.tree.items(at, value):
        inside = stage if type(stage) is dict else {}
        b.enter_stage(name, inside.get("steps"))
        filled = collect(b, inside, index, recipe)
        filled["id"], filled["at"] = name, Mark(b.base + name_at)
        found.append(recipe.make(**filled))
    return tuple(found)


def _transition(b: Binding, value: Value, at: int) -> model.Transition | None:
    if type(value) is not dict:
        return None
    on: object = None
    when, after, go = None, None, None
    for key, _, item, index in b.tree.items(at, value):
        if key == "on":
            on = bind_triggers.triggers(b, item, index)
        elif key == "when":
            when = bind_predicates.predicate(b, item, index)
        elif key == "after" and type(item) is str:
            after = attempt(b, parse.duration, item, index)
        elif key == "go":
            go = values.name(b, item, index)
    if go is None:
        return None
    b.jumps.append(Jump("go", go, b.stage))
    return model.Transition(on if isinstance(on, tuple) else (), when, after, go, Mark(b.base + at))


def _retention(b: Binding, value: Value, at: int) -> Retention | None:
    if type(value) is dict:
        rule = values.text(b, value, at)
        return Retention(None, None, rule, Mark(b.base + at)) if rule else None
    found = attempt(b, parse.retention, value, at) if type(value) is str else None
    if found is not None and found.after is not None:
        b.refer("event", found.after.id, found.after.at)
    return found


def _takes(b: Binding, value: Value, at: int) -> tuple[Duration, Duration] | None:
    found = attempt(b, parse.duration_range, value, at) if type(value) is str else None
    return (found.low, found.high) if isinstance(found, DurationRange) else None


def _enforcement(b: Binding, value: Value, at: int) -> object:
    if value == "none":
        return model.Enforcement(at=Mark(b.base + at))
    recipe = b.recipes[model.Enforcement]
    return recipe.make(**collect(b, value, at, recipe)) if type(value) is dict else None


def _budgets(b: Binding, value: Value, at: int) -> tuple[model.Budget, ...]:
    found = []
    for cap, cap_at, shares, index in b.tree.items(at, value) if type(value) is dict else ():
        for of, of_at, most, _ in b.tree.items(index, shares) if type(shares) is dict else ():
            if type(most) is int:
                mark = Mark(b.base + of_at)
                found.append(model.Budget(Ref(cap, Mark(b.base + cap_at)), Ref(of, mark), most, mark))
    return tuple(found)


def _computed(b: Binding, value: Value, at: int) -> nouns.Computed | None:
    if type(value) is not dict:
        return None
    found = collect(b, value, at, b.recipes[nouns.Computed])
    bind_triggers.check_slots(b, found.get("every"), found.get("slots"))
    return nouns.Computed(
        found.get("from_", ()),  # type: ignore[arg-type]  # the recipe gives the field what its hint says
        found.get("every"),  # type: ignore[arg-type]
        found.get("slots", ()),  # type: ignore[arg-type]
        found.get("first_of", ()),  # type: ignore[arg-type]
        Mark(b.base + at),
    )


def _review(b: Binding, value: Value, at: int) -> object:
    if type(value) is not dict:
        return None
    recipe = b.recipes[model.Review]
    found = collect(b, value, at, recipe)
    bind_triggers.check_slots(b, found.get("every"), found.get("at_slots"))
    return recipe.make(**found)


def _measured(b: Binding, value: Value, at: int) -> object:
    written = values.scalar(value)
    return None if written is None else attempt(b, amounts.measured, written, at)


def _given_amount(b: Binding, value: Value, at: int) -> object:
    written = values.scalar(value)
    return None if written is None else attempt(b, amounts.number_or_money, written, at)


def _type_of_datum(_: Binding, value: Value, __: int) -> object:
    """Return the type by name; a list of values is a text with these values."""
    return value if type(value) is str and value in {"text", "number", "money", "date", "boolean"} else None


SPECIAL: Final[dict[tuple[type, str], Converter]] = {
    (model.Baseline, "value"): _measured,
    (model.Baseline, "period"): values.word_or_number,
    (model.Cap, "per"): values.parsed(parse.cap_period),
    (model.Journey, "stages"): _stages,
    (model.Kpi, "cohort"): bind_predicates.counted,
    (model.Kpi, "review"): _review,
    (model.Settings, "budgets"): _budgets,
    (model.Settings, "enforce"): _enforcement,
    (model.Stage, "stays"): values.parsed(parse.stay),
    (model.Sync, "takes"): _takes,
    (nouns.Computed, "first_of"): values.pairs(lambda _, key, __: key, bind_predicates.rule),
    (nouns.Datum, "type"): _type_of_datum,
    (nouns.Offer, "value"): values.parsed(amounts.amount),
    (Step, "amount"): _given_amount,
}
"""Fields whose value is read in a way of its own."""

KEYED: Final = frozenset({model.LogFile, model.OneAtATime, nouns.Arm})
"""Classes that stand in a mapping under their ids."""


@cache
def recipes() -> dict[type, Recipe]:
    """Return the recipe of every class that stands in a mapping; made from the type hints at the first use."""
    own: dict[object, Converter] = {
        Predicate: bind_predicates.predicate,
        Trigger: bind_triggers.trigger,
        Formula: bind_formulas.formula,
        Step: bind_steps.step,
        model.Transition: _transition,
        Retention: _retention,
        nouns.Computed: _computed,
    }
    kitchen = Kitchen(own, SPECIAL, KEYED)
    for cls in (*KINDS.values(), *NOUNS.values(), model.Stage, model.Enforcement, model.Review, nouns.Computed):
        kitchen.recipe(cls)
    for cls in (Step, Selector, StepSelector):
        kitchen.recipe(cls)
    return kitchen.recipes
