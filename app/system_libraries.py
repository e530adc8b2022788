"""Which system package to install where Qt lacks a library."""

from __future__ import annotations

import re

# library: (Debian and Ubuntu, Fedora)
_PACKAGES = {
    "libEGL": ("libegl1", "mesa-libEGL"),
    "libGL": ("libgl1", "mesa-libGL"),
    "libOpenGL": ("libopengl0", "libglvnd-opengl"),
    "libxkbcommon": ("libxkbcommon0", "libxkbcommon"),
    "libxkbcommon-x11": ("libxkbcommon-x11-0", "libxkbcommon-x11"),
    "libdbus-1": ("libdbus-1-3", "dbus-libs"),
    "libfontconfig": ("libfontconfig1", "fontconfig"),
    "libfreetype": ("libfreetype6", "freetype"),
    "libglib-2": ("libglib2.0-0", "glib2"),
    "libX11": ("libx11-6", "libX11"),
    "libX11-xcb": ("libx11-xcb1", "libX11-xcb"),
    "libxcb-cursor": ("libxcb-cursor0", "xcb-util-cursor"),
    "libxcb-icccm": ("libxcb-icccm4", "xcb-util-wm"),
    "libxcb-image": ("libxcb-image0", "xcb-util-image"),
    "libxcb-keysyms": ("libxcb-keysyms1", "xcb-util-keysyms"),
    "libxcb-render-util": ("libxcb-render-util0", "xcb-util-renderutil"),
    "libxcb-shape": ("libxcb-shape0", "libxcb"),
    "libxcb-xinerama": ("libxcb-xinerama0", "libxcb"),
}
# What the X11 platform plugin opens; Qt itself names only the first that is missing.
X11_LIBRARIES = (
    "libxcb-cursor.so.0",
    "libxcb-icccm.so.4",
    "libxcb-image.so.0",
    "libxcb-keysyms.so.1",
    "libxcb-render-util.so.0",
    "libxcb-shape.so.0",
    "libxkbcommon-x11.so.0",
    "libX11-xcb.so.1",
)


def advice(error: str) -> str:
    """What to install, from the loader's message, such as ``libEGL.so.1: cannot open …``."""
    missing = re.findall(r"lib[\w.+-]+?(?=\.so)", error)
    if not missing:
        return f"The window cannot start: {error}."
    known = [_PACKAGES.get(name.split(".so")[0]) for name in missing]
    libraries = ", ".join(f"{name}.so" for name in missing)
    if not all(known):
        return f"The window cannot start: the system lacks {libraries}. Install it and try again."
    debian = " ".join(pair[0] for pair in known if pair)
    fedora = " ".join(pair[1] for pair in known if pair)
    return (
        f"The window cannot start: the system lacks {libraries}. "
        f"On Debian or Ubuntu: sudo apt install {debian}. On Fedora: sudo dnf install {fedora}."
    )


def missing_x11_libraries() -> list[str]:
    """The libraries of the X11 plugin that the system's loader does not find."""
    import ctypes

    missing = []
    for library in X11_LIBRARIES:
        try:
            ctypes.CDLL(library)
        except OSError:
            missing.append(library)
    return missing
