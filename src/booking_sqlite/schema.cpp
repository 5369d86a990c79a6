// SPDX-License-Identifier: Apache-2.0
#include "booking_sqlite/schema.hpp"

namespace relay::booking_sqlite {
namespace {

constexpr std::string_view steps[] = {
    R"sql(
-- Physical items. All that share a relay topic are one.
CREATE TABLE resource (
    id INTEGER PRIMARY KEY,
    available INTEGER NOT NULL DEFAULT 1 CHECK (available IN (0, 1)),
    reason TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE TABLE resource_topic (
    audience TEXT NOT NULL,
    topic TEXT NOT NULL,
    resource_id INTEGER NOT NULL REFERENCES resource (id),
    PRIMARY KEY (audience, topic)
) STRICT, WITHOUT ROWID;
CREATE INDEX resource_topic_of_resource ON resource_topic (resource_id);

CREATE TABLE pool (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    key TEXT NOT NULL,
    description TEXT NOT NULL,  -- JSON, as in the other tables
    min_s INTEGER NOT NULL CHECK (min_s >= 0),
    max_s INTEGER NOT NULL CHECK (max_s >= min_s),
    live INTEGER NOT NULL DEFAULT 1 CHECK (live IN (0, 1)),
    retired_ms INTEGER
) STRICT;
CREATE UNIQUE INDEX pool_by_id ON pool (id) WHERE live = 1;
CREATE UNIQUE INDEX pool_by_key ON pool (key) WHERE live = 1 AND key <> '';

-- A changed offer is a new version with the same id; bookings refer to theirs. `place` is the
-- version of the first one, for the order in lists.
CREATE TABLE offer (
    version INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    key TEXT NOT NULL,
    place INTEGER NOT NULL,
    resource_id INTEGER NOT NULL REFERENCES resource (id),
    description TEXT NOT NULL,
    config_url TEXT NOT NULL,
    interfaces TEXT NOT NULL,
    expires_ms INTEGER NOT NULL,
    live INTEGER NOT NULL DEFAULT 1 CHECK (live IN (0, 1)),
    retired_ms INTEGER
) STRICT;
CREATE UNIQUE INDEX offer_by_id ON offer (id) WHERE live = 1;
CREATE UNIQUE INDEX offer_by_key ON offer (key) WHERE live = 1 AND key <> '';
CREATE INDEX offer_in_order ON offer (place) WHERE live = 1;
CREATE TRIGGER offer_is_immutable
BEFORE UPDATE OF version, id, resource_id, description, config_url, interfaces, expires_ms ON offer
BEGIN
    SELECT RAISE(ABORT, 'a version of an offer does not change');
END;

CREATE TABLE offer_stream (
    version INTEGER NOT NULL REFERENCES offer (version),
    ord INTEGER NOT NULL,
    role TEXT NOT NULL,
    url TEXT NOT NULL,
    verb TEXT NOT NULL,
    connection_type TEXT NOT NULL,
    audience TEXT NOT NULL,
    topic TEXT NOT NULL,
    scopes TEXT NOT NULL,
    PRIMARY KEY (version, ord),
    UNIQUE (version, role)
) STRICT, WITHOUT ROWID;
CREATE INDEX offer_stream_by_topic ON offer_stream (audience, topic);
CREATE TRIGGER offer_stream_is_immutable BEFORE UPDATE ON offer_stream
BEGIN
    SELECT RAISE(ABORT, 'a version of an offer does not change');
END;
CREATE TRIGGER offer_stream_stays BEFORE DELETE ON offer_stream
BEGIN
    SELECT RAISE(ABORT, 'a version of an offer does not change');
END;
CREATE TRIGGER offer_stream_is_of_the_resource BEFORE INSERT ON offer_stream
WHEN NOT EXISTS (
    SELECT 1 FROM resource_topic JOIN offer USING (resource_id)
    WHERE audience = NEW.audience AND topic = NEW.topic AND version = NEW.version)
BEGIN
    SELECT RAISE(ABORT, 'the topic belongs to another resource');
END;

-- A live offer is listed in live pools only. `live` is the offer's: versions gather over the years.
CREATE TABLE pool_offer (
    version INTEGER NOT NULL REFERENCES offer (version),
    ord INTEGER NOT NULL,
    pool INTEGER NOT NULL REFERENCES pool (number),
    live INTEGER NOT NULL DEFAULT 1 CHECK (live IN (0, 1)),
    PRIMARY KEY (version, ord),
    UNIQUE (version, pool)
) STRICT, WITHOUT ROWID;
CREATE INDEX pool_offer_live ON pool_offer (pool) WHERE live = 1;
CREATE TRIGGER pool_offer_ends_with_its_offer AFTER UPDATE OF live ON offer WHEN NEW.live = 0
BEGIN
    UPDATE pool_offer SET live = 0 WHERE version = NEW.version;
END;

CREATE TABLE grp (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    key TEXT NOT NULL,
    name TEXT NOT NULL,  -- of the description; names may repeat
    description TEXT NOT NULL,
    max_sessions INTEGER CHECK (max_sessions >= 0),
    live INTEGER NOT NULL DEFAULT 1 CHECK (live IN (0, 1)),
    retired_ms INTEGER
) STRICT;
CREATE UNIQUE INDEX grp_by_id ON grp (id) WHERE live = 1;
CREATE UNIQUE INDEX grp_by_key ON grp (key) WHERE live = 1 AND key <> '';
CREATE INDEX grp_by_name ON grp (name) WHERE live = 1;
-- No reference to pools: a group may list one that is not there, and one twice.
CREATE TABLE grp_pool (
    grp INTEGER NOT NULL REFERENCES grp (number),
    ord INTEGER NOT NULL,
    pool_id TEXT NOT NULL,
    PRIMARY KEY (grp, ord)
) STRICT, WITHOUT ROWID;

CREATE TABLE usr (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    created_ms INTEGER NOT NULL
) STRICT;

-- Whether a booking is over is told by the time alone: no job changes it.
CREATE TABLE booking (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE CHECK (name <> ''),
    usr_id INTEGER NOT NULL REFERENCES usr (id),
    version INTEGER NOT NULL REFERENCES offer (version),
    pool_id TEXT NOT NULL,
    pool_name TEXT NOT NULL,  -- as it was
    grp_name TEXT NOT NULL,
    start_ms INTEGER NOT NULL,
    end_ms INTEGER NOT NULL CHECK (end_ms > start_ms),
    state TEXT NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'cancelling', 'cancelled')),
    cancelled_ms INTEGER,
    cancelled_by TEXT,
    idem_key TEXT CHECK (idem_key <> ''),
    request_check INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    UNIQUE (usr_id, idem_key),
    CHECK ((state = 'active') = (cancelled_ms IS NULL)),
    CHECK ((cancelled_ms IS NULL) = (cancelled_by IS NULL))
) STRICT;
CREATE INDEX booking_by_end ON booking (end_ms);
CREATE INDEX booking_by_length ON booking (end_ms - start_ms);
CREATE INDEX booking_of_user ON booking (usr_id, end_ms) WHERE state <> 'cancelled';
-- Bookings as they are read (session_rows.cpp); the order of the columns counts.
CREATE VIEW booked AS
SELECT booking.name, usr.name AS user, pool_id, grp_name, start_ms, end_ms, state, idem_key,
    request_check, booking.created_ms, version, usr_id
FROM booking JOIN usr ON usr.id = usr_id;
CREATE TRIGGER booking_is_cancelled_step_by_step BEFORE UPDATE OF state ON booking
WHEN (OLD.state, NEW.state) NOT IN (VALUES ('active', 'cancelling'), ('cancelling', 'cancelled'))
BEGIN
    SELECT RAISE(ABORT, 'a booking is cancelled step by step');
END;

-- The time [start_ms, end_ms) for which a resource is somebody's alone. `begun`: it was so already
-- when the hold was written, so it lasts until its end even when the clock is set back. Of a
-- cancelled booking: inactive, with the time that it took.
CREATE TABLE hold (
    id INTEGER PRIMARY KEY,
    resource_id INTEGER NOT NULL REFERENCES resource (id),
    booking_id INTEGER UNIQUE REFERENCES booking (id),
    kind TEXT NOT NULL CHECK (kind <> ''),
    start_ms INTEGER NOT NULL,
    end_ms INTEGER NOT NULL CHECK (end_ms > start_ms OR (active = 0 AND end_ms = start_ms)),
    begun INTEGER NOT NULL CHECK (begun IN (0, 1)),
    active INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1))
) STRICT;
CREATE INDEX hold_by_start ON hold (resource_id, start_ms);
CREATE INDEX hold_active ON hold (resource_id, end_ms, start_ms, begun) WHERE active = 1;
-- Active holds of a resource never overlap, so of those that end after the new start the first one
-- has the earliest start: one probe tells. Then those that have begun, which leave no room before
-- them; only holds that are still to end are looked at.
CREATE TRIGGER hold_is_exclusive BEFORE INSERT ON hold
WHEN NEW.active = 1 AND (
    (SELECT start_ms FROM hold
     WHERE resource_id = NEW.resource_id AND active = 1 AND end_ms > NEW.start_ms
     ORDER BY end_ms LIMIT 1) < NEW.end_ms
    OR EXISTS (SELECT 1 FROM hold
               WHERE resource_id = NEW.resource_id AND active = 1 AND end_ms > NEW.start_ms
               AND begun = 1))
BEGIN
    SELECT RAISE(ABORT, 'the resource is held');
END;
-- The same for what grows, moves or comes back; what shrinks is in nobody's way.
CREATE TRIGGER hold_stays_exclusive
BEFORE UPDATE OF resource_id, start_ms, end_ms, active ON hold
WHEN NEW.active = 1
    AND (OLD.active = 0 OR NEW.resource_id <> OLD.resource_id
         OR NEW.start_ms < OLD.start_ms OR NEW.end_ms > OLD.end_ms)
    AND ((SELECT start_ms FROM hold
          WHERE resource_id = NEW.resource_id AND active = 1 AND end_ms > NEW.start_ms
          AND id <> OLD.id ORDER BY end_ms LIMIT 1) < NEW.end_ms
         OR EXISTS (SELECT 1 FROM hold
                    WHERE resource_id = NEW.resource_id AND active = 1 AND end_ms > NEW.start_ms
                    AND id <> OLD.id AND begun = 1))
BEGIN
    SELECT RAISE(ABORT, 'the resource is held');
END;

-- Relays that are to be told that a booking is over; a row goes when it is settled.
CREATE TABLE deny_outbox (
    booking_id INTEGER NOT NULL REFERENCES booking (id),
    relay TEXT NOT NULL,
    until_ms INTEGER NOT NULL,
    attempts INTEGER NOT NULL CHECK (attempts >= 0),
    next_ms INTEGER NOT NULL,
    PRIMARY KEY (booking_id, relay)
) STRICT, WITHOUT ROWID;
CREATE INDEX deny_outbox_by_time ON deny_outbox (next_ms);

CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE refusal_count (
    hour_ms INTEGER NOT NULL,
    pool_id TEXT NOT NULL,
    grp_name TEXT NOT NULL,
    reason TEXT NOT NULL,
    count INTEGER NOT NULL CHECK (count > 0),
    PRIMARY KEY (hour_ms, pool_id, grp_name, reason)
) STRICT, WITHOUT ROWID;

CREATE TABLE manifest_rev (
    id INTEGER PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    actor TEXT NOT NULL,
    body TEXT NOT NULL
) STRICT;

CREATE TABLE audit (
    id INTEGER PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    object TEXT NOT NULL,
    detail TEXT NOT NULL
) STRICT;
CREATE INDEX audit_by_time ON audit (at_ms);
CREATE TRIGGER audit_is_not_replaced BEFORE INSERT ON audit
WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'the audit is append-only');
END;
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit is append-only');
END;
CREATE TRIGGER audit_stays BEFORE DELETE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit is append-only');
END;
)sql",
    R"sql(
-- Of the body, in hexadecimal; null for what was kept before.
ALTER TABLE manifest_rev ADD COLUMN sha256 TEXT CHECK (length(sha256) = 64);
)sql",
};

}  // namespace

std::span<const std::string_view> schema_steps() {
    return steps;
}

}  // namespace relay::booking_sqlite
