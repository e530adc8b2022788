"""Memory: kept while a model works and returned afterwards, measured, and told when it is short."""

from __future__ import annotations

import contextlib
import ctypes
import sys
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")

# glibc's <malloc.h>
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8
_KEEP_BELOW = 1 << 30  # bytes


def keep_freed_memory() -> None:
    """Reuse freed tensors' memory instead of fetching fresh pages at every step (Linux).

    By default glibc maps each large block anew and the kernel clears it page by page; on two
    cores, training the starter spent a sixth to a quarter of its time there.
    """
    library = _glibc()
    if library is not None:
        library.mallopt(_M_MMAP_THRESHOLD, _KEEP_BELOW)
        library.mallopt(_M_TRIM_THRESHOLD, _KEEP_BELOW)
        library.mallopt(_M_ARENA_MAX, 1)  # one arena: other arenas map whatever is above 64 MB


def return_freed_memory() -> None:
    """Hand everything free back to the system (Linux); otherwise a finished run would hold it."""
    library = _glibc()
    if library is not None:
        library.malloc_trim(0)


def is_out_of_memory(error: BaseException) -> bool:
    """Whether ``error`` says that memory did not suffice, on whatever device."""
    import torch

    # On a CPU torch raises a plain RuntimeError.
    short = isinstance(error, RuntimeError) and "not enough memory" in str(error)
    return short or isinstance(error, MemoryError | torch.OutOfMemoryError)


def in_fewer_at_once(
    work: Callable[[int], Result], parts: int, most: int, halved: Callable[[int], None]
) -> Result:
    """``work(parts)``, again with twice the parts each time that memory is too short for it.

    ``halved`` hears of the new number before the next try. Beyond ``most`` parts the error stays.
    """
    while True:
        try:
            return work(parts)
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error) or parts >= most:
                raise
        # Outside the except block: the error holds on to the tensors of the batch.
        parts *= 2
        halved(parts)
        _empty_gpu_cache()


def _empty_gpu_cache() -> None:
    import torch

    if torch.cuda.is_available():
        torch.cuda.empty_cache()


class PeakMemory:
    """The most memory this process holds from now on, in MiB, a GPU's included."""

    def __init__(self) -> None:
        import psutil
        import torch

        self._process = psutil.Process()
        self._before = _process_peak_mb()
        self._seen = 0.0
        if torch.cuda.is_available():
            torch.cuda.reset_peak_memory_stats()

    def look(self) -> float:
        """What the process holds now, taken note of; freed memory that is kept counts as well."""
        held = float(self._process.memory_info().rss / 2**20)
        self._seen = max(self._seen, held)
        return held

    def mb(self) -> float:
        """The peak so far."""
        import torch

        self.look()
        peak = _process_peak_mb()
        # A peak from before tells nothing about the time since.
        own = peak if peak > self._before else self._seen
        return own + (torch.cuda.max_memory_allocated() / 2**20 if torch.cuda.is_available() else 0)


def gpu_memory_mb() -> float | None:
    """What this process has taken of the GPU, in MiB; None without one."""
    import torch

    return torch.cuda.memory_reserved() / 2**20 if torch.cuda.is_available() else None


def held_and_free_mb() -> tuple[float, float]:
    """Memory of the device that computes, in MiB: what this process holds, what it could have."""
    import psutil
    import torch

    if torch.cuda.is_available():
        free = torch.cuda.mem_get_info()[0] + torch.cuda.memory_reserved()
        held = torch.cuda.max_memory_allocated()
        return held / 2**20, free / 2**20 - torch.cuda.memory_allocated() / 2**20
    return psutil.Process().memory_info().rss / 2**20, psutil.virtual_memory().available / 2**20


def _process_peak_mb() -> float:
    """The most this process has ever held; 0 where the system does not say."""
    if sys.platform == "win32":
        return 0.0
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20


def _glibc() -> ctypes.CDLL | None:
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            library = ctypes.CDLL(None)
            if hasattr(library, "mallopt") and hasattr(library, "malloc_trim"):
                return library
    return None
