"""*Load Courses* and *Course Loads* in the window."""

from ui.file_loads import Dialogs, FileLoads


class CreditFiles(FileLoads):
    """Tables of courses for credit."""

    title = "Load Courses"
    filters = ("Tables of courses (*.csv *.txt *.xlsx *.xlsm *.zip)", "All files (*)")

    def dialogs(self) -> Dialogs:
        from ui.dialogs import load_courses as ours

        return Dialogs(ours.LoadCoursesDialog, ours.CoursesSummaryDialog, ours.CourseLoadsDialog, ours.CHANGES)
