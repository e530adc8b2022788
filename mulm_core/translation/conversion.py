"""Runs and models converted for CTranslate2: made once, kept in the workspace, checked.

A conversion lies in a folder named by what it was made of: the base's weights and vocabulary, the
run's adapter, CTranslate2's version and the precision. So it is never out of date, and whatever is
found under that name but is not whole is thrown away and made again.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, replace
from importlib import metadata
from itertools import pairwise
from pathlib import Path
from typing import Any

from mulm_core import files
from mulm_core.errors import EngineError, MulmError, UserError
from mulm_core.jobs import JobContext
from mulm_core.models import Base, ModelInfo, weights_hash
from mulm_core.models.families import FAMILIES, read_config
from mulm_core.models.weights import file_hash
from mulm_core.runs import Run
from mulm_core.translation import parity as gate
from mulm_core.translation.ct2 import Ct2Search, convertible, write_converted
from mulm_core.translation.options import PRECISIONS
from mulm_core.translation.parity import Enter, Parity, ParityError, Unfit
from mulm_core.translation.pool import POOL, resolve
from mulm_core.translation.systems import SystemRef
from mulm_core.workspace import Workspace

_FORMAT = 1
_EXACT = "float32"
_AUTO = {"cpu": ("int8",), "cuda": ("bfloat16", "float16")}
_RECORD = "conversion.json"
_WEIGHTS = "model.bin"
_MOST_BYTES = 8_000_000_000  # of all conversions of a workspace
_ABANDONED_S = 86_400  # what a crash left half-written is removed a day later
_ADAPTER_FILES = ("adapter_config.json", "adapter_model.safetensors", "tuned_weights.safetensors")


@dataclass(frozen=True)
class Conversion:
    """A converted run or model; ``parity`` is None where there was nothing to check it with.

    ``precision`` is CTranslate2's name of it. A refused conversion keeps no weights.
    """

    folder: Path
    precision: str
    size_bytes: int
    parity: Parity | None

    @property
    def refused(self) -> bool:
        """Whether it translates worse than the run."""
        return self.parity is not None and bool(self.parity.lost_by)


class Converter:
    """Converts one system; ``enter`` gives its base."""

    def __init__(
        self, ctx: JobContext, workspace: Workspace, info: ModelInfo, run: Run | None, enter: Enter
    ) -> None:
        self._ctx, self._workspace, self._info, self._run = ctx, workspace, info, run
        self._enter = enter
        self._content = content_of(info.path, run)

    @property
    def name(self) -> str:
        """The run or the model."""
        return self._run.id if self._run else self._info.id

    def best(self, precisions: Sequence[str]) -> Conversion:
        """The first of ``precisions`` that is not refused; the log tells of those that are.

        Raises :class:`Unfit` where none is left.
        """
        for precision, following in pairwise(precisions):
            try:
                return self.get(precision)
            except Unfit as error:
                # An exact conversion of a merged model that is wrong is as wrong.
                if isinstance(error, ParityError) and error.parity.lost_by == "merging":
                    raise
                instead = f"{following} is used instead"
                told = EngineError(error.what, where=error.where, fix=instead)
                self._ctx.log(told.sentence(), "warning")
        return self.get(precisions[-1])

    def ready(self, precisions: Sequence[str]) -> Conversion | None:
        """What :meth:`best` would give where it is made already."""
        for precision in precisions:
            found = _read(_folder(self._workspace, self._content, precision))
            if found is None or not found.refused:
                return found
        return None

    def get(self, precision: str) -> Conversion:
        """The conversion, made where there is none; raises :class:`ParityError` if refused."""
        folder = _folder(self._workspace, self._content, precision)
        found = _read(folder) or self._make(folder, precision)
        if found.parity is not None and found.refused:
            raise ParityError(self.name, precision, found.parity)
        os.utime(folder / _RECORD)  # used now: the last to be removed
        return found

    def _make(self, folder: Path, precision: str) -> Conversion:
        self._ctx.check()
        self._ctx.report(0, None, f"Converting the model {self.name}")
        with files.new_folder(folder) as place:
            with self._enter() as base:
                write_converted(base, place, precision)
                device = base.device.type
            made = Conversion(folder, precision, 0, self._checked(place, precision, device))
            if made.refused:
                for file in place.iterdir():
                    file.unlink()
            made = replace(made, size_bytes=_size(place))
            files.write_json(place / _RECORD, _as_record(made, place))
        _make_room(folder)
        return made

    def _checked(self, place: Path, precision: str, device: str) -> Parity | None:
        engine = load(place, precision, device)
        if self._run is None:
            return None
        try:
            dev = gate.dev_segments(self._workspace, self._run, self._info.parameters)
        except UserError as error:
            self._ctx.log(f"The conversion is not checked: {error.sentence()}", "warning")
            return None
        return gate.measure(self._ctx, self._enter, engine, dev)


@dataclass(frozen=True)
class ConvertRequest:
    """Convert ``system`` (``starter``, ``run:RUN``) in a precision of :class:`DecodeOptions`."""

    workspace: Workspace
    system: str
    precision: str = "auto"


def convert(ctx: JobContext, request: ConvertRequest) -> Conversion:
    """The job: what translating many texts would otherwise do first.

    ``auto`` goes on to float32 where a quicker precision is refused. Raises :class:`ParityError`
    where the result translates worse than the run, :class:`UserError` for a system that cannot
    be converted and a precision that the processor lacks.
    """
    ref = SystemRef.parse(request.system)
    info, run = resolve(request.workspace, ref)

    def enter() -> AbstractContextManager[Base]:
        return POOL.use(request.workspace, ref, ctx.check)

    with enter() as base:
        device = base.device.type
        if not convertible(base):
            raise UserError(
                "this cannot be converted: CTranslate2 knows no such model, or not its prefix",
                where=request.system,
                fix="It translates without, more slowly",
            )
    wanted = precisions(request.precision, device)
    converter = Converter(ctx, request.workspace, info, run, enter)
    return converter.best(wanted if request.precision == "auto" else wanted[:1])


def conversions(workspace: Workspace, system: str) -> list[Conversion]:
    """The conversions of a system as it is now, refused ones as well; none of an unknown one."""
    try:
        info, run = resolve(workspace, SystemRef.parse(system))
        content = content_of(info.path, run)
    except MulmError:
        return []
    folders = sorted(workspace.conversions.glob(f"{content}-*"))
    return [found for found in map(_read, folders) if found is not None]


def precisions(wanted: str, device: str) -> list[str]:
    """What to convert to, in this order; raises :class:`UserError` for what ``device`` lacks."""
    import ctranslate2

    has = ctranslate2.get_supported_compute_types(device)
    if wanted == "auto":
        wanted = next((name for name in _AUTO[device] if name in has), _EXACT)
    if wanted not in has:
        known = [name for name in PRECISIONS if name in has]
        raise UserError(
            f"this processor does not compute in {wanted}",
            where="precision",
            fix=f"Choose one of {', '.join(known)}",
        )
    return list(dict.fromkeys((wanted, _EXACT)))


def load(folder: Path, precision: str, device: str) -> Ct2Search:
    """The engine of a conversion; raises :class:`Unfit` where it does not work here."""
    try:
        return Ct2Search(folder, precision, device)
    except (RuntimeError, ValueError) as error:
        reason = (str(error).strip().splitlines() or ["no reason given"])[0]
        raise Unfit(f"CTranslate2 does not work here ({reason})", where=folder) from error


def content_of(model: Path, run: Run | None) -> str:
    """A hash of all that a conversion is made of but the precision."""
    total = hashlib.sha256(f"{_FORMAT} {metadata.version('ctranslate2')}".encode())
    total.update(weights_hash(model).encode())
    family = FAMILIES[read_config(model)["model_type"]]
    parts = [model / name for name in ("config.json", *family.required_files)]
    if run is not None and run.adapter_path is not None:
        parts += [run.adapter_path / name for name in _ADAPTER_FILES]
    for file in parts:
        total.update(f" {file.name} {file_hash(file) if file.is_file() else ''}".encode())
    return total.hexdigest()[:32]


def _folder(workspace: Workspace, content: str, precision: str) -> Path:
    return workspace.conversions / f"{content}-{precision}"


def _as_record(made: Conversion, place: Path) -> dict[str, Any]:
    return {
        "format": _FORMAT,
        "precision": made.precision,
        "parity": asdict(made.parity) if made.parity else None,
        "refused": made.refused,
        "files": {file.name: file_hash(file) for file in sorted(place.iterdir())},
    }


def _read(folder: Path) -> Conversion | None:
    """The conversion in ``folder``; whatever else is there is removed."""
    if not folder.exists():
        return None
    try:
        record = files.read_json(folder / _RECORD)
        whole = all(file_hash(folder / name) == hash for name, hash in record["files"].items())
        if not whole or (not record["refused"] and _WEIGHTS not in record["files"]):
            raise ValueError("damaged")
        found = record["parity"]
        return Conversion(
            folder, record["precision"], _size(folder), Parity(**found) if found else None
        )
    except (MulmError, OSError, ValueError, TypeError, KeyError, AttributeError):
        shutil.rmtree(folder, ignore_errors=True)
        return None


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.iterdir() if file.name != _RECORD)


def _make_room(kept: Path) -> None:
    """Remove what was used longest ago while there is too much, and what a crash left behind."""
    sizes: dict[Path, int] = {}
    for folder in kept.parent.iterdir():
        try:
            if folder.name.startswith("."):
                if time.time() - folder.stat().st_mtime > _ABANDONED_S:
                    shutil.rmtree(folder, ignore_errors=True)
            elif folder != kept:
                sizes[folder] = _size(folder)
        except OSError:
            continue  # another process was quicker
    total = _size(kept) + sum(sizes.values())
    for folder in sorted(sizes, key=_last_used):
        if total <= _MOST_BYTES:
            return
        total -= sizes[folder]
        shutil.rmtree(folder, ignore_errors=True)


def _last_used(folder: Path) -> float:
    try:
        return (folder / _RECORD).stat().st_mtime
    except OSError:
        return 0.0
