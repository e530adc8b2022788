"""One base model in memory, shared by everything that translates; adapters switch on and off."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from mulm_core.errors import UserError, explain_os_errors
from mulm_core.models import Base, ModelInfo, get_model, load_base, weights_hash
from mulm_core.models.tuned_weights import WEIGHTS, read_weights, swapped
from mulm_core.quiet import quiet_libraries
from mulm_core.runs import Run, get_run
from mulm_core.translation.ct2 import Ct2Search
from mulm_core.translation.systems import SystemRef
from mulm_core.workspace import Workspace

_MOST_ADAPTERS = 4  # adapters kept beside the base; the one used longest ago goes first
_MOST_ENGINES = 2  # converted models kept: a run and its base
_LOCK_POLL_S = 0.05


class Pool:
    """Holds the last base used; a training never touches it, it loads a copy of its own."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._base: Base | None = None
        self._base_key = ""
        self._peft: Any = None
        self._adapters: dict[str, str] = {}  # state of an adapter's file -> its name in PEFT
        self._loaded = 0
        self._engines: dict[Path, Ct2Search] = {}  # by their folder; the last used at the end

    @contextmanager
    def use(
        self, workspace: Workspace, system: SystemRef, check: Callable[[], None]
    ) -> Iterator[Base]:
        """The base with the system's adapter active, or none for a bare model, until the end.

        One user at a time; ``check`` is called while another holds the pool and may raise.
        Raises :class:`UserError` for a system that cannot be used.
        """
        while not self._lock.acquire(timeout=_LOCK_POLL_S):
            check()
        try:
            info, run = resolve(workspace, system)
            base = self._base_for(info)
            with self._tuned(run, base):
                yield base
        finally:
            self._lock.release()

    def engine(self, folder: Path, load: Callable[[], Ct2Search]) -> Ct2Search:
        """The converted model in ``folder``, loaded where it is not kept; only inside :meth:`use`.

        The folder's name must tell its content.
        """
        engine = self._engines.pop(folder, None) or load()
        while len(self._engines) >= _MOST_ENGINES:
            del self._engines[next(iter(self._engines))]
        self._engines[folder] = engine
        return engine

    def clear(self) -> None:
        """Give the memory back."""
        with self._lock:
            self._forget()
            self._engines.clear()

    def _forget(self) -> None:
        self._base, self._base_key, self._peft = None, "", None
        self._adapters.clear()

    def _base_for(self, info: ModelInfo) -> Base:
        key = f"{info.path}:{weights_hash(info.path)}"
        if self._base is None or self._base_key != key:
            self._forget()  # before loading: two large models may not fit side by side
            self._base, self._base_key = load_base(info), key
        return self._base

    def _tuned(self, run: Run | None, base: Base) -> AbstractContextManager[None]:
        """Inside it, the base is what the run made of it."""
        if run is None:
            return self._without_adapter()
        folder = run.adapter_path
        assert folder is not None  # resolve() has looked
        with_it = self._with_weights if (folder / WEIGHTS).is_file() else self._with_adapter
        return _speaking(run, base, with_it(folder, base))

    @contextmanager
    def _with_weights(self, folder: Path, base: Base) -> Iterator[None]:
        # Read anew each time: kept, they would be a second model in memory.
        self._drop_adapters()  # layers under an adapter have other names
        with swapped(base.model, read_weights(base.model, folder)):
            yield

    @contextmanager
    def _with_adapter(self, folder: Path, base: Base) -> Iterator[None]:
        self._switch_to(folder, base)
        is_prefix = self._peft.active_peft_config.is_prompt_learning
        base.prompt = self._peft if is_prefix else None
        try:
            yield
        finally:
            base.prompt = None

    @contextmanager
    def _without_adapter(self) -> Iterator[None]:
        if self._peft is None:
            yield
        else:
            with self._peft.disable_adapter():
                yield

    def _drop_adapters(self) -> None:
        """Take every adapter's layers out of the base."""
        if self._peft is not None and not self._peft.active_peft_config.is_prompt_learning:
            self._peft.unload()
        self._peft = None
        self._adapters.clear()

    def _switch_to(self, folder: Path, base: Base) -> None:
        with explain_os_errors(folder):
            state = (folder / "adapter_model.safetensors").stat()
        key = f"{folder}:{state.st_mtime_ns}:{state.st_size}"
        name = self._adapters.pop(key, "") or self._load(folder, base)
        self._adapters[key] = name
        self._peft.set_adapter(name)
        self._peft.requires_grad_(False)  # set_adapter wakes the gradients

    def _load(self, folder: Path, base: Base) -> str:
        from peft import PeftConfig, PeftModel
        from safetensors import SafetensorError

        quiet_libraries()
        while len(self._adapters) >= _MOST_ADAPTERS:
            oldest = next(iter(self._adapters))
            self._peft.delete_adapter(self._adapters.pop(oldest))
        self._loaded += 1
        name = f"adapter{self._loaded}"
        try:
            kind = _kind(PeftConfig.from_pretrained(str(folder)))
            if self._peft is not None and _kind(self._peft.active_peft_config) != kind:
                self._drop_adapters()  # PEFT mixes no kinds
            if self._peft is None:
                self._peft = PeftModel.from_pretrained(base.model, folder, adapter_name=name)
                self._peft.eval()
            else:
                self._peft.load_adapter(folder, adapter_name=name)
        except (OSError, ValueError, RuntimeError, KeyError, SafetensorError) as error:
            self._forget()  # a half-loaded adapter must not colour the base
            reason = str(error).strip().splitlines()[0]
            raise UserError(
                f"the adapter cannot be loaded ({reason})", where=folder, fix="Train it again"
            ) from error
        return name


def _kind(config: Any) -> tuple[Any, bool]:
    """What adapters must have in common to be loaded side by side."""
    return config.peft_type, bool(getattr(config, "trainable_token_indices", None))


@contextmanager
def _speaking(run: Run, base: Base, tuned: AbstractContextManager[None]) -> Iterator[None]:
    """Inside it, the base also knows the languages that the run has taught it."""
    manifest = run.manifest
    base.new_languages = base.codes_for(manifest.language_as, manifest.add_language)
    try:
        with tuned:
            yield
    finally:
        base.new_languages = {}


def resolve(workspace: Workspace, system: SystemRef) -> tuple[ModelInfo, Run | None]:
    """The base of a system, and its run if it is one.

    Raises :class:`UserError` where the model or run is missing, has no adapter yet, or where the
    base is no longer the one the run was trained on.
    """
    if not system.run:
        return get_model(workspace, system.model), None
    run = get_run(workspace, system.run)
    if run.adapter_path is None:
        raise UserError(f"the run '{run.id}' has no checkpoint yet", fix="Train it for longer")
    info = get_model(workspace, run.manifest.model)
    if weights_hash(info.path) != run.manifest.model_hash:
        raise UserError(
            f"the run '{run.id}' was trained on other weights than this model has now",
            where=info.path,
            fix="Put the original model back, or train again",
        )
    return info, run


POOL = Pool()
"""The program's one pool: a second would hold a second base."""
