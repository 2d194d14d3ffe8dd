"""Processes that may hang, crash or run out of memory, and a parent that loses one record to it, not the run.

Each worker says in a few shared bytes which record it is at and until when that may take. When it passes the time it
is killed and the record is known. When it dies, the record it was at is tried alone in a fresh worker: if that dies
too, the record is the cause; if not, it was chance (or memory that had piled up) and the shard is done anew.
`concurrent.futures` cannot do this: there one worker that dies breaks the whole pool, and none can be killed alone.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from typing import Any, Protocol

import msgspec

from cleaner.errors import CleanerError

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


class Crash(msgspec.Struct):
    """The outcome of a task whose worker dies before it begins a record, again and again."""

    reason: str


class _Worker:
    def __init__(self, context: Any, start: Callable[[], Work], others: list[Connection], memory: int | None) -> None:
        self.conn, theirs = context.Pipe()
        self.marker = Marker(context)
        self.task: Any = None
        self.served = 0
        self.process = context.Process(
            target=_serve, args=(start, theirs, self.marker, [self.conn, *others], memory, os.getpid()), daemon=True
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


def _serve(
    start: Callable[[], Work], conn: Connection, marker: Marker, others: list[Connection], memory: int | None,
    parent: int,
) -> None:  # fmt: skip
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for other in others:
        other.close()  # or the end of the parent would not be the end of our pipe
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


def _limit(memory: int | None) -> None:
    if memory is None or sys.platform == "win32":
        return
    import resource

    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))


def context() -> Any:
    """Forked workers where that is safe, since they start at once with all that is loaded; else spawned ones."""
    return multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")


class Pool:
    """Runs tasks in workers; outcomes come in the order in which they are ready."""

    def __init__(
        self, start: Callable[[], Work], workers: int, *, tasks_each: int | None = None, memory: int | None = None
    ) -> None:
        """`start` makes a worker ready; `tasks_each` is after how many tasks it is replaced."""
        self._start, self._count, self._tasks_each, self._memory = start, workers, tasks_each, memory
        self._context = context()
        self._workers: list[_Worker] = []

    def __enter__(self) -> Pool:
        """Workers are started when there is work."""
        return self

    def __exit__(self, kind: Any, *_: object) -> None:
        """Ends all workers."""
        for worker in self._workers:
            worker.stop(kill=kind is not None)
        self._workers.clear()

    def run(self, tasks: Iterator[Any]) -> Iterator[tuple[Any, Any]]:
        """Each task with its outcome. An error that a task ends with is raised here."""
        again: deque[Any] = deque()
        ready: deque[Any] = deque()
        more = True
        while True:
            while more and len(ready) < self._count:
                task = next(tasks, None)
                more = task is not None
                if more:
                    ready.append(task)
                self._hand_out(again, ready)
                if any(worker.conn.poll() for worker in self._busy()):
                    break
            self._hand_out(again, ready)
            busy = self._busy()
            if not busy:
                if not more and not again and not ready:
                    return
                continue
            idle_hands = more and len(ready) < self._count
            said = wait([worker.conn for worker in busy], timeout=0 if idle_hands else self._patience(busy))
            for worker in busy:
                if worker.conn in said:
                    yield from self._heard(worker, again)
                elif self._late(worker):
                    self._blame(worker, again)

    def _busy(self) -> list[_Worker]:
        return [worker for worker in self._workers if worker.task is not None]

    def _hand_out(self, again: deque[Any], ready: deque[Any]) -> None:
        while again or ready:
            worker = next((worker for worker in self._workers if worker.task is None), None)
            if worker is None:
                if len(self._workers) >= self._count:
                    return
                others = [worker.conn for worker in self._workers]
                worker = _Worker(self._context, self._start, others, self._memory)
                self._workers.append(worker)
            worker.give((again or ready).popleft())

    def _patience(self, busy: list[_Worker]) -> float:
        nearest = min((until for at, until in (worker.marker.read() for worker in busy) if at >= 0), default=None)
        return 0.5 if nearest is None else min(max(nearest - time.monotonic(), 0.01), 0.5)

    def _late(self, worker: _Worker) -> bool:
        at, until = worker.marker.read()
        return at >= 0 and time.monotonic() > until and not worker.conn.poll()

    def _heard(self, worker: _Worker, again: deque[Any]) -> Iterator[tuple[Any, Any]]:
        task = worker.task
        try:
            outcome = worker.conn.recv()
        except (EOFError, OSError):
            yield from self._died(worker, again)
            return
        worker.task = None
        worker.served += 1
        if self._tasks_each is not None and worker.served >= self._tasks_each:
            self._workers.remove(worker)
            worker.stop()
        if isinstance(outcome, BaseException):
            raise outcome
        if task.only is None:
            yield task, outcome
            return
        # It died in company and lived alone: chance, for a while.
        blamed = task.skip
        if task.chances + 1 >= CHANCES:
            blamed = {**blamed, task.only: "the worker died here again and again, though not with this record alone"}
        again.append(msgspec.structs.replace(task, only=None, skip=blamed, chances=task.chances + 1))

    def _died(self, worker: _Worker, again: deque[Any]) -> Iterator[tuple[Any, Any]]:
        task, (at, _) = worker.task, worker.marker.read()
        reason = worker.death()
        self._drop(worker)
        if task.only is not None:
            again.append(msgspec.structs.replace(task, only=None, skip={**task.skip, task.only: reason}))
        elif at >= 0:
            again.append(msgspec.structs.replace(task, only=at))
        elif task.chances + 1 < CHANCES:
            again.append(msgspec.structs.replace(task, chances=task.chances + 1))
        else:
            yield task, Crash(reason)

    def _blame(self, worker: _Worker, again: deque[Any]) -> None:
        task, (at, _) = worker.task, worker.marker.read()
        self._drop(worker, kill=True)
        reason = "it took longer than a record may (--seconds)"
        again.append(msgspec.structs.replace(task, only=None, skip={**task.skip, at: reason}))

    def _drop(self, worker: _Worker, *, kill: bool = False) -> None:
        self._workers.remove(worker)
        worker.stop(kill=kill)
