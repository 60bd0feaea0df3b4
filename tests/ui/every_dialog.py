"""Every dialog there is and how it is opened, and what a keyboard can do with one.

A new dialog needs one line: in `MADE` for a class, in `ASKED` for a function that asks and waits.
"""

from collections.abc import Callable
from typing import Any, cast

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
)

from app.attainments.export_changes import Layout
from app.config import DatabaseSettings
from app.errors import DatabaseError, InputError
from app.keys import Keys
from app.learners.listed import Found
from app.lms.extracts.course_status import Step
from app.lms.progress import Progress
from app.lms.report_card import Counted
from app.saved import Kind
from tests.ui.by_keys import has_keyboard, keys, typing
from tests.ui.dialog_room import gone, opened
from tests.ui.dialog_samples import (
    A_COURSE,
    A_LOCK,
    A_RECORD,
    A_TABLE,
    AN_ACCOUNT,
    INFOS,
    LOADED,
    OF_COURSES,
    OF_SECTIONS,
    SAVED,
    STAGED,
    SUMMARY,
    Desk,
    Entry,
    a_copy,
    a_return,
    adding_a_rule,
    adding_a_term,
    an_operation,
    new_import,
    two_learners,
)
from tests.ui.load_room import write
from ui.dialogs import questions
from ui.dialogs.about import AboutDialog
from ui.dialogs.back_up import BackUpDialog
from ui.dialogs.codes import CodesDialog
from ui.dialogs.course_status import CourseStatusDialog
from ui.dialogs.credit_course import CreditCourseDialog
from ui.dialogs.credit_lists import CreditListsDialog
from ui.dialogs.database_check import DatabaseCheckDialog
from ui.dialogs.database_place import DatabaseDialog
from ui.dialogs.edit_credit import EditCreditDialog
from ui.dialogs.erase import EraseDialog
from ui.dialogs.export_layout import LayoutDialog
from ui.dialogs.extract_lists import RecordListDialog, SavedStatusesDialog
from ui.dialogs.extract_save import SaveStatusesDialog
from ui.dialogs.find_uln import FindUlnDialog
from ui.dialogs.flood_fill import FloodFillDialog
from ui.dialogs.history_changes import HistoryChangesDialog
from ui.dialogs.history_undo import HistoryUndoDialog
from ui.dialogs.hold import HoldDialog
from ui.dialogs.ilr_registrations import IlrRegistrationsDialog
from ui.dialogs.import_questions import ask_locked
from ui.dialogs.import_undo import ImportUndoDialog
from ui.dialogs.import_unlock import UnlockDialog
from ui.dialogs.kept_lists import KeptListsDialog
from ui.dialogs.learner_form import LearnerDialog
from ui.dialogs.lms_accounts import AccountsDialog
from ui.dialogs.lms_compare import CompareDialog
from ui.dialogs.lms_decide import DecideDialog
from ui.dialogs.lms_enrol import EnrolDialog
from ui.dialogs.lms_rules import RulesDialog
from ui.dialogs.lms_test import LmsTestDialog
from ui.dialogs.load_courses import CourseLoadsDialog, CoursesSummaryDialog, LoadCoursesDialog
from ui.dialogs.load_dialog import LoadDialog
from ui.dialogs.load_learners import LoadLearnersDialog
from ui.dialogs.load_planned import LoadPlannedDialog, PlannedLoadsDialog, PlannedSummaryDialog
from ui.dialogs.load_sections import LoadSectionsDialog, SectionLoadsDialog, SectionsSummaryDialog
from ui.dialogs.load_summary import LoadSummaryDialog
from ui.dialogs.loads import LoadsDialog
from ui.dialogs.lrs_asking import AskingDialog
from ui.dialogs.lrs_closed import ask_closed
from ui.dialogs.match_held import MatchHeldDialog
from ui.dialogs.merge import MergeDialog
from ui.dialogs.message import MessageDialog
from ui.dialogs.missing_codes import MissingCodesDialog
from ui.dialogs.move import MoveDialog
from ui.dialogs.new_import import NewImportDialog
from ui.dialogs.opening import OpeningDialog
from ui.dialogs.print_list import PrintDialog
from ui.dialogs.protect import ProtectingSaveDialog
from ui.dialogs.purge import PurgeDialog
from ui.dialogs.restore import RestoreDialog
from ui.dialogs.saved_search import NameDialog
from ui.dialogs.saved_searches import SavedSearchesDialog
from ui.dialogs.saved_words import search_words
from ui.dialogs.section_form import SectionDialog
from ui.dialogs.set_up import SetUpDialog
from ui.dialogs.setting_up import SettingUpDialog
from ui.dialogs.settings import SettingsDialog
from ui.dialogs.sign_in import SignInDialog
from ui.dialogs.snooze import SnoozeDialog
from ui.dialogs.third_party import ThirdPartyDialog
from ui.dialogs.unexpected_error import LastTimeDialog, UnexpectedErrorDialog, _ReportDialog
from ui.dialogs.update_statuses import UpdateStatusesDialog
from ui.dialogs.update_summary import UpdateSummaryDialog
from ui.dialogs.user_form import UserDialog
from ui.dialogs.verify import VerifyDialog
from ui.dialogs.why_different import WhyDifferentDialog
from ui.dialogs.why_not_there import WhyNotThereDialog
from ui.dialogs.working import WorkingDialog
from ui.exporting import EXCEL, FileDialog, ask_for_file
from ui.grids.condition_builder import ConditionBuilder
from ui.grids.form_dialog import FormDialog
from ui.look.dialog import FramedDialog, Question
from ui.pages.extract_source import STATES
from ui.protecting import Holds
from ui.starting import EndingDialog, StartDialog

MADE: dict[type[QDialog], Entry] = {
    ProtectingSaveDialog: Entry(
        lambda desk: ProtectingSaveDialog(None, EXCEL, "Export", str(desk.folder / "one.xlsx"), Holds.TOGETHER)
    ),
    AboutDialog: Entry(lambda desk: AboutDialog(None, desk.runner)),
    ThirdPartyDialog: Entry(lambda desk: ThirdPartyDialog(None, desk.runner)),
    ConditionBuilder: Entry(
        lambda desk: ConditionBuilder(None, desk.runner, ("learner", "learners"), INFOS, None, lambda *_: (3, 9)),
        keys(Qt.Key.Key_Down),
    ),
    RecordListDialog: Entry(lambda desk: RecordListDialog(None, "1 record may not be changed so", [A_RECORD], 1)),
    SavedStatusesDialog: Entry(lambda desk: SavedStatusesDialog(None, SAVED)),
    SaveStatusesDialog: Entry(lambda desk: SaveStatusesDialog(None, STAGED, STATES)),
    UpdateStatusesDialog: Entry(
        lambda desk: UpdateStatusesDialog(None, desk.runner, desk.context, lambda task: Keys("q"), STATES, "all"),
        None,
    ),
    FloodFillDialog: Entry(lambda desk: FloodFillDialog(None, desk.runner, desk.context, [1, 2], [(1, "City")])),
    HistoryChangesDialog: Entry(
        lambda desk: HistoryChangesDialog(None, desk.runner, desk.context, an_operation(desk))
    ),
    HistoryUndoDialog: Entry(lambda desk: HistoryUndoDialog(None, desk.runner, desk.context, an_operation(desk))),
    DatabaseDialog: Entry(
        lambda desk: DatabaseDialog(
            None, desk.runner, desk.context.folder, DatabaseSettings(), desk.context.secrets, first=True
        )
    ),
    MoveDialog: Entry(
        lambda desk: MoveDialog(None, desk.runner, desk.context, DatabaseSettings(), allowed=lambda: None)
    ),
    OpeningDialog: Entry(lambda desk: OpeningDialog(elsewhere=True)),
    StartDialog: Entry(
        lambda desk: StartDialog(
            desk.runner,
            desk.context.folder,
            "",
            DatabaseError("It is not there.", hint="Look."),
            desk.context.secrets,
        )
    ),
    BackUpDialog: Entry(lambda desk: BackUpDialog(None, desk.runner, desk.context, desk.folder / "copy.db")),
    DatabaseCheckDialog: Entry(lambda desk: DatabaseCheckDialog(None, desk.runner, desk.context)),
    RestoreDialog: Entry(lambda desk: RestoreDialog(None, desk.runner, desk.context, a_copy(desk))),
    PurgeDialog: Entry(lambda desk: PurgeDialog(None, desk.runner, desk.context)),
    MergeDialog: Entry(lambda desk: MergeDialog(None, desk.runner, desk.context, two_learners(desk))),
    EraseDialog: Entry(lambda desk: EraseDialog(None, desk.runner, desk.context, two_learners(desk)[0])),
    PrintDialog: Entry(lambda desk: PrintDialog(None, 2500, 63, "All learners", selected=False)),
    MissingCodesDialog: Entry(lambda desk: MissingCodesDialog(None, Found(3, ("nobody", "9")))),
    LayoutDialog: Entry(lambda desk: LayoutDialog(None, Layout()), keys(Qt.Key.Key_Down, Qt.Key.Key_Space)),
    LearnerDialog: Entry(
        lambda desk: LearnerDialog(None, desk.runner, desk.context, None, [(1, "City")], "19990002"), typing("ref")
    ),
    LoadLearnersDialog: Entry(lambda desk: LoadLearnersDialog(None, desk.runner, desk.context, a_return(desk))),
    LoadSummaryDialog: Entry(lambda desk: LoadSummaryDialog(None, desk.runner, desk.context, LOADED)),
    LoadCoursesDialog: Entry(
        lambda desk: LoadCoursesDialog(None, desk.runner, desk.context, write(desk.folder, "a.csv", A_TABLE))
    ),
    CoursesSummaryDialog: Entry(lambda desk: CoursesSummaryDialog(None, desk.runner, desk.context, OF_COURSES)),
    CourseLoadsDialog: Entry(lambda desk: CourseLoadsDialog(None, desk.runner, desk.context)),
    LoadSectionsDialog: Entry(
        lambda desk: LoadSectionsDialog(None, desk.runner, desk.context, write(desk.folder, "a.csv", A_TABLE))
    ),
    SectionsSummaryDialog: Entry(lambda desk: SectionsSummaryDialog(None, desk.runner, desk.context, OF_SECTIONS)),
    SectionLoadsDialog: Entry(lambda desk: SectionLoadsDialog(None, desk.runner, desk.context)),
    AccountsDialog: Entry(lambda desk: AccountsDialog(None, desk.runner, desk.context)),
    CompareDialog: Entry(lambda desk: CompareDialog(None, desk.runner, desk.context, A_COURSE, adopting=False)),
    DecideDialog: Entry(lambda desk: DecideDialog(None, desk.runner, desk.context, AN_ACCOUNT)),
    NewImportDialog: Entry(lambda desk: new_import(desk)),
    ImportUndoDialog: Entry(lambda desk: ImportUndoDialog(None, desk.runner, desk.context, 1)),
    MatchHeldDialog: Entry(lambda desk: MatchHeldDialog(None, desk.runner, desk.context)),
    UnlockDialog: Entry(lambda desk: UnlockDialog(None, desk.runner, desk.context)),
    EnrolDialog: Entry(lambda desk: EnrolDialog(None, desk.runner, desk.context, [1, 2])),
    CourseStatusDialog: Entry(
        lambda desk: CourseStatusDialog(None, desk.runner, desk.context, [1, 2], Step.WITHDRAW)
    ),
    RulesDialog: Entry(lambda desk: RulesDialog(None, desk.runner, desk.context), adding_a_rule),
    IlrRegistrationsDialog: Entry(lambda desk: IlrRegistrationsDialog(None, desk.runner, desk.context)),
    WhyNotThereDialog: Entry(lambda desk: WhyNotThereDialog(None, desk.runner, desk.context, learner_id=1)),
    SettingUpDialog: Entry(lambda desk: SettingUpDialog(None, set())),
    SetUpDialog: Entry(lambda desk: SetUpDialog(None, desk.runner, desk.context), adding_a_term),
    SectionDialog: Entry(
        lambda desk: SectionDialog(None, desk.runner, desk.context, None), typing("section_course_code")
    ),
    CreditCourseDialog: Entry(
        lambda desk: CreditCourseDialog(None, desk.runner, desk.context, None), typing("course_code")
    ),
    CreditListsDialog: Entry(lambda desk: CreditListsDialog(None, desk.runner, desk.context), typing("type_code")),
    EditCreditDialog: Entry(lambda desk: EditCreditDialog(None, desk.runner, desk.context, 1)),
    CodesDialog: Entry(lambda desk: CodesDialog(None, desk.runner, desk.context)),
    LoadsDialog: Entry(lambda desk: LoadsDialog(None, desk.runner, desk.context)),
    MessageDialog: Entry(lambda desk: MessageDialog(None, InputError("It failed.", hint="Try again."))),
    SettingsDialog: Entry(lambda desk: SettingsDialog(None, desk.runner, desk.context, {}), typing("username")),
    NameDialog: Entry(
        lambda desk: NameDialog(None, desk.runner, "Save Search", lambda *_: None, lambda name: None, search_words()),
        typing("search_name"),
    ),
    SavedSearchesDialog: Entry(
        lambda desk: SavedSearchesDialog(None, desk.runner, desk.context, Kind.LEARNER_SEARCH, search_words())
    ),
    # What Esc forgets here is a password half typed: forgetting it is what Esc is for, so nothing is asked.
    SignInDialog: Entry(lambda desk: SignInDialog(None, desk.runner, desk.context, "lrs_password")),
    LastTimeDialog: Entry(lambda desk: LastTimeDialog(None, "ValueError: 1")),
    UnexpectedErrorDialog: Entry(lambda desk: UnexpectedErrorDialog(None, "ValueError: 1")),
    HoldDialog: Entry(lambda desk: HoldDialog(None, desk.runner, desk.context)),
    SnoozeDialog: Entry(lambda desk: SnoozeDialog(None, desk.runner, desk.context, [1, 2])),
    FindUlnDialog: Entry(lambda desk: FindUlnDialog(None, desk.runner, desk.context, [])),
    WhyDifferentDialog: Entry(
        lambda desk: WhyDifferentDialog(None, Counted(Progress(1, 2), ("Essay",), ("Quiz",), ("Draft",), ("Talk",)))
    ),
    LmsTestDialog: Entry(lambda desk: LmsTestDialog(None, desk.runner, desk.context)),
    UserDialog: Entry(lambda desk: UserDialog(None, desk.runner, desk.context, None), typing("user_login")),
    VerifyDialog: Entry(lambda desk: VerifyDialog(None, desk.runner, desk.context, [])),
    UpdateSummaryDialog: Entry(lambda desk: UpdateSummaryDialog(None, SUMMARY, lambda key: None, desk.runner)),
}
ASKED: dict[Callable[..., object], Callable[[Desk], object]] = {
    questions.ask_over_limit: lambda desk: questions.ask_over_limit(None, 1243, 1000),
    questions.ask_again: lambda desk: questions.ask_again(None, 2),
    questions.ask_lower: lambda desk: questions.ask_lower(None, 12),
    questions.confirm_closing_plr: lambda desk: questions.confirm_closing_plr(None, 5120, 388),
    questions.confirm_quitting: lambda desk: questions.confirm_quitting(None),
    questions.tell_too_many_to_copy: lambda desk: questions.tell_too_many_to_copy(None, 250_000, 100_000),
    questions.confirm_discarding: lambda desk: questions.confirm_discarding(None, "Not saved yet."),
    questions.confirm_same_site: lambda desk: questions.confirm_same_site(None, "The address is another one now."),
    questions.confirm_host: lambda desk: questions.confirm_host(None, "lrs.example"),
    ask_locked: lambda desk: ask_locked(None, A_LOCK, ""),
    ask_closed: lambda desk: ask_closed(None, "The service is closed until 06:00."),
    ask_for_file: lambda desk: ask_for_file(None, EXCEL, "Export", str(desk.folder / "one.xlsx")),  # type: ignore[arg-type]
}
MORE: dict[str, tuple[type[QDialog], Callable[[QDialog], None]]] = {
    "ProtectingSaveDialog, with a password": (
        ProtectingSaveDialog,
        lambda dialog: cast("ProtectingSaveDialog", dialog).panel.tick.setChecked(True),
    ),
    "SettingsDialog, LMS": (SettingsDialog, keys(Qt.Key.Key_Down)),
    "SettingsDialog, Appearance": (SettingsDialog, keys(Qt.Key.Key_Down, Qt.Key.Key_Down)),
    "SettingsDialog, About": (SettingsDialog, keys(Qt.Key.Key_End)),
}
"""Other states of a dialog, and the keys that lead there."""
CASES = {
    **{kind.__name__: kind for kind in MADE},
    **{asks.__name__: asks for asks in ASKED},
    **{name: kind for name, (kind, _) in MORE.items()},
}
EDITED = [kind.__name__ for kind, entry in MADE.items() if entry.edit is not None]
WITHOUT_A_LINE = {
    *(FramedDialog, FormDialog, WorkingDialog, LoadDialog, AskingDialog, _ReportDialog),
    *(Question, questions.MainAnswerQuestion, FileDialog),
    *(LoadPlannedDialog, PlannedSummaryDialog, PlannedLoadsDialog),
    *(EndingDialog, KeptListsDialog),
}
"""What the others are made of, what only functions in `ASKED` open, and what nobody can press anything in."""


def work(desk: Desk, case: str, act: Callable[[QDialog], None]) -> None:
    """Open the dialog of `case` and do `act` once it has the keyboard; afterwards it is gone."""
    kind: Any = CASES[case]
    if kind in MADE:
        dialog = opened(desk.qtbot, MADE[kind].make(desk))
        desk.qtbot.waitUntil(lambda: not desk.runner.is_busy() and has_keyboard(dialog))
        QApplication.processEvents()  # what was read into it is shown
        if case in MORE:
            MORE[case][1](dialog)
        act(dialog)
        return
    failures: list[BaseException] = []
    tries = iter(range(500))

    def look() -> None:
        dialog = QApplication.activeModalWidget()
        if not isinstance(dialog, QDialog) or not has_keyboard(dialog):
            assert next(tries, None) is not None
            QTimer.singleShot(10, look)
            return
        try:
            act(dialog)
        except BaseException as failure:  # an assertion must not be lost in the event loop
            failures.append(failure)
        if not gone(dialog):
            QDialog.reject(dialog)

    QTimer.singleShot(10, look)
    ASKED[kind](desk)
    if failures:
        raise failures[0]
