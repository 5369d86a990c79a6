# SPDX-License-Identifier: Apache-2.0
"""What is in the database of a booking server, seen past the program."""

import contextlib
import sqlite3

_ALL_OVERLAPS = """
    SELECT a.resource_id, a.id, b.id FROM hold a JOIN hold b
    ON a.resource_id = b.resource_id AND a.id < b.id
    AND a.start_ms < b.end_ms AND b.start_ms < a.end_ms"""

_OVERLAPS = _ALL_OVERLAPS + " WHERE a.active AND b.active"

# What takes or took place has exactly its hold on exactly the resource of its offer.
_BOOKINGS_WITHOUT_HOLD = """
    SELECT booking.name FROM booking JOIN offer ON offer.version = booking.version
    LEFT JOIN hold ON hold.booking_id = booking.id AND hold.active
    AND hold.resource_id = offer.resource_id
    AND hold.start_ms = booking.start_ms AND hold.end_ms = booking.end_ms
    WHERE booking.state IN ('active', 'cancelling') AND hold.id IS NULL"""

_HOLDS_WITHOUT_BOOKING = """
    SELECT hold.id FROM hold LEFT JOIN booking ON booking.id = hold.booking_id
    WHERE hold.active AND booking.id IS NULL"""

# At the start of each booking: how many of that user's take place, this one included.
_MOST_AT_ONCE = """
    SELECT max(number) FROM (SELECT count(*) AS number FROM booking a JOIN booking b
    ON a.usr_id = b.usr_id AND b.start_ms <= a.start_ms AND a.start_ms < b.end_ms
    WHERE a.state = 'active' AND b.state = 'active' GROUP BY a.id)"""


@contextlib.contextmanager
def reading(path):
    with contextlib.closing(sqlite3.connect(path, timeout=10)) as database:
        database.row_factory = sqlite3.Row
        yield database


def contradictions(path):
    """What must never be, one line each."""
    found = []
    with reading(path) as database:
        for name, query in (("overlapping holds", _OVERLAPS),
                            ("booking without its hold", _BOOKINGS_WITHOUT_HOLD),
                            ("hold without a booking", _HOLDS_WITHOUT_BOOKING)):
            found += [f"{name}: {tuple(row)}" for row in database.execute(query)]
        for check in ("integrity_check", "foreign_key_check"):
            found += [f"{check}: {tuple(row)}" for row in database.execute(f"PRAGMA {check}")
                      if tuple(row) != ("ok",)]
    return found


def given_twice(path):
    """Resources that were held twice at a time, what was given up early included. After a clock was
    set back that may be so without a fault."""
    with reading(path) as database:
        return [tuple(row) for row in database.execute(_ALL_OVERLAPS)]


def bookings(path):
    """By name: rows with start_ms, end_ms, state, idem_key, user."""
    with reading(path) as database:
        rows = database.execute("SELECT booking.*, usr.name AS user FROM booking "
                                "JOIN usr ON usr.id = booking.usr_id")
        return {row["name"]: dict(row) for row in rows}


def most_at_once(path):
    """The largest number of sessions that one user had at a time."""
    with reading(path) as database:
        return database.execute(_MOST_AT_ONCE).fetchone()[0] or 0
