"""Finds every permission rule in the code, and flips one of them in the code that is loaded; no file is touched."""

import ast
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from itertools import groupby
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any
from unittest import mock

BASE = Path(__file__).parents[2]
APPS = ("organisations", "mandates", "agreements", "reports")
TABLES = {"ORGANISATION", "FORUM", "PARTNERSHIP", "STEERING_GROUP_MEMBER"}
ASKS = re.compile(r"\b(may_\w+|sees_\w+|is_coordinator|is_member|registers_\w+)\(")
CHECKS = re.compile(r"_?require(_\w+)?")


@dataclass(frozen=True)
class Flip:
    """A rule, and what is done to it."""

    path: str
    function: str
    rule: str
    way: str
    place: int  # which node of the file, in the order of ast.walk
    detail: int = 0

    @property
    def key(self) -> str:
        return f"{self.path} {self.function}: {self.rule} ({self.way})"

    @property
    def app(self) -> str:
        return self.path.partition("/")[0]

    @property
    def is_table(self) -> bool:
        return self.function in TABLES


def flips() -> list[Flip]:
    """All of them, in the order of the files."""
    found: list[Flip] = []
    for app in APPS:
        for path in sorted((BASE / app).rglob("*.py")):
            name = path.relative_to(BASE).as_posix()
            if name.endswith("permissions.py") and "models" not in name:
                found += _of_rules(name, ast.parse(path.read_text(encoding="utf-8")))
            elif "/actions" in name or "/views" in name:
                found += _of_checks(name, ast.parse(path.read_text(encoding="utf-8")))
    return found


def _short(node: ast.AST) -> str:
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= 90 else f"{text[:89]}…"


def _with_functions(tree: ast.Module) -> Iterator[tuple[int, ast.AST, str]]:
    """Every node with its number and the function that it stands in."""
    owner: dict[int, str] = {}
    for node in ast.walk(tree):  # from the outside in, so that the innermost function stays
        if isinstance(node, ast.FunctionDef):
            owner |= {id(inner): node.name for inner in ast.walk(node)}
    for number, node in enumerate(ast.walk(tree)):
        yield number, node, owner.get(id(node), "")


# --- rules in permissions.py ------------------------------------------------------------------------------------------


def _of_rules(path: str, tree: ast.Module) -> Iterator[Flip]:
    boolean = {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and isinstance(node.returns, ast.Name) and node.returns.id == "bool"
    }
    for number, node, function in _with_functions(tree):
        if isinstance(node, ast.Return) and node.value and function in boolean:
            yield Flip(path, function, _short(node.value), "the opposite", number)
        elif isinstance(node, ast.If) and function in boolean:
            yield Flip(path, function, f"if {_short(node.test)}", "the opposite", number)
        elif isinstance(node, ast.BoolOp) and function in boolean:
            for place, operand in enumerate(node.values):
                yield Flip(path, function, _short(operand), "left out", number, place)
        elif isinstance(node, ast.AnnAssign) and _name(node.target) in TABLES:
            yield from _of_table(path, number, node)


def _name(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else ""


def _sets(node: ast.AST) -> list[tuple[str, ast.Call]]:
    """The frozensets of a table, with the role of each."""
    if isinstance(node, ast.Dict):
        pairs = zip(node.keys, node.values, strict=True)
        return [(_short(key), value) for key, value in pairs if key and isinstance(value, ast.Call)]
    return [("", node)] if isinstance(node, ast.Call) else []


def _words(call: ast.Call) -> list[str]:
    return [str(node.value) for node in ast.walk(call) if isinstance(node, ast.Constant)]


def _of_table(path: str, number: int, node: ast.AnnAssign) -> Iterator[Flip]:
    assert node.value
    sets = _sets(node.value)
    every = sorted({word for _, found in sets for word in _words(found)})
    for place, (role, found) in enumerate(sets):
        for word_place, word in enumerate(every):
            way = "taken away" if word in _words(found) else "given"
            yield Flip(path, _name(node.target), f"{role} {word}".strip(), way, number, place * 100 + word_place)


# --- checks in views and actions --------------------------------------------------------------------------------------


def _of_checks(path: str, tree: ast.Module) -> Iterator[Flip]:
    for number, node, function in _with_functions(tree):
        if isinstance(node, ast.FunctionDef) and "/views" in path:
            for place, decorator in enumerate(node.decorator_list):
                if isinstance(decorator, ast.Call) and _name(decorator.func) == "requires":
                    yield Flip(path, node.name, f"@{_short(decorator)}", "open to all who are logged in", number, place)
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            if _is_check(node.value):
                yield Flip(path, function, _short(node), "left out", number)
        elif isinstance(node, ast.If) and not CHECKS.fullmatch(function) and _refuses(node):
            yield Flip(path, function, f"if {_short(node.test)}: refuse", "left out", number)


def _is_check(call: ast.Call) -> bool:
    """Whether it refuses a person: `_require(…)`, or a relative of it that is told who asks."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else _name(call.func)
    asks = {"by", "request"} & {_name(node) for node in ast.walk(call)}
    return bool(CHECKS.fullmatch(name)) and (bool(asks) or name in {"_require", "require"})


def _refuses(node: ast.If) -> bool:
    """Whether a branch does nothing but refuse, and about a person."""
    if len(node.body) != 1 or not isinstance(node.body[0], ast.Raise) or not node.body[0].exc:
        return False
    raised = ast.unparse(node.body[0].exc)
    return raised.endswith("Refused") or ("Http404" in raised and bool(ASKS.search(ast.unparse(node.test))))


# --- flipping ---------------------------------------------------------------------------------------------------------


@contextmanager
def flipped(flip: Flip) -> Iterator[None]:
    """The rule is flipped for all that have imported it, and then as it was."""
    module = _module(flip.path)
    tree = ast.parse((BASE / flip.path).read_text(encoding="utf-8"))
    node = list(ast.walk(tree))[flip.place]
    if flip.is_table:
        change = _table_changed(module, flip, node)
    elif isinstance(node, ast.FunctionDef):
        change = _door_opened(module, flip)
    else:
        change = _code_changed(module, tree, node, flip)
    with change:
        yield


@contextmanager
def _door_opened(module: ModuleType, flip: Flip) -> Iterator[None]:
    """The test that the view's door keeps holds for everybody who has logged in."""
    door = next(found for found in _layers(getattr(module, flip.function)) if "test" in found.__code__.co_freevars)
    cell = (door.__closure__ or ())[door.__code__.co_freevars.index("test")]
    test = cell.cell_contents
    cell.cell_contents = lambda user: bool(user.is_authenticated)
    try:
        yield
    finally:
        cell.cell_contents = test


@contextmanager
def _code_changed(module: ModuleType, tree: ast.Module, node: Any, flip: Flip) -> Iterator[None]:
    """The function that the rule stands in runs the changed code, whoever holds it."""
    name = _holder(tree, node)
    _change(node, flip)
    function = _function(module, name)
    code, function.__code__ = function.__code__, _compiled(flip.path, tree)[name]
    try:
        yield
    finally:
        function.__code__ = code


def place_of(flip: Flip) -> str:
    """The function that the rule stands in; empty for a table and for the door of an address."""
    tree = ast.parse((BASE / flip.path).read_text(encoding="utf-8"))
    node = list(ast.walk(tree))[flip.place]
    return "" if flip.is_table or isinstance(node, ast.FunctionDef) else f"{flip.path} {_holder(tree, node)}"


@contextmanager
def told_apart(places: Iterable[str], run: set[str]) -> Iterator[None]:
    """These functions tell when they are run: each puts its place among `run`."""
    before = []
    for path, found in groupby(sorted(set(places)), lambda place: place.partition(" ")[0]):
        module, tree = _module(path), ast.parse((BASE / path).read_text(encoding="utf-8"))
        vars(module)["__run__"] = run
        holders = dict(_holders(tree))
        names = [place.partition(" ")[2] for place in found]
        for name in names:
            telling = ast.parse(f"__run__.add({f'{path} {name}'!r})").body
            holders[name].body[:0] = telling
        codes = _compiled(path, tree)
        for name in names:
            function = _function(module, name)
            before.append((function, function.__code__))
            function.__code__ = codes[name]
    try:
        yield
    finally:
        for function, code in before:
            function.__code__ = code


def _module(path: str) -> ModuleType:
    return import_module(path.removesuffix(".py").replace("/", "."))


def _holder(tree: ast.Module, node: ast.AST) -> str:
    return next(name for name, holder in _holders(tree) if any(inner is node for inner in ast.walk(holder)))


def _compiled(path: str, tree: ast.Module) -> dict[str, CodeType]:
    whole = compile(ast.fix_missing_locations(tree), str(BASE / path), "exec")
    return {code.co_qualname: code for code in _codes(whole)}


def _function(module: ModuleType, name: str) -> Any:
    """Without what decorators have put around it."""
    held: Any = module
    for part in name.split("."):
        held = getattr(held, part)
    return next(found for found in _layers(held) if found.__code__.co_qualname == name)


@contextmanager
def _table_changed(module: ModuleType, flip: Flip, node: Any) -> Iterator[None]:
    """One permission more or less for one role; STEERING_GROUP_MEMBER has no roles."""
    sets = _sets(node.value)
    every = sorted({word for _, found in sets for word in _words(found)})
    changed = frozenset(_words(sets[flip.detail // 100][1])) ^ {every[flip.detail % 100]}
    table = getattr(module, flip.function)
    if isinstance(table, dict):
        role = list(table)[flip.detail // 100]
        with mock.patch.dict(table, {role: changed}):
            yield
    else:
        with mock.patch.object(module, flip.function, changed):
            yield


def _change(node: Any, flip: Flip) -> None:
    if isinstance(node, ast.Return) and node.value:
        node.value = ast.UnaryOp(ast.Not(), node.value)
    elif isinstance(node, ast.BoolOp):
        node.values[flip.detail] = ast.Constant(value=isinstance(node.op, ast.And))
    elif isinstance(node, ast.If) and flip.way == "the opposite":
        node.test = ast.UnaryOp(ast.Not(), node.test)
    elif isinstance(node, ast.If):
        node.test = ast.Constant(value=False)
    else:
        node.value = ast.Constant(value=None)


def _holders(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef]]:
    """The functions of the file and the methods of its classes."""
    for top in tree.body:
        if isinstance(top, ast.FunctionDef):
            yield top.name, top
        elif isinstance(top, ast.ClassDef):
            yield from ((f"{top.name}.{inner.name}", inner) for inner in top.body if isinstance(inner, ast.FunctionDef))


def _codes(code: CodeType) -> Iterator[CodeType]:
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield inner
            yield from _codes(inner)


def _layers(held: Any) -> Iterator[Any]:
    """What decorators have put around a function, from the outside in, as far as it is made of functions."""
    held = getattr(held, "fget", None) or held
    while held is not None:
        if hasattr(held, "__code__"):
            yield held
        held = getattr(held, "__wrapped__", None)
