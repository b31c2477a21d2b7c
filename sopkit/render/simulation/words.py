"""A number or the id of a node goes in; what the tables and plots of a simulation call it comes out."""

from __future__ import annotations

from sopkit.render.wording.names import Names


def count(number: float) -> str:
    return f"{number:,.0f}"


def title(node: str, names: Names) -> str:
    """Return the title of a playbook or of one of its stages."""
    return names.place(node.partition("/")[2])
