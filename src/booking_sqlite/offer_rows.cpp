// SPDX-License-Identifier: Apache-2.0
#include "booking_sqlite/offer_rows.hpp"

#include "booking_sqlite/json_text.hpp"

#include <utility>

namespace relay::booking_sqlite {
namespace {

using booking::Offer;
using booking::Stream;

Result<Stream> read_stream(const Row& row) {
    auto scopes = texts_from(row.text(6));
    if (!scopes) return std::unexpected(std::move(scopes.error()));
    return Stream{.role = row.text(0),
                  .url = row.text(1),
                  .verb = row.text(2),
                  .connection_type = row.text(3),
                  .topic = {.audience = row.text(4), .name = row.text(5)},
                  .scopes = *std::move(scopes)};
}

Result<Offer> read_offer(const Row& row) {
    auto description = description_from(row.text(3));
    if (!description) return std::unexpected(std::move(description.error()));
    auto interfaces = interfaces_from(row.text(5));
    if (!interfaces) return std::unexpected(std::move(interfaces.error()));
    return Offer{.id = row.text(0),
                 .key = row.text(1),
                 .activity = {.description = *std::move(description),
                              .expires = time_of(row, 6),
                              .config_url = row.text(4),
                              .streams = {},
                              .interfaces = *std::move(interfaces)},
                 .pools = {},
                 .resource = row.integer(2)};
}

Result<void> add_stream(Connection& connection, OfferVersion version, std::int64_t position,
                        const Stream& stream) {
    const auto scopes = json_text(stream.scopes);
    if (!scopes) return std::unexpected(scopes.error());
    return connection.run(
        "INSERT INTO offer_stream (version, ord, role, url, verb, connection_type, audience,"
        " topic, scopes) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        version, position, stream.role, stream.url, stream.verb, stream.connection_type,
        stream.topic.audience, stream.topic.name, *scopes);
}

Result<OfferVersion> add_version(Connection& connection, const Offer& offer,
                                 std::optional<std::int64_t> place) {
    const auto description = json_text(offer.activity.description);
    if (!description) return std::unexpected(description.error());
    const auto interfaces = json_text(offer.activity.interfaces);
    if (!interfaces) return std::unexpected(interfaces.error());
    const auto version = connection.one(
        "INSERT INTO offer (version, id, key, place, resource_id, description, config_url,"
        " interfaces, expires_ms)"
        " SELECT next, ?1, ?2, ifnull(?3, next), ?4, ?5, ?6, ?7, ?8"
        " FROM (SELECT ifnull(max(version), 0) + 1 AS next FROM offer) RETURNING version",
        [](const Row& row) -> Result<OfferVersion> { return row.integer(0); }, offer.id, offer.key,
        place, offer.resource, *description, offer.activity.config_url, *interfaces,
        offer.activity.expires);
    if (!version) return std::unexpected(version.error());
    return **version;
}

}  // namespace

Result<Offer> load_offer(Connection& connection, OfferVersion version) {
    auto offer = connection.one(
        "SELECT id, key, resource_id, description, config_url, interfaces, expires_ms"
        " FROM offer WHERE version = ?1",
        &read_offer, version);
    if (!offer) return std::unexpected(std::move(offer.error()));
    if (!*offer) return fail(Errc::internal, "a version of an offer is missing");
    auto streams = connection.all(
        "SELECT role, url, verb, connection_type, audience, topic, scopes"
        " FROM offer_stream WHERE version = ?1 ORDER BY ord",
        &read_stream, version);
    if (!streams) return std::unexpected(std::move(streams.error()));
    auto pools = connection.all(
        "SELECT id FROM pool_offer JOIN pool ON number = pool WHERE version = ?1 ORDER BY ord",
        [](const Row& row) -> Result<std::string> { return row.text(0); }, version);
    if (!pools) return std::unexpected(std::move(pools.error()));
    (*offer)->activity.streams = *std::move(streams);
    (*offer)->pools = *std::move(pools);
    return **std::move(offer);
}

Result<OfferVersion> add_offer(Connection& connection, const Offer& offer,
                               std::optional<std::int64_t> place) {
    const auto version = add_version(connection, offer, place);
    if (!version) return version;
    std::int64_t position = 0;
    for (const Stream& stream : offer.activity.streams) {
        const auto added = add_stream(connection, *version, position++, stream);
        if (!added) return std::unexpected(added.error());
    }
    return version;
}

Result<void> list_offer(Connection& connection, OfferVersion version,
                        const std::vector<std::string>& pools) {
    auto done = connection.run("DELETE FROM pool_offer WHERE version = ?1", version);
    std::int64_t position = 0;
    for (const std::string& id : pools) {
        if (!done) return done;
        const auto pool = connection.one(
            "SELECT number FROM pool WHERE id = ?1 AND live = 1",
            [](const Row& row) -> Result<std::int64_t> { return row.integer(0); }, id);
        if (!pool) return std::unexpected(pool.error());
        if (!*pool) return fail(Errc::not_found, "there is no pool " + id);
        done = connection.run(
            "INSERT INTO pool_offer (version, ord, pool) VALUES (?1, ?2, ?3)"
            " ON CONFLICT (version, pool) DO NOTHING",
            version, position++, **pool);
    }
    return done;
}

}  // namespace relay::booking_sqlite
