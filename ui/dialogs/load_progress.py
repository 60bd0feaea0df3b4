"""How far reading or loading a file is: a bar, and the amount in words."""

from PySide6.QtWidgets import QProgressBar, QVBoxLayout, QWidget

from app.tasks import Progress
from ui.look.fonts import Type
from ui.look.labels import text_label
from ui.look.tokens import Role
from ui.look.words import count, tr

_MILLION = 1_000_000


class ReadingBar(QWidget):
    """Bytes while a file is read, learners while they are loaded."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(6)
        self.bar.setAccessibleName(tr("Progress"))
        self.words = text_label("", Type.SECONDARY, Role.TEXT2, numbers=True, name="load_progress")
        column.addWidget(self.bar)
        column.addWidget(self.words)
        column.addStretch(1)

    def show_progress(self, progress: Progress) -> None:
        """Show this; without a total the bar only says that something is under way."""
        done, total = progress.done, progress.total
        self.bar.setRange(0, 1000 if total else 0)
        self.bar.setValue(round(1000 * done / total) if total else 0)
        if not total:
            self.words.setText("")
        elif progress.text == "Loading":
            self.words.setText(tr("{done} of {total} learners", done=count(done), total=count(total)))
        elif progress.text == "Loading rows":
            self.words.setText(tr("{done} of {total} rows", done=count(done), total=count(total)))
        else:
            size = tr("{done} of {total} MB", done=f"{done / _MILLION:,.1f}", total=f"{total / _MILLION:,.1f}")
            self.words.setText(f"{tr(progress.text)}: {size}" if progress.text else size)

    def show_nothing(self) -> None:
        """Nothing is under way."""
        self.bar.setRange(0, 1)
        self.bar.setValue(0)
        self.words.setText("")
