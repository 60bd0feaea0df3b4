"""Certificates for the sandbox services: good ones, and every kind that must be refused.

Elliptic keys: all of them take some milliseconds. Key identifiers and key usage are set, without which
Python 3.13 (`VERIFY_X509_STRICT`) refuses a chain.
"""

import ipaddress
import os
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID


@dataclass(frozen=True, slots=True)
class Certificates:
    """The files made by `make_certificates`. Clients are PKCS#12 files that share `password`; servers are PEM
    files of certificate and key, to be given to `SSLContext.load_cert_chain`."""

    ca_file: Path
    other_ca_file: Path
    server: Path = field(repr=False)
    server_expired: Path = field(repr=False)
    server_wrong_host: Path = field(repr=False)
    server_stranger: Path = field(repr=False)  # signed by the other authority
    client: Path = field(repr=False)
    client_expired: Path = field(repr=False)
    client_stranger: Path = field(repr=False)  # signed by the other authority
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Authority:
    key: ec.EllipticCurvePrivateKey = field(repr=False)
    certificate: x509.Certificate = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Span:
    begins: datetime
    ends: datetime


def make_certificates(folder: Path) -> Certificates:
    """Make a fresh set in `folder` (made with mode 0700 if missing); files get mode 0600."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    now = datetime.now(UTC).replace(microsecond=0)
    valid = _Span(now - timedelta(days=2), now + timedelta(days=370))
    over = _Span(now - timedelta(days=800), now - timedelta(days=3))
    made = Certificates(
        ca_file=folder / "ca.pem",
        other_ca_file=folder / "other-ca.pem",
        server=folder / "server.pem",
        server_expired=folder / "server-expired.pem",
        server_wrong_host=folder / "server-wrong-host.pem",
        server_stranger=folder / "server-stranger.pem",
        client=folder / "client.p12",
        client_expired=folder / "client-expired.p12",
        client_stranger=folder / "client-stranger.p12",
        password=secrets.token_urlsafe(12),
    )
    ours, theirs = _authority("Sandbox authority", valid), _authority("Somebody else's authority", valid)
    _write(made.ca_file, ours.certificate.public_bytes(Encoding.PEM))
    _write(made.other_ca_file, theirs.certificate.public_bytes(Encoding.PEM))
    here = (x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
    elsewhere = (x509.DNSName("elsewhere.example"),)
    _server(made.server, ours, valid, here)
    _server(made.server_expired, ours, over, here)
    _server(made.server_wrong_host, ours, valid, elsewhere)
    _server(made.server_stranger, theirs, valid, here)
    _client(made.client, ours, valid, made.password)
    _client(made.client_expired, ours, over, made.password)
    _client(made.client_stranger, theirs, valid, made.password)
    return made


def _authority(name: str, span: _Span) -> _Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = (
        _builder(name, span, key.public_key())
        .issuer_name(_name(name))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_others=True), critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return _Authority(key, certificate)


def _server(path: Path, by: _Authority, span: _Span, names: tuple[x509.GeneralName, ...]) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    builder = _leaf("Sandbox service", by, span, key).add_extension(
        x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False
    )
    builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    certificate = builder.sign(by.key, hashes.SHA256())
    # The file is 0600 and the key is worth nothing outside this folder: no password to lose.
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    _write(path, certificate.public_bytes(Encoding.PEM) + secret)


def _client(path: Path, by: _Authority, span: _Span, password: str) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = (
        _leaf("Invented college", by, span, key)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        .sign(by.key, hashes.SHA256())
    )
    sealed = BestAvailableEncryption(password.encode())
    _write(path, pkcs12.serialize_key_and_certificates(b"client", key, certificate, None, sealed))


def _leaf(name: str, by: _Authority, span: _Span, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(by.key.public_key())
    return (
        _builder(name, span, key.public_key())
        .issuer_name(by.certificate.subject)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_others=False), critical=True)
        .add_extension(identifier, critical=False)
    )


def _builder(name: str, span: _Span, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(span.begins)
        .not_valid_after(span.ends)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _usage(*, signs_others: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_others,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_others,
        crl_sign=signs_others,
        encipher_only=False,
        decipher_only=False,
    )


def _write(path: Path, data: bytes) -> None:
    """Write with mode 0600 from the first byte on."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
