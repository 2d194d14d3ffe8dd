"""Processes that may hang, crash or run out of memory, and a parent that loses one record to it, not the run.

Each worker says in a few shared bytes which record it is at and until when that may take. When it passes the time it
is killed and the record is known. When it dies, the record it was at is tried alone in a fresh worker: if that dies
too, the record is the cause; if not, it was chance (or memory that had piled up) and the shard is done anew.
`concurrent.futures` cannot do this: there one worker that dies breaks the whole pool, and none can be killed alone.
"""

from __future__ import annotations

import ctypes
import gc
import multiprocessing
import os
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from itertools import islice
from multiprocessing.connection import Connection, wait
from typing import Any, Protocol

import msgspec

from cleaner.errors import CleanerError

M_MMAP_THRESHOLD = -3
"""What glibc's malloc.h calls the size from which a block gets pages of its own."""
LARGE = 1 << 18

CHANCES = 3
"""So often a shard may die by chance before the record it died at is blamed after all."""


class Task(msgspec.Struct, kw_only=True):
    """A piece of work. `skip` are records not to be touched, with the reason; `only` tries one record alone."""

    skip: dict[int, str] = {}
    only: int | None = None
    chances: int = 0


class Marker:
    """Where a worker is: the record's number inside its task, and the moment at which its time is over."""

    def __init__(self, context: Any) -> None:
        """Shares its bytes with the worker that is started next."""
        self._shared = context.RawArray("d", 2)
        self.clear()

    def clear(self) -> None:
        """Nothing is under way."""
        self._shared[0] = -1.0

    def at(self, record: int, seconds: float) -> None:
        """A record is begun that may take this long."""
        self._shared[1] = time.monotonic() + seconds
        self._shared[0] = record

    def read(self) -> tuple[int, float]:
        """The record, -1 if none is under way, and when its time is over."""
        return int(self._shared[0]), self._shared[1]


class Work(Protocol):
    """What a worker does: called once for each task."""

    def __call__(self, task: Any, marker: Marker) -> Any:
        """The outcome of a task."""

    def end(self) -> None:
        """Called when there is no more to do: the worker is then ended without any of Python's own cleaning up."""


class Crash(msgspec.Struct):
    """The outcome of a task whose worker dies before it begins a record, again and again."""

    reason: str


class _Worker:
    def __init__(
        self, context: Any, start: Callable[[], Work], others: list[Connection], forget: Callable[[], None],
        memory: int | None,
    ) -> None:  # fmt: skip
        self.conn, theirs = context.Pipe()
        self.marker = Marker(context)
        self.task: Any = None
        self.served = 0
        inherited = ([self.conn, *others], forget) if context.get_start_method() == "fork" else ([], _nothing)
        self.process = context.Process(
            target=_serve, args=(start, theirs, self.marker, *inherited, memory, os.getpid()), daemon=True
        )
        self.process.start()
        theirs.close()

    def give(self, task: Any) -> None:
        self.task = task
        self.marker.clear()
        with suppress(BrokenPipeError, ConnectionResetError):  # it died; the end of its pipe will say so
            self.conn.send(task)

    def stop(self, *, kill: bool = False) -> None:
        if kill:
            self.process.kill()
        self.conn.close()
        self.process.join(5)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()

    def death(self) -> str:
        self.process.join(5)
        code = self.process.exitcode
        if code is not None and code < 0:
            name = signal.Signals(-code).name if -code in set(signal.Signals) else str(-code)
            hint = ": out of memory?" if name == "SIGKILL" else ": a crash in compiled code?"
            return f"the worker died ({name}{hint})"
        return f"the worker ended by itself (exit code {code})"


def _nothing() -> None:
    """What a worker has to forget that was not forked."""


def _serve(
    start: Callable[[], Work], conn: Connection, marker: Marker, others: list[Connection], forget: Callable[[], None],
    memory: int | None, parent: int,
) -> None:  # fmt: skip
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for other in others:
        other.close()  # or the end of the parent would not be the end of our pipe
    forget()
    _give_back()
    _limit(memory)
    work = start()
    # What a worker starts with lives as long as it does; looking through it again and again took a tenth of the time.
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    while True:
        try:
            task = conn.recv()
        except (EOFError, OSError):
            work.end()
            os._exit(0)
        try:
            outcome = work(task, marker)
        except Exception as error:
            outcome = error
        if os.getppid() != parent:
            os._exit(0)
        marker.clear()
        try:
            conn.send(outcome)
        except (BrokenPipeError, ConnectionResetError):
            os._exit(0)
        except Exception as error:
            conn.send(CleanerError(f"{type(error).__name__}: {error}"))
        del task, outcome  # or they would be held while the next one comes


def _limit(memory: int | None) -> None:
    if memory is None or sys.platform == "win32":
        return
    import resource

    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))


def _give_back() -> None:
    """Lets large blocks go back to the system as soon as they are free, as glibc does until the first of them is freed.

    From then on it would take blocks of that size from its heap, where they leave holes: what a process holds grew by a
    fifth in the course of 2 GB. Other libraries are left as they are.
    """
    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, LARGE)


def context() -> Any:
    """Forked workers where that is safe, since they start at once with all that is loaded; else spawned ones."""
    return multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")


class Pool:
    """Runs tasks in workers. In the parent nothing is kept of a task that is done, so that no worker inherits it."""

    def __init__(
        self, start: Callable[[], Work], workers: int, *, tasks_each: int | None = None, memory: int | None = None
    ) -> None:
        """`start` makes a worker ready; `tasks_each` is after how many tasks it is replaced."""
        self._start, self._count, self._tasks_each, self._memory = start, workers, tasks_each, memory
        self._context = context()
        _give_back()
        self._workers: list[_Worker] = []
        self._tasks: Iterator[Any] = iter(())
        self._take: Callable[[Any, Any], None]
        self._more = True
        self._ready: deque[Any] = deque()
        """Tasks made ahead, one for each worker."""
        self._again: deque[Any] = deque()
        """Tasks whose worker died."""

    def __enter__(self) -> Pool:
        """Workers are started when there is work."""
        return self

    def __exit__(self, kind: Any, *_: object) -> None:
        """Ends all workers."""
        for worker in self._workers:
            worker.stop(kill=kind is not None)
        self._workers.clear()

    def run(self, tasks: Iterator[Any], take: Callable[[Any, Any], None]) -> None:
        """Gives each task with its outcome to `take`, in the order in which outcomes are ready.

        An error that a task ends with is raised here.
        """
        self._tasks, self._take, self._more = tasks, take, True
        while True:
            self._make_ready()
            self._hand_out()
            busy = self._busy()
            if not busy:
                if not self._more and not self._again and not self._ready:
                    return
                continue
            idle_hands = self._more and len(self._ready) < self._count
            said = wait([worker.conn for worker in busy], timeout=0 if idle_hands else self._patience(busy))
            for worker in busy:
                if worker.conn in said:
                    self._heard(worker)
                elif self._late(worker):
                    self._blame(worker)

    def _make_ready(self) -> None:
        while self._more and len(self._ready) < self._count:
            before = len(self._ready)
            self._ready.extend(islice(self._tasks, 1))
            self._more = len(self._ready) > before
            self._hand_out()
            if any(worker.conn.poll() for worker in self._busy()):
                break

    def _forget(self) -> None:
        """In a worker that was just forked: lets go of what the parent has under way, which it would hold for good."""
        if isinstance(self._tasks, Generator):
            self._tasks.close()
        self._ready.clear()
        self._again.clear()
        for worker in self._workers:
            worker.task = None

    def _busy(self) -> list[_Worker]:
        return [worker for worker in self._workers if worker.task is not None]

    def _hand_out(self) -> None:
        while self._again or self._ready:
            worker = next((worker for worker in self._workers if worker.task is None), None)
            if worker is None:
                if len(self._workers) >= self._count:
                    return
                others = [worker.conn for worker in self._workers]
                worker = _Worker(self._context, self._start, others, self._forget, self._memory)
                self._workers.append(worker)
            worker.give((self._again or self._ready).popleft())

    def _patience(self, busy: list[_Worker]) -> float:
        nearest = min((until for at, until in (worker.marker.read() for worker in busy) if at >= 0), default=None)
        return 0.5 if nearest is None else min(max(nearest - time.monotonic(), 0.01), 0.5)

    def _late(self, worker: _Worker) -> bool:
        at, until = worker.marker.read()
        return at >= 0 and time.monotonic() > until and not worker.conn.poll()

    def _heard(self, worker: _Worker) -> None:
        task = worker.task
        try:
            outcome = worker.conn.recv()
        except (EOFError, OSError):
            self._died(worker)
            return
        worker.task = None
        worker.served += 1
        if self._tasks_each is not None and worker.served >= self._tasks_each:
            self._workers.remove(worker)
            worker.stop()
        if isinstance(outcome, BaseException):
            raise outcome
        if task.only is None:
            self._take(task, outcome)
            return
        # It died in company and lived alone: chance, for a while.
        blamed = task.skip
        if task.chances + 1 >= CHANCES:
            blamed = {**blamed, task.only: "the worker died here again and again, though not with this record alone"}
        self._again.append(msgspec.structs.replace(task, only=None, skip=blamed, chances=task.chances + 1))

    def _died(self, worker: _Worker) -> None:
        task, (at, _) = worker.task, worker.marker.read()
        reason = worker.death()
        self._drop(worker)
        if task.only is not None:
            self._again.append(msgspec.structs.replace(task, only=None, skip={**task.skip, task.only: reason}))
        elif at >= 0:
            self._again.append(msgspec.structs.replace(task, only=at))
        elif task.chances + 1 < CHANCES:
            self._again.append(msgspec.structs.replace(task, chances=task.chances + 1))
        else:
            self._take(task, Crash(reason))

    def _blame(self, worker: _Worker) -> None:
        task, (at, _) = worker.task, worker.marker.read()
        self._drop(worker, kill=True)
        reason = "it took longer than a record may (--seconds)"
        self._again.append(msgspec.structs.replace(task, only=None, skip={**task.skip, at: reason}))

    def _drop(self, worker: _Worker, *, kill: bool = False) -> None:
        self._workers.remove(worker)
        worker.stop(kill=kill)
