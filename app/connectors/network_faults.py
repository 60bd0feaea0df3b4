"""The one place where failures of sockets, TLS and HTTP become sentences with a LOCAL code (lrs.md 9.3).

Nothing of the foreign text is repeated: it may quote what came over the line.
"""

import http.client
import socket
import ssl

from app.connectors.proxy import ProxyError
from app.connectors.wire import Stage
from app.errors import ServiceError, StopRunError
from app.sentence import Sentence

_ASK_NETWORK = "Ask whoever looks after the network to let this program through to the service."
_CHECK_NETWORK = "Check the network, then press Refresh Failed."
_TRY_LATER = "Press Refresh Failed later."

_CHECK_DATE = "Check the date of this computer; if it is right, tell the LRS help desk."
_CHECK_CA = "Check Certificate authorities in Settings, PLR/LRS: for the live service it stays empty."
_CHECK_ADDRESS = "Check the address in Settings, PLR/LRS."

# OpenSSL's numbers (x509_vfy.h): they stay, the texts beside them do not.
_SERVER_CERTIFICATE = {
    9: ("The certificate of the service is not valid yet.", _CHECK_DATE),
    10: ("The certificate of the service has expired.", _CHECK_DATE),
    18: ("The certificate of the service is not signed by an authority that is trusted here.", _CHECK_CA),
    19: ("The certificate of the service is not signed by an authority that is trusted here.", _CHECK_CA),
    20: ("The certificate of the service is not signed by an authority that is trusted here.", _CHECK_CA),
    21: ("The certificate of the service is not signed by an authority that is trusted here.", _CHECK_CA),
    62: ("The certificate of the service belongs to another name.", _CHECK_ADDRESS),
    64: ("The certificate of the service belongs to another address.", _CHECK_ADDRESS),
}
_REFUSALS = ("CERTIFICATE", "UNKNOWN_CA", "ACCESS_DENIED", "HANDSHAKE_FAILURE")


def refuses_certificate(error: BaseException | None) -> bool:
    """Whether a TLS alert says that the service did not like the certificate it was shown, or saw none."""
    reason = getattr(error, "reason", None) or ""
    return isinstance(error, ssl.SSLError) and "ALERT" in reason and any(word in reason for word in _REFUSALS)


def certificate_refused() -> StopRunError:
    return StopRunError(
        "The service refused the client certificate.",
        code="LOCAL27",
        hint="Check in Settings, PLR/LRS that it is the one the LRS issued for this address.",
    )


def hung_up_after_handshake() -> StopRunError:
    return StopRunError(
        "The service hangs up as soon as the line is secure, as it does when it refuses the client certificate.",
        code="LOCAL27",
        hint="Check in Settings, PLR/LRS that it is the one the LRS issued for this address.",
    )


def network_fault(error: Exception, stage: Stage) -> ServiceError:
    """The ServiceError for what a connection raised at `stage`; StopRunError where every further call meets it."""
    if isinstance(error, ProxyError):
        return proxy_fault(error.status)
    if isinstance(error, TimeoutError):
        return _in_no_time(stage)
    if isinstance(error, ssl.SSLCertVerificationError):
        what, hint = _SERVER_CERTIFICATE.get(
            error.verify_code, ("The certificate of the service could not be verified.", _CHECK_CA)
        )
        return StopRunError(what, code="LOCAL27", hint=hint)
    if refuses_certificate(error):
        return certificate_refused()
    if isinstance(error, ssl.SSLError) and not isinstance(error, ssl.SSLEOFError) and stage is Stage.SECURING:
        return StopRunError(
            "No secure connection could be agreed on with the service.",
            code="LOCAL27",
            hint=_CHECK_ADDRESS,
        )
    if isinstance(error, socket.gaierror):
        return _unreachable("The name of the service was not found.")
    if isinstance(error, ConnectionRefusedError):
        return _unreachable("The service refused the connection.")
    if isinstance(error, http.client.HTTPException) and not isinstance(error, ConnectionError):
        return ServiceError("The answer is not an HTTP answer.", code="LOCAL23", hint=_TRY_LATER)
    if stage is Stage.CONNECTING:
        return _unreachable("The service cannot be reached.")
    return _unreachable("The connection to the service broke off.")


def proxy_fault(status: int | None) -> ServiceError:
    """What a proxy's HTTP status means where it stands between us and the service; None if it said nothing."""
    if status is None:
        return StopRunError(
            "The proxy of the network cannot be reached.",
            code="LOCAL21",
            hint="Check the network, and the proxy in Settings, PLR/LRS or in the settings of this computer.",
        )
    if status == 407:
        return StopRunError(
            "The proxy of the network asks for a user name and a password, which this program never gives.",
            code="LOCAL21",
            hint=(
                "Ask whoever looks after the network to let this program through to the service. "
                "It can do without a password for one address."
            ),
        )
    if status in (502, 503, 504):
        return _unreachable(
            Sentence("The proxy of the network cannot reach the service (HTTP status {status}).", status=status)
        )
    return StopRunError(
        Sentence("The proxy of the network does not let this program through (HTTP status {status}).", status=status),
        code="LOCAL21",
        hint=_ASK_NETWORK,
    )


def _in_no_time(stage: Stage) -> ServiceError:
    what = "The service could not be reached in time."
    if stage is Stage.READY:
        what = "The service did not answer in time."
    return ServiceError(what, code="LOCAL20", hint=_TRY_LATER)


def _unreachable(message: str) -> ServiceError:
    return ServiceError(message, code="LOCAL21", hint=_CHECK_NETWORK)
