"""Processes that turn HTML into PDF: one parent with WeasyPrint loaded, one limited fork per document or row of them.

Run by `core.pdf` as a program of its own, so it holds no database connection, no listening socket and no secret.
"""

import ctypes
import gc
import math
import os
import resource
import selectors
import shutil
import signal
import socket
import struct
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

LIMITS = struct.Struct("!3Q")  # CPU seconds, bytes of address space, seconds on the clock
FRAME = struct.Struct("!cQ")  # kind, length of what follows
READY, ORDER, DRAWN, HEAVY, FAILED = b"R", b"O", b"D", b"H", b"F"
SCRATCH_FILE_BYTES = 16 * 1024 * 1024
OPEN_FILES = 64
PREPARE_SECONDS = 30
GARBAGE = 200_000  # objects: looking for it at each 700, as Python does, takes a twentieth of the time
PR_SET_PDEATHSIG = 1
# What the kernel or the C libraries send when a limit is reached; any other signal is a fault.
LIMIT_SIGNALS = {signal.SIGXCPU, signal.SIGALRM, signal.SIGKILL, signal.SIGABRT, signal.SIGTRAP}

Draw = Callable[[str], bytes]

_libc = ctypes.CDLL(None)


def frame(kind: bytes, body: bytes = b"") -> bytes:
    return FRAME.pack(kind, len(body)) + body


def receive(connection: socket.socket) -> tuple[bytes, bytes]:
    """One whole frame; EOFError where the other side is gone before its end."""
    kind, length = FRAME.unpack(_exactly(connection, FRAME.size))
    return kind, _exactly(connection, length)


def _exactly(connection: socket.socket, length: int) -> bytes:
    data = bytearray()
    while len(data) < length:
        part = connection.recv(min(length - len(data), 1 << 20))
        if not part:
            raise EOFError
        data += part
    return bytes(data)


@dataclass
class Fork:
    """A process for one caller: its order comes by `line`, its answer goes to `connection`."""

    pid: int
    line: socket.socket
    connection: socket.socket | None = None


class Parent:
    """Keeps one fork ready, hands it the next order, and speaks for a fork that was ended by a signal."""

    def __init__(self, control: socket.socket, prepare: Callable[[], Draw], scratch: Path) -> None:
        self.control, self.prepare, self.scratch = control, prepare, scratch
        self.selector = selectors.DefaultSelector()
        self.forks: dict[int, Fork] = {}  # by descriptor of the process
        self.ready: Fork | None = None

    def serve(self) -> None:
        """Until the web process closes its end, which it also does by dying."""
        self.selector.register(self.control, selectors.EVENT_READ)
        self.ready = self.fork()
        self.control.send(READY)
        while True:
            for key, _ in self.selector.select():
                if key.fd in self.forks:
                    self.reap(key.fd)
                elif not self.take_order():
                    return

    def take_order(self) -> bool:
        limits, descriptors, _, _ = socket.recv_fds(self.control, LIMITS.size, 1)
        if not limits:
            return False
        fork = self.ready or self.fork()
        fork.connection = socket.socket(fileno=descriptors[0])
        socket.send_fds(fork.line, [limits], descriptors)
        self.ready = None
        self.ready = self.fork()
        return True

    def fork(self) -> Fork:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            ours.close()
            self.child(theirs, parent)
        theirs.close()
        descriptor = os.pidfd_open(pid)
        self.selector.register(descriptor, selectors.EVENT_READ)
        self.forks[descriptor] = fork = Fork(pid, ours)
        return fork

    def reap(self, descriptor: int) -> None:
        self.selector.unregister(descriptor)
        os.close(descriptor)
        fork = self.forks.pop(descriptor)
        _, status = os.waitpid(fork.pid, 0)
        shutil.rmtree(self.scratch / str(fork.pid), ignore_errors=True)
        fork.line.close()
        if fork is self.ready:
            self.ready = None
        if fork.connection:
            with fork.connection:
                _tell(fork.connection, status)

    def child(self, line: socket.socket, parent: int) -> NoReturn:
        try:
            self.forget_the_others()
            die_with(parent)
            signal.setitimer(signal.ITIMER_REAL, PREPARE_SECONDS)
            self.use_own_scratch()
            draw = self.prepare()
            signal.setitimer(signal.ITIMER_REAL, 0)
            limits, descriptors, _, _ = socket.recv_fds(line, LIMITS.size, 1)
            if limits:
                answer(socket.socket(fileno=descriptors[0]), draw, LIMITS.unpack(limits))
            os._exit(0)
        finally:
            os._exit(1)

    def forget_the_others(self) -> None:
        """A fork must not be able to answer for another one, nor keep its connection open."""
        self.selector.close()
        self.control.close()
        for descriptor, fork in self.forks.items():
            os.close(descriptor)
            fork.line.close()
            if fork.connection:
                fork.connection.close()

    def use_own_scratch(self) -> None:
        """Fonts are written to a folder that the parent removes, however the fork ends."""
        own = self.scratch / str(os.getpid())
        own.mkdir()
        tempfile.tempdir = str(own)


def answer(connection: socket.socket, draw: Draw, limits: tuple[int, int, int]) -> None:
    """Draw one document after another, each within the limits, until the caller hangs up or one has failed."""
    while connection.recv(1, socket.MSG_PEEK):
        limit(*limits)
        reply = _reply(connection, draw)
        connection.sendall(reply)
        signal.setitimer(signal.ITIMER_REAL, 0)
        if not reply.startswith(DRAWN):
            return


def _reply(connection: socket.socket, draw: Draw) -> bytes:
    """One document, or why there is none."""
    try:
        _, html = receive(connection)
        return frame(DRAWN, draw(html.decode()))
    except (MemoryError, RecursionError) as fault:
        return frame(HEAVY, type(fault).__name__.encode())
    except Exception as fault:
        return frame(FAILED, _where(fault))


def die_with(parent: int) -> None:
    """Let the kernel end this process when its parent is gone."""
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def limit(cpu: int, memory: int, wall: int) -> None:
    """Let the kernel end this process at its limits and on the clock. CPU counts from here, for each document anew."""
    signal.setitimer(signal.ITIMER_REAL, wall)
    spent, highest = math.ceil(time.process_time()), resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (spent + cpu, highest))
    for what, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, SCRATCH_FILE_BYTES),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def _tell(connection: socket.socket, status: int) -> None:
    """Say how a fork ended that could not, without ever waiting for a reader: it also sees the end of file."""
    if status == 0:
        return
    code = os.waitstatus_to_exitcode(status)
    connection.setblocking(False)
    try:
        connection.send(frame(HEAVY if -code in LIMIT_SIGNALS else FAILED, f"exit {code}".encode()))
    except OSError:
        pass


def _where(fault: BaseException) -> bytes:
    """The kind of fault and the lines it passed, without its message, which can hold what somebody wrote."""
    return (f"{type(fault).__name__}\n" + "".join(traceback.format_tb(fault.__traceback__)[-4:])).encode()


def _settle() -> None:
    """Wait for the threads of drawing to end: newer Pango keeps one per font map, and a fork would lose it."""
    for _ in range(100):
        gc.collect()
        if len(list(Path("/proc/self/task").iterdir())) == 1:
            return
        time.sleep(0.01)


def main(scratch: str) -> None:
    from kvinnofrid.core.pdf_printer import Printer

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the web process; its end is ours
    tempfile.tempdir = scratch
    try:
        printer = Printer()
        printer.prepared()  # once here, so that it is quick in each fork
        _settle()
        gc.freeze()  # forks share these pages as long as the collector leaves them alone
        gc.set_threshold(GARBAGE)
        Parent(socket.socket(fileno=0), printer.prepared, Path(scratch)).serve()
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
