"""The developer's picture: every kind of text, colour, control and state on one sheet, and the ribbon below.

Run `python -m tests.ui.token_sheet FILE [light|dark|contrast]`; QT_SCALE_FACTOR=2 gives it at 200 %.
"""

import os
import sys
from collections.abc import Sequence

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QMenu,
    QPlainTextEdit,
    QProgressBar,
    QRadioButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from tests.ui.ribbon_example import ExampleWindow
from ui.look import tokens
from ui.look.banner import Banner
from ui.look.buttons import button, icon_button
from ui.look.cards import Card, HairLine
from ui.look.chips import Chip, Tag
from ui.look.empty_state import EmptyState
from ui.look.fonts import Type
from ui.look.icons import Icon, Weight
from ui.look.labels import ElidingLabel, text_label
from ui.look.pictures import IconLabel
from ui.look.search_field import SearchField
from ui.look.segments import Segments
from ui.look.shapes import box
from ui.look.tabs import TabBar
from ui.look.tiles import TileContent, Tiles
from ui.look.tokens import Role, color

SAMPLES = {
    Type.COUNT: "1,243",
    Type.PAGE_TITLE: "PLR/LRS",
    Type.PANE_TITLE: "1,000 learners selected",
    Type.HEADING: "Ayesha Akhtar",
    Type.KEY: "Bainbridge",
    Type.BODY: "Riverside   28 Sep 2026",
    Type.HEADER: "Date of Birth",
    Type.SECONDARY: "Nothing is stored until Update Selected.",
    Type.CODE: "3622442297  WSRC0004",
    Type.CAPTION: "Selection",
}


class Swatches(QWidget):
    """Every role as a coloured square with its name."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(250)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        for at, role in enumerate(Role):
            column, row = at % 6, at // 6
            square = QRect(20 + column * 110, 10 + row * 40, 26, 28)
            box(painter, square, 6, fill=role, line=Role.LINE2)
            painter.setPen(color(Role.TEXT))
            painter.drawText(square.right() + 8, square.center().y() + 4, role.name.lower())
        painter.end()


def _row(*widgets: QWidget, gap: int = 8) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(gap)
    for widget in widgets:
        row.addWidget(widget)
    row.addStretch(1)
    return row


def type_card() -> Card:
    card = Card(padding=16)
    card.column.setSpacing(6)
    card.column.addWidget(text_label("Type: Inter, codes in JetBrains Mono", Type.HEADER, Role.TEXT2))
    grid = QGridLayout()
    for at, (kind, sample) in enumerate(SAMPLES.items()):
        grid.addWidget(text_label(kind.name.lower(), Type.SECONDARY, Role.TEXT3), at, 0)
        grid.addWidget(text_label(sample, kind, numbers=kind in {Type.COUNT, Type.BODY}), at, 1)
        grid.addWidget(text_label(f"{kind.pixels} / {kind.weight}", Type.CODE, Role.TEXT3), at, 2)
    grid.setColumnStretch(1, 1)
    card.column.addLayout(grid)
    card.column.addWidget(HairLine())
    large = [Icon.FUNNEL, Icon.TRAY, Icon.USERS, Icon.STACK]
    icons: list[QWidget] = [IconLabel(icon, Role.TEXT, 32, weight=Weight.LARGE) for icon in large]
    icons.append(IconLabel(Icon.CLOUD_ARROW_DOWN, Role.ACCENT_TEXT, 32, weight=Weight.LARGE))
    small = [Icon.ARROWS_CLOCKWISE, Icon.EXPORT, Icon.COLUMNS, Icon.BOOKMARK_SIMPLE, Icon.CHECK_CIRCLE]
    small += [Icon.X_CIRCLE, Icon.WARNING, Icon.CLOCK, Icon.PROHIBIT, Icon.DATABASE]
    icons += [IconLabel(icon) for icon in small]
    card.column.addLayout(_row(*icons, gap=12))
    card.column.addWidget(ElidingLabel("Meridian Level 3 Advanced GCE in Biology " * 3, middle=True))
    card.column.addStretch(1)
    return card


def buttons_card() -> Card:
    card = Card(padding=16)
    card.column.setSpacing(10)
    card.column.addWidget(text_label("Buttons", Type.HEADER, Role.TEXT2))
    off = button("Export List", Icon.EXPORT)
    off.setEnabled(False)
    off_primary = button("Save", kind="primary")
    off_primary.setEnabled(False)
    pressed = button("Refresh", Icon.ARROWS_CLOCKWISE)
    pressed.setDown(True)
    on = button("Details", Icon.LAYOUT)
    on.setCheckable(True)
    on.setChecked(True)
    card.column.addLayout(
        _row(button("Refresh", Icon.ARROWS_CLOCKWISE), pressed, off, off_primary, button("Edit", small=True))
    )
    codes = button("Codes", Icon.TAG_SIMPLE, "quiet")
    codes.setMenu(QMenu(codes))
    card.column.addLayout(
        _row(
            button("Update Selected", Icon.DATABASE, "primary"),
            button("OK", kind="primary"),
            button("Delete", Icon.TRASH_SIMPLE, "danger"),
            codes,
            on,
            button("Show all 14", kind="link"),
            icon_button(Icon.MOON, "Dark colours"),
        )
    )
    return card


def fields_card() -> Card:
    card = Card(padding=16)
    card.column.setSpacing(10)
    card.column.addWidget(text_label("Fields", Type.HEADER, Role.TEXT2))
    wrong = QLineEdit("31/02/2026")
    wrong.setProperty("invalid", True)
    disabled = QLineEdit("19990002")
    disabled.setEnabled(False)
    card.column.addLayout(
        _row(QLineEdit("Riverside"), wrong, disabled, SearchField("Filter all columns", keys="Ctrl F"))
    )
    combo = QComboBox()
    combo.addItems(["PLR, from the LRS", "Own"])
    spin = QSpinBox()
    spin.setValue(60)
    bar = QProgressBar()
    bar.setValue(41)
    bar.setTextVisible(False)
    card.column.addLayout(_row(combo, spin, Segments([("live", "Live"), ("test", "Test")], "Service"), bar))
    sent, processed, same = QCheckBox("Include not yet sent"), QCheckBox("Processed"), QRadioButton("Same person")
    sent.setChecked(True)
    same.setChecked(True)
    card.column.addLayout(_row(sent, processed, same, QRadioButton("Another person")))
    card.column.addWidget(HairLine())
    card.column.addLayout(
        _row(
            Chip("Campus", "is one of", "City, Riverside"),
            text_label("and", Type.SECONDARY, Role.TEXT2),
            Chip("ULN", "is blank"),
        )
    )
    tags: Sequence[QWidget] = (
        Tag(Icon.CHECK_CIRCLE, "Ready", Role.GOOD),
        Tag(Icon.CLOCK, "Overdue", Role.WARN),
        Tag(Icon.X_CIRCLE, "Rejected", Role.BAD),
        Tag(Icon.PENCIL_SIMPLE, "Changed", Role.INFO),
        Tag(Icon.PENCIL_SIMPLE, "Staged", Role.STAGED),
    )
    card.column.addLayout(_row(*tags))
    card.column.addStretch(1)
    return card


def summary_card() -> Card:
    card = Card(padding=16)
    card.column.setSpacing(10)
    tiles = Tiles(
        [
            TileContent("processed", 412, "Processed"),
            TileContent("updated", 388, "Updated", Icon.CHECK_CIRCLE, Role.GOOD),
            TileContent("same", 21, "Not updated, no changes", Icon.EQUALS),
            TileContent("refused", 3, "Not applied", Icon.PROHIBIT, Role.BAD),
        ]
    )
    tiles.choose("refused")
    card.column.addWidget(tiles)
    flat = Tiles(
        [TileContent("all", 5169, "All"), TileContent("new", 1204, "New", Icon.PLUS_CIRCLE, Role.GOOD)],
        equation=False,
        flat=True,
    )
    flat.choose("all")
    card.column.addWidget(flat)
    card.column.addWidget(
        Banner(
            Icon.WIFI_SLASH,
            Role.BAD,
            "Down since 09:18. The LMS refuses a function it allowed before.",
            "Last success 23 Nov 2026 at 08:42. All views show the data of that time.",
            [button("Test Connection", Icon.WIFI_HIGH)],
        )
    )
    names = QListWidget()
    names.addItems(["Abernethy", "Adeyemi", "Ahmed"])
    names.setCurrentRow(1)
    names.setFixedHeight(90)
    card.column.addWidget(names)
    text = QPlainTextEdit("Several lines of text\n" * 8)
    text.setFixedHeight(90)
    card.column.addWidget(text)
    tabs = TabBar()
    for title in ("Courses", "Enrolments", "Sync Runs and Errors"):
        tabs.addTab(title)
    tabs.set_count(0, "3 new")
    tabs.set_count(2, "15")
    card.column.addWidget(tabs)
    card.column.addStretch(1)
    return card


def sheet() -> QWidget:
    """The whole sheet as a window, not yet shown."""
    whole = QWidget()
    whole.setWindowTitle("Look")
    column = QVBoxLayout(whole)
    column.setContentsMargins(0, 0, 0, 8)
    column.addWidget(ExampleWindow())
    grid = QGridLayout()
    grid.setContentsMargins(8, 0, 8, 0)
    swatches = Card()
    swatches.column.addWidget(Swatches())
    empty = Card()
    empty.column.addWidget(
        EmptyState(
            "No learners yet",
            "Load an ILR file, a spreadsheet from your MIS or an LRS batch file. "
            "You see every row before it is written.",
            icon=Icon.STUDENT,
            primary=("Load Learners", Icon.TRAY),
            secondary=("Add One Learner", Icon.USER_PLUS),
            remark="or drop a file anywhere on this window",
            link=("Only looking around?", "Open the demo with 2,500 invented learners"),
        )
    )
    for at, card in enumerate((swatches, buttons_card(), type_card(), fields_card(), summary_card(), empty)):
        grid.addWidget(card, at // 2, at % 2)
    column.addLayout(grid, 1)
    whole.resize(1440, 1500)
    return whole


def main(arguments: list[str]) -> int:
    app = QApplication(arguments[:1])
    tokens.apply(app)
    mode = arguments[2] if len(arguments) > 2 else "light"
    tokens.theme().set_mode(mode)  # type: ignore[arg-type]
    shown = sheet()
    shown.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    shown.show()
    app.processEvents()
    shown.grab().save(arguments[1])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
