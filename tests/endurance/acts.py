"""What people do in the course of a day: each act is the program's own function, and writes into the model what it
must have done. What a fault keeps from happening must have done nothing."""

from datetime import date
from pathlib import Path
from random import Random

from app.attainments import export_changes
from app.errors import InputError
from app.imports.dry_run import DryRun
from app.learners import load, load_apply, load_file
from app.past import undoing
from app.plr.download import download
from app.plr.session import PlrSession
from app.plr.update import update_selected
from app.sandbox.expected import outcomes
from app.sandbox.people import events_of
from app.tasks import TaskContext
from tests.builders import all_keys
from tests.endurance.college import UKPRN, College
from tests.endurance.deck import Deck
from tests.endurance.model import Known, Model
from tests.imports.importing import EVERYTHING


class Acts:
    """The acts, each a method without arguments; `draw` decides about whom."""

    def __init__(self, college: College, model: Model, draw: Random) -> None:
        self.college, self.model, self.draw = college, model, draw
        self.session = PlrSession()
        """What the window of the PLR holds, until it is closed."""
        self._undoing: dict[str, Deck[bool]] = {}

    def some(self, refs: list[str]) -> list[str]:
        return self.draw.sample(refs, self.draw.randint(1, len(refs))) if refs else []

    def undone(self, kind: str, operation_id: int) -> bool:
        """Every fourth time, more or less, the last thing done is taken back at once; whether it was."""
        self.model.done[kind] += 1
        if not self._undoing.setdefault(kind, Deck((True, False, False, False), self.draw)).deal():
            return False
        self.undo(kind, operation_id)
        return True

    def undo(self, kind: str, operation_id: int) -> None:
        done = undoing.undo(TaskContext(), self.college.db, self.college.user, operation_id)
        assert done.left == 0, f"{kind}: nobody changed anything since, and {done.left} were left"
        self.model.done["undo"] += 1
        self.model.acts[f"undone: {kind}"] += 1

    # -- learners

    def load(self) -> None:
        """A list of learners, most with new telephone numbers, some of whom are new."""
        model, college = self.model, self.college
        phones = {ref: self._phone(ref) for ref in self.some(list(college.people))}
        path, context = college.file_of_learners(phones), TaskContext()
        kind = load_file.kind_of(path)
        columns = load_file.columns_of(context, college.db, college.user, path, kind)
        reading = load_file.reading(context, path, kind, columns.mapping, columns=columns)
        seen = load.preview(context, college.db, college.user, path, reading, load.LoadOptions(UKPRN))
        accepted = frozenset(one.kind for one in seen.questions)
        done = load_apply.apply(context, college.db, college.user, seen.job_id, accepted)
        # Who was taken back comes back with any file; who stands changes by what differs.
        new = phones.keys() - model.people.keys()
        same = {ref for ref in phones.keys() - new if model.people[ref] == Known(phones[ref])}
        assert (done.new, done.changed, done.unchanged) == (len(new), len(phones) - len(new) - len(same), len(same))
        assert (done.left, done.open, done.problems) == (0, 0, 0)
        model.files[done.job_id] = len(phones)
        taken_back = self.undone("learners_loaded", done.operation_id)
        for ref in new if taken_back else phones:
            model.people[ref] = Known(phones[ref], stands=not taken_back)

    def _phone(self, ref: str) -> str:
        known = self.model.people.get(ref)
        return known.phone if known and self.draw.random() < 0.2 else f"01632 {self.draw.randrange(10**6):06}"

    # -- the LRS

    def plr(self) -> None:
        """*Attainments (PLR) Download*, *Update All*: whoever is answered is answered whole."""
        college, model, session = self.college, self.model, self.session
        refs = self.some(model.standing())
        ids = college.ids()
        db, user = college.db, college.user
        summary = download(college.context(), db, user, college.lrs_client, session, [ids[ref] for ref in refs])
        model.done["plr_download"] += bool(refs)
        model.acts["downloads cancelled"] += summary.cancelled
        for ref in refs:
            answer = session.answer_of(ids[ref])
            assert answer is not None or summary.cancelled, "everybody has a row"
            good = answer is not None and not answer.error_code
            model.acts["learners answered" if good else "learners not answered"] += 1
        told = self._told()
        keys = all_keys(session)
        done = update_selected(TaskContext(), db, user, session, keys, lower_too=False)
        assert done.processed == len(keys)
        assert not done.stopped
        assert (done.operation_id is not None) >= bool(told.keys() - model.attainments.keys()), summary.stopped
        if done.operation_id is not None and self.undone("plr_update", done.operation_id):
            return
        for ref in told:
            events = events_of(college.people[ref])
            model.attainments[ref] = outcomes((), events, date.today()).count("new")
            model.events[ref] = frozenset(int(one.event_id) for one in events if one.subject_code)

    def _told(self) -> dict[str, frozenset[str]]:
        """The events that the session holds of each learner: all there are, whatever befell the service."""
        refs = {key: ref for ref, key in self.college.ids().items()}
        told = {}
        for key in self.session.learner_ids():
            answer = self.session.answer_of(key)
            if answer is not None and answer.events and not answer.error_code:
                ref = refs[key]
                told[ref] = frozenset(one.event_id for one in answer.events)
                assert told[ref] == {one.event_id for one in events_of(self.college.people[ref])}, "part of an answer"
        return told

    def forget(self) -> None:
        """The window of the PLR is closed: nothing is held of what was answered."""
        self.session.clear()
        assert (self.session.learner_count, self.session.row_count, self.session.rows()) == (0, 0, [])

    def export(self) -> None:
        """*Export Changes*: what is new or changed since the last one."""
        path = self.college.folder / "changes.csv"
        path.unlink(missing_ok=True)
        try:
            done = self._exported(path)
        except InputError:
            return
        assert len(path.read_text(encoding="utf-8-sig").splitlines()) == done.file.rows + 1
        self.model.done["export_changes"] += 1
        try:
            self._exported(path.with_name("again.csv"))
        except InputError:
            return
        raise AssertionError("what was exported is exported a second time")

    def _exported(self, path: Path) -> export_changes.ChangesExported:
        college = self.college
        return export_changes.export_changes(
            TaskContext(), college.db, college.user, path, export_changes.Layout(), None
        )

    # -- course records

    def records(self) -> None:
        """A file of completions is checked and applied; sometimes the job is undone."""
        college, model = self.college, self.model
        refs = self.some(model.standing())
        if not refs:
            return
        told = {"complete": 1, "date_completed": "2026-11-02"}
        seen: DryRun = college.imports.check([{"external_email": college.people[ref].email, **told} for ref in refs])
        done = college.imports.apply(seen, *EVERYTHING)
        assert done.state == "applied"
        model.files[done.job_id] = len(refs)
        model.imported.add(done.job_id)
        new = set(refs) - model.completed
        assert sum(n for outcome, n in done.outcomes.items() if outcome == "completed") == len(new), done.outcomes
        if not self.undone("records_imported", done.operation_id):
            model.completed |= new
