"""The settings and a way to look at pictures go in; the brand's logo comes out, or a finding at the place that names it."""

from __future__ import annotations

from sopkit.diagnostics import Finding
from sopkit.model import rules_settings as rules
from sopkit.model.documents import Settings
from sopkit.reader.pictures import Look, Picture
from sopkit.text import Phrase
from sopkit.tree import Forest, Mark


def find_logo(settings: Settings, forest: Forest, look: Look) -> tuple[Picture | None, tuple[Finding, ...]]:
    """Return the logo where one is named and can be used, and what is wrong with one that can't."""
    if settings.brand is None or not settings.brand.logo:
        return None, ()
    found = look(settings.brand.logo)
    if isinstance(found, Picture):
        return found, ()
    _, index = forest.tree(settings.at).find(("brand", "logo"))
    args: dict[str, str | Phrase] = {"file": settings.brand.logo, "reason": found}
    subject = f"{settings.kind}/{settings.id}"
    return None, (Finding(rules.UNUSABLE_LOGO, forest.span(Mark(settings.at + index)), args, subject),)
