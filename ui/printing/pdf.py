"""A list as a PDF file: whole or not at all, and its owner's alone."""

import errno
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QFile, QFileDevice, QIODevice
from PySide6.QtGui import QPageLayout, QPdfWriter

from app.export_sheet import ExportSummary
from app.tasks import TaskContext
from app.whole_file import cannot_write, whole_file
from ui.printing.list_pages import Listing, layout, paint

_DOTS = 600


def write_pdf(context: TaskContext, listing: Listing, path: Path) -> ExportSummary:
    """Write the pages beside `path` and move them into its place; in a task. Raises InputError, Cancelled: then the
    file is as it was."""
    write_pages(path, listing.title, layout(), lambda writer: paint(context, writer, writer, listing))
    return ExportSummary(len(listing.keys), path)


def write_pages(path: Path, title: str, pages: QPageLayout, painting: Callable[[QPdfWriter], object]) -> None:
    """Let `painting` paint into a PDF, which becomes `path` if it ends well. Raises as `write_pdf`."""
    with whole_file(path) as stream:
        file = QFile()
        handle = QFileDevice.FileHandleFlag.DontCloseHandle
        if not file.open(stream.fileno(), QIODevice.OpenModeFlag.WriteOnly, handle):
            raise cannot_write(OSError(errno.EIO, file.errorString()), path)
        writer = QPdfWriter(file)
        writer.setPageLayout(pages)
        writer.setResolution(_DOTS)
        writer.setTitle(title)
        writer.setCreator("Learner Manager")
        painting(writer)
        # Qt tells of a full disk here only.
        whole = file.flush() and file.error() == QFileDevice.FileError.NoError
        file.close()
        if not whole:
            raise cannot_write(OSError(errno.ENOSPC, "no room"), path)
