"""Seeded mutants of the engines and of the time arithmetic: how many the tests notice, by module, and which they do not.

    python -m tests.benchmarks.mutants [--count 520] [--seed 1] [--processes 2] [--into FILE] [--only MODULE] [--show]

A mutant is one small change of one function: a comparison, an operator, a number, `min` for `max`, a statement left out. The tests
run once to learn which of them enter which function; then, for each mutant, those that enter its function run in a process of its
own, the quick ones first, until one fails. Nothing is written to the code: the function's code object is replaced in memory. A mutant
under which the tests take ten times as long is noticed too. Ends with 1 where fewer than 85 % are noticed.
"""

from __future__ import annotations

import argparse
import ast
import copy
import functools
import gc
import importlib
import json
import os
import random
import resource
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FunctionType

import pytest

ROOT = Path(__file__).parent.parent.parent
TARGETS = (
    "sopkit.graph.clock", "sopkit.graph.course", "sopkit.graph.issues", "sopkit.graph.latency", "sopkit.graph.lengths",
    "sopkit.graph.openings", "sopkit.graph.pacing", "sopkit.graph.prices", "sopkit.graph.replay", "sopkit.graph.runs",
    "sopkit.graph.schedule", "sopkit.graph.timing", "sopkit.graph.worst", "sopkit.graph.consistency", "sopkit.graph.touches",
    "sopkit.rules.caps", "sopkit.rules.limits", "sopkit.rules.tools_deadlines", "sopkit.rules.tools_duplicates",
    "sopkit.rules.tools_stale", "sopkit.rules.conflicts_offers", "sopkit.rules.conflicts_workload",
)  # fmt: skip
TESTS = (
    "tests/test_caps.py", "tests/test_caps_limits.py", "tests/test_caps_golden.py", "tests/test_caps_oracle.py",
    "tests/test_latency.py", "tests/test_prices.py", "tests/test_rules_tools.py", "tests/test_rules_tools_more.py",
    "tests/test_rules_conflicts.py", "tests/test_rules_times.py", "tests/test_graph_satisfiability.py",
    "tests/test_simulation_witnesses.py",
)  # fmt: skip
MOST_SECONDS = 6.0
"""Of tests, as they run without a mutant, for one mutant."""
ENOUGH = 0.85

SWAPPED: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.FloorDiv: ast.Mult, ast.Div: ast.Mult, ast.Mod: ast.Add,
    ast.And: ast.Or, ast.Or: ast.And,
}  # fmt: skip
CALLED = {"min": "max", "max": "min", "any": "all", "all": "any", "shortest": "longest", "longest": "shortest"}
Function = ast.FunctionDef


@dataclass(frozen=True)
class Mutant:
    """One change: in which function of which module, at which of its nodes, and how."""

    module: str
    function: str
    """Qualified name of the outermost function."""
    number: int
    """Of the node in the function."""
    what: str
    line: int
    said: str
    """The line as it stands."""

    @property
    def name(self) -> str:
        return f"{self.module}:{self.function}:{self.number}:{self.what}"


# Making mutants


def functions(tree: ast.Module) -> Iterator[tuple[str, Function]]:
    """Yield the outermost functions of a module, with their qualified names."""
    for node in tree.body:
        if isinstance(node, Function):
            yield node.name, node
        elif isinstance(node, ast.ClassDef):
            yield from ((f"{node.name}.{one.name}", one) for one in node.body if isinstance(one, Function))


def changes(node: ast.AST) -> Iterator[tuple[str, Callable[[ast.AST], ast.AST | None]]]:
    """Yield what may be changed at a node: a word for it, and what makes another node of it; None leaves it out."""
    match node:
        case ast.Compare(ops=[operator]) if type(operator) in SWAPPED:
            yield f"{type(operator).__name__} → {SWAPPED[type(operator)].__name__}", _with_operator
        case ast.BinOp(op=operator) | ast.AugAssign(op=operator) | ast.BoolOp(op=operator) if type(operator) in SWAPPED:
            if not _is_text(node):
                yield f"{type(operator).__name__} → {SWAPPED[type(operator)].__name__}", _with_operator
        case ast.UnaryOp(op=ast.Not()):
            yield "no `not`", lambda one: one.operand  # type: ignore[attr-defined]
        case ast.Constant(value=bool()):
            yield "other truth", lambda one: ast.Constant(not one.value)  # type: ignore[attr-defined]
        case ast.Constant(value=int() | float()):
            yield "+ 1", lambda one: ast.Constant(one.value + 1)  # type: ignore[attr-defined]
        case ast.Call(func=ast.Name(id=name)) if name in CALLED:
            yield f"{name} → {CALLED[name]}", _with_call
        case ast.If() | ast.IfExp():
            yield "condition turned", _with_condition
        case ast.comprehension(ifs=[_, *_]):
            yield "no filter", _without_filter
        case ast.Expr(value=ast.Call()) | ast.AugAssign():
            yield "left out", lambda one: ast.Pass()
        case ast.Continue():
            yield "continue → break", lambda one: ast.Break()
        case ast.Break():
            yield "break → continue", lambda one: ast.Continue()
    if isinstance(node, ast.AugAssign):
        yield "left out", lambda one: ast.Pass()


def _is_text(node: ast.AST) -> bool:
    return any(
        isinstance(one, ast.JoinedStr) or (isinstance(one, ast.Constant) and isinstance(one.value, str))
        for one in ast.walk(node)
    )


def _with_operator(node: ast.AST) -> ast.AST:
    if isinstance(node, ast.Compare):
        node.ops = [SWAPPED[type(node.ops[0])]()]  # type: ignore[list-item]
    else:
        node.op = SWAPPED[type(node.op)]()  # type: ignore[attr-defined]
    return node


def _with_call(node: ast.AST) -> ast.AST:
    node.func.id = CALLED[node.func.id]  # type: ignore[attr-defined]
    return node


def _with_condition(node: ast.AST) -> ast.AST:
    node.test = ast.UnaryOp(ast.Not(), node.test)  # type: ignore[attr-defined]
    return node


def _without_filter(node: ast.AST) -> ast.AST:
    node.ifs = []  # type: ignore[attr-defined]
    return node


def _inside(function: Function) -> list[ast.AST]:
    """Return the nodes of a function's body; what only annotates, documents or speaks to people is left alone."""
    found: list[ast.AST] = []
    todo: list[ast.AST] = list(reversed(function.body))
    while todo:
        node = todo.pop()
        speaks = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Phrase"
        if speaks or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
            continue
        found.append(node)
        if isinstance(node, ast.AnnAssign):
            todo += [node.value] if node.value is not None else []
        elif isinstance(node, Function):
            todo += reversed(node.body)
        else:
            todo += reversed(list(ast.iter_child_nodes(node)))
    return found


def mutants_of(module: str) -> list[Mutant]:
    """Return every mutant of a module."""
    text = _path(module).read_text("utf-8")
    lines = text.splitlines()
    found: list[Mutant] = []
    for name, function in functions(ast.parse(text)):
        line = function.lineno
        for number, node in enumerate(_inside(function)):
            line = getattr(node, "lineno", line)
            found += [
                Mutant(module, name, number, what, line, lines[line - 1].strip())
                for what in dict.fromkeys(what for what, _ in changes(node))
            ]
    return found


def code_of(mutant: Mutant) -> CodeType:
    """Return the code of the function with the change in it."""
    tree = ast.parse(_path(mutant.module).read_text("utf-8"))
    function = next(one for name, one in functions(tree) if name == mutant.function)
    node = _inside(function)[mutant.number]
    change = next(change for what, change in changes(node) if what == mutant.what)
    replacement = change(copy.deepcopy(node))

    class Put(ast.NodeTransformer):
        def visit(self, other: ast.AST) -> ast.AST | None:
            return replacement if other is node else self.generic_visit(other)

    Put().visit(function)
    return _compiled(tree, mutant.module, mutant.function)


def _compiled(tree: ast.Module, module: str, function: str) -> CodeType:
    todo = [compile(ast.fix_missing_locations(tree), str(_path(module)), "exec")]
    while todo:
        code = todo.pop()
        if code.co_qualname == function:
            return code
        todo += [one for one in code.co_consts if isinstance(one, CodeType)]
    raise LookupError(function)


def _path(module: str) -> Path:
    return ROOT / f"{module.replace('.', '/')}.py"


def live(module: str, function: str) -> FunctionType:
    """Return the function that runs, whatever wraps it."""
    found: object = importlib.import_module(module)
    for name in function.split("."):
        found = vars(found)[name]
    for name in ("fget", "func", "__func__", "__wrapped__"):
        found = getattr(found, name, found)
    assert isinstance(found, FunctionType), function
    return found


# Which tests enter which function


@dataclass
class Tested:
    """What was learnt of the tests."""

    entered: dict[str, set[str]] = field(default_factory=dict)
    """Tests by `module:function`; none that fails without a mutant."""
    seconds: dict[str, float] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)
    hits: set[str] = field(default_factory=set)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Note what a test enters, and how long it takes."""
        forget()
        self.hits.clear()
        before = time.process_time()
        done = yield
        self.seconds[item.nodeid] = time.process_time() - before
        for one in self.hits if item.nodeid not in self.failed else ():
            self.entered.setdefault(one, set()).add(item.nodeid)
        return done

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a failure: a mutant could not be told from it."""
        if report.failed:
            self.failed.append(report.nodeid)

    def of(self, mutant: Mutant) -> list[str]:
        """Return the tests for a mutant, the quick ones first, as many as there is time for."""
        found: list[str] = []
        total = 0.0
        for one in sorted(self.entered.get(f"{mutant.module}:{mutant.function}", ()), key=self.seconds.__getitem__):
            total += self.seconds[one]
            if total > MOST_SECONDS and found:
                break
            found.append(one)
        return found


def forget() -> None:
    """Forget what tests and engines keep from one call to the next."""
    for one in gc.get_objects():
        if isinstance(one, functools._lru_cache_wrapper) and one.__module__.startswith(
            ("tests", "sopkit.graph", "sopkit.rules")
        ):
            one.cache_clear()


def learn(modules: Sequence[str], tests: Sequence[str]) -> Tested:
    """Run the tests, every function telling when it is entered."""
    tested = Tested()
    kept: list[tuple[FunctionType, CodeType]] = []
    for module in modules:
        vars(importlib.import_module(module))["_entered"] = tested.hits.add
        tree = ast.parse(_path(module).read_text("utf-8"))
        names = [name for name, _ in functions(tree)]
        for name, node in functions(tree):
            node.body.insert(0, ast.parse(f"_entered({f'{module}:{name}'!r})").body[0])
        for name in names:
            function = live(module, name)
            kept.append((function, function.__code__))
            function.__code__ = _compiled(tree, module, name)
    _run(tests, [tested], whole=True)
    for function, code in kept:
        function.__code__ = code
    return tested


def _run(tests: Sequence[str], plugins: Sequence[object] = (), *, whole: bool = False) -> int:
    without = [f"no:{name}" for name in ("cacheprovider", "xdist", "randomly")]
    options = ["-q", *(() if whole else ("-x",)), *(f"-p{one}" for one in without), "-m", "not long and not browser"]
    return int(pytest.main([*options, *tests], plugins=[*plugins]))


# Running mutants


def start(mutant: Mutant, tests: Sequence[str], seconds: float) -> int:
    """Run the tests of a mutant in a process of its own; return the process."""
    code = code_of(mutant)
    process = os.fork()
    if process:
        return process
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    forget()
    live(mutant.module, mutant.function).__code__ = code
    signal.setitimer(signal.ITIMER_PROF, 10 + 10 * seconds)
    resource.setrlimit(resource.RLIMIT_AS, (6 * 2**30, 6 * 2**30))
    status = 1
    try:
        status = _run(tests)
    finally:
        os._exit(min(status, 1))


def judged(mutants: Sequence[Mutant], tested: Tested, processes: int) -> Iterator[tuple[Mutant, str]]:
    """Yield for each mutant `noticed`, `too slow`, `not noticed`, or `not entered` where no test comes to its function."""
    running: dict[int, Mutant] = {}
    todo = list(reversed(mutants))
    while todo or running:
        while todo and len(running) < processes:
            mutant = todo.pop()
            tests = tested.of(mutant)
            if not tests:
                yield mutant, "not entered"
                continue
            running[start(mutant, tests, sum(tested.seconds[one] for one in tests))] = mutant
        if running:
            process, status = os.wait()
            told = "too slow" if os.WIFSIGNALED(status) else "noticed" if status else "not noticed"
            yield running.pop(process), told


def main() -> int:
    """Print how many mutants are noticed, by module, and those that are not."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=520)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--into", type=Path)
    parser.add_argument("--map", type=Path, help="keeps which tests enter which function")
    parser.add_argument("--only", default="")
    parser.add_argument("--show", action="store_true", help="print the mutants and run nothing")
    asked = parser.parse_args()
    every = [mutant for module in TARGETS if asked.only in module for mutant in mutants_of(module)]
    chosen = random.Random(asked.seed).sample(every, min(asked.count, len(every)))  # noqa: S311
    if asked.show:
        print(*(f"{one.name} {one.line}: {one.said}" for one in chosen), sep="\n")
        print(f"{len(chosen)} of {len(every)}")
        return 0
    known = _known(asked.into)
    os.chdir(ROOT)
    tested = _learnt(asked.map)
    print(f"{len(tested.seconds)} tests in {sum(tested.seconds.values()):.0f} s; failed: {tested.failed}", flush=True)
    results = {one: known[one.name] for one in chosen if one.name in known}
    for mutant, told in judged([one for one in chosen if one not in results], tested, asked.processes):
        results[mutant] = told
        if asked.into is not None:
            with asked.into.open("a", encoding="utf-8") as file:
                file.write(
                    json.dumps(
                        {"mutant": mutant.name, "told": told, "line": mutant.line, "said": mutant.said},
                        ensure_ascii=False,
                    )
                    + "\n"
                )
    return report(results)


def _learnt(kept: Path | None) -> Tested:
    """Return what a file keeps of the tests, or learn and keep it."""
    if kept is not None and kept.exists():
        data = json.loads(kept.read_text("utf-8"))
        return Tested({name: set(tests) for name, tests in data["entered"].items()}, data["seconds"], data["failed"])
    tested = learn(TARGETS, TESTS)
    if kept is not None:
        entered = {name: sorted(tests) for name, tests in tested.entered.items()}
        kept.write_text(json.dumps({"entered": entered, "seconds": tested.seconds, "failed": tested.failed}), "utf-8")
    return tested


def _known(into: Path | None) -> dict[str, str]:
    """Return what a file already has: mutants that were noticed are not run again."""
    if into is None or not into.exists():
        return {}
    lines = [json.loads(line) for line in into.read_text("utf-8").splitlines()]
    return {line["mutant"]: line["told"] for line in lines if line["told"] in ("noticed", "too slow")}


def report(results: dict[Mutant, str]) -> int:
    """Print the table; return the exit code."""
    counts: dict[str, Counter[str]] = {}
    for mutant, told in results.items():
        counts.setdefault(mutant.module, Counter())[told] += 1
    print("| module | mutants | noticed | share |\n|---|---|---|---|")
    for module, mine in sorted(counts.items()):
        seen = mine["noticed"] + mine["too slow"]
        print(f"| `{module}` | {mine.total()} | {seen} | {seen / mine.total():.0%} |")
    seen = sum(told in ("noticed", "too slow") for told in results.values())
    print(f"| all | {len(results)} | {seen} | {seen / len(results):.1%} |")
    for mutant, told in sorted(results.items(), key=lambda one: one[0].name):
        if told not in ("noticed", "too slow"):
            print(f"{told}: {mutant.name} line {mutant.line}: {mutant.said}")
    return 0 if seen >= ENOUGH * len(results) else 1


if __name__ == "__main__":
    sys.exit(main())
