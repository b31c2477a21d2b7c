"""What was to be done against what was done: by playbook, step, role, shop and week; the commonest ways of doing otherwise; who needs
which part of the training."""

from __future__ import annotations

from typing import Literal

from sopkit.frozen import dataclass
from sopkit.text import Phrase

By = Literal["playbook", "step", "role", "shop", "week"]


@dataclass(frozen=True, slots=True)
class Planned:
    """Steps that runs came to, in one part; `planned` is the sum of the four after it."""

    by: By
    of: str
    """A node (`lifecycle/new-member`, `lifecycle/new-member/awareness/welcome`), a role, a shop as the log calls it, or a week's Monday
    (`2026-11-23`, in the workspace's zone); '' where the log does not say."""
    planned: int
    done: int
    """In time, or with no time limit that the log lets be judged."""
    late: int
    missed: int
    """The run ended or went past it, or its time is over, and it was never done."""
    open: int
    """Begun or due, and not to be judged yet at the end of the log."""

    @property
    def rate(self) -> float | None:
        """The share done in time of what can be judged, from 0 to 1; None where nothing can."""
        judged = self.planned - self.open
        return self.done / judged if judged else None


@dataclass(frozen=True, slots=True)
class Fitting:
    """How many runs of a playbook go the declared way."""

    playbook: str
    """Its node, `lifecycle/new-member`."""
    runs: int
    fitting: int


@dataclass(frozen=True, slots=True)
class Deviation:
    """One way in which runs went otherwise than declared."""

    playbook: str
    steps: tuple[str, ...]
    """Nodes of the steps, in the order done; long runs are cut behind the first difference."""
    runs: int
    differs: int
    """Index in `steps` of the first that does not fit; `len(steps)` where the run ended too early."""
    expected: tuple[str, ...]
    """Nodes of the steps that would have fitted there; empty where none would."""
    what: Phrase
    """The first difference in words."""


@dataclass(frozen=True, slots=True)
class Weakness:
    """One step that somebody misses or does late."""

    step: str
    planned: int
    failed: int
    """Late or missed."""


@dataclass(frozen=True, slots=True)
class Training:
    """What one role, member of staff or shop should learn again: the steps that most often fail, the most first."""

    by: Literal["role", "staff", "shop"]
    of: str
    """A role's id, a shop as the log calls it, or the number of a member of staff in the store (to be shown under a pseudonym)."""
    role: str
    """Whose training pack has these steps; '' where the log does not tell."""
    planned: int
    failed: int
    weaknesses: tuple[Weakness, ...]
    courses: tuple[str, ...]
    """Ids of the declared courses for that role that cover the steps or their playbooks."""


@dataclass(frozen=True, slots=True)
class Adherence:
    planned: tuple[Planned, ...]
    """In order of `by` and `of`."""
    fitting: tuple[Fitting, ...]
    deviations: tuple[Deviation, ...]
    """The commonest first."""
    training: tuple[Training, ...]
    """Of each kind the most failures first."""
    unassessed: tuple[tuple[str, Phrase], ...]
    """(playbook's node or '' for all, why nothing is said of it)."""
    queries: tuple[str, ...] = ()
