"""Icons and fonts: every name is in the font, every picture has the theme's colour, sizes follow the scale."""

import gc

import pytest
from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QFontInfo, QIcon, QImage, QPainter

from ui.look import fonts
from ui.look.fonts import Type, font, metrics, scaled
from ui.look.icons import Icon, Weight, draw, glyph_names, has_glyph, pixmap, qicon
from ui.look.tokens import Role, color, theme

pytestmark = pytest.mark.usefixtures("light")


def painted(image: QImage) -> set[str]:
    """The colours of the pixels that are wholly covered."""
    found = set()
    for x in range(image.width()):
        for y in range(image.height()):
            pixel = image.pixelColor(x, y)
            if pixel.alpha() == 255:
                found.add(pixel.name())
    return found


@pytest.mark.parametrize("weight", ["regular", "light", "bold", "fill"])
def test_every_icon_is_in_the_font(weight, qapp):
    assert [icon.value for icon in Icon if not has_glyph(icon, weight)] == []


def test_a_name_that_is_not_in_the_font_is_noticed():
    assert "no-such-glyph" not in glyph_names()
    assert not has_glyph(Icon.TRAY, "no-such-weight")


def test_no_two_members_mean_the_same_glyph():
    assert len(Icon.__members__) == len(set(Icon))
    assert all(name == icon.value.upper().replace("-", "_") for name, icon in Icon.__members__.items())


@pytest.mark.parametrize("icon", Icon)
def test_every_icon_leaves_a_mark_and_stays_inside_its_box(icon, qapp):
    for weight, size in (("regular", 16), ("large", 32)):
        image = pixmap(icon, size, Role.TEXT, 1.0, weight).toImage()
        assert image.size() == QSize(size, size)
        covered = sum(image.pixelColor(x, y).alpha() > 0 for x in range(size) for y in range(size))
        assert covered >= 6
        edge = [image.pixelColor(x, y).alpha() for x in (0, size - 1) for y in (0, size - 1)]
        assert max(edge) == 0


def test_a_pixmap_has_the_colour_of_its_role_in_the_theme(qapp):
    assert painted(pixmap(Icon.STOP, 16, Role.BAD, 1.0, "fill").toImage()) == {color(Role.BAD).name()}
    light = pixmap(Icon.STOP, 16, Role.BAD, 1.0, "fill")
    theme().set_mode("dark")
    assert painted(pixmap(Icon.STOP, 16, Role.BAD, 1.0, "fill").toImage()) == {color(Role.BAD).name()}
    assert painted(light.toImage()) != {color(Role.BAD).name()}


def test_pixmaps_are_kept_by_size_colour_ratio_and_weight(qapp):
    first = pixmap(Icon.TRAY, 16, Role.TEXT, 1.0)
    assert pixmap(Icon.TRAY, 16, Role.TEXT, 1.0).cacheKey() == first.cacheKey()
    twice = pixmap(Icon.TRAY, 16, Role.TEXT, 2.0)
    assert twice.size() == QSize(32, 32)
    assert twice.devicePixelRatio() == 2.0
    assert twice.deviceIndependentSize().toSize() == QSize(16, 16)
    assert pixmap(Icon.TRAY, 16, Role.TEXT2, 1.0).cacheKey() != first.cacheKey()
    assert pixmap(Icon.TRAY, 16, Role.TEXT, 1.0, "bold").cacheKey() != first.cacheKey()


def test_large_icons_have_a_tint_below_their_lines(qapp):
    image = pixmap(Icon.TRAY, 32, Role.TEXT, 1.0, Weight.LARGE).toImage()
    inside = image.pixelColor(16, 12)
    assert 0.10 < inside.alphaF() < 0.16
    main = pixmap(Icon.TRAY, 32, Role.ACCENT, 1.0, Weight.LARGE).toImage().pixelColor(16, 12)
    assert main.alphaF() > inside.alphaF()


def test_lines_of_a_16_px_icon_fall_on_whole_pixels(qapp):
    """The upper edge of the tray is one row of pixels: nearly all of its colour is in that row."""
    image = pixmap(Icon.TRAY, 16, Role.TEXT, 1.0).toImage()
    column = [image.pixelColor(8, y).alphaF() for y in range(6)]
    assert max(column) > 0.9
    assert sorted(column)[-2] < 0.2


def test_draw_paints_in_the_middle_of_the_rectangle(qapp):
    image = QImage(40, 20, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    painter = QPainter(image)
    draw(painter, Icon.STOP, QRect(0, 0, 40, 20), Role.TEXT, weight="fill", size=16)
    painter.end()
    assert image.pixelColor(20, 10).alpha() == 255
    assert image.pixelColor(4, 10).alpha() == 0


def test_a_live_icon_follows_the_theme_and_the_state(qapp):
    icon = qicon(Icon.STOP, Role.BAD, on_role=Role.GOOD, weight="fill")
    copied = QIcon(icon)
    gc.collect()

    def colour(mode=QIcon.Mode.Normal, state=QIcon.State.Off):
        return painted(copied.pixmap(QSize(16, 16), 2.0, mode, state).toImage())

    assert colour() == {color(Role.BAD).name()}
    assert colour(state=QIcon.State.On) == {color(Role.GOOD).name()}
    assert colour(mode=QIcon.Mode.Disabled) == {color(Role.DISABLED).name()}
    theme().set_mode("dark")
    assert colour() == {color(Role.BAD).name()}
    assert copied.pixmap(QSize(16, 16), 2.0).size() == QSize(32, 32)
    assert not copied.isNull()


def test_the_ten_kinds_of_text(qapp):
    table = {kind.name: (font(kind).pixelSize(), font(kind).weight()) for kind in Type}
    assert table["COUNT"] == (24, 600)
    assert table["CAPTION"] == (11, 500)
    assert min(pixels for pixels, _ in table.values()) == 11
    assert QFontInfo(font(Type.CODE)).family() != QFontInfo(font(Type.BODY)).family()
    assert font(Type.BODY) is font(Type.BODY)
    assert metrics(Type.CODE).horizontalAdvance("il10") == metrics(Type.CODE).horizontalAdvance("WWWW")


def test_weights_are_really_drawn(qapp):
    widths = [
        metrics(Type.BODY, weight=weight).horizontalAdvance("Meridian Examinations" * 4) for weight in (400, 500, 600)
    ]
    assert widths == sorted(set(widths))


def test_numbers_have_digits_of_one_width(qapp):
    def width(text, **more):
        return metrics(Type.BODY, **more).horizontalAdvance(text * 10)

    assert width("1", numbers=True) == width("8", numbers=True)
    assert width("1") != width("8")


def test_the_scale_makes_all_text_larger_and_is_limited(qapp):
    before = metrics(Type.BODY).height()
    generation = theme().generation
    fonts.set_scale(1.5)
    assert font(Type.BODY).pixelSize() == 20
    assert metrics(Type.BODY).height() > before
    assert scaled(30) == 45
    assert theme().generation > generation
    assert qapp.font().pixelSize() == 20
    fonts.set_scale(9)
    assert fonts.scale() == 2.0
    fonts.set_scale(0.1)
    assert fonts.scale() == 1.0
