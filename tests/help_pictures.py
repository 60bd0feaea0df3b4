"""The pictures of the README and of the help, from those that the tour took.

`python -m tests.help_pictures` cuts `resources/help/pictures` out of `docs/pictures`. With a folder, where the tour
put its pictures, it first takes from there those that are shown anywhere, in few colours, which make small files;
others in `docs/pictures` are deleted.
"""

import re
import sys
from collections import Counter
from pathlib import Path

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QGuiApplication, QImage

ROOT = Path(__file__).resolve().parents[1]
TAKEN, CUT = ROOT / "docs" / "pictures", ROOT / "resources" / "help" / "pictures"
COLOURS, COMMON = 250, 120

PICTURES: dict[str, tuple[str, tuple[int, int, int, int] | None]] = {
    "plr-done": ("02-plr-done", (0, 0, 1012, 420)),
    "enrolments": ("07b-lms-enrolments", (0, 190, 1440, 470)),
    "compare": ("07d-compare", None),
    "home": ("10-home", (0, 54, 1440, 470)),
    "load-preview": ("06-load-preview", None),
    "condition-builder": ("05-condition-builder", None),
    "attainments": ("06-attainments", (0, 190, 1012, 420)),
    "lms-courses": ("07a-lms-courses-down", (0, 190, 1012, 420)),
    "sync-errors": ("07c-sync-errors", (0, 190, 1012, 440)),
    "extract-staged": ("08b-staged", (278, 232, 832, 634)),
    "held-records": ("09-held-records", (0, 190, 1012, 320)),
    "import-check": ("09-import-check", (4, 290, 1056, 440)),
    "settings": ("11-settings-plr-lrs", None),
}
"""Name, the picture of the tour, and what is cut out of it: left, top, width, height."""
WIDEST = 1012


def shown() -> set[str]:
    """The names of the tour's pictures that are shown somewhere."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    return {source for source, _ in PICTURES.values()} | set(re.findall(r"docs/pictures/([^)]+)\.png", readme))


def take(folder: Path) -> None:
    """Put what is shown from `folder` into `docs/pictures`, and nothing else."""
    for old in TAKEN.glob("*.png"):
        old.unlink()
    for name in sorted(shown()):
        image = QImage(str(folder / f"{name}.png"))
        assert not image.isNull(), name
        few_colours(image).save(str(TAKEN / f"{name}.png"), "PNG", 0)


def made(name: str) -> QImage:
    """One picture, cut, no wider than is shown, in few colours."""
    source, area = PICTURES[name]
    image = QImage(str(TAKEN / f"{source}.png"))
    assert not image.isNull(), source
    if area is not None:
        image = image.copy(QRect(*area))
    if image.width() > WIDEST:
        image = image.scaledToWidth(WIDEST, Qt.TransformationMode.SmoothTransformation)
    return few_colours(image)


def few_colours(image: QImage) -> QImage:
    """The same with its commonest colours and those that are like none of them, such as the red of a small sign;
    every other one is the nearest of these."""
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    dots = [dot & 0xFCFCFC for dot in memoryview(image.constBits()).cast("I")]
    common = Counter(dots).most_common()
    table = [dot for dot, _ in common[:COMMON]]
    nearest = {dot: min(_far(one, dot) for one in table) for dot, number in common[COMMON:] if number > 2}
    while nearest and len(table) < COLOURS:
        odd = max(nearest, key=nearest.__getitem__)
        table.append(odd)
        nearest = {dot: min(far, _far(odd, dot)) for dot, far in nearest.items() if dot != odd}
    place = {dot: at for at, dot in enumerate(table)}
    for dot, _ in common:
        if dot not in place:
            place[dot] = min(range(len(table)), key=lambda at, one=dot: _far(table[at], one))
    made = QImage(image.width(), image.height(), QImage.Format.Format_Indexed8)
    made.setColorTable([0xFF000000 | dot | dot >> 6 & 0x030303 for dot in table])
    line = made.bytesPerLine()
    bits = memoryview(made.bits()).cast("B")
    wide = image.width()
    for row in range(image.height()):
        bits[row * line : row * line + wide] = bytes(place[dot] for dot in dots[row * wide : (row + 1) * wide])
    return made


def _far(one: int, other: int) -> int:
    return sum((((one >> by) & 255) - ((other >> by) & 255)) ** 2 for by in (0, 8, 16))


if __name__ == "__main__":
    application = QGuiApplication([])
    for folder in sys.argv[1:]:
        take(Path(folder))
    CUT.mkdir(parents=True, exist_ok=True)
    for old in CUT.glob("*.png"):
        old.unlink()
    for name in PICTURES:
        made(name).save(str(CUT / f"{name}.png"), "PNG", 0)
