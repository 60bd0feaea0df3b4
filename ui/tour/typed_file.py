"""A file chosen in the file dialog by its path."""

from PySide6.QtWidgets import QApplication, QDialog, QFileDialog

from app.tasks import now
from ui.tour.player import click, named, press, type_text

_PATIENCE = 3.0


class FileChosen:
    """The path typed, and Return; once more where a list of completions, which may open any moment, took the key or
    put something else in its place. True once a dialog of the kind `then` is in front."""

    def __init__(self, path: str, then: type[QDialog]) -> None:
        self._path, self._then, self._typed = path, then, 0.0

    def __call__(self) -> bool:
        dialog = QApplication.activeModalWidget()
        if isinstance(dialog, self._then):
            return self._typed > 0
        if now() - self._typed > _PATIENCE and isinstance(dialog, QFileDialog):
            self._typed = now()
            click(named("fileNameEdit", dialog))
            press("Ctrl+A", dialog)
            type_text(self._path)
            press("Return")
        return False
