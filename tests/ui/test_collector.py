"""The collector runs in the window's thread, and only there."""

import gc
import threading
import weakref

import pytest
from PySide6.QtCore import QObject

from ui.collector import EVERY_MS, Collector

pytestmark = pytest.mark.usefixtures("nothing_set_aside")


class Node:
    def __init__(self) -> None:
        self.self = self


def test_garbage_is_collected_in_the_windows_thread(qtbot):
    gc.enable()
    parent = QObject()
    collector = Collector(parent)
    seen: set[int] = set()

    def note(phase: str, info: dict) -> None:
        seen.add(threading.get_ident())

    gc.callbacks.append(note)
    try:
        assert not gc.isenabled()
        ghost = weakref.ref(Node())
        worker = threading.Thread(target=lambda: [Node() for _ in range(5_000)])
        worker.start()
        worker.join()
        qtbot.waitUntil(lambda: ghost() is None, timeout=EVERY_MS * 5)
    finally:
        gc.callbacks.remove(note)
        collector.stop()
    assert seen == {threading.get_ident()}
    assert gc.isenabled()
    gc.disable()  # as the whole suite has it


def test_what_a_start_made_is_gone_through_once(qtbot):
    before, parent = gc.get_freeze_count(), QObject()
    collector = Collector(parent)
    kept = Node()
    try:
        qtbot.waitUntil(lambda: gc.get_freeze_count() > before, timeout=EVERY_MS * 5)
        assert not any(one is kept for one in gc.get_objects())
        late = Node()
        assert any(one is late for one in gc.get_objects())
    finally:
        collector.stop()
    assert not gc.isenabled()  # as the whole suite has it
    assert gc.get_freeze_count() == 0
    assert any(one is kept for one in gc.get_objects())
