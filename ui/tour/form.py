"""In which form the tour takes its pictures: colours, scale and the size of the screen."""

import argparse
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

LOOKS = ("light", "dark", "contrast")
SCALES = (100, 125, 150, 175, 200)
_SMALLEST, _LARGEST = 600, 8_000


def add_options(tour: argparse.ArgumentParser) -> None:
    """`--look`, `--scale`, `--size`."""
    tour.add_argument("--look", choices=LOOKS, default="light", help="colours of the pictures")
    tour.add_argument("--scale", type=int, choices=SCALES, default=100, help="scale of the screen, in per cent")
    tour.add_argument(
        "--size", type=size, default=(1440, 900), metavar="WxH", help="size of the screen at 100 %%, as 1366x768"
    )


def size(text: str) -> tuple[int, int]:
    """Width and height out of "1366x768"; raises ArgumentTypeError for anything else."""
    found = re.fullmatch(r"([0-9]{3,4})x([0-9]{3,4})", text)
    if found is None:
        raise argparse.ArgumentTypeError("write width x height, as 1366x768")
    wide, high = int(found[1]), int(found[2])
    if not (_SMALLEST <= wide <= _LARGEST and _SMALLEST <= high <= _LARGEST):
        raise argparse.ArgumentTypeError(f"each from {_SMALLEST} to {_LARGEST:,}")
    return wide, high


@contextmanager
def screen_of(options: argparse.Namespace) -> Iterator[None]:
    """While it lasts, an application that is made finds a screen of this scale and, where Qt draws into memory,
    of this size: else that would be 800 by 800, and large dialogs would shrink to it."""
    told = {"QT_SCALE_FACTOR": f"{options.scale / 100:g}"} if options.scale != 100 else {}
    with TemporaryDirectory(prefix="learner-manager-") as folder:
        if os.environ.get("QT_QPA_PLATFORM") == "offscreen":
            file = Path(folder, "screen.json")
            file.write_text(json.dumps({"screens": [_screen(options)]}), encoding="utf-8")
            told["QT_QPA_PLATFORM"] = f"offscreen:configfile={file}"
        before = {name: os.environ.get(name) for name in told}
        os.environ.update(told)
        try:
            yield
        finally:
            for name, value in before.items():
                if value is None:
                    del os.environ[name]
                else:
                    os.environ[name] = value


def _screen(options: argparse.Namespace) -> dict[str, object]:
    wide, high = options.size
    by = options.scale / 100
    dots = {"width": round(wide * by), "height": round(high * by)}
    return {"name": "tour", "x": 0, "y": 0, **dots, "logicalDpi": 96, "logicalBaseDpi": 96, "dpr": 1}
