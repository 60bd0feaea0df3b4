"""An encrypted zip with one file in it, written as it comes: WinZip's AES-256 (AE-2), which 7-Zip and WinZip open.

Source: WinZip, "AES Encryption Information: Encryption Specification AE-1 and AE-2". Nothing but what is encrypted
reaches the stream below; sizes are put into the header at the end.
"""

import hashlib
import hmac
import io
import secrets
import struct
import sys
import zlib
from array import array
from datetime import datetime
from typing import Any, BinaryIO

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from app.errors import InputError

SALT, KEY, CHECK, CODE = 16, 32, 2, 10
"""Lengths in bytes for AES-256: salt, keys, what a wrong password is seen by, the code that a change is seen by."""
ROUNDS = 1_000
_BLOCK = 16
_AT_ONCE = 64 * 1024
_LARGEST = 0xFFFF_FFFE
_DEFLATED, _ENCRYPTED = 8, 99
_VERSION = 51
_FLAGS = 0x0001 | 0x0800
"""Encrypted; the name is UTF-8."""
_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s4B4H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_EXTRA = struct.pack("<HHH2sBH", 0x9901, 7, 2, b"AE", 3, _DEFLATED)
_OWNER_ONLY = 0o100600 << 16


class AesZip(io.RawIOBase):
    """Write to it, then `finish`; without that there is no archive. `name` is seen by everybody who has the file."""

    def __init__(self, stream: BinaryIO, name: str, password: str) -> None:
        super().__init__()
        self._stream = stream
        # The name of a file may hold bytes that are no UTF-8, which Python keeps as lone surrogates.
        self._name = name.encode("utf-8", "replace")
        self._when = datetime.now()
        self._squeezed = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
        salt = secrets.token_bytes(SALT)
        keys = hashlib.pbkdf2_hmac("sha1", password.encode("utf-8"), salt, ROUNDS, 2 * KEY + CHECK)
        # The counter of this format runs in the other direction than that of the CTR mode there is.
        self._blocks = Cipher(algorithms.AES(keys[:KEY]), modes.ECB()).encryptor()  # noqa: S305
        self._code = hmac.new(keys[KEY : 2 * KEY], digestmod=hashlib.sha1)
        self._counter = 1
        self._waiting = bytearray()
        self._plain_size = 0
        self._at = stream.tell()
        stream.write(self._local(0))
        self._inside = stream.write(salt) + stream.write(keys[2 * KEY :])

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        """Take some of the file. Raises InputError where it is larger than every reader can take."""
        view = memoryview(data).cast("B")
        self._plain_size += len(view)
        self._require_room()
        self._waiting += self._squeezed.compress(view)
        self._pour(len(self._waiting) - len(self._waiting) % _AT_ONCE)
        return len(view)

    def finish(self) -> None:
        """Write what is left, the code over all of it, and the directory."""
        self._waiting += self._squeezed.flush()
        self._pour(len(self._waiting))
        self._inside += self._stream.write(self._code.digest()[:CODE])
        self._require_room()
        directory_at = self._stream.tell()
        directory = self._stream.write(self._central())
        self._stream.write(_END.pack(b"PK\5\6", 0, 0, 1, 1, directory, directory_at, 0))
        end = self._stream.tell()
        self._stream.seek(self._at)
        self._stream.write(self._local(self._inside))
        self._stream.seek(end)

    def _pour(self, size: int) -> None:
        """Encrypt and pass on `size` of the bytes that wait; whole blocks but for the last time."""
        for start in range(0, size, _AT_ONCE):
            hidden = self._hidden(bytes(self._waiting[start : min(start + _AT_ONCE, size)]))
            self._code.update(hidden)
            self._inside += self._stream.write(hidden)
        del self._waiting[:size]

    def _hidden(self, plain: bytes) -> bytes:
        count = -(-len(plain) // _BLOCK)
        numbers = array("Q", bytes(count * _BLOCK))
        numbers[::2] = array("Q", range(self._counter, self._counter + count))
        if sys.byteorder == "big":
            numbers.byteswap()
        self._counter += count
        pad = self._blocks.update(numbers.tobytes())[: len(plain)]
        mixed = int.from_bytes(plain, "little") ^ int.from_bytes(pad, "little")
        return mixed.to_bytes(len(plain), "little")

    def _require_room(self) -> None:
        if max(self._plain_size, self._inside) > _LARGEST:
            raise InputError(
                "This is more than one protected file can hold.", hint="Filter the rows first, and export in parts."
            )

    def _local(self, inside: int) -> bytes:
        head = (b"PK\3\4", _VERSION, _FLAGS, _ENCRYPTED, *self._moment())
        sizes = (0, inside, self._plain_size, len(self._name), len(_EXTRA))
        return _LOCAL.pack(*head, *sizes) + self._name + _EXTRA

    def _central(self) -> bytes:
        made_by = (_VERSION, 3, _VERSION, 0)
        head = (b"PK\1\2", *made_by, _FLAGS, _ENCRYPTED, *self._moment())
        sizes = (0, self._inside, self._plain_size, len(self._name), len(_EXTRA))
        return _CENTRAL.pack(*head, *sizes, 0, 0, 0, _OWNER_ONLY, self._at) + self._name + _EXTRA

    def _moment(self) -> tuple[int, int]:
        when = self._when
        return (
            when.hour << 11 | when.minute << 5 | when.second // 2,
            (when.year - 1980) << 9 | when.month << 5 | when.day,
        )
