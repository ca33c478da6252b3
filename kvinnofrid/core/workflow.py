"""What may follow what: a frozen table of moves, read by actions, buttons, tests and docs alike."""

from collections.abc import Iterable
from dataclasses import dataclass


class MoveRefused(Exception):
    """The state no longer allows the move; the message is shown to the person."""


@dataclass(frozen=True)
class Move:
    """One arrow of a workflow."""

    verb: str
    sources: frozenset[str]
    target: str
    needs_reason: bool = False


@dataclass(frozen=True)
class Workflow:
    """All moves of one kind of object."""

    moves: tuple[Move, ...]

    def move(self, verb: str) -> Move:
        return next(move for move in self.moves if move.verb == verb)

    def allows(self, state: str, verb: str) -> bool:
        return state in self.move(verb).sources

    def check(self, state: str, verb: str, *, reason: str = "") -> Move:
        """The move, or MoveRefused with a plain sentence."""
        move = self.move(verb)
        if state not in move.sources:
            raise MoveRefused("Det går inte längre: någon annan har hunnit ändra läget. Ladda om sidan.")
        if move.needs_reason and not reason.strip():
            raise MoveRefused("Skriv en motivering.")
        return move


def move(verb: str, sources: Iterable[str], target: str, *, needs_reason: bool = False) -> Move:
    return Move(verb, frozenset(sources), target, needs_reason)
