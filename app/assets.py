"""The picture files that come with the program, read as package data."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files


@lru_cache(maxsize=128)
def svg_source(name: str) -> str:
    """Return the SVG text of the icon *name* (without ``.svg``); KeyError if there is none."""
    path = files("resources").joinpath("icons", f"{name}.svg")
    if not path.is_file():
        raise KeyError(name)
    return path.read_text(encoding="utf-8")


def tinted_svg(name: str, colour: str) -> bytes:
    """Return the icon's SVG drawn in *colour* (``#RRGGBB``)."""
    return svg_source(name).replace("currentColor", colour).encode()


def app_icon_png(size: int) -> bytes:
    """Return the program's own icon as PNG, *size* pixels square."""
    return files("resources").joinpath("icons", "app", f"mulm-{size}.png").read_bytes()


def stylesheet_template() -> str:
    """Return the style sheet with ``${token}`` fields still open."""
    return files("resources").joinpath("theme.qss").read_text(encoding="utf-8")
