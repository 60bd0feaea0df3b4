from tests.ui.conftest import *
from ui.look import fonts
def test_x(rooms):
    room = rooms(40, size=(1366,768)); room.download(); room.plr_window.grab().save("/tmp/plr100.png")
    from tests.ui.dialog_room import tab_order
    room.in_front(room.plr_window)
    print("TABS", tab_order(room.plr_window, named(room.plr_window,"plr_select_all")))
    room.plr.forget(); room.at_rest()
def test_y(rooms):
    fonts.set_scale(2.0)
    try:
        room = rooms(40, size=(1366,768)); room.download(); room.plr_window.resize(1366,768); room.at_rest(); room.plr_window.grab().save("/tmp/plr200.png")
        room.plr.forget(); room.at_rest()
        room.window.show_attainments(); room.at_rest(); room.window.grab().save("/tmp/att200.png")
    finally:
        fonts.set_scale(1.0)
