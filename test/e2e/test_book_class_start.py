# SPDX-License-Identifier: Apache-2.0
"""A whole class logs in and books at once. How fast that is: bench/book.py.

RELAY_E2E_BOOK_STUDENTS (150): so many.
"""

import os

import book_database
from book_catalogue import simulations
from book_students import begin_class
from book_tokens import class_token
from relay_process import scaled, wait_until

STUDENTS = int(os.environ.get("RELAY_E2E_BOOK_STUDENTS", scaled(150)))


async def test_a_class_books_every_rig_once_without_an_error(book):
    rigs = STUDENTS * 2 // 3
    book.replace(simulations(rigs))
    descriptors = book.descriptors()
    attended = await begin_class(book.port, class_token(), STUDENTS, 0)
    given = [session["session"] for _, session in attended if session]
    assert len(given) == len(set(given)) == rigs
    for timings, session in attended:
        expected = [200, 200, 200, 200, 200 if session else 404, 200]
        assert [one.status for one in timings] == expected
    assert set(book_database.bookings(book.database)) == set(given)
    wait_until(lambda: book.descriptors() <= descriptors, "the connections are gone")
