"""`manual`: the whole help as a PDF file."""

import argparse


def run(options: argparse.Namespace) -> int:
    """Write the manual; exit status 0. Raises InputError if the file cannot be written."""
    from app.help.topics import Book
    from app.tasks import TaskContext
    from ui import commands
    from ui.exit_status import DONE
    from ui.help.pages_made import book
    from ui.help.paper import manual
    from ui.printing.manual_pages import write_manual
    from ui.window import application

    application()
    whole: Book = book()
    pages = write_manual(TaskContext(), manual(whole), options.out)
    told = {"file": str(options.out), "pages": pages, "topics": len(whole.topics)}
    commands.tell(options, told, [f"{options.out}: {pages} pages, {len(whole.topics)} topics."])
    return DONE
