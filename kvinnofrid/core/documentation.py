"""Markdown from code: tables, the rule of each address, and workflows as tables and pictures."""

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from kvinnofrid.core.workflow import Workflow


@dataclass(frozen=True)
class Address:
    """One address: its path, name, access rule, methods, and what its view says it is."""

    path: str
    name: str
    rule: str
    methods: tuple[str, ...]
    purpose: str


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; a bar in a cell would end it, so it is escaped."""
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join(f"| {' | '.join(map(_cell, cells))} |" for cells in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def addresses() -> list[Address]:
    """All addresses of the portal, in the order in which they are tried."""
    return [_address(path, pattern) for path, pattern in _patterns(get_resolver().url_patterns, "/")]


def _patterns(patterns: Iterable[Any], prefix: str) -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        path = prefix + str(pattern.pattern).removeprefix("^").removesuffix("$")
        if isinstance(pattern, URLResolver):
            yield from _patterns(pattern.url_patterns, path)
        else:
            yield path, pattern


def _address(path: str, pattern: URLPattern) -> Address:
    view = pattern.callback
    return Address(
        path=path,
        name=pattern.name or "",
        rule=getattr(view, "access_rule", ""),
        methods=methods_of(view),
        purpose=(view.__doc__ or "").strip().partition("\n")[0],
    )


def methods_of(view: Callable[..., Any]) -> tuple[str, ...]:
    """The methods that a view declares with Django's decorators; none when it declares none."""
    found: Any = view
    while found is not None:
        declared = inspect.getclosurevars(found).nonlocals.get("request_method_list")
        if declared:
            return tuple(declared)
        found = getattr(found, "__wrapped__", None)
    return ()


def moves_table(workflow: Workflow, words: Mapping[str, str]) -> str:
    """Each move with the states it starts from, the state it leads to, and whether it needs a reason."""
    rows = [
        [f"`{move.verb}`", ", ".join(_in_order(move.sources, words)), words[move.target], _yes(move.needs_reason)]
        for move in workflow.moves
    ]
    return table(["move", "from", "to", "needs a reason"], rows)


def moves_picture(workflow: Workflow, words: Mapping[str, str], *, start: str) -> str:
    """The same as a state diagram (mermaid)."""
    lines = ["```mermaid", "stateDiagram-v2"]
    lines += [f'    state "{word}" as {state}' for state, word in words.items()]
    lines.append(f"    [*] --> {start}")
    for move in workflow.moves:
        lines += [f"    {state} --> {move.target}: {move.verb}" for state in words if state in move.sources]
    return "\n".join([*lines, "```"])


def _in_order(states: Iterable[str], words: Mapping[str, str]) -> list[str]:
    return [word for state, word in words.items() if state in set(states)]


def _yes(value: bool) -> str:
    return "yes" if value else ""
