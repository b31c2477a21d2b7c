"""A module's source comes in; every small change of its functions goes out, each with the code that has the change in it."""

from __future__ import annotations

import ast
import copy
import importlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from types import CodeType, FunctionType

ROOT = Path(__file__).parent.parent.parent
SWAPPED: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.FloorDiv: ast.Mult, ast.Div: ast.Mult, ast.Mod: ast.Add,
    ast.And: ast.Or, ast.Or: ast.And,
}  # fmt: skip
CALLED = {"min": "max", "max": "min", "any": "all", "all": "any", "shortest": "longest", "longest": "shortest"}
Function = ast.FunctionDef
COMPOUND = (ast.If, ast.For, ast.While, ast.With, ast.Try, ast.Match, ast.FunctionDef)


@dataclass(frozen=True)
class Mutant:
    """One change: in which function of which module, at which of its nodes, and how."""

    module: str
    function: str
    """Qualified name of the outermost function."""
    number: int
    """Of the node in the function."""
    what: str
    part: str
    """The text of the node."""
    line: int
    block: str
    """The statements that run one after the other, if any of them does; see `blocks`."""
    text: str
    """A digest of the function, so that nothing is taken for known when it has been changed."""

    @property
    def name(self) -> str:
        return f"{self.module}:{self.function}@{self.text}:{self.number}:{self.what}"

    @property
    def kind(self) -> tuple[str, str, str, str]:
        """Return what stays the same while lines are moved about."""
        return self.module, self.function, self.part, self.what


def mutants_of(module: str) -> list[Mutant]:
    """Return every mutant of a module."""
    found: list[Mutant] = []
    for name, function in functions(ast.parse(_source(module))):
        digest = sha256(ast.unparse(function).encode()).hexdigest()[:8]
        places = {id(node): block for block, nodes in blocks(module, function) for node in nodes}
        for number, node in enumerate(_inside(function)):
            found += [
                Mutant(module, name, number, what, _text(node), _line(node), places[id(node)], digest)
                for what in dict.fromkeys(what for what, _ in changes(node))
            ]
    return found


def code_of(mutant: Mutant) -> CodeType:
    """Return the code of the function with the change in it."""
    tree = ast.parse(_source(mutant.module))
    function = next(one for name, one in functions(tree) if name == mutant.function)
    node = _inside(function)[mutant.number]
    change = next(change for what, change in changes(node) if what == mutant.what)
    replacement = change(copy.deepcopy(node))

    class Put(ast.NodeTransformer):
        def visit(self, other: ast.AST) -> ast.AST | None:
            return replacement if other is node else self.generic_visit(other)

    Put().visit(function)
    return _compiled(tree, mutant.module)[mutant.function]


def telling_code_of(module: str) -> dict[str, CodeType]:
    """Return the code of each function of a module, in which each block first calls `_entered` with its name."""
    tree = ast.parse(_source(module))
    names = [name for name, _ in functions(tree)]
    for _, function in functions(tree):
        starts = {id(nodes[0]): block for block, nodes in blocks(module, function)}
        for one in ast.walk(function):
            for statements in _lists(one):
                for number in range(len(statements) - 1, -1, -1):
                    if (block := starts.get(id(statements[number]))) is not None:
                        statements.insert(number, ast.parse(f"_entered({block!r})").body[0])
    return {name: code for name, code in _compiled(tree, module).items() if name in names}


def live(module: str, function: str) -> FunctionType:
    """Return the function that runs, whatever wraps it."""
    found: object = importlib.import_module(module)
    for name in function.split("."):
        found = vars(found)[name]
    for name in ("fget", "func", "__func__", "__wrapped__"):
        found = getattr(found, name, found)
    assert isinstance(found, FunctionType), function
    return found


def functions(tree: ast.Module) -> Iterator[tuple[str, Function]]:
    """Yield the outermost functions of a module, with their qualified names."""
    for node in tree.body:
        if isinstance(node, Function):
            yield node.name, node
        elif isinstance(node, ast.ClassDef):
            yield from ((f"{node.name}.{one.name}", one) for one in node.body if isinstance(one, Function))


def blocks(module: str, function: Function) -> Iterator[tuple[str, list[ast.AST]]]:
    """Yield the runs of statements of which all run or none, each with its nodes, its first statement first."""
    for one in ast.walk(function):
        for statements in _lists(one):
            run: list[ast.AST] = []
            for statement in statements:
                run += _own(statement)
                if isinstance(statement, COMPOUND):
                    yield f"{module}:{_line(run[0])}", run
                    run = []
            if run:
                yield f"{module}:{_line(run[0])}", run


def _lists(node: ast.AST) -> Iterator[list[ast.stmt]]:
    for name in ("body", "orelse", "finalbody"):
        found = getattr(node, name, None)
        if isinstance(found, list) and found:
            yield found


def _own(statement: ast.stmt) -> list[ast.AST]:
    """Return a statement's nodes without the statements inside it."""
    found: list[ast.AST] = []
    todo: list[ast.AST] = [statement]
    while todo:
        node = todo.pop()
        found.append(node)
        todo += [one for one in ast.iter_child_nodes(node) if not isinstance(one, ast.stmt)]
    return found


def changes(node: ast.AST) -> Iterator[tuple[str, Callable[[ast.AST], ast.AST | None]]]:
    """Yield what may be changed at a node: a word for it, and what makes another node of it."""
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
        case ast.Expr(value=ast.Call()):
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


def _text(node: ast.AST) -> str:
    """Return a node's text, of a statement with others inside it what it asks."""
    if isinstance(node, ast.If):
        return f"if {ast.unparse(node.test)}"
    return " ".join(ast.unparse(node).split())


def _line(node: ast.AST) -> int:
    """Return a node's line; a filter has none of its own."""
    return next(one.lineno for one in ast.walk(node) if isinstance(one, ast.expr | ast.stmt))


def _compiled(tree: ast.Module, module: str) -> dict[str, CodeType]:
    found: dict[str, CodeType] = {}
    todo = [compile(ast.fix_missing_locations(tree), str(path_of(module)), "exec")]
    while todo:
        code = todo.pop()
        found.setdefault(code.co_qualname, code)
        todo += [one for one in code.co_consts if isinstance(one, CodeType)]
    return found


@cache
def _source(module: str) -> str:
    return path_of(module).read_text("utf-8")


def path_of(module: str) -> Path:
    """Return the file of a module."""
    return ROOT / f"{module.replace('.', '/')}.py"


def sample(modules: Sequence[str], seed: int, count: int) -> list[Mutant]:
    """Return some mutants: the same ones again as long as their functions stay as they are."""
    every = [mutant for module in modules for mutant in mutants_of(module)]
    return sorted(every, key=lambda one: sha256(f"{seed} {one.name}".encode()).digest())[:count]
