"""The manual as a PDF: every topic on the page that its contents name, keys and rules in it, the same each time."""

import json
import re

import pytest
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import QToolButton

from app.help import rules
from app.tasks import Cancelled, TaskContext
from tests.ui import pdf_text
from tests.ui.conftest import saving_as
from tests.ui.dialog_room import child, click
from ui import main
from ui.help.pages_made import book
from ui.help.paper import HelpPaper, manual
from ui.help.window import HelpWindow
from ui.printing.manual_pages import layout, paint, write_manual

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
BOOK = book()
_CHANGES = re.compile(rb"/(?:Creation|Mod)Date \([^)]*\)|<xmp:\w+Date>[^<]*<|xmp:\w+Date=\"[^\"]*\"")


def letters(text: str) -> str:
    """What is alike in a text and on paper, where signs may have another form."""
    return "".join(re.findall(r"[A-Za-z0-9]", text))


def test_the_command_writes_every_topic_where_the_contents_say(tmp_path, qapp, capsys):
    out = tmp_path / "manual.pdf"
    assert main.main(["--json", "manual", "--out", str(out)]) == 0
    told = json.loads(capsys.readouterr().out)
    pages = [letters(one) for one in pdf_text.pages(out.read_bytes())]
    assert (told["pages"], told["topics"]) == (len(pages), len(BOOK.topics))
    contents = "".join(pages[:2])
    for topic in BOOK:
        title = letters(topic.title)
        found = re.search(rf"{title}(\d+)", contents)
        assert found is not None, topic.id
        assert pages[int(found[1]) - 1].startswith(title), topic.id
    whole = "".join(pages)
    assert "AltLD" in whole
    for page in rules.pages():
        for entry in rules.entries(page).values():
            assert letters(entry.heading) in whole
    # Of a picture only its words for a screen reader are lost on paper.
    assert out.read_bytes().count(b"/Subtype /Image") >= BOOK["plr"].text.count("![")


def test_it_is_the_same_each_time_but_for_the_date(tmp_path, dressed_up):
    some = manual([BOOK["welcome"], BOOK["plr"]])
    files = [tmp_path / name for name in ("one.pdf", "two.pdf")]
    for one in files:
        write_manual(TaskContext(), some, one)
    one, two = (_CHANGES.sub(b"", file.read_bytes()) for file in files)
    assert one == two


def test_a_cancel_leaves_no_file(tmp_path, dressed_up):
    task = TaskContext()
    task.cancel()
    with pytest.raises(Cancelled):
        write_manual(task, manual(BOOK), tmp_path / "none.pdf")
    assert list(tmp_path.iterdir()) == []


def test_one_topic_goes_to_a_printer(tmp_path, dressed_up):
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setOutputFileName(str(tmp_path / "topic.pdf"))
    printer.setPageLayout(layout())
    printer.setFullPage(True)
    number = paint(TaskContext(), printer, printer, manual([BOOK["locks"]], contents=False), printer.abort)
    pages = pdf_text.pages((tmp_path / "topic.pdf").read_bytes())
    assert len(pages) == number == 1
    assert letters(pages[0]).startswith("LocksImportssynchronisations")


def test_the_button_of_the_help_saves_it_in_a_task(tmp_path, qtbot, dressed_up, runner):
    window = HelpWindow(BOOK)
    qtbot.addWidget(window)
    HelpPaper(window, runner)
    window.show()
    window.open("locks")
    with saving_as(tmp_path / "saved.pdf"):
        click(child(window, QToolButton, "help_manual"))
    qtbot.waitUntil(lambda: window.said.text() != "")
    assert window.said.text().startswith("Saved as saved.pdf: ")
    assert len(pdf_text.pages((tmp_path / "saved.pdf").read_bytes())) > len(BOOK.topics)
    qtbot.waitUntil(lambda: not runner.is_busy())
