"""*Print*: how much it would be, and whether it goes on paper or into a PDF file."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from ui.grids.form_dialog import FormDialog
from ui.look.icons import Icon
from ui.look.tokens import Role
from ui.look.words import count, plural, tr

_WIDTH, _HEIGHT = 560, 140
MANY_ROWS = 20_000
"""From here on it is asked whether this is really meant."""


class PrintDialog(FormDialog):
    """`pdf_wanted` or `paper_wanted` after it has closed."""

    pdf_wanted = Signal()
    paper_wanted = Signal()

    def __init__(self, parent: QWidget | None, rows: int, pages: int, sentence: str, *, selected: bool) -> None:
        super().__init__(parent, title=tr("Print"), icon=Icon.PRINTER, name="print_list")
        many = rows > MANY_ROWS
        what = (
            plural(rows, "{n} selected row", "{n} selected rows") if selected else plural(rows, "{n} row", "{n} rows")
        )
        on = plural(pages, "{n} page", "{n} pages")
        heading = tr("{rows} on {pages} of A4", rows=what, pages=on)
        words = tr("The columns that the grid shows, in its order. {sentence}.", sentence=sentence)
        if many:
            self.show_icon(Icon.WARNING, Role.WARN)
            words += " " + tr(
                "More than {n} rows are a lot of paper: select or filter what you need, or export to Excel.",
                n=count(MANY_ROWS),
            )
        self.say(heading, words)
        self.content.addStretch(1)
        self.close_button = self.add_button(
            tr("Cancel"), kind="primary" if many else "normal", name="print_cancel", clicked=self.reject, safe=many
        )
        self.add_button(
            tr("Print…"), Icon.PRINTER, name="print_paper", clicked=self._paper, tip=tr("Choose a printer")
        )
        self.pdf_button = self.add_button(
            tr("Save as PDF…"),
            Icon.FILE_TEXT,
            kind="normal" if many else "primary",
            name="print_pdf",
            clicked=self._pdf,
            safe=False,
        )
        self.stay_close()
        self.open_at(_WIDTH, _HEIGHT)
        if not many:
            self.pdf_button.setFocus()

    def _pdf(self) -> None:
        self.accept()
        self.pdf_wanted.emit()

    def _paper(self) -> None:
        self.accept()
        self.paper_wanted.emit()
