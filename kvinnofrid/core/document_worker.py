"""The process that reads one uploaded document: bytes in, JSON out, then it ends.

Run by `core.documents` as a program of its own. When the document is opened, the process can open neither a file nor
a socket, so nothing that a document points to can be fetched.
"""

import codecs
import json
import os
import resource
import sys
from collections.abc import Callable
from typing import Any

from kvinnofrid.core.documents import MOST_ANSWER, MOST_BYTES, WALL_SECONDS, Reason, UnreadableDocument
from kvinnofrid.core.pdf_worker import die_with, limit
from kvinnofrid.core.richtext import TextTooComplex

CPU_SECONDS = 20
MEMORY = 768 * 1024 * 1024

# Python loads an encoding when it is first asked for, which is too late once no file can be opened.
ENCODINGS = ("us-ascii", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "latin-1", "cp437")

Read = Callable[[bytes], dict[str, Any]]


def reader(kind: str) -> Read:
    """Load only what this kind of document needs."""
    if kind == "docx":
        from kvinnofrid.core.document_word import read
    elif kind == "pdf":
        from kvinnofrid.core.document_pdf import read
    else:
        from kvinnofrid.core.document_text import read
    return read


def close_in() -> None:
    """From here on: 20 s of CPU, 768 MB, 5 MB to say, and not one more open file or connection."""
    for encoding in ENCODINGS:
        codecs.lookup(encoding)
    limit(CPU_SECONDS, MEMORY, WALL_SECONDS)
    seconds, _ = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))  # one document: nothing more to come after it
    resource.setrlimit(resource.RLIMIT_FSIZE, (MOST_ANSWER, MOST_ANSWER))
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))


def answer(read: Read, data: bytes) -> dict[str, Any]:
    try:
        return read(data)
    except UnreadableDocument as fault:
        return {"unreadable": fault.reason}
    except (MemoryError, RecursionError, TextTooComplex):
        return {"unreadable": Reason.HEAVY}
    except Exception:
        return {"unreadable": Reason.BROKEN}


def main(kind: str) -> None:
    die_with(os.getppid())
    read = reader(kind)
    data = sys.stdin.buffer.read(MOST_BYTES + 1)
    close_in()
    said = json.dumps(answer(read, data)).encode()
    if len(said) > MOST_ANSWER:
        said = json.dumps({"unreadable": Reason.HEAVY}).encode()
    sys.stdout.buffer.write(said)


if __name__ == "__main__":
    main(*sys.argv[1:])
