"""The fields of a database on a shared server: what an administrator has told, typed in."""

from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QGridLayout, QWidget

from app.database_place import PORT, Server
from app.errors import InputError
from ui.dialogs.form_field import FormField, line
from ui.dialogs.secret_field import SecretEdit
from ui.exporting import ask_to_open, documents
from ui.look.buttons import button
from ui.look.words import tr

_FIELDS = (
    ("host", "Computer", "The name of the server’s computer, such as db.college.ac.uk."),
    ("port", "Port", "5432, unless your administrator says otherwise."),
    ("database", "Database", "The name of the database on that server."),
    ("user", "User", "The role of the server that you sign in as. It is your account in Learner Manager."),
)


class DatabaseFields(QWidget):
    """`edited` after each change. What is typed as password is in `password` alone."""

    edited = Signal()

    def __init__(self, server: Server) -> None:
        super().__init__()
        self._server = server
        self.fields: dict[str, FormField] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(10)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        for place, (name, label, help) in enumerate(_FIELDS):
            edit = line(str(getattr(server, name)), longest=200, mono=name in ("host", "port"))
            self.fields[name] = FormField(tr(label), edit, name=f"database_{name}", help=tr(help))
            grid.addWidget(self.fields[name], place // 2, place % 2)
        self.secret = SecretEdit()
        kept = tr("Goes into this computer’s password store, never into a file. Empty: the one that is kept.")
        self.fields["password"] = FormField(tr("Password"), self.secret, name="database_password", help=kept)
        grid.addWidget(self.fields["password"], 2, 0)
        choose = button(tr("Choose"), name="database_ca_choose", clicked=self._choose)
        choose.setAccessibleName(tr("Choose a file of authorities"))
        choose.setAutoDefault(True)
        help = tr("A PEM file, where the server’s certificate is the college’s own. Empty: this computer’s.")
        authorities = line(server.ca_file, longest=4096, mono=True)
        self.fields["ca_file"] = FormField(
            tr("Certificate authorities"), authorities, name="database_ca_file", help=help, beside=choose
        )
        grid.addWidget(self.fields["ca_file"], 2, 1)
        for field in self.fields.values():
            if field.name != "database_password":
                field.focus.textChanged.connect(self._edited)  # type: ignore[attr-defined]
        self.secret.changed.connect(self._edited)

    @property
    def password(self) -> str:
        return self.secret.text

    def server(self) -> Server:
        """What the fields say. Raises InputError naming a field."""
        texts = {name: str(field.focus.text()) for name, field in self.fields.items()}  # type: ignore[attr-defined]
        port = texts["port"].strip() or str(PORT)
        if not (port.isascii() and port.isdecimal() and len(port) <= 5):
            raise InputError(tr("A port is a number from 1 to 65535."), field="port")
        host, known = texts["host"], self._server
        return Server(
            host=host,
            port=int(port),
            database=texts["database"],
            user=texts["user"],
            ca_file=texts["ca_file"],
            query=known.query if host == known.host else (),
        )

    def show_problem(self, error: InputError) -> bool:
        """Beside its field; False if it is about none of them."""
        field = self.fields.get(error.field.removeprefix("database_"))
        if field is None:
            return False
        field.show_error(tr(error.message))
        field.lead_here()
        return True

    @Slot()
    def _edited(self, *_: object) -> None:
        for field in self.fields.values():
            field.show_error("")
        self.edited.emit()

    @Slot()
    def _choose(self) -> None:
        edit = self.fields["ca_file"].focus
        there = Path(edit.text())  # type: ignore[attr-defined]
        folder = there.parent if there.name and there.parent.is_dir() else documents()
        filters = (tr("Certificates (*.pem *.crt *.cer)"), tr("All files (*)"))
        if (chosen := ask_to_open(self, tr("Choose a file of authorities"), filters, folder)) is not None:
            edit.setText(str(chosen))  # type: ignore[attr-defined]
