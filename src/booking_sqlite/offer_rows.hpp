// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "booking/catalogue.hpp"
#include "booking_sqlite/connection.hpp"

#include <cstdint>

// The versions of offers, each with its streams and the pools that list it.
namespace relay::booking_sqlite {

using OfferVersion = std::int64_t;

// Errc::internal when there is none.
Result<booking::Offer> load_offer(Connection& connection, OfferVersion version);

// Writes the next version of what has this place in the order of lists, or the first one. Without
// its pools. Errc::conflict for a key that another live offer has, for two streams with one role,
// and for a topic that is not the resource's.
Result<OfferVersion> add_offer(Connection& connection, const booking::Offer& offer,
                               std::optional<std::int64_t> place);

// The pools that list it, instead of those before. Errc::not_found for one that is not there.
Result<void> list_offer(Connection& connection, OfferVersion version,
                        const std::vector<std::string>& pools);

}  // namespace relay::booking_sqlite
