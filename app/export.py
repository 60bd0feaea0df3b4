"""Rows to a file for spreadsheets: what pages and commands use. The writing is in the modules named here."""

from app.export_csv import write_csv
from app.export_sheet import ExportColumn, ExportKind, ExportSummary, Sheet, as_text, disarmed
from app.export_target import Protected, Target
from app.export_xlsx import MOST_ROWS, write_xlsx

__all__ = [
    "MOST_ROWS",
    "ExportColumn",
    "ExportKind",
    "ExportSummary",
    "Protected",
    "Sheet",
    "Target",
    "as_text",
    "disarmed",
    "write_csv",
    "write_xlsx",
]
