"""The certificate file: what opens it, what is said when it does not, and that no key is left behind."""

import base64
import datetime
import os
import ssl
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, pkcs12
from cryptography.x509.oid import NameOID

from app.connectors.client_certificate import ClientCertificate, server_context
from app.errors import StopRunError

NOW = datetime.datetime.now(datetime.UTC)
PASSWORD = "päss wörd"

# An invented key, packed by OpenSSL's legacy provider with RC2 of 40 bits; the password is "pw".
OLD = base64.b64decode(
    "MIIDCgIBAzCCAtAGCSqGSIb3DQEHAaCCAsEEggK9MIICuTCCAa8GCSqGSIb3DQEHBqCCAaAwggGcAgEAMIIBlQYJKoZIhvcN"
    "AQcBMBwGCiqGSIb3DQEMAQYwDgQIrmNNgwa6ZuYCAggAgIIBaGP9RzeaG26NDJSEZKpLy53j/dkTgQZD0FV1zF6Uxb18HzYH"
    "90DPxs20kA+3F3M3Wsr0Tl6zdJYOhFhE6LoY+P5Z40J/gp8MoUAuqxf+ix3rwjA3rBS6DBIO1l3RS8oLfZZVZZwDzG41XMjX"
    "mwtbaC0BUKrckfvoxeX8Dg2bI9vgYhl8aRCCvOfczNCT38jl7JCIhBglf4xfdfWWRxfxDBrF0Fo/dFxnsyITDoCPNJkNPgAE"
    "fwbcAXk6lIOavWMtXfQVXFKrLeVktXHxLsVVoU/Aj6TjG0fvq6ZaWLqFxB8F4vH5+IBPJq9+H7aJMN49FzJ1zqmHfxA9Co80"
    "TEVpjPusUpU7pUlsBOcQxnQDTq7qjX5ddugIWP6dASkvxSKRCLOv+OGEJYqUEtNGqUvTFCCoO4+ep8hvLVM2/RZBlKQ9Kun8"
    "JQkcVsKBTRpnWNCsBnQYO5PVY01qAVjGFRMp68+ouiGMABxJ2TCCAQIGCSqGSIb3DQEHAaCB9ASB8TCB7jCB6wYLKoZIhvcN"
    "AQwKAQKggbQwgbEwHAYKKoZIhvcNAQwBAzAOBAgd13QkMmn2LAICCAAEgZC3y8GwQ1XmXGvzYSjQH1meqMkLbCVmYML0/Qhb"
    "m0Yi+JReAg1U0DDp2cApCYQO6u32HoHI0NSwFSoKrSYLETsCqbPeI4YnQAy5kr164kYiph1MkK1jZqqVU78yHryBMt/by+h8"
    "lcpucckg6sAr21q8gKlgVOpPeRVLL3SnvzpcZf/Qn5qQiYfDXNWKDVJYgAoxJTAjBgkqhkiG9w0BCRUxFgQUmRgTN1xOMXBP"
    "Hl+tZqW7y/KNE5swMTAhMAkGBSsOAwIaBQAEFJ+Z462qnOsNg2jRejAiWVPM513/BAhWjN1mme1towICCAA="
)


def made(key: object = None, *, begins: float = -1, ends: float = 300) -> tuple[object, x509.Certificate]:
    key = key or ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Invented College")])
    day = datetime.timedelta(days=1)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(NOW + begins * day).not_valid_after(NOW + ends * day)
    return key, builder.sign(key, None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256())


def packed(key: object, certificate: x509.Certificate | None, password: str = PASSWORD) -> bytes:
    sealed = BestAvailableEncryption(password.encode()) if password else NoEncryption()
    return pkcs12.serialize_key_and_certificates(b"college", key, certificate, None, sealed)


def refused(data: bytes, password: str = PASSWORD) -> str:
    with pytest.raises(StopRunError) as caught:
        ClientCertificate.load(data, password)
    assert caught.value.code == "LOCAL27"
    assert "Settings, PLR/LRS" in str(caught.value)
    assert password not in str(caught.value) or not password
    return str(caught.value)


@pytest.mark.parametrize("kind", ["ec", "rsa", "ed25519"])
@pytest.mark.parametrize("in_memory", [True, False])
def test_a_good_file_becomes_a_context(kind: str, in_memory: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    if in_memory and not hasattr(os, "memfd_create"):
        pytest.skip("no memfd here")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    make = {
        "ec": lambda: ec.generate_private_key(ec.SECP384R1()),
        "rsa": lambda: rsa.generate_private_key(65537, 2048),
        "ed25519": ed25519.Ed25519PrivateKey.generate,
    }
    certificate = ClientCertificate.load(packed(*made(make[kind]())), PASSWORD)
    context = certificate.ssl_context(in_memory=in_memory)
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
    assert certificate.subject == "CN=Invented College"
    assert 298 <= certificate.days_left() <= 300
    assert list(tmp_path.iterdir()) == []


def test_no_temporary_file_is_left_after_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    key, _ = made()
    _, other = made()
    unfit = ClientCertificate("CN=x", NOW, NOW + datetime.timedelta(1), key, (other,))
    for in_memory in (False, hasattr(os, "memfd_create")):
        with pytest.raises(StopRunError, match="cannot be used"):
            unfit.ssl_context(in_memory=in_memory)
    assert list(tmp_path.iterdir()) == []


def test_a_temporary_folder_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    with pytest.raises(StopRunError, match="temporary folder"):
        ClientCertificate.load(packed(*made()), PASSWORD).ssl_context(in_memory=False)


def test_a_file_without_a_password():
    assert ClientCertificate.load(packed(*made(), password=""), "").subject == "CN=Invented College"


def test_a_file_in_the_old_rc2_form_opens_where_openssl_still_can():
    assert ClientCertificate.load(OLD, "pw").subject == "CN=x"


def test_the_old_form_is_named_where_openssl_cannot():
    code = (
        "import sys; from app.connectors.client_certificate import ClientCertificate as C; "
        "from app.errors import AppError\n"
        "try: C.load(bytes.fromhex(sys.stdin.read()), 'pw')\n"
        "except AppError as error: sys.stdout.write(str(error))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        input=OLD.hex(),
        env={**os.environ, "CRYPTOGRAPHY_OPENSSL_NO_LEGACY": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "RC2" in run.stdout
    assert "Settings, PLR/LRS" in run.stdout


def test_what_is_wrong_with_the_file_is_said():
    key, certificate = made()
    good = packed(key, certificate)
    assert "password of the client certificate is wrong" in refused(good, "other")
    assert "password of the client certificate is wrong" in refused(good, "")
    assert "RC2" in refused(OLD, "falsch")
    assert "empty" in refused(b"")
    assert "PEM" in refused(certificate.public_bytes(Encoding.PEM))
    assert "PEM" in refused(b"Bag Attributes\n" + certificate.public_bytes(Encoding.PEM))
    assert "not a PKCS#12" in refused(certificate.public_bytes(Encoding.DER))
    assert "not a PKCS#12" in refused(b"hello, world")
    assert "not a PKCS#12" in refused(b"PK\x03\x04 a zip")
    assert "no certificate together with its private key" in refused(packed(None, certificate))
    for length in (1, 2, 5, 100, len(good) // 2, len(good) - 1):
        refused(good[:length])
    assert "cut short" in refused(good[: len(good) // 2])
    damaged = bytearray(good)
    damaged[len(good) // 2] ^= 1
    assert "damaged" in refused(bytes(damaged))


def test_files_that_cannot_be_read(tmp_path: Path):
    for file, words in (
        (None, "No client certificate is set"),
        (tmp_path / "gone.p12", "does not exist"),
        (tmp_path, "cannot be read"),
        (Path("a\0b"), "cannot be read"),
    ):
        with pytest.raises(StopRunError, match=words) as caught:
            ClientCertificate.read(file, PASSWORD)
        assert caught.value.code == "LOCAL27"
        assert "Settings, PLR/LRS" in str(caught.value)


def test_a_certificate_out_of_its_time_opens_but_makes_no_context():
    over = ClientCertificate.load(packed(*made(begins=-9, ends=-2)), PASSWORD)
    assert over.days_left() < 0
    with pytest.raises(StopRunError, match=r"ran out on \d\d/\d\d/\d{4}"):
        over.ssl_context()
    early = ClientCertificate.load(packed(*made(begins=2, ends=9)), PASSWORD)
    with pytest.raises(StopRunError, match="not valid before"):
        early.ssl_context()


def test_authorities(tmp_path: Path):
    key, certificate = made()
    pem = certificate.public_bytes(Encoding.PEM)
    file = tmp_path / "ca.pem"
    file.write_bytes("Ministère\n".encode() + pem + b"\r\n" + pem)
    assert server_context(file).cert_store_stats()["x509"] == 1
    certificate_itself = ClientCertificate.load(packed(key, certificate), PASSWORD)
    certificate_itself.ssl_context(file)
    for content in (b"", b"nonsense", certificate.public_bytes(Encoding.DER), pem[:200], pem.replace(b"M", b"!", 3)):
        file.write_bytes(content)
        with pytest.raises(StopRunError, match="CA file"):
            certificate_itself.ssl_context(file)
    with pytest.raises(StopRunError, match="CA file does not exist"):
        certificate_itself.ssl_context(tmp_path / "gone.pem")


def test_no_secret_shows():
    certificate = ClientCertificate.load(packed(*made()), PASSWORD)
    assert "PrivateKey" not in repr(certificate)
    assert PASSWORD not in repr(certificate)
