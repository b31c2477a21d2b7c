"""What an audit of logs asks of: the workspace as it is declared, and what was done."""

from __future__ import annotations

from sopkit.frozen import dataclass
from sopkit.logs.store import Store
from sopkit.pipeline import Compilation


@dataclass(frozen=True, slots=True)
class LogCase:
    """One compiled workspace, and the logs that are held against it."""

    compilation: Compilation
    store: Store
