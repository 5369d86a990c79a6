// SPDX-License-Identifier: Apache-2.0
// An export of the booking server, ours or the reference's: the pools in the first line, the
// bookings in the rest. No text does harm, and what was read is read back after it was written.
#include "base/base64.hpp"
#include "book/admin/poolstore.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

using namespace relay::book;

void require(bool condition) {
    if (!condition) std::abort();
}

nlohmann::json export_of(std::string_view text) {
    const auto encoded = [](std::string_view part) {
        return relay::base64_encode(
            {reinterpret_cast<const std::uint8_t*>(part.data()), part.size()});
    };
    const std::size_t end = std::min(text.find('\n'), text.size());
    return {{"pool", encoded(text.substr(0, end))}, {"booking", encoded(text.substr(end))}};
}

// As it is after it was written: groups have known pools only; that an activity was booked tells
// the end of the session, not when it expires.
Poolstore normal(Poolstore store) {
    const auto& pools = store.catalogue.pools;
    for (auto& group : store.catalogue.groups)
        std::erase_if(group.pools, [&pools](const std::string& id) {
            return std::ranges::count(pools, id, &relay::booking::ListedPool::id) == 0;
        });
    for (CarriedSession& session : store.sessions)
        session.activity.expires = std::chrono::floor<std::chrono::seconds>(session.end);
    store.locked = store.locked.value_or(false);
    store.message = store.message.value_or("");
    return store;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto store = read_poolstore(export_of({reinterpret_cast<const char*>(data), size}));
    if (!store) {
        require(!store.error().detail.empty());
        return 0;
    }
    const auto again = read_poolstore(to_json(*store, {}, relay::booking::BookingTime()));
    require(again.has_value());
    require(normal(*again) == normal(*store));
    return 0;
}
