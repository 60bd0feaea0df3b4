"""A list as a PDF file: whole or not at all, and its owner's alone."""

import errno
from collections.abc import Callable

from PySide6.QtCore import QBuffer, QFile, QFileDevice, QIODevice
from PySide6.QtGui import QPageLayout, QPdfWriter

from app.export_sheet import ExportSummary
from app.export_target import Protected, Target, path_of, target_file
from app.tasks import TaskContext
from app.whole_file import cannot_write, whole_file
from ui.printing.list_pages import Listing, layout, paint

_DOTS = 600


def write_pdf(context: TaskContext, listing: Listing, target: Target) -> ExportSummary:
    """Write the pages beside `target` and move them into its place; in a task. Raises InputError, Cancelled: then the
    file is as it was."""
    write_pages(target, listing.title, layout(), lambda writer: paint(context, writer, writer, listing))
    return ExportSummary(len(listing.keys), path_of(target))


def write_pages(target: Target, title: str, pages: QPageLayout, painting: Callable[[QPdfWriter], object]) -> None:
    """Let `painting` paint into a PDF, which becomes `target` if it ends well. Raises as `write_pdf`."""
    if isinstance(target, Protected):
        # Qt writes to a file of its own or to memory: in memory nothing of it can stay behind.
        memory = QBuffer()
        memory.open(QIODevice.OpenModeFlag.WriteOnly)
        _paint(memory, title, pages, painting)
        with target_file(target) as stream:
            stream.write(memory.data().data())
        return
    path = target
    with whole_file(path) as stream:
        file = QFile()
        handle = QFileDevice.FileHandleFlag.DontCloseHandle
        if not file.open(stream.fileno(), QIODevice.OpenModeFlag.WriteOnly, handle):
            raise cannot_write(OSError(errno.EIO, file.errorString()), path)
        _paint(file, title, pages, painting)
        # Qt tells of a full disk here only.
        whole = file.flush() and file.error() == QFileDevice.FileError.NoError
        file.close()
        if not whole:
            raise cannot_write(OSError(errno.ENOSPC, "no room"), path)


def _paint(device: QIODevice, title: str, pages: QPageLayout, painting: Callable[[QPdfWriter], object]) -> None:
    writer = QPdfWriter(device)
    writer.setPageLayout(pages)
    writer.setResolution(_DOTS)
    writer.setTitle(title)
    writer.setCreator("Learner Manager")
    painting(writer)
