"""Cadences and the scripts of their work go in; headlines that lack what the cadence asks of them come out: SOP608."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from sopkit.diagnostics import Finding
from sopkit.model.documents import Cadence
from sopkit.model.nouns import Script
from sopkit.model.steps import Step, inner
from sopkit.rules.case import Case
from sopkit.rules.content_rules import HEADLINE
from sopkit.text import Phrase

LINE: Final = re.compile(r"^[ \t]*(?:标题|headline)[ \t]*[：:][ \t]*(.+?)(?=正文[：:]|$)", re.MULTILINE | re.IGNORECASE)
PARTS: Final = {
    "number": (
        Phrase("数字", "a number"),
        re.compile(r"\d|[一二三四五六七八九十两](?=[个种条招步件类点])|〔[^〕]*(?:数字|number)[^〕]*〕", re.IGNORECASE),
    ),
    "question": (Phrase("疑问", "a question"), re.compile(r"[？?]|〔[^〕]*(?:疑问|question)[^〕]*〕", re.IGNORECASE)),
}
"""What a headline may have to have, and what shows it; in a template what stands in 〔〕 is filled in for each issue."""


def check(case: Case) -> Iterator[Finding]:
    """Yield each script whose headline lacks something, once for each cadence."""
    for root, playbook in case.playbooks:
        if isinstance(playbook, Cadence) and playbook.headline:
            for script in dict.fromkeys(_scripts(case, playbook)):
                missing = _missing(playbook, script)
                if missing and script.text is not None:
                    listed = Phrase("和".join(one.zh for one in missing), " and ".join(one.en for one in missing))
                    yield case.finding(
                        HEADLINE, script.text.at, root, cadence=playbook.id, script=script.id, missing=listed
                    )


def _scripts(case: Case, cadence: Cadence) -> Iterator[Script]:
    """Yield what the steps around an issue, and those of its workflow, are written by."""
    procedure = case.workspace.procedures.get(cadence.workflow.id) if cadence.workflow else None
    steps: tuple[Step, ...] = (*cadence.steps, *(procedure.steps if procedure else ()))
    for step in (one for first in steps for one in inner(first)):
        script = case.workspace.scripts.get(step.script.id) if step.script else None
        if script is not None:
            yield script


def _missing(cadence: Cadence, script: Script) -> list[Phrase]:
    lines = [found for _, words in script.text.variants for found in LINE.findall(words)] if script.text else []
    return [title for title, shown in map(PARTS.__getitem__, cadence.headline) if not all(map(shown.search, lines))]
