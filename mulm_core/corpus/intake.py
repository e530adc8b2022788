"""What comes out of the readers, sorted into pairs and problems, batch by batch.

Large files are read by a process of its own, so that reading and storing go on side by side and
the window's process has time to answer.
"""

from __future__ import annotations

import signal
import traceback
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

from mulm_core.corpus.formats import FileSet, Plain, Unit
from mulm_core.corpus.search import BLOCK
from mulm_core.corpus.split import splitter
from mulm_core.corpus.text import tidy
from mulm_core.corpus.types import SPLITS, Problem, ReadOptions
from mulm_core.errors import EngineError, MulmError

LISTED = 1000  # problems kept of a file set; further ones are only counted
_BATCH = 32 * BLOCK  # items between two looks at cancel; a few milliseconds of work
_PATIENCE_S = 0.1
_PIPE = 1 << 20  # bytes, what Linux grants everybody; some batches
_OWN_PROCESS = 8_000_000  # bytes; smaller files are read before a process has started


_BREAK = "\x1e"  # between texts on their way to another process
PLACES = {split: place for place, split in enumerate(SPLITS)}


@dataclass
class Batch:
    """Some of the units of a file set in their order.

    ``sources`` and ``targets`` are tidied and not empty, ``splits`` are positions in SPLITS,
    ``places`` tell where the units are; ``skipped`` counts all problems; ``done`` is the bytes of
    the file set read so far.
    """

    sources: list[str] = field(default_factory=list)
    targets: list[str] = field(default_factory=list)
    splits: list[int] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    skipped: int = 0
    codes: int = 0
    done: int = 0

    def __len__(self) -> int:
        return len(self.sources)

    def __getstate__(self) -> dict[str, Any]:
        """A few long texts instead of thousands of short ones pass between processes."""
        return {name: _packed(value) for name, value in vars(self).items()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update((name, _unpacked(value)) for name, value in state.items())


@dataclass(frozen=True)
class Begin:
    """The batches that follow are of the file set at this place; the one before is complete."""

    place: int


@dataclass(frozen=True)
class Bad:
    """The present file set cannot be read further."""

    error: MulmError


@dataclass(frozen=True)
class _End:
    """All has been sent."""


@dataclass(frozen=True)
class Reading:
    """Which units are wanted of which file sets, and how they are to be split.

    Each set has its options.
    """

    sets: Sequence[FileSet]
    source: str
    target: str
    options: Sequence[ReadOptions]
    policy: Mapping[str, Any] = field(default_factory=lambda: {"by": "hash"})


Event = Begin | Batch | Bad | None  # None: nothing yet, but a moment to look at cancel


def read(reading: Reading) -> Generator[Event, None, None]:
    """All file sets one after the other, here or in a process of its own; close it to end early."""
    if sum(found.size for found in reading.sets) < _OWN_PROCESS:
        yield from read_here(reading)
    else:
        yield from _read_there(reading)


def read_here(reading: Reading) -> Iterator[Event]:
    """All file sets one after the other; a bad one does not keep the others from being read."""
    for place, found in enumerate(reading.sets):
        yield Begin(place)
        try:
            yield from _batches(found, reading, reading.options[place])
        except MulmError as error:
            yield Bad(error)


def _batches(found: FileSet, reading: Reading, options: ReadOptions) -> Iterator[Batch]:
    sorting = _Sorting(found, reading)
    parts = found.reader.parts(found.files, reading.source, reading.target, options)
    for count, part in enumerate(parts, 1):
        if isinstance(part, Unit):
            sorting.add(part)
        elif isinstance(part, Problem):
            sorting.skip(part)
        else:
            sorting.add_many(part)
        if len(sorting.batch) >= _BATCH or count % _BATCH == 0:
            yield sorting.take()
    yield sorting.take()


class _Sorting:
    """Sorts the units of one file set into pairs and problems."""

    def __init__(self, found: FileSet, reading: Reading) -> None:
        self.batch = Batch()
        self._file = found.files[0].name
        self._name = found.name
        self._splitter = splitter(reading.policy)
        self._listed = 0

    def add(self, unit: Unit) -> None:
        source, target = tidy(unit.source), tidy(unit.target)
        self.batch.done = unit.done
        empty = [side for side, text in (("source", source), ("target", target)) if not text]
        if empty:
            what = f"the {' and the '.join(empty)} side {'are' if empty[1:] else 'is'} empty"
            self.skip(Problem(self._file, unit.where, what))
        else:
            self.batch.sources.append(source)
            self.batch.targets.append(target)
            self.batch.places.append(unit.where)
            self.batch.codes += unit.codes

    def add_many(self, plain: Plain) -> None:
        sources, targets = list(map(tidy, plain.sources)), list(map(tidy, plain.targets))
        if not (all(sources) and all(targets)):
            for unit in plain.units():
                self.add(unit)
            return
        self.batch.sources += sources
        self.batch.targets += targets
        self.batch.places += plain.places()
        self.batch.done = plain.done

    def skip(self, problem: Problem) -> None:
        self.batch.skipped += 1
        if self._listed < LISTED:
            self.batch.problems.append(problem)
            self._listed += 1

    def take(self) -> Batch:
        """What has come since the last call, split."""
        batch, self.batch = self.batch, Batch(done=self.batch.done)
        splits = self._splitter(batch.sources, batch.targets, [self._name] * len(batch))
        batch.splits = [PLACES[split] for split in splits]
        return batch


def _packed(value: Any) -> Any:
    first = value[0] if isinstance(value, list) and value else None
    if isinstance(first, str):
        joined = _BREAK.join(value)
        return (joined,) if joined.count(_BREAK) == len(value) - 1 else value
    return bytes(value) if isinstance(first, int) else value


def _unpacked(value: Any) -> Any:
    if isinstance(value, tuple):
        return value[0].split(_BREAK)
    return list(value) if isinstance(value, bytes) else value


def _read_there(reading: Reading) -> Iterator[Event]:
    # Spawned everywhere: a fork of a process with threads (the window's) may hang.
    context = get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    _widen(sender)
    process = context.Process(target=_serve, args=(sender, reading), daemon=True)
    process.start()
    sender.close()  # so that the pipe ends with the process
    with closing(receiver):
        try:
            yield from _received(receiver, reading)
        finally:
            process.terminate()
            process.join()
            process.close()


def _widen(sender: Connection) -> None:
    """Let some batches wait in the pipe where that can be had, so that neither end waits long."""
    with suppress(ImportError, AttributeError, OSError):
        import fcntl

        fcntl.fcntl(sender.fileno(), fcntl.F_SETPIPE_SZ, _PIPE)


def _received(receiver: Connection, reading: Reading) -> Iterator[Event]:
    begun = False
    try:
        while True:
            event = receiver.recv() if receiver.poll(_PATIENCE_S) else None
            if isinstance(event, BaseException):
                raise event
            if isinstance(event, _End):
                return
            yield event
            begun = begun or event is not None
    except EOFError:
        if begun:
            raise EngineError(
                "the process that reads the files ended before they did",
                fix="Check that there is enough memory, and import again",
            ) from None
        # Not every program can start another one: a script without a main guard cannot.
        yield from read_here(reading)


def _serve(sender: Connection, reading: Reading) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is answered by the one who started this
    with suppress(BrokenPipeError):  # nobody listens any more
        try:
            for event in read_here(reading):
                sender.send(event)
            sender.send(_End())
        except BrokenPipeError:
            raise
        except Exception as error:
            error.add_note("".join(traceback.format_exception(error)))
            sender.send(error)
