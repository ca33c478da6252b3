"""The one door to PDF: a template and its context in, a tagged and archivable document out."""

import atexit
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Generator, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from django.template.loader import render_to_string

from kvinnofrid.core import pdf_worker as wire

PROJECT = Path(__file__).resolve().parents[2]
START_SECONDS = 60
GRACE_SECONDS = 5
STOP_SECONDS = 10
DRAWN_BY_ONE = 50  # documents that one fork draws in a row, before another takes over with fresh memory
AHEAD = 2  # documents of a row that wait for each fork, already turned into HTML
# The drawing process gets these from our environment and nothing else: no database address, no secret key.
PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH", "FONTCONFIG_FILE", "FONTCONFIG_PATH")
# Characters that no document can show, and those that turn the order of the text around them.
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


class PdfFailed(Exception):
    """No document could be made; the text is for the person who asked for it, `detail` for the log."""

    message = "PDF:en kunde inte skapas. Försök igen. Blir det fel en gång till, hör av dig till samordnaren."

    def __init__(self, detail: str = "") -> None:
        super().__init__(self.message)
        self.detail = detail


class PdfTooHeavy(PdfFailed):
    """The document asked for more time or memory than one document may use."""

    message = "Dokumentet är för stort för att bli en PDF. Korta texten eller dela upp den och försök igen."


@dataclass(frozen=True)
class Limits:
    """What one document may use: seconds of CPU, bytes of address space, seconds on the clock."""

    cpu: int = 20
    memory: int = 768 * 1024 * 1024
    wall: int = 40


@dataclass(frozen=True)
class Document:
    """A drawn document, with the HTML it was drawn from."""

    html: str
    pdf: bytes


@dataclass(frozen=True)
class Metadata:
    """What the diarium and the e-archive read from the file itself."""

    title: str
    created: datetime
    author: str = ""
    subject: str = ""
    keywords: Sequence[str] = ()

    @property
    def created_utc(self) -> str:
        return f"{self.created.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def render(
    template: str,
    context: Mapping[str, Any],
    *,
    title: str,
    created: datetime,
    author: str = "",
    subject: str = "",
    keywords: Sequence[str] = (),
    limits: Limits = Limits(),
) -> Document:
    """Draw a template; the bytes depend on its HTML alone, so `created` is when the content last changed."""
    html = page(template, context, title=title, created=created, author=author, subject=subject, keywords=keywords)
    return Document(html, draw(html, limits))


def page(
    template: str,
    context: Mapping[str, Any],
    *,
    title: str,
    created: datetime,
    author: str = "",
    subject: str = "",
    keywords: Sequence[str] = (),
) -> str:
    """The HTML that a document is drawn from."""
    metadata = Metadata(title, created, author, subject, keywords)
    return UNPRINTABLE.sub("\ufffd", render_to_string(template, {**context, "metadata": metadata}))


def draw(html: str, limits: Limits = Limits()) -> bytes:
    """Draw HTML in a limited process; a lost drawing process is started anew once."""
    with _drawer(limits) as drawer:
        return drawer.draw(html)


def draw_row(pages: Iterable[str], *, at_once: int = 1, limits: Limits = Limits()) -> Generator[bytes, None, None]:
    """Draw many documents, in their order; so many at once, each within the limits of one document.

    The pages are taken while others are drawn. Raises PdfFailed at the place of a document that cannot be drawn.
    """
    drawers: SimpleQueue[_Drawer] = SimpleQueue()
    for _ in range(at_once):
        drawers.put(_Drawer(limits))

    def draw_one(html: str) -> bytes:
        drawer = drawers.get()
        try:
            return drawer.draw(html)
        finally:
            drawers.put(drawer)

    waiting: deque[Future[bytes]] = deque()
    with ThreadPoolExecutor(at_once, thread_name_prefix="pdf") as pool:
        try:
            for html in pages:
                waiting.append(pool.submit(draw_one, html))
                if len(waiting) > AHEAD * at_once:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)
            while not drawers.empty():
                drawers.get().close()


class _Drawer:
    """A line to a fork that draws one document after another; a new one after each fault, and now and then anyway."""

    def __init__(self, limits: Limits) -> None:
        self.limits, self.drawn = limits, 0
        self.line: socket.socket | None = None
        self.process: _Process | None = None

    def draw(self, html: str) -> bytes:
        for attempt in (1, 2):
            process = _process()
            try:
                kind, body = self._order(process, html)
            except (OSError, EOFError) as lost:
                self.close()
                process.stop()
                if attempt == 2:
                    raise PdfFailed(f"drawing process lost: {type(lost).__name__}") from lost
            else:
                break
        if kind == wire.DRAWN:
            return body
        self.close()
        raise (PdfTooHeavy if kind == wire.HEAVY else PdfFailed)(body.decode())

    def _order(self, process: "_Process", html: str) -> tuple[bytes, bytes]:
        if self.line is None or self.process is not process or self.drawn == DRAWN_BY_ONE:
            self.close()
            self.line, self.process, self.drawn = process.line(self.limits), process, 0
        self.drawn += 1
        try:
            self.line.sendall(wire.frame(wire.ORDER, html.encode()))
        except (BrokenPipeError, ConnectionResetError):
            pass  # it ended before it had read all; why is in the answer
        return wire.receive(self.line)

    def keep_within(self, limits: Limits) -> None:
        """A fork cannot get back the memory that it has been denied, so other limits take another fork."""
        if limits != self.limits:
            self.close()
            self.limits = limits

    def close(self) -> None:
        """Hang up, which ends the fork."""
        if self.line is not None:
            self.line.close()
            self.line = None


class _Process:
    """The process that has WeasyPrint loaded, and our end of the line to it."""

    def __init__(self) -> None:
        self.scratch = tempfile.mkdtemp(prefix="portal-pdf-")
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self.popen = subprocess.Popen(
                [sys.executable, "-m", wire.__name__, self.scratch],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                cwd=PROJECT,
                env={name: os.environ[name] for name in PASSED_ON if name in os.environ},
                start_new_session=True,
            )
        self.control.settimeout(START_SECONDS)
        try:
            answer = self.control.recv(1)
        except OSError:
            answer = b""
        if answer != wire.READY:
            self.stop()
            raise PdfFailed("drawing process did not start")

    def line(self, limits: Limits) -> socket.socket:
        """A fork of its own for whoever asks, so that threads do not wait for each other."""
        ours, theirs = socket.socketpair()
        ours.settimeout(limits.wall + GRACE_SECONDS)
        order = wire.LIMITS.pack(limits.cpu, limits.memory, limits.wall)
        try:
            with theirs:
                socket.send_fds(self.control, [order], [theirs.fileno()])
        except OSError:
            ours.close()
            raise
        return ours

    def stop(self) -> None:
        """Hang up, which ends it; one that hangs itself is killed."""
        self.control.close()
        try:
            self.popen.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.popen.kill()
            self.popen.wait()
        shutil.rmtree(self.scratch, ignore_errors=True)


_current: _Process | None = None
_rested: _Drawer | None = None  # one whose fork has drawn and can draw again: a fresh one costs a fifth of a document
_lock = threading.Lock()


@contextmanager
def _drawer(limits: Limits) -> Generator[_Drawer, None, None]:
    """The one that rests, or a new one where another thread has it; afterwards one rests.

    Nobody gets the answer to an order that was broken off: that line is hung up.
    """
    drawer = _exchange(None) or _Drawer(limits)
    drawer.keep_within(limits)
    try:
        yield drawer
    except BaseException:
        drawer.close()
        raise
    finally:
        another = _exchange(drawer)
        if another is not None:
            another.close()


def _exchange(drawer: _Drawer | None) -> _Drawer | None:
    """Lets this one rest; the answer is the one that did."""
    global _rested
    with _lock:
        before, _rested = _rested, drawer
    return before


def _process() -> _Process:
    """This web process's drawing process, started when first needed and again when it has ended."""
    global _current
    with _lock:
        if _current is not None and _current.popen.poll() is not None:
            _current.stop()
            _current = None
        if _current is None:
            _current = _Process()
        return _current


def _forget() -> None:
    """After a fork the drawing process is the parent's; ours is started when needed."""
    global _current, _rested, _lock
    if _rested is not None:
        _rested.close()
    if _current is not None:
        _current.control.close()
        _current.popen.returncode = 0  # not ours to wait for
    _current, _rested, _lock = None, None, threading.Lock()


@atexit.register
def _stop() -> None:
    if _rested is not None:
        _rested.close()
    if _current is not None:
        _current.stop()


os.register_at_fork(after_in_child=_forget)
