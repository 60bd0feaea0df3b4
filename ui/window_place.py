"""Where a window stood and how large it was, as a text that can be kept."""

from PySide6.QtCore import QByteArray
from PySide6.QtWidgets import QWidget


def place_of(window: QWidget) -> str:
    """For `put_back`, in this run or another."""
    return bytes(window.saveGeometry().toBase64().data()).decode("ascii")


def put_back(window: QWidget, place: object) -> None:
    """Bring a window to where it was; Qt leaves it where it is if the place is nonsense, or on no screen."""
    if isinstance(place, str):
        window.restoreGeometry(QByteArray.fromBase64(place.encode("ascii", "ignore")))
