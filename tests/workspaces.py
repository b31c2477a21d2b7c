"""Workspaces written in tests as text: paths and YAML go in; sources, folders on disk or a finished compilation come out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING
from unittest.mock import patch

from sopkit.diagnostics import Finding
from sopkit.source import Source

if TYPE_CHECKING:
    from sopkit.pipeline import Compilation

TODAY = date(2026, 7, 1)
"""What every test takes for today, so that review dates never expire under it."""

SETTINGS = """\
kind: workspace
id: demo
title: 示例
owner: guide
review_by: 2027-12-31
uses: [retail-cn]
locale: zh-CN
timezone: Asia/Shanghai
enforce: none
"""
"""The `sopkit.yaml` that a test gets when it gives none of its own."""

Files = Mapping[str, str | bytes]


def as_files(files: Files | str) -> dict[str, bytes]:
    """Return the files as bytes, indents common to all lines removed; a bare text is `play.yaml`.

    `sopkit.yaml` is added unless one of the files holds a document of kind workspace.
    """
    given = {"play.yaml": files} if isinstance(files, str) else dict(files)
    raw = {path: text if isinstance(text, bytes) else dedent(text).encode() for path, text in given.items()}
    if "sopkit.yaml" not in raw and not any(b"kind: workspace" in data for data in raw.values()):
        raw["sopkit.yaml"] = SETTINGS.encode()
    return raw


def sources(files: Files | str) -> tuple[Source, ...]:
    """Return the files as sources, in order of path."""
    return tuple(Source(path, data) for path, data in sorted(as_files(files).items()))


def write(folder: Path, files: Files | str) -> Path:
    """Write the files below `folder` and return it."""
    for path, data in as_files(files).items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    return folder


def compiled(files: Files | str, today: date = TODAY) -> Compilation:
    """Run the whole pipeline in memory."""
    from sopkit import pipeline  # noqa: PLC0415  tests of one stage need not import all

    given = sources(files)
    packs = [one for one in given if one.path.startswith("packs/")]
    own = [one for one in given if one.path.startswith("rules/")]
    rest = [one for one in given if one not in packs and one not in own]
    return pipeline.compile(rest, today=today, packs=packs, own_rules=own)


def unjudged(files: Files | str) -> Compilation:
    """Run the pipeline in memory without any rule or analysis: a workspace and its graph for tests of these."""
    from sopkit import rules  # noqa: PLC0415  tests of one stage need not import all

    with patch.object(rules, "FAMILIES", ()):
        return compiled(files)


def found(files: Files | str, today: date = TODAY) -> list[str]:
    """Return what the pipeline finds, as `SOP123 play.yaml:4:7`, in order."""
    return [place(finding) for finding in compiled(files, today).findings]


def place(finding: Finding) -> str:
    """Return code and place of a finding as tests compare them."""
    span = finding.span
    return f"{finding.rule.code} {span.path}:{span.line}:{span.column}"
