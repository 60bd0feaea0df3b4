"""The style of all standard controls: Fusion, painted over by our own shapes, and the palette.

Everything is drawn here rather than by a style sheet: a style sheet needs image files for ticks and arrows in
every colour and scale, replaces Fusion's drawing by halves and overwrites heights. What a control shows beyond
its own state comes from dynamic properties: `kind` of a push button (normal, primary, danger, quiet, link),
`small` of a button, `invalid` and `soft` of a field, `headerHeight` of a vertical scroll bar beside a header.
"""

from typing import Any, Final, cast

from PySide6.QtCore import QMargins, QObject, QRect, QSize, Qt, Slot
from PySide6.QtGui import QPainter, QPalette
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QMenu,
    QProxyStyle,
    QScrollBar,
    QStyle,
    QStyleHintReturn,
    QStyleOption,
    QStyleOptionComplex,
    QStyleOptionMenuItem,
    QToolTip,
    QWidget,
)

from ui.look import fonts, style_bars, style_buttons, style_fields, style_marks, style_menus
from ui.look.fonts import Type, scaled
from ui.look.shapes import BUTTON_HEIGHT, SMALL_HEIGHT
from ui.look.tokens import Role, color, theme

PM = QStyle.PixelMetric
_SCROLL_FRAME = 4
_TEXT_HEIGHTS: Final = {
    PM.PM_IndicatorWidth: 18,
    PM.PM_IndicatorHeight: 18,
    PM.PM_ExclusiveIndicatorWidth: 16,
    PM.PM_ExclusiveIndicatorHeight: 16,
}
_METRICS: Final = {
    PM.PM_CheckBoxLabelSpacing: 8,
    PM.PM_RadioButtonLabelSpacing: 8,
    PM.PM_ButtonShiftHorizontal: 0,
    PM.PM_ButtonShiftVertical: 0,
    PM.PM_ButtonDefaultIndicator: 0,
    PM.PM_SmallIconSize: 16,
    PM.PM_ButtonIconSize: 16,
    PM.PM_ToolBarIconSize: 16,
    PM.PM_ListViewIconSize: 16,
    PM.PM_ScrollBarExtent: style_bars.SCROLL_EXTENT,
    PM.PM_ScrollBarSliderMin: style_bars.SHORTEST_HANDLE,
    PM.PM_MenuPanelWidth: 1,
    PM.PM_MenuHMargin: 4,
    PM.PM_MenuVMargin: 4,
    PM.PM_ToolTipLabelFrameWidth: 9,
    PM.PM_SplitterWidth: 8,
    PM.PM_LayoutHorizontalSpacing: 8,
    PM.PM_LayoutVerticalSpacing: 8,
    PM.PM_LayoutLeftMargin: 16,
    PM.PM_LayoutTopMargin: 16,
    PM.PM_LayoutRightMargin: 16,
    PM.PM_LayoutBottomMargin: 16,
}
_HINTS: Final = {
    QStyle.StyleHint.SH_ComboBox_Popup: 0,
    QStyle.StyleHint.SH_EtchDisabledText: 0,
    QStyle.StyleHint.SH_DitherDisabledText: 0,
    QStyle.StyleHint.SH_ScrollBar_LeftClickAbsolutePosition: 0,
    QStyle.StyleHint.SH_ToolTipLabel_Opacity: 255,
    QStyle.StyleHint.SH_UnderlineShortcut: 0,
    QStyle.StyleHint.SH_ScrollView_FrameOnlyAroundContents: 0,
    QStyle.StyleHint.SH_MessageBox_CenterButtons: 0,
    QStyle.StyleHint.SH_ItemView_ShowDecorationSelected: 1,
    # 0 is "never": no window of ours has a menu bar that Alt should open beside the key tips.
    QStyle.StyleHint.SH_MenuBar_AltKeyNavigation: 0,
}


class LookStyle(QProxyStyle):
    """Fusion with the program's own painting and measures."""

    def __init__(self) -> None:
        super().__init__("Fusion")
        self.setObjectName("look")
        self._primitives: dict[int, Any] = style_marks.PRIMITIVES | style_fields.PRIMITIVES
        self._primitives |= style_menus.PRIMITIVES
        self._controls: dict[int, Any] = style_buttons.CONTROLS | style_bars.CONTROLS
        self._controls |= style_menus.CONTROLS | style_fields.CONTROLS
        self._complex: dict[int, Any] = style_fields.COMPLEX | style_bars.COMPLEX | style_buttons.COMPLEX

    def drawPrimitive(
        self,
        element: QStyle.PrimitiveElement,
        option: QStyleOption,
        painter: QPainter,
        widget: QWidget | None = None,
    ) -> None:
        own = self._primitives.get(element)
        if own is None:
            super().drawPrimitive(element, option, painter, widget)
        else:
            own(self, option, painter, widget)

    def drawControl(
        self,
        element: QStyle.ControlElement,
        option: QStyleOption,
        painter: QPainter,
        widget: QWidget | None = None,
    ) -> None:
        own = self._controls.get(element)
        if own is None:
            super().drawControl(element, option, painter, widget)
        else:
            own(self, option, painter, widget)

    def drawComplexControl(
        self,
        control: QStyle.ComplexControl,
        option: QStyleOptionComplex,
        painter: QPainter,
        widget: QWidget | None = None,
    ) -> None:
        own = self._complex.get(control)
        if own is None:
            super().drawComplexControl(control, option, painter, widget)
        else:
            own(self, option, painter, widget)

    def pixelMetric(
        self,
        metric: QStyle.PixelMetric,
        option: QStyleOption | None = None,
        widget: QWidget | None = None,
    ) -> int:
        found = _METRICS.get(metric)
        if found is not None:
            return found
        grows = _TEXT_HEIGHTS.get(metric)
        if grows is not None:
            return scaled(grows)
        if metric == PM.PM_DefaultFrameWidth:
            # The round corners of a list or text box need room beside its square viewport.
            return _SCROLL_FRAME if isinstance(widget, QAbstractScrollArea) else 1
        return super().pixelMetric(metric, option, widget)

    def styleHint(
        self,
        hint: QStyle.StyleHint,
        option: QStyleOption | None = None,
        widget: QWidget | None = None,
        answer: QStyleHintReturn | None = None,
    ) -> int:
        if hint == QStyle.StyleHint.SH_Table_GridLineColor:
            # Qt wants the four bytes as a signed number.
            value = color(Role.LINE).rgba()
            return value - (1 << 32) if value >= 1 << 31 else value
        found = _HINTS.get(hint)
        return found if found is not None else super().styleHint(hint, option, widget, answer)

    def sizeFromContents(
        self,
        type: QStyle.ContentsType,
        option: QStyleOption,
        size: QSize,
        widget: QWidget | None = None,
    ) -> QSize:
        kinds = QStyle.ContentsType
        if type == kinds.CT_PushButton:
            return style_buttons.push_button_size(option, widget)
        if type == kinds.CT_LineEdit:
            return QSize(size.width() + 2 * style_fields.PADDING, control_height(widget))
        if type == kinds.CT_ComboBox:
            return style_fields.combo_size(option, size, control_height(widget))
        if type == kinds.CT_SpinBox:
            return QSize(size.width() + 2 * style_fields.PADDING + 20, control_height(widget))
        if type == kinds.CT_ToolButton:
            return style_buttons.tool_button_size(option, size, control_height(widget))
        if type == kinds.CT_ProgressBar:
            return QSize(size.width(), style_bars.PROGRESS_HEIGHT)
        if type == kinds.CT_MenuItem and isinstance(option, QStyleOptionMenuItem):
            return style_menus.item_size(option, size)
        if type in {kinds.CT_CheckBox, kinds.CT_RadioButton}:
            natural = super().sizeFromContents(type, option, size, cast(QWidget, widget))
            return natural.expandedTo(QSize(0, scaled(SMALL_HEIGHT)))
        if type == kinds.CT_ItemViewItem:
            natural = super().sizeFromContents(type, option, size, cast(QWidget, widget))
            return natural.expandedTo(QSize(0, scaled(SMALL_HEIGHT)))
        if type == kinds.CT_HeaderSection:
            natural = super().sizeFromContents(type, option, size, cast(QWidget, widget))
            return natural.expandedTo(QSize(0, scaled(BUTTON_HEIGHT)))
        return super().sizeFromContents(type, option, size, cast(QWidget, widget))

    def subControlRect(
        self,
        cc: QStyle.ComplexControl,
        opt: QStyleOptionComplex,
        sc: QStyle.SubControl,
        widget: QWidget | None = None,
    ) -> QRect:
        if cc == QStyle.ComplexControl.CC_ComboBox:
            return style_fields.combo_part(opt, sc)
        if cc == QStyle.ComplexControl.CC_SpinBox:
            return style_fields.spin_part(opt, sc)
        if cc == QStyle.ComplexControl.CC_ScrollBar:
            return style_bars.scroll_part(opt, sc, widget)
        return super().subControlRect(cc, opt, sc, cast(QWidget, widget))

    def subElementRect(
        self, element: QStyle.SubElement, option: QStyleOption, widget: QWidget | None = None
    ) -> QRect:
        if element == QStyle.SubElement.SE_LineEditContents:
            inset = style_fields.PADDING if getattr(option, "lineWidth", 1) > 0 else 0
            return option.rect.marginsRemoved(QMargins(inset, 1, inset, 1))
        return super().subElementRect(element, option, cast(QWidget, widget))

    def polish(self, target: Any) -> Any:
        """Menus and tool tips have round corners: what lies outside them must be see-through."""
        if isinstance(target, QWidget) and (isinstance(target, QMenu) or _is_tip(target)):
            target.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
        elif isinstance(target, _ANSWERS_TO_POINTER):
            target.setAttribute(Qt.WidgetAttribute.WA_Hover)
        return super().polish(target)


_ANSWERS_TO_POINTER = (QAbstractButton, QComboBox, QAbstractSpinBox, QScrollBar, QLineEdit)


def _is_tip(widget: QWidget) -> bool:
    return bool(widget.metaObject().className() == "QTipLabel")


def control_height(widget: QWidget | None) -> int:
    """The height of a field or button; `small` ones are lower."""
    small = widget is not None and widget.property("small")
    return scaled(SMALL_HEIGHT if small else BUTTON_HEIGHT)


def make_palette() -> QPalette:
    """The theme's colours in the roles that Qt knows."""
    roles = QPalette.ColorRole
    made = QPalette()
    for its, ours in _PALETTE.items():
        made.setColor(getattr(roles, its), color(ours))
    disabled = QPalette.ColorGroup.Disabled
    made.setColor(disabled, roles.Text, color(Role.TEXT3))
    made.setColor(disabled, roles.WindowText, color(Role.DISABLED))
    made.setColor(disabled, roles.ButtonText, color(Role.DISABLED))
    made.setColor(disabled, roles.Base, color(Role.SUBTLE))
    made.setColor(disabled, roles.Highlight, color(Role.SEL_OFF))
    made.setColor(QPalette.ColorGroup.Inactive, roles.Highlight, color(Role.SEL_OFF))
    return made


_PALETTE: Final = {
    "Window": Role.WINDOW,
    "WindowText": Role.TEXT,
    "Base": Role.SURFACE,
    "AlternateBase": Role.SUBTLE,
    "Text": Role.TEXT,
    "Button": Role.SURFACE,
    "ButtonText": Role.TEXT,
    "BrightText": Role.ON_ACCENT,
    "Light": Role.SURFACE,
    "Midlight": Role.HOVER,
    "Mid": Role.LINE2,
    "Dark": Role.BORDER,
    "Shadow": Role.BORDER,
    "Highlight": Role.ACCENT_SOFT,
    "HighlightedText": Role.TEXT,
    "Link": Role.ACCENT_TEXT,
    "LinkVisited": Role.ACCENT_TEXT,
    "ToolTipBase": Role.TEXT,
    "ToolTipText": Role.SURFACE,
    "PlaceholderText": Role.TEXT3,
    "Accent": Role.ACCENT,
}


class _Dresser(QObject):
    """Keeps an application in the theme's colours and sizes."""

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._app = app
        theme().changed.connect(self.dress)

    @Slot()
    def dress(self) -> None:
        palette = make_palette()
        self._app.setPalette(palette)
        self._app.setFont(fonts.font(Type.BODY))
        QToolTip.setFont(fonts.font(Type.SECONDARY))
        QToolTip.setPalette(palette)


_dressers: Final[dict[QApplication, tuple[LookStyle, _Dresser]]] = {}


def install(app: QApplication) -> None:
    """Give `app` our style, palette and fonts for good; a second call changes nothing."""
    if app in _dressers:
        return
    fonts.set_scale(fonts.desktop_scale())
    style = LookStyle()
    app.setStyle(style)
    dresser = _Dresser(app)
    _dressers[app] = (style, dresser)
    theme().listen()
    dresser.dress()
