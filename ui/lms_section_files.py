"""*Load Sections* and *Section Loads* in the window."""

from ui.file_loads import Dialogs, FileLoads


class SectionFiles(FileLoads):
    """Tables of sections or of registrations."""

    title = "Load Sections and Registrations"
    filters = ("Tables of sections or registrations (*.csv *.txt *.xlsx *.xlsm *.zip)", "All files (*)")

    def dialogs(self) -> Dialogs:
        from ui.dialogs import load_sections as ours

        return Dialogs(ours.LoadSectionsDialog, ours.SectionsSummaryDialog, ours.SectionLoadsDialog, ours.CHANGES)
