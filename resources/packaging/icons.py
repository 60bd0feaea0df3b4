"""The program's picture for menus and task bars: the cap of the window's headings on the accent colour.

`python -m resources.packaging.icons FOLDER` writes `16.png` to `512.png`, and `learner-manager.ico` for Windows.
"""

import os
import sys
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRectF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPainter

from ui.look.icons import Icon, Weight, paint
from ui.look.tokens import LIGHT, Role

SIZES = (16, 22, 24, 32, 48, 64, 128, 256, 512)
_OF_WINDOWS = (16, 24, 32, 48, 64, 256)
_SMALL = 32
_CORNER, _MARGIN, _SMALL_MARGIN = 0.22, 0.17, 0.09
_DIRECTORY, _ENTRY = 6, 16


def drawn(size: int) -> QImage:
    """The picture, `size` pixels wide and high."""
    image = QImage(size, size, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(LIGHT[Role.ACCENT]))
    painter.drawRoundedRect(QRectF(0, 0, size, size), size * _CORNER, size * _CORNER)
    margin = _SMALL_MARGIN if size <= _SMALL else _MARGIN
    room = QRectF(0, 0, size, size).adjusted(size * margin, size * margin, -size * margin, -size * margin)
    paint(painter, Icon.GRADUATION_CAP, room, QColor(LIGHT[Role.ON_ACCENT]), weight=Weight.FILL)
    painter.end()
    return image


def png(image: QImage) -> bytes:
    held = QByteArray()
    buffer = QBuffer(held)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(held.data())


def ico(sizes: tuple[int, ...] = _OF_WINDOWS) -> bytes:
    """A Windows icon of PNGs in these sizes (Vista and later read them)."""
    pictures = [png(drawn(size)) for size in sizes]
    start = _DIRECTORY + _ENTRY * len(sizes)
    head = b"\0\0\1\0" + len(sizes).to_bytes(2, "little")
    for size, data in zip(sizes, pictures, strict=True):
        side = (size % 256).to_bytes(1, "little")  # 256 is written as 0
        head += side * 2 + b"\0\0\1\0\x20\0" + len(data).to_bytes(4, "little") + start.to_bytes(4, "little")
        start += len(data)
    return head + b"".join(pictures)


def write(folder: Path) -> None:
    """All sizes as PNG, and the Windows icon, into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for size in SIZES:
        (folder / f"{size}.png").write_bytes(png(drawn(size)))
    (folder / "learner-manager.ico").write_bytes(ico())


def main() -> int:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = QGuiApplication(sys.argv[:1])
    write(Path(sys.argv[1]))
    app.shutdown()
    return 0


if __name__ == "__main__":
    sys.exit(main())
