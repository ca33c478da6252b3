"""`make bite`: flips each permission rule in turn and runs the tests that should notice, in two processes.

ONLY=text tries the rules whose file or name holds the text, SAMPLE=n every nth, REST=1 those that nobody has noticed yet;
SEEN=1 believes what was seen the last time of which tests run which rule. What has been tried is remembered in
`.data/bite.json`; docs/bite.md tells what came out.
"""

import json
import os
import subprocess
import sys
from typing import Any

from tests.bite.flips import APPS, BASE, Flip, flips

AT_ONCE = 2
SEEN = BASE / ".data" / "bite-seen.json"
MEMORY = BASE / ".data" / "bite.json"
DOCUMENT = BASE / "docs" / "bite.md"
TESTS = [f"tests/{name}" for name in (*APPS, "access")]
HEAD = """# What the tests notice

`make bite` flips each permission rule of the code in turn (a rule, an operand of it, a role's permission, the door of an
address, a check of an action) and runs the tests that run the rule until one notices; of the tests of the apps and of the
access table, those that do not commit. A rule that nobody misses is a rule that nobody tests. It is not part of `make test`.
"""


def main() -> None:
    every = flips()
    results: dict[str, str] = json.loads(MEMORY.read_text(encoding="utf-8")) if MEMORY.exists() else {}
    only, step = os.environ.get("ONLY", ""), int(os.environ.get("SAMPLE") or 1)
    known = {key for key, by in results.items() if by} if os.environ.get("REST") else set()
    chosen = [number for number, flip in enumerate(every) if only in flip.key and flip.key not in known][::step]
    MEMORY.parent.mkdir(exist_ok=True)
    if not (SEEN.exists() and os.environ.get("SEEN")):
        SEEN.write_text(json.dumps(merged(in_shares("see"))), encoding="utf-8")
    told = in_shares("flip", BITE_FLIPS=" ".join(map(str, chosen)), BITE_SEEN=str(SEEN))
    results |= dict(json.loads(line) for text in told for line in text.splitlines())
    known_now = {flip.key: results[flip.key] for flip in every if flip.key in results}
    MEMORY.write_text(json.dumps(known_now, indent=1, ensure_ascii=False), encoding="utf-8")
    DOCUMENT.write_text(document(every, results), encoding="utf-8")
    missed = [every[number].key for number in chosen if not results.get(every[number].key)]
    print(f"{len(chosen) - len(missed)} of {len(chosen)} caught.", *missed, sep="\n  ")
    raise SystemExit(bool(missed))


def merged(shares: list[str]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for place, tests in (pair for text in shares for pair in json.loads(text).items()):
        found.setdefault(place, []).extend(tests)
    return found


def in_shares(what: str, **values: str) -> list[str]:
    """What each process has written, when all have ended."""
    command = [sys.executable, "-m", "pytest", "-q", "--no-header", "-p", "no:cacheprovider", "-p", "tests.bite.biting"]
    places = [MEMORY.with_name(f"bite-{what}-{share}") for share in range(AT_ONCE)]
    for place in places:
        place.unlink(missing_ok=True)
    runs = [
        subprocess.Popen(
            [*command, "--capture=sys", *TESTS],
            cwd=BASE,
            env={**os.environ, **values, "BITE": f"{what} {share} {AT_ONCE}", "BITE_TO": str(place)},
        )
        for share, place in enumerate(places)
    ]
    for run in runs:
        run.wait()
    return [place.read_text(encoding="utf-8") if place.exists() else "" for place in places]


def document(every: list[Flip], results: dict[str, str]) -> str:
    """What came out, by file."""
    tried = [flip for flip in every if flip.key in results]
    caught = sum(bool(results[flip.key]) for flip in tried)
    told = f"{caught} noticed so far. What is not listed has no result that holds."
    lines = [HEAD, f"{len(every)} flips in all, {'every one noticed.' if caught == len(every) else told}", ""]
    for path in dict.fromkeys(flip.path for flip in tried):
        lines += [f"## `{path}`", "", "| where | rule | flip | noticed by |", "|---|---|---|---|"]
        for flip in (found for found in tried if found.path == path):
            by = f"`{results[flip.key]}`" if results[flip.key] else "**nobody**"
            rule = flip.rule.replace("|", "\\|")
            lines.append(f"| `{flip.function}` | `{rule}` | {flip.way} | {by} |")
        lines.append("")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
