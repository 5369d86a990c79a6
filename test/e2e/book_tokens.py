# SPDX-License-Identifier: Apache-2.0
"""Tokens of the booking server, made and read by hand."""

import base64
import hashlib
import hmac
import json
import time
import uuid

import tokens

AUDIENCE = "https://lab.example/ed0/book"
RELAY_SECRET = "Wm3kT-another-secret-only-for-relays-in-tests-Hs5pV"
WHENEVER = {"iat": None, "nbf": None, "exp": 4_000_000_000}


def class_token(*groups, admin=False, **changes):
    """What a lecturer hands out: lets its holder log in."""
    scope = "login:admin" if admin else "login:user"
    return _token(**{"groups": list(groups) or ["everyone"], "scopes": [scope], **changes})


def booking_token(*pools, user=None, admin=False, **changes):
    """What a login gives."""
    scope = "booking:admin" if admin else "booking:user"
    return _token(**{"groups": ["everyone"], "pools": list(pools), "scopes": [scope],
                     "sub": user or f"{uuid.uuid4()}", **changes})


def _token(secret=tokens.SECRET, algorithm="HS256", **claims):
    return tokens.sign(tokens.claims_of(**{"aud": [AUDIENCE], "topic": None, "prefix": None,
                                           "booking_id": None, **claims}), secret, algorithm)


def claims_in(token, secret):
    """Of a token that has to be signed with that secret (HS256)."""
    text, _, signature = token.rpartition(".")
    digest = hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()
    assert signature == tokens.base64url(digest), "the signature"
    payload = text.partition(".")[2]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


def now():
    return int(time.time())
