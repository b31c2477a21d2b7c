"""A report and the name of a format go in; the text that a machine reads comes out, and which format is meant when none is named."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from sopkit.cli.command import WrongUsageError
from sopkit.text import Phrase

if TYPE_CHECKING:
    from sopkit.render.report import Report

TERMINAL: Final = "terminal"
GITHUB: Final = "github"
ON_SCREEN: Final = (TERMINAL, GITHUB)
"""Formats that are read where the command runs."""
FORMATS: Final = (TERMINAL, "json", "sarif", GITHUB, "gitlab", "junit", "rdjson")

NO_FILE: Final = Phrase(
    "{format} 这种格式是直接看的，不写进文件；与 --output 同用时，请选 --format {formats} 之一",
    "the format {format} is for the screen and goes into no file; with --output, choose --format {formats}",
)


def usual_format(environment: Mapping[str, str]) -> str:
    """Return what is printed where no format is asked for: inside GitHub Actions its annotations, too.

    GitLab shows findings out of a file that the job names as a report, so that nothing is gained by printing it.
    """
    return GITHUB if environment.get("GITHUB_ACTIONS") == "true" else TERMINAL


def refuse_screen_formats(asked: str | None, output: str | None) -> None:
    """Raise `WrongUsageError` where a file is named for what is no format of files."""
    if output is not None and (asked is None or asked in ON_SCREEN):
        formats = "|".join(one for one in FORMATS if one not in ON_SCREEN)
        raise WrongUsageError(NO_FILE, format=asked or TERMINAL, formats=formats)


def written(report: Report, form: str) -> bytes:
    """Return the report in a format of files. Each writer is imported where it is wanted: a plain check needs none."""
    match form:
        case "sarif":
            from sopkit.render.findings_sarif import findings_sarif  # noqa: PLC0415

            text = findings_sarif(report)
        case "gitlab":
            from sopkit.render.findings_gitlab import findings_gitlab  # noqa: PLC0415

            text = findings_gitlab(report)
        case "junit":
            from sopkit.render.findings_junit import findings_junit  # noqa: PLC0415

            text = findings_junit(report)
        case "rdjson":
            from sopkit.render.findings_rdjson import findings_rdjson  # noqa: PLC0415

            text = findings_rdjson(report)
        case _:
            from sopkit.render.findings_json import findings_json  # noqa: PLC0415

            text = findings_json(
                report.compilation, report.compilation.findings, lang=report.lang, prefix=report.prefix,
                left_over=report.left_over,
            )  # fmt: skip
    return text.encode()
