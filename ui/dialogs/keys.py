"""Help (F1), first form: every command with its keys, made from the list of actions."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from ui.actions import ActionSet
from ui.look.dialog import FramedDialog
from ui.look.icons import Icon
from ui.look.words import tr

_EVERYWHERE = (
    ("Ctrl A", "Select every row of the filter"),
    ("Ctrl C", "Copy the selected rows with headers"),
    ("Ctrl F", "Quick filter"),
    ("Ctrl U", "Update Selected (in the Attainments (PLR) window)"),
    ("Alt", "Show the key tips of the ribbon"),
    ("Alt Q", "Search commands"),
    ("Ctrl F1", "Fold or unfold the ribbon"),
    ("F6", "Next part of the window"),
    ("Shift F6", "Previous part of the window"),
    ("Ctrl 1 … Ctrl 5", "The areas: Home, Learners, LMS, Imports, Administration"),
    ("Ctrl Tab", "Next page"),
    ("Ctrl Shift Tab", "Previous page"),
    ("Esc", "Close a dialog without losing anything unasked"),
)


class KeysDialog(FramedDialog):
    def __init__(self, parent: QWidget | None, actions: ActionSet) -> None:
        super().__init__(
            parent,
            title=tr("Help"),
            heading=tr("Keys"),
            secondary=tr("Every command can be reached by keys. Press Alt to see the letters on the ribbon."),
            icon=Icon.KEYBOARD,
            name="keys_help",
        )
        lines = [(actions.keys(entry.id), f"{entry.text}: {tr(entry.tip)}") for entry in actions if entry.on_ribbon]
        lines = [*((keys, tr(what)) for keys, what in _EVERYWHERE), *lines]
        table = QTableWidget(len(lines), 2)
        table.setAccessibleName(tr("Keys and commands"))
        table.setHorizontalHeaderLabels([tr("Keys"), tr("What they do")])
        table.verticalHeader().hide()
        table.setShowGrid(False)
        table.setProperty("ring", True)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setTabKeyNavigation(False)
        for row, (keys, what) in enumerate(lines):
            for column, text in enumerate((keys, what)):
                item = QTableWidgetItem(text)
                item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
                table.setItem(row, column, item)
        table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        table.horizontalHeader().setStretchLastSection(True)
        table.setMinimumSize(640, 420)
        self.content.addWidget(table)
        self.add_button(tr("Close"), kind="primary", name="keys_close", clicked=self.accept, safe=True)
