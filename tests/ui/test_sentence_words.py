"""Sentences of `app` as the window says them: looked up by their template, whatever stands in their values."""

from PySide6.QtCore import QTranslator
from PySide6.QtWidgets import QApplication, QLabel

from app.errors import InputError
from app.sentence import Sentence, plural
from ui.look.words import tr

WORDS = {
    "There is no file {file}.": "Heb {file}.",
    "{n} row": "{n} rhes",
    "{n} rows": "{n} o resi",
    "Say {what}.": "Dywedwch {what}.",
}


class _Welsh(QTranslator):
    def translate(self, context: str, source: str, comment: str | None = None, number: int = -1) -> str | None:  # type: ignore[override]
        return WORDS.get(source)

    def isEmpty(self) -> bool:
        return False


def test_a_sentence_is_looked_up_by_its_template(qapp: QApplication, qtbot):
    said = Sentence("There is no file {file}.", file="{n} rows")
    error = InputError(said, hint=Sentence("Say {what}.", what=plural(2, "{n} row", "{n} rows")))
    label = QLabel(said)
    qtbot.addWidget(label)
    assert label.text() == tr(said) == "There is no file {n} rows.", "English without a translation"
    translator = _Welsh()
    qapp.installTranslator(translator)
    try:
        assert tr(error.message) == "Heb {n} rows.", "a datum is put in as it is"
        assert tr(error.hint) == "Dywedwch 2 o resi.", "what is a sentence is translated too"
        assert tr("Say {what}.", what=plural(1, "{n} row", "{n} rows")) == "Dywedwch 1 rhes."
        assert tr("Say {what}.", what="{n} row") == "Dywedwch {n} row."
        assert tr(str(said)) == str(said), "what the values are put into already cannot be found"
    finally:
        qapp.removeTranslator(translator)
