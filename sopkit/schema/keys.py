"""A mapping and what the schema refuses of its keys go in; findings about keys come out: unknown, missing, too many, not together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Final

from sopkit.diagnostics import Finding, Related, Rule
from sopkit.schema import rules
from sopkit.schema.definitions import mapping, owners, strings
from sopkit.schema.near import CLOSE, glued, is_glued, is_meant, near, plain
from sopkit.schema.places import Place
from sopkit.schema.validators import Refusal
from sopkit.schema.values import malformed_id
from sopkit.schema.wording import Args, a, joined, listed, meaning, replacing, this
from sopkit.text import Phrase

STEP: Final = "Step"
"""English title of the one mapping whose choice is called a verb."""

CLOSE_ELSEWHERE: Final = 0.85

LOCALES: Final = {"zh-CN": "中文", "en": "英文"}
"""What a misspelt language of a text is likely to be, with its Chinese name."""


def judge(place: Place, found: Sequence[Refusal]) -> Iterator[Finding]:
    """Yield the findings about the keys of one mapping; what only follows from a misspelt key is left out."""
    keys = _Keys(place, found)
    yield from keys.unknown_ones()
    yield from keys.malformed_ones()
    if len(keys.chosen) > 1:
        yield keys.several_choices()
    else:
        yield from keys.of_other_choices()
        yield from keys.missing_ones()
    yield from keys.excluding_ones()
    if keys.lacks_choice:
        yield keys.no_choice()


class _Keys:
    """The keys of one mapping, and how they meet the schema."""

    def __init__(self, place: Place, found: Sequence[Refusal]) -> None:
        self.place = place
        self.shape = place.shape
        self.found = found
        self.written = place.keys
        self.is_step = place.shape.title.en == STEP
        self.chosen = [key for key in self.written if key in self.shape.choices]

    @cached_property
    def unknown(self) -> dict[str, tuple[str, ...]]:
        """The unknown keys, each with the known ones that may be meant."""
        if not any(refusal.keyword == "additionalProperties" for refusal in self.found):
            return {}
        free = self._free()
        unknown = [key for key in self.written if not self.shape.child(key).merged]
        return {key: self._meant_by(key, free) for key in unknown}

    def _meant_by(self, key: str, free: dict[str, str]) -> tuple[str, ...]:
        if self.is_glued(key):
            return glued(key)
        word = self._without_colon(key)
        return (word,) if word else near(key, free, _close(key))

    def _without_colon(self, key: str) -> str:
        """Return the known key that one holds in front of its value, as `send welcome-sms` does; empty where there is none."""
        word, _, rest = key.partition(" ")
        empty = isinstance(self.place.value, dict) and self.place.value[key] is None
        return word if empty and rest.strip() and word in self.shape.properties else ""

    def _free(self) -> dict[str, str]:
        """The keys that may still be added here, with their Chinese names."""
        beside = self.shape.choices.get(self.chosen[0]) if len(self.chosen) == 1 else None
        names = self.shape.properties if beside is None else {key: self.shape.properties[key] for key in beside}
        if not names:
            return {locale: called for locale, called in LOCALES.items() if locale not in self.written}
        return {key: part.title.zh for key, part in names.items() if key not in self.written}

    @cached_property
    def meant(self) -> set[str]:
        """Known keys that an unknown one may have been meant to be."""
        return {name for names in self.unknown.values() for name in names}

    def is_glued(self, key: str) -> bool:
        """Whether reading has said that the key holds its value: `{title：导购}`, `{by:guide}`."""
        value = self.place.value[key] if isinstance(self.place.value, dict) else None
        in_brackets = self.place.tree.span(self.place.at).excerpt().startswith("{")
        return is_glued(key, value) and (in_brackets or "：" in key)

    @property
    def lacks_choice(self) -> bool:
        """No key of a choice is there, and no unknown key that may be it."""
        if self.chosen or not any(refusal.keyword == "anyOf" for refusal in self.found):
            return False
        if not all(self.unknown.values()):
            return False
        promised = {key for keys in self._absent().values() for key in keys}
        return not (self.meant | promised) & self.shape.choices.keys()

    def finding(self, rule: Rule, key: str, **args: str | Phrase) -> Finding:
        """Return a finding at a key that is written."""
        return Finding(rule, self.place.tree.span(self.written[key]), {"key": key, **args}, subject=self.place.subject)

    def unknown_ones(self) -> Iterator[Finding]:
        for key, names in self.unknown.items():
            if self.is_glued(key):
                continue
            if self._without_colon(key):
                yield self._colon_missing(key)
                continue
            span = self.place.tree.span(self.written[key])
            sure = len(names) == 1 or (names and plain(names[0]) == plain(key))
            yield Finding(
                rules.UNKNOWN_KEY,
                span,
                {"key": key, "where": this(self.shape.title), "advice": self._advice(key, names)},
                subject=self.place.subject,
                fixes=replacing(span, names[0], safe=is_meant(key, names)) if sure else (),
                suggestions=names,
            )

    def _colon_missing(self, key: str) -> Finding:
        word, _, rest = key.partition(" ")
        meant = f"{word}: {rest.strip()}"
        advice = Phrase(f"少了冒号，写成“{meant}”", f"its colon is missing: write `{meant}`")
        span = self.place.tree.span(self.written[key])
        args: Args = {"key": key, "where": this(self.shape.title), "advice": advice}
        fixes = replacing(span, meant)
        return Finding(rules.UNKNOWN_KEY, span, args, subject=self.place.subject, fixes=fixes)

    def _advice(self, key: str, names: tuple[str, ...]) -> Phrase:
        elsewhere = owners(key)
        there = near(key, {name: part.title.zh for name, part in self.shape.properties.items() if name in self.written})
        if there and not names:
            return Phrase(
                f"这里已经写了“{there[0]}”；把两处合成一处", f"`{there[0]}` is here already: make one of the two"
            )
        if elsewhere and not names:
            places = joined(map(a, elsewhere[:3]), "、", ", ")
            return Phrase(
                f"“{key}”要写在这里面：{places.zh}；把它移过去，或删掉",
                f"`{key}` belongs to {places.en}: move it there, or remove it",
            )
        if names:
            choices = joined((Phrase(f"“{name}”", f"`{name}`") for name in names), "或", " or ")
            return Phrase(f"改成{choices.zh}", f"write {choices.en} instead")
        if "meta" in self.shape.properties:
            return Phrase("删掉它；要留自己的备注，放到 meta 下面", "remove it; notes of your own go under `meta`")
        known = listed(self._free())
        return Phrase(f"删掉它；这里还可以写：{known.zh}", f"remove it; the keys left here are: {known.en}")

    def malformed_ones(self) -> Iterator[Finding]:
        for refusal in self.found:
            if refusal.of_key and refusal.keyword != "enum" and isinstance(refusal.value, str):
                span = self.place.tree.span(self.written[refusal.value])
                yield malformed_id(self.place, self.shape.names, refusal, span)

    def several_choices(self) -> Finding:
        tree, (first, second, *_) = self.place.tree, self.chosen
        related = (Related(tree.span(self.written[first]), Phrase("第一个在这里", "the first one is here")),)
        if self.is_step:
            finding = self.finding(rules.STEP_WITH_TWO_VERBS, second, verbs=listed(self.chosen))
        else:
            finding = self.finding(rules.CONFLICTING_KEYS, second, first=first, where=this(self.shape.title))
        return Finding(finding.rule, finding.span, finding.args, subject=finding.subject, related=related)

    def of_other_choices(self) -> Iterator[Finding]:
        """Yield the keys that do not go with the one choice that is made."""
        for refusal in self.found:
            key = refusal.value
            if (
                not (refusal.of_key and refusal.keyword == "enum" and isinstance(key, str))
                or key not in self.shape.properties
            ):
                continue
            homes = [choice for choice, beside in self.shape.choices.items() if key in beside]
            if self.is_step:
                yield self.finding(rules.KEY_OF_ANOTHER_VERB, key, verb=self.chosen[0], owners=listed(homes))
            else:
                yield self.finding(rules.CONFLICTING_KEYS, key, first=self.chosen[0], where=this(self.shape.title))

    def missing_ones(self) -> Iterator[Finding]:
        for because, absent in self._absent().items():
            missing = [key for key in absent if key not in self.meant]
            if not missing:
                continue
            span = self.place.tree.span(self.written[because]) if because else self.place.head
            named = this(self.shape.title)
            asked = Phrase(f"{named.zh}写了“{because}”，但", f"{named.en}, which has `{because}`")
            parts = ((key, meaning(self.shape.child(key))) for key in missing)
            meanings = joined((Phrase(f"{key}（{why.zh}）", f"`{key}`, {why.en}") for key, why in parts), "、", "; ")
            if because:
                meanings = Phrase(f"{meanings.zh}，或删掉 {because}", f"{meanings.en}; or take `{because}` out")
            args: Args = {"where": asked if because else named, "keys": listed(missing), "meanings": meanings}
            yield Finding(rules.MISSING_KEY, span, args, subject=self.place.subject)

    def _absent(self) -> dict[str, list[str]]:
        """The keys that must be there and are not, by the key that asks for them, or '' for those always needed."""
        absent: dict[str, list[str]] = {}
        for refusal in self.found:
            if refusal.keyword == "required":
                absent[""] = [key for key in strings(refusal.wanted) if key not in self.written]
            elif refusal.keyword == "dependentRequired":
                for because, needed in mapping(refusal.wanted).items():
                    if because in self.written:
                        absent[because] = [key for key in strings(needed) if key not in self.written]
        always = absent.get("", [])
        return {because: [key for key in keys if not because or key not in always] for because, keys in absent.items()}

    def excluding_ones(self) -> Iterator[Finding]:
        for refusal in self.found:
            if refusal.keyword == "not" and not refusal.of_key:
                pair = [key for key in self.written if key in strings(mapping(refusal.wanted)["required"])]
                yield self.finding(rules.CONFLICTING_KEYS, pair[-1], first=pair[0], where=this(self.shape.title))

    def no_choice(self) -> Finding:
        choices = self.shape.choices
        if self.is_step:
            return Finding(
                rules.STEP_WITHOUT_VERB, self.place.head, {"verbs": listed(choices)}, subject=self.place.subject
            )
        names = listed(choices) if choices else listed(key for key in self._either())
        args: Args = {"where": this(self.shape.title), "keys": names}
        return Finding(rules.MISSING_CHOICE, self.place.head, args, subject=self.place.subject)

    def _either(self) -> Iterator[str]:
        """The keys of which at least one is needed, where they do not exclude each other."""
        for refusal in self.found:
            if refusal.keyword == "anyOf" and isinstance(refusal.wanted, list):
                for branch in refusal.wanted:
                    yield from strings(mapping(branch)["required"])


def _close(key: str) -> float:
    """How alike a key must be to be meant: a key that the language has elsewhere was most likely meant as that one."""
    return CLOSE_ELSEWHERE if owners(key) else CLOSE
