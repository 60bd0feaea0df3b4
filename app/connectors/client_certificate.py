"""The college's client certificate: a PKCS#12 file, its password, and the secure context made of them once a run.

`ssl` takes a key from a file only. On Linux that file is a piece of memory (`memfd`); elsewhere it is a
temporary file in the user's own folder, encrypted with a password made for the moment and removed at once.
"""

import os
import re
import secrets
import ssl
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from app.errors import StopRunError
from app.sentence import Sentence
from app.whole_file import is_open_database

# Takes as long to import as many a module of ours together, and is not needed before somebody asks the service.
if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

WARN_DAYS = 30
"""So many days before the certificate runs out the program begins to say so."""

_PEM_CERTIFICATE = re.compile(rb"-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----")
_RC2_OR_RC4 = tuple(bytes.fromhex("2a864886f70d010c01") + bytes([kind]) for kind in (1, 2, 5, 6))
_IN_MEMORY = hasattr(os, "memfd_create")


def _refused(message: str, hint: str) -> StopRunError:
    return StopRunError(message, code="LOCAL27", hint=hint)


@dataclass(frozen=True, slots=True)
class ClientCertificate:
    """Who the college is to the service, and from when to when. The key itself shows in no `repr`."""

    subject: str
    not_before: datetime
    not_after: datetime
    _key: "PrivateKeyTypes" = field(repr=False)
    _certificates: "tuple[x509.Certificate, ...]" = field(repr=False)

    @classmethod
    def read(cls, file: Path | None, password: str) -> "ClientCertificate":
        """The certificate in a `.p12` or `.pfx` file; StopRunError LOCAL27 says what is wrong with it."""
        if file is None:
            raise _refused("No client certificate is set.", "Choose the file in Settings, PLR/LRS, Certificate file.")
        data = _content(file, "client certificate", "Certificate file")
        return cls.load(data, password)

    @classmethod
    def load(cls, data: bytes, password: str) -> "ClientCertificate":
        """The certificate in the bytes of a PKCS#12 file; StopRunError LOCAL27 says what is wrong with it."""
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives.serialization import pkcs12

        if fault := _not_pkcs12(data):
            raise _refused(fault, "Choose the .p12 or .pfx file from the LRS in Settings, PLR/LRS, Certificate file.")
        try:
            # Of a file in the older form, BER, the library says that it may not read it for ever.
            with warnings.catch_warnings(action="ignore", category=UserWarning):
                key, own, chain = pkcs12.load_key_and_certificates(data, password.encode())
        except (ValueError, TypeError, UnsupportedAlgorithm):
            # Nothing of the foreign text is kept: it says no more, and the password stands close to it.
            raise _unopened(data) from None
        if key is None or own is None:
            raise _refused(
                "The client certificate file holds no certificate together with its private key.",
                "Export it again with the private key, then choose it in Settings, PLR/LRS, Certificate file.",
            )
        return cls(
            own.subject.rfc4514_string(),
            own.not_valid_before_utc,
            own.not_valid_after_utc,
            key,
            (own, *chain),
        )

    @property
    def holder(self) -> str:
        """Whom it was issued to, in words: the common name and the organisation in it."""
        from cryptography.x509.oid import NameOID

        subject = self._certificates[0].subject
        wanted = (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME)
        named = [str(one.value) for kind in wanted for one in subject.get_attributes_for_oid(kind)]
        return ", ".join(dict.fromkeys(named)) or self.subject or "nobody"

    def days_left(self, now: datetime | None = None) -> int:
        """Whole days until it runs out; negative afterwards."""
        return (self.not_after - (now or datetime.now(UTC))) // timedelta(days=1)

    def check_dates(self, now: datetime | None = None) -> None:
        """Raise StopRunError LOCAL27 before the first day and after the last.

        Over TLS 1.3 a service mostly just hangs up on an expired certificate, so this is the one sure sign.
        """
        now = now or datetime.now(UTC)
        if now > self.not_after:
            raise _refused(
                Sentence("The client certificate ran out on {day}.", day=f"{self.not_after:%d/%m/%Y}"),
                "Ask the LRS for a new one, then choose it in Settings, PLR/LRS, Certificate file.",
            )
        if now < self.not_before:
            raise _refused(
                Sentence("The client certificate is not valid before {day}.", day=f"{self.not_before:%d/%m/%Y}"),
                "Check the date of this computer, or choose another file in Settings, PLR/LRS, Certificate file.",
            )

    def ssl_context(self, ca_file: Path | None = None, *, in_memory: bool = _IN_MEMORY) -> ssl.SSLContext:
        """A context that shows this certificate and trusts `ca_file` (PEM), or else what the system trusts.

        Costs some 40 ms: build it once a run. Raises StopRunError LOCAL27, also when the certificate ran out.
        """
        from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

        self.check_dates()
        context = server_context(ca_file)
        once = secrets.token_hex(16)
        text = self._key.private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(once.encode())
        ) + b"".join(part.public_bytes(Encoding.PEM) for part in self._certificates)
        try:
            with _memory(text) if in_memory else _temporary_file(text) as path:
                context.load_cert_chain(path, password=once)
        except ssl.SSLError as error:
            raise _refused(
                "The client certificate cannot be used for a secure connection.",
                "Ask the LRS for a new one, then choose it in Settings, PLR/LRS, Certificate file.",
            ) from error
        except OSError as error:
            raise _refused(
                "The client certificate could not be prepared: the temporary folder cannot be written.",
                "Make room on the disk, or ask whoever looks after this computer.",
            ) from error
        return context


def server_context(ca_file: Path | None = None) -> ssl.SSLContext:
    """A context that shows no certificate; trusts `ca_file` (PEM) alone, or else what the system trusts."""
    ca_pem = _certificate_authorities(ca_file) if ca_file is not None else None
    try:
        context = ssl.create_default_context(cadata=ca_pem)
    except ssl.SSLError as error:
        raise _unusable_ca() from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _certificate_authorities(file: Path) -> str:
    # Only the certificates: the text people keep between them need not be ASCII, which `ssl` insists on.
    found = _PEM_CERTIFICATE.findall(_content(file, "CA", "Certificate authorities"))
    if not found:
        raise _unusable_ca()
    return b"\n".join(found).decode("ascii")


def _unusable_ca() -> StopRunError:
    return _refused(
        "The CA file holds no certificate in PEM form.",
        "Choose a PEM file in Settings, PLR/LRS, Certificate authorities, or leave the field empty.",
    )


def _content(file: Path, what: str, setting: str) -> bytes:
    try:
        if is_open_database(file):
            raise OSError
        return file.read_bytes()
    except FileNotFoundError as error:
        raise _refused(
            Sentence("The {what} file does not exist.", what=Sentence(what)),
            Sentence("Choose it again in Settings, PLR/LRS, {setting}.", setting=Sentence(setting)),
        ) from error
    except (OSError, ValueError) as error:
        raise _refused(
            Sentence("The {what} file cannot be read.", what=Sentence(what)),
            Sentence(
                "Ask for the right to read it, or choose another one in Settings, PLR/LRS, {setting}.",
                setting=Sentence(setting),
            ),
        ) from error


def _not_pkcs12(data: bytes) -> str:
    """What the bytes are instead of a PKCS#12 file; empty if they look like one."""
    if not data:
        return "The client certificate file is empty."
    if b"-----BEGIN " in data:
        return "The client certificate file is in PEM form, not PKCS#12."
    length, start = _der_sequence(data)
    if length > len(data) - start:
        return "The client certificate file is cut short."
    if data[start : start + 3] != b"\x02\x01\x03":  # PFX ::= SEQUENCE { version INTEGER {v3(3)}, ...
        return "The client certificate file is not a PKCS#12 file."
    return ""


def _der_sequence(data: bytes) -> tuple[int, int]:
    """Length of the content of an outermost DER sequence, and where it starts; (0, 0) if there is none."""
    if data[:1] != b"\x30" or len(data) < 2:
        return 0, 0
    if data[1] < 0x80:
        return data[1], 2
    size = data[1] & 0x7F
    return (int.from_bytes(data[2 : 2 + size], "big"), 2 + size) if size <= 4 else (0, 0)


def _unopened(data: bytes) -> StopRunError:
    # Without its legacy provider OpenSSL calls a file in RC2 or RC4 a wrong password.
    if any(kind in data for kind in _RC2_OR_RC4):
        return _refused(
            "The client certificate file does not open: the password is wrong, or this computer no longer "
            "reads its old encryption (RC2 or RC4).",
            "Type the password again in Settings, PLR/LRS, Certificate password, or export the file again with AES.",
        )
    return _refused(
        "The password of the client certificate is wrong, or the file is damaged.",
        "Type it again in Settings, PLR/LRS, Certificate password.",
    )


@contextmanager
def _memory(text: bytes) -> Iterator[str]:
    number = os.memfd_create("client-certificate")
    try:
        os.write(number, text)
        yield f"/proc/self/fd/{number}"
    finally:
        os.close(number)


@contextmanager
def _temporary_file(text: bytes) -> Iterator[str]:
    number, path = tempfile.mkstemp(suffix=".pem")  # readable by its owner only
    try:
        # Closed before OpenSSL opens it: Windows allows no second reader.
        with os.fdopen(number, "wb") as file:
            file.write(text)
        yield path
    finally:
        os.unlink(path)
