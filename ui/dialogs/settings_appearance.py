"""The Appearance and About pages of the settings."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.context import AppContext
from ui.dialogs.about import facts, facts_grid
from ui.look.fonts import Type
from ui.look.labels import text_label
from ui.look.segments import Segments
from ui.look.tokens import Role
from ui.look.words import tr

THEMES = (("system", "System"), ("light", "Light"), ("dark", "Dark"), ("contrast", "High Contrast"))
NOTIFY = (("on", "On"), ("off", "Off"))
ROWS = (("compact", "Compact"), ("comfortable", "Comfortable"))


class AppearancePage(QWidget):
    """`changed` carries `{"theme": …, "rows": …}` and whatever else the window keeps there."""

    changed = Signal(object)

    def __init__(self, appearance: Mapping[str, Any], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("settings_appearance")
        self._appearance = dict(appearance)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(8)
        column.addWidget(text_label(tr("Appearance"), Type.PAGE_TITLE, wrap=True))
        column.addSpacing(8)
        self.theme = self._switch(column, "theme", "Colours", THEMES, "System follows the computer’s own setting.")
        self.rows = self._switch(
            column,
            "rows",
            "Rows of grids",
            ROWS,
            "Compact shows more rows; Comfortable leaves more room between them.",
        )
        self.notify = self._switch(
            column,
            "notify",
            "Notifications of the desktop",
            NOTIFY,
            "When what took more than ten seconds ends while you work in another program. They name nobody.",
        )
        column.addStretch(1)

    def _switch(
        self, column: QVBoxLayout, name: str, title: str, choices: tuple[tuple[str, str], ...], words: str
    ) -> Segments:
        label = text_label(tr(title), Type.SECONDARY, weight=500)
        switch = Segments([(key, tr(word)) for key, word in choices], tr(title))
        switch.setObjectName(f"appearance_{name}")
        label.setBuddy(switch)
        value = self._appearance.get(name)
        switch.set_value(value if value in dict(choices) else choices[0][0])
        switch.chosen.connect(self._chosen)
        column.addWidget(label)
        column.addWidget(switch)
        column.addWidget(text_label(tr(words), Type.SECONDARY, Role.TEXT2, wrap=True))
        column.addSpacing(12)
        return switch

    @Slot(str)
    def _chosen(self, key: str) -> None:
        self._appearance = {**self._appearance, "theme": self.theme.value, "rows": self.rows.value}
        self._appearance["notify"] = self.notify.value
        self.changed.emit(dict(self._appearance))


class AboutPage(QWidget):
    """Version, where the data lies, and which database is used."""

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("settings_about")
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(12)
        column.addWidget(text_label(tr("About"), Type.PAGE_TITLE, wrap=True))
        kind = tr("embedded, a file in the data folder") if context.db.embedded else tr("a shared server")
        rows = [*facts(), (tr("Data folder"), str(context.folder.path)), (tr("Database"), kind)]
        column.addLayout(facts_grid([(tr("Program"), tr("Learner Manager")), *rows]))
        column.addStretch(1)
