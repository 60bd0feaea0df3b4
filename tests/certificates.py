"""One set of certificates for all sandboxes of a process: making one takes longer than most of what tests ask."""

import tempfile
from functools import cache
from pathlib import Path

from app.sandbox.certificates import Certificates, make_certificates


@cache
def _place() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="lm-certificates-")


@cache
def certificates() -> Certificates:
    return make_certificates(Path(_place().name))
