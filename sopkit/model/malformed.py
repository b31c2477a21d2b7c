"""What is wrong inside a string: the rule it breaks, the stretch that breaks it, and the right form where it can be told."""

from __future__ import annotations

from collections.abc import Mapping

from sopkit.diagnostics import Rule
from sopkit.text import Phrase


class MalformedError(ValueError):
    """A string can't be read as the value that its place takes.

    `start` and `end` are offsets in the string; `better` is what the whole stretch from `start` to `end` should read, if known.
    """

    def __init__(
        self,
        rule: Rule,
        text: str,
        start: int = 0,
        end: int | None = None,
        *,
        better: str | None = None,
        args: Mapping[str, str | Phrase] | None = None,
    ) -> None:
        self.rule = rule
        self.start = start
        self.end = len(text) if end is None else end
        self.better = better
        self.details = dict(args or {})
        """What fills the placeholders of the rule, besides `value` and `better`."""

    def moved(self, offset: int) -> MalformedError:
        """Return the same mistake in a string that has `offset` more characters before it."""
        self.start += offset
        self.end += offset
        return self
