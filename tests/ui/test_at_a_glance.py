"""English and maths at a glance in the real window: columns, the card of a learner, and the preview of a download."""

from PySide6.QtWidgets import QLabel

from app.attainments import at_a_glance_kept
from app.attainments.at_a_glance import GCSE_PASS, Glance, Measure
from app.conditions import Group, Operator, Test
from tests.builders import snapshot
from tests.ui.conftest import Room, named
from ui.look.chips import Tag
from ui.pages.learner_source import COLUMNS

PLACE = {column.id: place for place, column in enumerate(COLUMNS)}


def glances(room: Room) -> dict[int, Glance]:
    """What the rule says of every learner now."""
    with room.context.db.read() as tx:
        return {key: at_a_glance_kept.of_learner(tx, key) for key in room.window.learners.grid.keys}


def said(glance: Glance, measure: Measure) -> str | None:
    return glance[measure].shown if measure in glance else None


def cell(room: Room, key: int, column: str) -> object:
    with room.context.db.read() as tx:
        return room.window.learners.grid.source.rows_in(tx, [key])[key].cells[PLACE[column]]


def test_the_columns_are_there_sort_and_filter(room: Room):
    grid, wanted = room.window.learners.grid, glances(room)
    for measure in Measure:
        assert grid.column_layout.is_hidden(measure.value)
        grid.column_layout.set_hidden(measure.value, False)
        assert {said(wanted[key], measure) for key in grid.keys} != {None}
        assert all(cell(room, key, measure.value) == said(wanted[key], measure) for key in grid.keys)
    for descending in (False, True):
        grid.sort_by("gcse_maths", descending=descending)
        room.at_rest()
        ranks = [glance[Measure.GCSE_MATHS].rank if Measure.GCSE_MATHS in glance else 0 for glance in wanted.values()]
        shown = [wanted[key].get(Measure.GCSE_MATHS) for key in grid.keys]
        assert [one.rank if one else 0 for one in shown] == sorted(ranks, reverse=descending)
    room.window.learners.set_conditions(Group(members=(Test("gcse_maths", Operator.IS, "below"),)))
    room.at_rest()
    below = {key for key, one in wanted.items() if said(one, Measure.GCSE_MATHS)}
    below = {key for key in below if wanted[key][Measure.GCSE_MATHS].rank < GCSE_PASS}
    assert set(grid.keys) == below
    assert 0 < len(below) < len(wanted)


def test_the_card_tells_what_each_value_rests_on(room: Room):
    wanted = glances(room)
    grid = room.window.learners.grid
    key = next(key for key, one in wanted.items() if {Measure.GCSE_ENGLISH, Measure.GCSE_MATHS} <= set(one))
    row = list(grid.keys).index(key)
    grid.setCurrentIndex(grid.model().index(row, 2))
    room.at_rest()
    card = room.window.learners.pane
    for measure in Measure:
        value, note, through = (
            card.findChild(QLabel, f"glance_{measure.value}{end}") for end in ("", "_note", "_through")
        )
        assert value is not None
        assert note is not None
        assert through is not None
        room.until(lambda value=value, measure=measure: value.text() == (said(wanted[key], measure) or "–"))
        best = wanted[key].get(measure)
        assert through.text() == " ".join((best.through or "").split()) if best else not through.isVisible()
        assert note.text().endswith(str(best.since.year) if best and best.since else "")


def test_the_preview_is_marked_stores_nothing_and_comes_true(room: Room):
    before = glances(room)
    stored = snapshot(room.context.db, "attainment", "at_a_glance")
    page = room.download()
    room.in_front(room.plr_window)
    promised: dict[int, dict[Measure, str]] = {}
    looked_at: set[int] = set()
    for row in page.session.rows():
        if row.event is None or row.asked.id in looked_at:
            continue
        looked_at.add(row.asked.id)  # the preview is the learner's, the same beside each of the rows
        place = list(page.grid.keys).index(row.key)
        page.grid.setCurrentIndex(page.grid.model().index(place, 2))
        room.until(lambda: page.pane.settled)
        preview = page.pane.findChild(QLabel, "glance_preview_gcse_maths")
        assert preview is not None
        if not preview.isVisible():
            continue
        mark = named(room.plr_window, "glance_mark")
        assert isinstance(mark, Tag)
        assert mark.text == "From the download, not stored"
        promised[row.asked.id] = {one: text(room, f"glance_preview_{one.value}") for one in Measure}
        for one in Measure:
            held = said(before[row.asked.id], one)
            note = text(room, f"glance_preview_{one.value}_note")
            changes = promised[row.asked.id][one] != (held or "–")
            assert note == (
                (f"stored: {held}" if held else "none stored") if changes else "as stored" if held else ""
            )
    assert snapshot(room.context.db, "attainment", "at_a_glance") == stored
    assert len(promised) > 20
    room.close_dialog(room.update(lower="leave"), "summary_ok")
    room.at_rest()
    after = glances(room)
    assert after != before
    for key, values in promised.items():
        assert values == {one: said(after[key], one) or "–" for one in Measure}
    changed = next(key for key in promised if after[key] != before[key])
    for one in Measure:
        assert cell(room, changed, one.value) == said(after[changed], one)
    room.close_plr()


def text(room: Room, name: str) -> str:
    found = room.plr.pane.findChild(QLabel, name)
    assert found is not None
    return found.text()
