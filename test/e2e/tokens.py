# SPDX-License-Identifier: Apache-2.0
"""JSON Web Tokens made by hand (RFC 7519, HMAC), so that the tests share no code with the relay."""

import base64
import hashlib
import hmac
import json
import time

AUDIENCE = "https://lab.example/ed0/access"
# Its first and last letters stand out, so that a search of a log finds parts of it, too.
SECRET = "Xq7vJ-a-secret-for-end-to-end-tests-only-Zk9wP"

_DIGESTS = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def claims_of(**changes):
    """The claims of a good token for topic `lamp`; a change to None leaves that claim out."""
    now = int(time.time())
    claims = {
        "aud": [AUDIENCE],
        "exp": now + 3600,
        "nbf": now - 1,
        "iat": now - 1,
        "topic": "lamp",
        "prefix": "session",
        "scopes": ["read", "write"],
        "booking_id": "booking-0",
    }
    claims.update(changes)
    return {name: value for name, value in claims.items() if value is not None}


def sign(claims, secret=SECRET, algorithm="HS256", **header):
    parts = [{"alg": algorithm, "typ": "JWT", **header}, claims]
    text = ".".join(base64url(json.dumps(part).encode()) for part in parts)
    digest = _DIGESTS.get(algorithm)
    signature = hmac.new(secret.encode(), text.encode(), digest).digest() if digest else b""
    return f"{text}.{base64url(signature)}"


def token(**changes):
    """A good token, but for the changes to its claims."""
    return sign(claims_of(**changes))


def admin_token(audience=AUDIENCE):
    return _scope_only("relay:admin", audience)


def stats_token(audience=AUDIENCE):
    return _scope_only("relay:stats", audience)


def _scope_only(scope, audience):
    return token(aud=audience, scopes=[scope], topic=None, prefix=None, booking_id=None)
