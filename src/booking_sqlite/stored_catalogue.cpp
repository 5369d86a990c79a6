// SPDX-License-Identifier: Apache-2.0
#include "booking_sqlite/stored_catalogue.hpp"

#include "booking_sqlite/group_rows.hpp"
#include "booking_sqlite/json_text.hpp"
#include "booking_sqlite/offer_rows.hpp"

#include <fmt/format.h>

#include <map>
#include <utility>

namespace relay::booking_sqlite {
namespace {

using booking::BookingTime;
using booking::Catalogue;
using booking::ListedGroup;
using booking::ListedPool;
using booking::Offer;
using booking::Resource;
using booking::ResourceNumber;
using booking::Topic;

Result<std::int64_t> read_integer(const Row& row) {
    return row.integer(0);
}

Result<ListedPool> read_pool(const Row& row) {
    auto description = description_from(row.text(2));
    if (!description) return std::unexpected(std::move(description.error()));
    return ListedPool{.id = row.text(0),
                      .key = row.text(1),
                      .pool = {.description = *std::move(description),
                               .least = std::chrono::seconds(row.integer(3)),
                               .most = std::chrono::seconds(row.integer(4))}};
}

Result<std::vector<Offer>> load_offers(Connection& connection) {
    const auto versions =
        connection.all("SELECT version FROM offer WHERE live = 1 ORDER BY place", &read_integer);
    if (!versions) return std::unexpected(versions.error());
    std::vector<Offer> offers;
    for (const OfferVersion version : *versions) {
        auto offer = load_offer(connection, version);
        if (!offer) return std::unexpected(std::move(offer.error()));
        offers.push_back(*std::move(offer));
    }
    return offers;
}

struct LiveOffer {
    OfferVersion version = 0;
    std::int64_t place = 0;
};

Result<std::optional<LiveOffer>> find_live(Connection& connection, std::string_view id) {
    return connection.one(
        "SELECT version, place FROM offer WHERE id = ?1 AND live = 1",
        [](const Row& row) -> Result<LiveOffer> {
            return LiveOffer{row.integer(0), row.integer(1)};
        },
        id);
}

// The version that says what the offer says: the live one, or a new one instead of it.
Result<OfferVersion> put_version(Connection& connection, const Offer& offer) {
    const auto live = find_live(connection, offer.id);
    if (!live) return std::unexpected(live.error());
    if (!*live) return add_offer(connection, offer, std::nullopt);
    const OfferVersion version = (*live)->version;
    const auto current = load_offer(connection, version);
    if (!current) return std::unexpected(current.error());
    const bool is_same = current->activity == offer.activity && current->resource == offer.resource;
    const auto done =
        is_same ? connection.run("UPDATE offer SET key = ?2 WHERE version = ?1", version, offer.key)
                : connection.run("UPDATE offer SET live = 0 WHERE version = ?1", version);
    if (!done) return std::unexpected(done.error());
    return is_same ? version : add_offer(connection, offer, (*live)->place);
}

// Whether the statement, which gives the rows that it changed, has changed one.
Result<bool> changes_one(Result<std::vector<std::int64_t>> changed) {
    if (!changed) return std::unexpected(std::move(changed.error()));
    return !changed->empty();
}

// What is to be done when the pool with this number is withdrawn.
Result<void> forget_pool(Connection& connection, std::int64_t number, std::string_view id,
                         BookingTime now) {
    auto done = connection.run(
        "UPDATE offer SET live = 0, retired_ms = ?2"
        " WHERE version IN (SELECT version FROM pool_offer WHERE pool = ?1 AND live = 1)"
        " AND NOT EXISTS (SELECT 1 FROM pool_offer AS other"
        "                 WHERE other.version = offer.version AND other.pool <> ?1)",
        number, now);
    if (done) done = connection.run("DELETE FROM pool_offer WHERE pool = ?1 AND live = 1", number);
    if (done)
        done = connection.run(
            "DELETE FROM grp_pool WHERE pool_id = ?1"
            " AND grp IN (SELECT number FROM grp WHERE live = 1)",
            id);
    return done;
}

}  // namespace

Result<Catalogue> StoredCatalogue::all() const {
    auto pools = connection_.all(
        "SELECT id, key, description, min_s, max_s FROM pool WHERE live = 1 ORDER BY number",
        &read_pool);
    if (!pools) return std::unexpected(std::move(pools.error()));
    auto groups = load_groups(connection_);
    if (!groups) return std::unexpected(std::move(groups.error()));
    auto offers = load_offers(connection_);
    if (!offers) return std::unexpected(std::move(offers.error()));
    return Catalogue{*std::move(pools), *std::move(groups), *std::move(offers)};
}

Result<std::optional<ListedPool>> StoredCatalogue::pool(std::string_view id) const {
    return connection_.one(
        "SELECT id, key, description, min_s, max_s FROM pool WHERE live = 1 AND id = ?1",
        &read_pool, id);
}

Result<std::optional<ListedGroup>> StoredCatalogue::group(std::string_view id) const {
    return load_group(connection_, id);
}

Result<std::vector<ListedGroup>> StoredCatalogue::groups_named(std::string_view name) const {
    return load_groups_named(connection_, name);
}

Result<std::optional<Offer>> StoredCatalogue::offer(std::string_view id) const {
    const auto live = find_live(connection_, id);
    if (!live) return std::unexpected(live.error());
    if (!*live) return std::nullopt;
    return load_offer(connection_, (*live)->version);
}

Result<std::vector<Resource>> StoredCatalogue::resources(BookingTime now) const {
    auto resources = connection_.all(
        "SELECT id, (SELECT max(end_ms) FROM hold WHERE resource_id = resource.id"
        " AND active = 1 AND end_ms > ?1) FROM resource ORDER BY id",
        [](const Row& row) -> Result<Resource> {
            Resource resource{.number = row.integer(0), .topics = {}, .held_until = {}};
            if (!row.is_null(1)) resource.held_until = time_of(row, 1);
            return resource;
        },
        now);
    if (!resources) return resources;
    std::map<ResourceNumber, Resource*> by_number;
    for (Resource& resource : *resources) by_number.emplace(resource.number, &resource);
    const auto done = connection_.each(
        "SELECT resource_id, audience, topic FROM resource_topic ORDER BY audience, topic",
        [&](const Row& row) -> Result<void> {
            by_number.at(row.integer(0))->topics.push_back({row.text(1), row.text(2)});
            return {};
        });
    if (!done) return std::unexpected(done.error());
    return resources;
}

Result<void> StoredCatalogue::put_pool(const ListedPool& listed) {
    const booking::Pool& pool = listed.pool;
    if (pool.least.count() < 0 || pool.least > pool.most)
        return fail(Errc::invalid,
                    fmt::format("pool {}: sessions of {} to {} s", pool.description.name,
                                pool.least.count(), pool.most.count()));
    const auto description = json_text(pool.description);
    if (!description) return std::unexpected(description.error());
    return connection_.run(
        "INSERT INTO pool (id, key, description, min_s, max_s) VALUES (?1, ?2, ?3, ?4, ?5)"
        " ON CONFLICT (id) WHERE live = 1 DO UPDATE SET key = excluded.key,"
        " description = excluded.description, min_s = excluded.min_s, max_s = excluded.max_s",
        listed.id, listed.key, *description, pool.least.count(), pool.most.count());
}

Result<void> StoredCatalogue::put_group(const ListedGroup& group) {
    return booking_sqlite::put_group(connection_, group);
}

Result<void> StoredCatalogue::put_offer(const Offer& offer) {
    if (offer.pools.empty()) return fail(Errc::invalid, "an offer in no pool");
    auto part = store::Savepoint::begin(connection_.database());
    if (!part) return std::unexpected(part.error());
    const auto version = put_version(connection_, offer);
    if (!version) return std::unexpected(version.error());
    const auto listed = list_offer(connection_, *version, offer.pools);
    if (!listed) return listed;
    return part->release();
}

Result<bool> StoredCatalogue::retire_pool(std::string_view id, BookingTime now) {
    const auto number = connection_.one(
        "UPDATE pool SET live = 0, retired_ms = ?2 WHERE id = ?1 AND live = 1 RETURNING number",
        &read_integer, id, now);
    if (!number) return std::unexpected(number.error());
    if (!*number) return false;
    const auto forgotten = forget_pool(connection_, **number, id, now);
    if (!forgotten) return std::unexpected(forgotten.error());
    return true;
}

Result<bool> StoredCatalogue::retire_group(std::string_view id, BookingTime now) {
    return changes_one(connection_.all(
        "UPDATE grp SET live = 0, retired_ms = ?2 WHERE id = ?1 AND live = 1 RETURNING number",
        &read_integer, id, now));
}

Result<bool> StoredCatalogue::retire_offer(std::string_view id, BookingTime now) {
    return changes_one(connection_.all(
        "UPDATE offer SET live = 0, retired_ms = ?2 WHERE id = ?1 AND live = 1 RETURNING version",
        &read_integer, id, now));
}

Result<ResourceNumber> StoredCatalogue::add_resource() {
    const auto number =
        connection_.one("INSERT INTO resource DEFAULT VALUES RETURNING id", &read_integer);
    if (!number) return std::unexpected(number.error());
    return **number;
}

Result<void> StoredCatalogue::bind_topic(const Topic& topic, ResourceNumber resource) {
    return connection_.run(
        "INSERT INTO resource_topic (audience, topic, resource_id) VALUES (?1, ?2, ?3)"
        " ON CONFLICT (audience, topic) DO UPDATE SET resource_id = excluded.resource_id",
        topic.audience, topic.name, resource);
}

Result<void> StoredCatalogue::set_available(ResourceNumber resource, bool available,
                                            std::string_view reason) {
    const auto changed = changes_one(connection_.all(
        "UPDATE resource SET available = ?2, reason = ?3 WHERE id = ?1 RETURNING id", &read_integer,
        resource, available, reason));
    if (!changed) return std::unexpected(changed.error());
    if (!*changed) return fail(Errc::not_found, fmt::format("there is no resource {}", resource));
    return {};
}

}  // namespace relay::booking_sqlite
