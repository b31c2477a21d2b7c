"""A tool goes in; whether it stands abroad, and which data come to be in it, come out."""

from __future__ import annotations

from sopkit.law.vocabulary import is_sensitive
from sopkit.model.nouns import Tool
from sopkit.rules.case import Case


def is_abroad(case: Case, tool: Tool) -> bool:
    """Whether the tool stands outside of mainland China, whose law the check is of."""
    return tool.hosted_in not in {None, "cn"} and any(pack.id == "cn" for pack in case.law.packs)


def receives(case: Case, tool: str) -> tuple[str, ...]:
    """Return the data that come to be in a tool: recorded there, or carried there by a sync."""
    recorded = [
        one.id for one in case.workspace.data.values() if one.record and one.record.id == tool and not one.builtin
    ]
    carried = [
        ref.id
        for sync in case.workspace.syncs.values()
        if sync.to and sync.to.id == tool and sync.carries
        for ref in sync.carries.data
    ]
    return tuple(dict.fromkeys((*recorded, *carried)))


def receives_sensitive(case: Case, tool: str) -> bool:
    """Return whether any of the data that a tool receives are of a sensitive category."""
    data = case.workspace.data
    return any(is_sensitive(data[name].category) for name in receives(case, tool) if name in data)
