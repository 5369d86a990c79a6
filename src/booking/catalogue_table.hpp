// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "booking/catalogue.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace relay::booking {

// Pools, groups, offers and resources of one database. Errors are the database's.
class CatalogueTable {
public:
    virtual ~CatalogueTable() = default;

    // Everything that is offered, in the order in which it was first put; offers that have expired
    // included.
    virtual Result<Catalogue> all() const = 0;

    virtual Result<std::optional<ListedPool>> pool(std::string_view id) const = 0;
    virtual Result<std::optional<ListedGroup>> group(std::string_view id) const = 0;
    // Names may repeat.
    virtual Result<std::vector<ListedGroup>> groups_named(std::string_view name) const = 0;
    virtual Result<std::optional<Offer>> offer(std::string_view id) const = 0;
    virtual Result<std::vector<Resource>> resources(BookingTime now) const = 0;

    // Add, or replace what has that id; Errc::conflict for a key that another one has,
    // Errc::invalid for texts that are not UTF-8 and for a pool without possible sessions.
    virtual Result<void> put_pool(const ListedPool& pool) = 0;
    virtual Result<void> put_group(const ListedGroup& group) = 0;
    // Replacing makes a new version when the activity or its resource differs. Its topics have to
    // be the resource's, and roles of streams differ (Errc::conflict); it is listed in one pool or
    // more (Errc::invalid), which are there (Errc::not_found). After an error nothing was written.
    virtual Result<void> put_offer(const Offer& offer) = 0;

    // From now on it is not offered; what was booked stays. Whether it was there. Without its last
    // pool an offer goes as well; groups lose the pool.
    virtual Result<bool> retire_pool(std::string_view id, BookingTime now) = 0;
    virtual Result<bool> retire_group(std::string_view id, BookingTime now) = 0;
    virtual Result<bool> retire_offer(std::string_view id, BookingTime now) = 0;

    virtual Result<ResourceNumber> add_resource() = 0;
    // Takes the topic from the resource that has it.
    virtual Result<void> bind_topic(const Topic& topic, ResourceNumber resource) = 0;
    // Out of service, with a reason, or in service again; Errc::not_found.
    virtual Result<void> set_available(ResourceNumber resource, bool available,
                                       std::string_view reason) = 0;
};

}  // namespace relay::booking
