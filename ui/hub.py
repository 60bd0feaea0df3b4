"""Tells every page what a write touched; each decides what to reload. Pages never call one another."""

from PySide6.QtCore import QObject, Signal

from app.changes import Changes


class Hub(QObject):
    """`announced` carries Changes."""

    announced = Signal(object)

    def announce(self, changes: Changes) -> None:
        if changes.topics:
            self.announced.emit(changes)
