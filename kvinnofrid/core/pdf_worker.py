"""Processes that turn HTML into PDF: one parent with WeasyPrint loaded, one short-lived, limited fork per document.

Run by `core.pdf` as a program of its own, so it holds no database connection, no listening socket and no secret.
The parent itself draws nothing: newer Pango keeps a thread per font map, and a fork would lose it and wait for ever.
"""

import ctypes
import gc
import os
import resource
import selectors
import shutil
import signal
import socket
import struct
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

LIMITS = struct.Struct("!3Q")  # CPU seconds, bytes of address space, seconds on the clock
FRAME = struct.Struct("!cQ")  # kind, length of what follows
READY, ORDER, DRAWN, HEAVY, FAILED = b"R", b"O", b"D", b"H", b"F"
SCRATCH_FILE_BYTES = 16 * 1024 * 1024
OPEN_FILES = 64
PR_SET_PDEATHSIG = 1
# What the kernel or the C libraries send when a limit is reached; any other signal is a fault.
LIMIT_SIGNALS = {signal.SIGXCPU, signal.SIGALRM, signal.SIGKILL, signal.SIGABRT, signal.SIGTRAP}

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


class Parent:
    """Takes orders from the web process, forks for each, and speaks for a fork that was ended by a signal."""

    def __init__(self, control: socket.socket, draw: Callable[[str], bytes], scratch: Path) -> None:
        self.control, self.draw, self.scratch = control, draw, scratch
        self.selector = selectors.DefaultSelector()
        self.running: dict[int, tuple[int, socket.socket]] = {}  # pidfd: process id, connection

    def serve(self) -> None:
        """Until the web process closes its end, which it also does by dying."""
        self.selector.register(self.control, selectors.EVENT_READ)
        self.control.send(READY)
        while True:
            for key, _ in self.selector.select():
                if key.fd in self.running:
                    self.reap(key.fd)
                elif not self.take_order():
                    return

    def take_order(self) -> bool:
        limits, descriptors, _, _ = socket.recv_fds(self.control, LIMITS.size, 1)
        if not limits:
            return False
        connection = socket.socket(fileno=descriptors[0])
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            self.child(connection, parent, *LIMITS.unpack(limits))
        descriptor = os.pidfd_open(pid)
        self.running[descriptor] = pid, connection
        self.selector.register(descriptor, selectors.EVENT_READ)
        return True

    def reap(self, descriptor: int) -> None:
        self.selector.unregister(descriptor)
        os.close(descriptor)
        pid, connection = self.running.pop(descriptor)
        _, status = os.waitpid(pid, 0)
        shutil.rmtree(self.scratch / str(pid), ignore_errors=True)
        with connection:
            if os.WIFSIGNALED(status):
                _tell(connection, os.WTERMSIG(status))

    def child(self, connection: socket.socket, parent: int, cpu: int, memory: int, wall: int) -> NoReturn:
        try:
            self.forget_the_others()
            limit(parent, cpu, memory, wall)
            self.use_own_scratch()
            _, html = receive(connection)
            connection.sendall(frame(DRAWN, self.draw(html.decode())))
        except MemoryError:
            connection.sendall(frame(HEAVY, b"MemoryError"))
        except BaseException as fault:
            connection.sendall(frame(FAILED, _where(fault)))
        finally:
            os._exit(0)

    def forget_the_others(self) -> None:
        """A fork must not be able to answer for another one, nor keep its connection open."""
        self.selector.close()
        self.control.close()
        for descriptor, (_, connection) in self.running.items():
            os.close(descriptor)
            connection.close()

    def use_own_scratch(self) -> None:
        """Fonts are written to a folder that the parent removes, however the fork ends."""
        tempfile.tempdir = str(self.scratch / str(os.getpid()))
        os.mkdir(tempfile.tempdir)


def limit(parent: int, cpu: int, memory: int, wall: int) -> None:
    """Let the kernel end this process: at its limits, on the clock, or when its parent is gone."""
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
    signal.setitimer(signal.ITIMER_REAL, wall)
    for what, most in (
        (resource.RLIMIT_CPU, cpu),
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, SCRATCH_FILE_BYTES),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def _tell(connection: socket.socket, number: int) -> None:
    """Say which signal ended the fork, without ever waiting for a reader: it is also told by the end of file."""
    connection.setblocking(False)
    try:
        connection.send(frame(HEAVY if number in LIMIT_SIGNALS else FAILED, f"signal {number}".encode()))
    except OSError:
        pass


def _where(fault: BaseException) -> bytes:
    """The kind of fault and the lines it passed, without its message, which can hold what somebody wrote."""
    return (f"{type(fault).__name__}\n" + "".join(traceback.format_tb(fault.__traceback__)[-4:])).encode()


def main() -> None:
    from kvinnofrid.core.pdf_printer import Printer

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the web process; its end is ours
    draw = Printer().draw
    gc.collect()
    gc.freeze()  # forks share these pages as long as the collector leaves them alone
    with tempfile.TemporaryDirectory(prefix="portal-pdf-") as scratch:
        Parent(socket.socket(fileno=0), draw, Path(scratch)).serve()


if __name__ == "__main__":
    main()
