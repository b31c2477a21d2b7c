"""One audit of logs: what is declared, and the store that holds what was done."""

from __future__ import annotations

from sopkit.frozen import dataclass
from sopkit.logs.store import Store
from sopkit.pipeline import Compilation


@dataclass(frozen=True, slots=True)
class LogCase:
    compilation: Compilation
    store: Store
