// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "booking/catalogue_table.hpp"
#include "booking_sqlite/connection.hpp"

namespace relay::booking_sqlite {

// See booking::CatalogueTable. The connection is in a transaction whenever this is used.
class StoredCatalogue : public booking::CatalogueTable {
public:
    explicit StoredCatalogue(Connection& connection) : connection_(connection) {}

    Result<booking::Catalogue> all() const override;
    Result<std::optional<booking::ListedPool>> pool(std::string_view id) const override;
    Result<std::optional<booking::ListedGroup>> group(std::string_view id) const override;
    Result<std::vector<booking::ListedGroup>> groups_named(std::string_view name) const override;
    Result<std::optional<booking::Offer>> offer(std::string_view id) const override;
    Result<std::vector<booking::Resource>> resources(booking::BookingTime now) const override;

    Result<void> put_pool(const booking::ListedPool& pool) override;
    Result<void> put_group(const booking::ListedGroup& group) override;
    Result<void> put_offer(const booking::Offer& offer) override;

    Result<bool> retire_pool(std::string_view id, booking::BookingTime now) override;
    Result<bool> retire_group(std::string_view id, booking::BookingTime now) override;
    Result<bool> retire_offer(std::string_view id, booking::BookingTime now) override;

    Result<booking::ResourceNumber> add_resource() override;
    Result<void> bind_topic(const booking::Topic& topic, booking::ResourceNumber resource) override;
    Result<void> set_available(booking::ResourceNumber resource, bool available,
                               std::string_view reason) override;

private:
    Connection& connection_;
};

}  // namespace relay::booking_sqlite
