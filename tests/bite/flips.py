"""Finds every permission rule in the code and flips one of them; the working tree is never touched.

As a plugin of pytest (`-p tests.bite.flips`, with the rule's number in BITE) it flips that rule as its file is imported.
"""

import ast
import copy
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import wraps
from importlib.machinery import SourceFileLoader
from pathlib import Path
from typing import Any

BASE = Path(__file__).parents[2]
APPS = ("organisations", "mandates", "agreements", "reports")
VARIABLE = "BITE"
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


def always(test: Any) -> Any:
    """In the place of the test of an address: holds for everybody who has logged in."""

    @wraps(test)
    def holds(user: Any) -> bool:
        return bool(user.is_authenticated)

    return holds


def flipped(tree: ast.Module, flip: Flip) -> ast.Module:
    """The file with this one rule flipped."""
    node: Any = list(ast.walk(tree))[flip.place]
    if isinstance(node, ast.Return) and node.value:
        node.value = ast.UnaryOp(ast.Not(), node.value)
    elif isinstance(node, ast.BoolOp):
        node.values[flip.detail] = ast.Constant(value=isinstance(node.op, ast.And))
    elif isinstance(node, ast.If) and flip.way == "the opposite":
        node.test = ast.UnaryOp(ast.Not(), node.test)
    elif isinstance(node, ast.If):
        node.test = ast.Constant(value=False)
    elif isinstance(node, ast.Expr):
        node.value = ast.Constant(value=None)
    elif isinstance(node, ast.AnnAssign):
        _change_table(node, flip.detail)
    else:
        decorator = node.decorator_list[flip.detail]
        opened = ast.parse("__import__('tests.bite.flips', fromlist=['always']).always(0)", mode="eval").body
        opened.args = [copy.deepcopy(decorator.args[0])]  # type: ignore[attr-defined]
        decorator.args = [opened]
    return ast.fix_missing_locations(tree)


def _change_table(node: ast.AnnAssign, detail: int) -> None:
    assert node.value
    sets = _sets(node.value)
    every = sorted({word for _, found in sets for word in _words(found)})
    changed = set(_words(sets[detail // 100][1])) ^ {every[detail % 100]}
    sets[detail // 100][1].args = [ast.Set([ast.Constant(word) for word in sorted(changed)])] if changed else []


def install(flip: Flip) -> None:
    """From now on the file is imported with the rule flipped, past what Python has compiled before."""
    target, compiled, dated = str(BASE / flip.path), SourceFileLoader.source_to_code, SourceFileLoader.path_stats

    def source_to_code(self: Any, data: Any, path: Any, *rest: Any, **options: Any) -> Any:
        if path == target:
            data = flipped(ast.parse(data), flip)
        return compiled(self, data, path, *rest, **options)

    def path_stats(self: Any, path: Any) -> Any:
        if path == target:
            raise OSError
        return dated(self, path)

    SourceFileLoader.source_to_code = source_to_code  # type: ignore[method-assign]
    SourceFileLoader.path_stats = path_stats  # type: ignore[method-assign]


if os.environ.get(VARIABLE) and __name__ != "__main__":
    sys.dont_write_bytecode = True
    CHOSEN = flips()[int(os.environ[VARIABLE])]
    install(CHOSEN)
    if CHOSEN.is_table:
        import pytest

        @pytest.fixture(autouse=True)
        def roles_follow_the_table(request: pytest.FixtureRequest) -> None:
            """The people of the tests were made with the table as it is; inside a test they get what it says now."""
            if "world" in request.fixturenames:
                request.getfixturevalue("world")
                from organisations.actions import follow_role_table

                follow_role_table()
