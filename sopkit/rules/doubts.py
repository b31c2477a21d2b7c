"""Findings of earlier stages go in; which parts of the playbooks they leave in doubt comes out, so that consequences are held back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from sopkit.diagnostics import Finding, Severity
from sopkit.model.rules_logs import BESIDE_THE_PLAN
from sopkit.model.steps import VERBS
from sopkit.schema.places import path_to
from sopkit.tree import INDEX_BITS, MAX_NODES, NUMBERS_A_NODE, Forest, Mark, Tree, Value

Path = tuple[str | int, ...]

BEYOND_FLOW: Final = frozenset(
    ("title", "summary", "owner", "review_by", "source", "waive", "meta", "targets", "audience", "while", "priority", "runs_in",
     "starts_on", "ends_on", "reentry", "overlap", "stays", "id", "for_each", "due", "objective", "budget", "dates")
)  # fmt: skip
"""Keys of playbooks and stages that have no say in where their flow leads."""
JUMPS: Final = frozenset(("go", "end", "choose", "otherwise", "wait", "approve", "if_rejected"))


class Doubts:
    """Where something is wrong already, by document."""

    def __init__(self, forest: Forest, found: Iterable[Finding] = ()) -> None:
        self._forest = forest
        self._paths: dict[int, list[Path]] = {}
        wrong = [one for one in found if one.weight is Severity.ERROR and log_of(forest, one) is None]
        self._any = bool(wrong)
        self.met = False
        """Whether any question was answered with a doubt."""
        if wrong:
            trees: dict[str, list[int]] = {}
            for number, tree in enumerate(forest.trees):
                trees.setdefault(tree.source.path, []).append(number)
            for finding in wrong:
                self._note(finding, trees)

    def _note(self, finding: Finding, trees: Mapping[str, list[int]]) -> None:
        offset = _offset(finding)
        for number in trees.get(finding.span.path, ()):
            places = self._forest.trees[number].places
            if places[0] <= offset <= places[1]:
                self._paths.setdefault(number, []).append(path_at(self._forest.trees[number], offset))

    @property
    def any(self) -> bool:
        """Whether anything is wrong anywhere."""
        self.met |= self._any
        return self._any

    @property
    def anywhere(self) -> bool:
        """Whether anything is wrong anywhere: then proofs over all playbooks wait, and nothing counts as held back for it."""
        return self._any

    def inside(self, mark: Mark) -> bool:
        """Return whether something is wrong in the value that the mark, of the value or of its key, stands for."""
        paths = self._paths.get(mark >> INDEX_BITS)
        if not paths:
            return False
        tree = self._forest.tree(mark)
        at = mark & (MAX_NODES - 1)
        path = path_to(tree, at)  # by number: a mapping without braces begins where its first key does
        if not path:  # a key, or the whole document, of which a mistake anywhere is none
            path = path_at(tree, tree.places[at * NUMBERS_A_NODE])
        doubtful = any(one[: len(path)] == path for one in paths)
        self.met |= doubtful
        return doubtful

    def of_document(self, document: Mark) -> bool:
        """Return whether anything is wrong in a document; the mark is its root."""
        doubtful = bool(self._paths.get(document >> INDEX_BITS))
        self.met |= doubtful
        return doubtful

    def of_key(self, document: Mark, key: str) -> bool:
        """Return whether what a document says under `key` is in doubt: wrong, or perhaps what a key nobody knows was meant to be."""
        paths = self._paths.get(document >> INDEX_BITS, ())
        doubtful = any(key in path or (len(path) == 1 and path[0] not in BEYOND_FLOW) for path in paths)
        self.met |= doubtful
        return doubtful

    def of_flow(self, document: Mark) -> frozenset[str]:
        """Return the stages whose ways on are in doubt; '' for the whole playbook."""
        number = document >> INDEX_BITS
        paths = self._paths.get(number)
        if not paths:
            return frozenset()
        root = self._forest.trees[number].value
        stages = frozenset(stage for path in paths if (stage := _doubtful_stage(path, root)) is not None)
        self.met |= bool(stages)
        return stages


def log_of(forest: Forest, finding: Finding) -> str | None:
    """Return the id of the log that a finding calls declared wrongly, of those below `logs`; None where it is about the plan."""
    if finding.rule.name not in BESIDE_THE_PLAN:
        return None
    offset = _offset(finding)
    for tree in forest.trees:
        if tree.source.path == finding.span.path and tree.places[0] <= offset <= tree.places[1]:
            match path_at(tree, offset):
                case ("logs", str(id_), *_):
                    return id_
    return None


def _offset(finding: Finding) -> int:
    starts = finding.span.source.line_starts
    return starts[min(finding.span.line, len(starts)) - 1] + finding.span.column - 1


def path_at(tree: Tree, offset: int) -> Path:
    """Return the path to the innermost key or value that starts at or holds the offset; the key counts as its value."""
    path: list[str | int] = []
    value, at = tree.value, 0
    while True:
        found = _child_at(tree, value, at, offset)
        if found is None:
            return tuple(path)
        part, value, at = found
        path.append(part)


def _child_at(tree: Tree, value: Value, at: int, offset: int) -> tuple[str | int, Value, int] | None:
    places = tree.places
    if isinstance(value, dict):
        for key, key_at, item, item_at in tree.items(at, value):
            if places[key_at * NUMBERS_A_NODE] <= offset <= places[item_at * NUMBERS_A_NODE + 1]:
                return key, item, item_at
    elif isinstance(value, list):
        for number, (item, item_at) in enumerate(tree.elements(at, value)):
            if places[item_at * NUMBERS_A_NODE] <= offset <= places[item_at * NUMBERS_A_NODE + 1]:
                return number, item, item_at
    return None


def _doubtful_stage(path: Path, root: Value) -> str | None:
    """Return the stage whose flow a mistake at `path` may change, '' for that of the playbook, None where it changes none."""
    match path:
        case ("stages", str(stage), "steps", *rest):
            return stage if _changes_flow(tuple(rest), _below(root, path[:3])) else None
        case ("stages", str(stage), str(key), *_):
            return None if key in BEYOND_FLOW else stage
        case ("steps", *rest):
            return "" if _changes_flow(tuple(rest), _below(root, path[:1])) else None
        case (str(key), *_):
            return None if key in BEYOND_FLOW else ""
    return ""


def _changes_flow(path: Path, steps: Value) -> bool:
    """Return whether a mistake at `path` below a list of steps is in a jump, or in a step that may be meant for one."""
    value = steps
    step: Value = None
    key: str | int = ""
    for part in path:
        value = _below(value, (part,))
        if isinstance(part, int) and isinstance(value, dict) and key != "choose":
            step = value
        key = part if isinstance(part, str) else key
    if not isinstance(step, dict) or not any(verb in step for verb in VERBS):
        return True
    return key in JUMPS


def _below(value: Value, path: Path) -> Value:
    for part in path:
        if isinstance(value, dict) and isinstance(part, str):
            value = value.get(part)
        elif isinstance(value, list) and isinstance(part, int) and part < len(value):
            value = value[part]
        else:
            return None
    return value
