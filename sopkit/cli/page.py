"""What was found goes in; it is printed for a person, or in a format of machines, or put into a file, as it was asked for."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from sopkit.cli.console import Console
from sopkit.cli.report_formats import GITHUB, ON_SCREEN, usual_format, written
from sopkit.cli.workspace import Loaded
from sopkit.diagnostics import Severity
from sopkit.frozen import dataclass
from sopkit.render.terminal import Screen, accepted_text, findings_text, settled_text, summary_text, unjudged_text
from sopkit.render.unjudged import unjudged_said
from sopkit.text import Phrase

if TYPE_CHECKING:
    from sopkit.pipeline import Compilation
    from sopkit.render.report import Report

LEFT_OVER: Final = (
    Phrase("事件日志是否照剧本发生（sopkit audit --log）", "event logs against the playbooks (sopkit audit --log)"),
)
"""What is not checked here, in one line."""


@dataclass(frozen=True, slots=True)
class Asked:
    """How the findings are to be shown, and which of them fail the check."""

    format: str | None
    output: str | None
    fail_on: Severity
    allow_not_assessed: bool


def show(console: Console, loaded: Loaded, seen: Compilation, asked: Asked) -> None:
    """Print the findings, or write them to a file and print them for whoever watches."""
    if asked.format is not None and asked.format not in ON_SCREEN:
        console.deliver(written(_report(console, loaded, seen, asked), asked.format), asked.output)
        if asked.output is None:
            return
    if (asked.format if asked.output is None and asked.format else usual_format(os.environ)) == GITHUB:
        _annotate(console, loaded, seen, asked)
    else:
        print_findings(console, loaded, seen)


def _annotate(console: Console, loaded: Loaded, seen: Compilation, asked: Asked) -> None:
    """Print the page for the log, then a command for each annotation, in UTF-8: it names files. Add to the job's summary."""
    from sopkit.cli.step_summary import add_summary  # noqa: PLC0415  on GitHub alone
    from sopkit.render.findings_github import without_commands, workflow_commands  # noqa: PLC0415  on GitHub alone

    blocks = list(_page(console, loaded, seen))
    report = _report(console, loaded, seen, asked)
    add_summary(console, report, blocks[len(seen.findings) :])
    page = "\n".join(blocks)
    lines = [without_commands(page)] if page else []
    lines += workflow_commands(report)
    console.hand_over("".join(f"{line}\n" for line in lines).encode("utf-8", "replace"))


def _report(console: Console, loaded: Loaded, seen: Compilation, asked: Asked) -> Report:
    from sopkit.render.report import Report  # noqa: PLC0415  for machines alone

    return Report(
        seen,
        console.lang,
        prefix=loaded.in_repository,
        left_over=LEFT_OVER,
        fail_on=asked.fail_on,
        allow_not_assessed=asked.allow_not_assessed,
    )


def print_findings(console: Console, loaded: Loaded, seen: Compilation) -> None:
    """Print the findings for a person."""
    for block in _page(console, loaded, seen):
        console.say(block)


def _page(console: Console, loaded: Loaded, seen: Compilation) -> Iterator[str]:
    """Yield the findings for a person, the summary last; when asked to be quiet, of the summary only what was not assessed."""
    screen = console.screen(loaded.shown)
    yield from findings_text(seen.findings, screen)
    if console.quiet:
        yield from settled_text((), seen.not_assessed, screen)
        yield from unjudged_text(unjudged_said(seen), seen.errors_elsewhere, screen)
        yield from _since_text(seen, screen, quiet=True)
        yield from accepted_text(_baselined(seen), len(seen.waived), screen)
        return
    yield from _since_text(seen, screen)
    yield summary_text(
        seen.findings,
        files=seen.files,
        held_back=seen.held_back,
        waived=len(seen.waived),
        baselined=_baselined(seen),
        stale=len(seen.baseline.stale) if seen.baseline else 0,
        critical=sum(one.critical for one in seen.waived),
        left_over=LEFT_OVER,
        proved=seen.proved,
        not_assessed=seen.not_assessed,
        errors_elsewhere=seen.errors_elsewhere,
        unjudged=unjudged_said(seen),
        apart=loaded.apart,
        as_of=seen.today if console.as_of_given else None,
        screen=screen,
    )


def _since_text(seen: Compilation, screen: Screen, *, quiet: bool = False) -> Iterator[str]:
    if seen.since is not None:
        from sopkit.render.since_text import since_text  # noqa: PLC0415  few ask

        yield from since_text(seen.since, screen, quiet=quiet)


def _baselined(seen: Compilation) -> int:
    return len(seen.baseline.known) if seen.baseline else 0
