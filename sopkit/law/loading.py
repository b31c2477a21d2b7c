"""Pack files go in; packs as typed values, and what is wrong with them at its place, come out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import field
from datetime import date
from difflib import get_close_matches
from functools import cache
from typing import Final, Literal, cast

from sopkit import resources, schema
from sopkit.diagnostics import Citation, Finding, Rule
from sopkit.frozen import dataclass
from sopkit.law import rules
from sopkit.law.packs import BY_PEOPLE, Allowed, Article, Control, Decided, Gravity, Law, Pack, Parameter, Terms, law
from sopkit.law.parameters import KNOWN, Known, Number
from sopkit.model.malformed import MalformedError
from sopkit.reader import read
from sopkit.source import Source
from sopkit.text import Phrase
from sopkit.tree import Mark, Tree, Value

NAMED_LAW: Final = Phrase("法规", "law")
NAMED_ARTICLE: Final = Phrase("法条", "article")
Path = tuple[str | int, ...]
Table = dict[str, Value]
Args = Mapping[str, str | Phrase]


@dataclass(frozen=True, slots=True)
class Packs:
    """The packs of a workspace's own folder."""

    own: tuple[Pack, ...] = ()
    findings: tuple[Finding, ...] = ()
    needs: tuple[tuple[str, str, Finding], ...] = ()
    """(control, parameter, what is found where no pack that applies has it)."""

    def law(self, jurisdictions: Iterable[str], day: date) -> tuple[Law, tuple[Finding, ...]]:
        """Return what applies in the jurisdictions on a day, and what that lacks; an own pack of their name replaces the built-in."""
        replaced = {one.id for one in self.own}
        names = dict.fromkeys(jurisdictions)
        given = [pack for name in names if name not in replaced for pack in builtin(name)]
        other = [one for one in self.own if one.own or one.id in names]
        applied = law((*given, *other), day)
        read_from = {one.path for one in other}
        missing = [
            finding
            for _, name, finding in self.needs
            if applied.parameter(name) is None and finding.span.path in read_from
        ]
        return applied, tuple(missing)


@cache
def builtin(jurisdiction: str) -> tuple[Pack, ...]:
    """Return the pack of a jurisdiction that comes with the tool; nothing where there is none."""
    data = resources.pack(jurisdiction)
    if data is None:
        return ()
    (tree,) = read(Source(f"{resources.BUILTIN}packs/{jurisdiction}.yaml", data)).trees
    return (_Reader(tree, frozenset()).pack(own=False),)


def load(sources: Iterable[Source], jurisdictions: Collection[str]) -> Packs:
    """Return the packs in these files; `jurisdictions` are those with a built-in pack, whose controls are the known ones."""
    own: dict[str, Pack] = {}
    findings: list[Finding] = []
    needs: list[tuple[str, str, Finding]] = []
    controls: frozenset[str] = frozenset()
    for source in sources:
        controls = controls or frozenset(
            name for one in jurisdictions for pack in builtin(one) for name in pack.controls
        )
        reading = read(source)
        findings += reading.findings
        for tree in reading.trees:
            refused = schema.check(tree, kinds=("pack",))
            findings += refused
            if refused:
                continue
            reader = _Reader(tree, controls)
            pack = reader.pack(own=str(_table(tree.value).get("id")) not in jurisdictions)
            if pack.id in own:
                findings.append(reader.finding(rules.SAME_PACK, ("id",), {"id": pack.id}, pack.id))
                continue
            own[pack.id] = pack
            findings += reader.findings
            needs += reader.needs
    return Packs(tuple(own.values()), tuple(findings), tuple(needs))


@dataclass(slots=True)
class _Reader:
    """One pack while it is read."""

    tree: Tree
    controls: Collection[str]
    findings: list[Finding] = field(default_factory=list)
    needs: list[tuple[str, str, Finding]] = field(default_factory=list)

    def pack(self, *, own: bool) -> Pack:
        root = _table(self.tree.value)
        name = str(root.get("id"))
        articles = dict(self._articles(name, root))
        return Pack(
            id=name,
            path=self.tree.source.path,
            title=_phrase(root.get("title")),
            partial=_phrase(root["partial"]) if "partial" in root else None,
            checked_on=_date(root.get("checked_on")),
            articles=articles,
            parameters=dict(self._parameters(name, root)),
            controls=dict(self._controls(name, root, articles)),
            terms=tuple(
                Terms(str(one.get("control")), one.get("verdict") == "violated", _words(one.get("words")))
                for one in map(_table, _table(root.get("terms")).values())
            ),
            allowed=tuple(
                Allowed(str(one.get("phrase")), _phrase(one.get("reason")))
                for one in map(_table, _list(root.get("allow")))
            ),
            own=own,
        )

    def _articles(self, pack: str, root: Table) -> Iterator[tuple[str, Article]]:
        laws = {name: _table(value) for name, value in _table(root.get("laws")).items()}
        for name, value in _table(root.get("articles")).items():
            said = _table(value)
            of = str(said.get("law"))
            if of not in laws:
                self._unknown(pack, NAMED_LAW, of, ("articles", name, "law"), laws)
            stated = {"source": root.get("source"), "checked_on": root.get("checked_on"), **laws.get(of, {}), **said}
            citation = Citation(
                pack=pack,
                id=name,
                law=_phrase(laws.get(of, {}).get("title", of)),
                article=str(said.get("article")),
                summary=_phrase(said.get("summary")),
                status=_status(said.get("status")),
                in_force_from=_date(stated.get("in_force_from")),
                source=str(stated.get("source") or ""),
                checked_on=_date(stated.get("checked_on")),
            )
            yield name, Article(citation, _date(stated.get("in_force_to")))

    def _controls(self, pack: str, root: Table, articles: Mapping[str, Article]) -> Iterator[tuple[str, Control]]:
        for name, value in _table(root.get("controls")).items():
            said = _table(value)
            cited = _words(said.get("articles"))
            for number, one in enumerate(cited):
                if one not in articles:
                    listed = isinstance(said.get("articles"), list)
                    path: Path = ("controls", name, "articles", *((number,) if listed else ()))
                    self._unknown(pack, NAMED_ARTICLE, one, path, articles)
            if self.controls and name not in self.controls and said.get("decided") not in BY_PEOPLE:
                near = tuple(get_close_matches(name, sorted(self.controls), n=3, cutoff=0.75))
                self.findings.append(self.finding(rules.UNKNOWN_CONTROL, ("controls", name), {"id": name}, pack, near))
            for parameter, known in KNOWN.items():
                if name in known.needed_by:
                    args: Args = {"control": name, "name": parameter, "form": known.form}
                    lacking = self.finding(rules.NO_PARAMETER, ("controls", name), args, pack)
                    self.needs.append((name, parameter, lacking))
            yield (
                name,
                Control(
                    id=name,
                    title=_phrase(said["title"]) if "title" in said else None,
                    severity=cast("Gravity | None", said.get("severity")),  # the schema allows no other
                    decided=cast("Decided | None", said.get("decided")),  # the schema allows no other
                    practice=_phrase(said["practice"]) if "practice" in said else None,
                    articles=tuple(articles[one] for one in cited if one in articles),
                ),
            )

    def _parameters(self, pack: str, root: Table) -> Iterator[tuple[str, Parameter]]:
        for name, value in _table(root.get("parameters")).items():
            said = _table(value)
            known = KNOWN.get(name)
            if known is None:
                near = tuple(get_close_matches(name, sorted(KNOWN), n=3, cutoff=0.6))
                problem = Phrase("没有检查用到", "is used by no check")
                advice = Phrase("改正名称，或删掉它", "mend its name, or delete it")
                args: Args = {"name": name, "problem": problem, "advice": advice}
                self.findings.append(self.finding(rules.UNKNOWN_PARAMETER, ("parameters", name), args, pack, near))
                continue
            number = self._number(pack, name, known, said.get("value"), ("parameters", name, "value"))
            earlier: list[tuple[Number, date]] = []
            for at, one in enumerate(map(_table, _list(said.get("earlier")))):
                path = ("parameters", name, "earlier", at, "value")
                before, last = self._number(pack, name, known, one.get("value"), path), _date(one.get("in_force_to"))
                if before is not None and last is not None:
                    earlier.append((before, last))
            if number is not None:
                earlier.sort(key=lambda pair: pair[1])
                yield (
                    name,
                    Parameter(
                        name, _phrase(said.get("title", name)), number, tuple(earlier), bool(said.get("articles"))
                    ),
                )

    def _number(self, pack: str, name: str, known: Known, value: Value, path: Path) -> Number | None:
        if known.read is None and type(value) is int:
            return value
        if known.read is not None and type(value) is str:
            try:
                return known.read(value, Mark(0))
            except MalformedError:
                pass
        problem = Phrase(f"读不出“{value}”", f"can't be read as written, `{value}`")
        advice = Phrase(f"写成{known.form.zh}", f"write {known.form.en}")
        args: Args = {"name": name, "problem": problem, "advice": advice}
        self.findings.append(self.finding(rules.UNKNOWN_PARAMETER, path, args, pack))
        return None

    def _unknown(self, pack: str, what: Phrase, name: str, path: Path, known: Iterable[str]) -> None:
        near = tuple(get_close_matches(name, sorted(known), n=3, cutoff=0.6))
        args: Args = {"pack": pack, "what": what, "id": name}
        self.findings.append(self.finding(rules.UNKNOWN_ARTICLE, path, args, pack, near))

    def finding(self, rule: Rule, path: Path, args: Args, pack: str, near: tuple[str, ...] = ()) -> Finding:
        key_at, at = self.tree.find(path)
        span = self.tree.span(key_at if len(path) == 2 else at)
        return Finding(rule, span, args, f"pack/{pack}", suggestions=near)


def _table(value: Value) -> Table:
    return value if isinstance(value, dict) else {}


def _list(value: Value) -> list[Value]:
    return value if isinstance(value, list) else []


def _words(value: Value) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(str(one) for one in _list(value))


def _phrase(value: Value) -> Phrase:
    """Return a text in both languages; one that has only the other serves for both."""
    if not isinstance(value, dict):
        return Phrase(str(value or ""), str(value or ""))
    every = [str(text) for text in value.values()]
    zh = str(value.get("zh-CN") or every[0])
    return Phrase(zh, str(value.get("en") or zh))


def _status(value: Value) -> Literal["V", "S", "U"]:
    if value == "V":
        return "V"
    return "S" if value == "S" else "U"


def _date(value: Value) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
