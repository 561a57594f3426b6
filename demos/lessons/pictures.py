"""Where a lesson puts its pictures: a folder of its own, by default below output/lessons."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from visualize import save_figure

__all__ = ["lesson_parser", "output_folder", "save"]


def lesson_parser(script: str, description: str | None) -> argparse.ArgumentParser:
    """Return a parser with the option --output, for a lesson that adds options of its own."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    default = str(Path("output", "lessons", Path(script).stem))  # only a str meets `type`
    parser.add_argument("--output", type=writable_folder, default=default, metavar="FOLDER")
    return parser


def output_folder(script: str, description: str | None) -> Path:
    """Return the folder for the pictures of a lesson, made, from its command line."""
    output: Path = lesson_parser(script, description).parse_args().output
    return output


def writable_folder(text: str | Path) -> Path:
    """Return a folder, made if it is missing; for argparse, which names the option at fault."""
    folder = Path(text)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise argparse.ArgumentTypeError(f"{text} is not a folder to write to: {error}") from None
    return folder


def save(picture: Any, path: Path) -> None:
    """Write a drawing, an animation or a figure of matplotlib, and say so."""
    if hasattr(picture, "savefig"):
        save_figure(picture, path)
    else:
        picture.save(path)
    print(f"wrote {path.as_posix()}")
