// SPDX-License-Identifier: Apache-2.0
#include "base/base64.hpp"
#include "book/admin/poolstore.hpp"
#include "booking/description_json.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>
#include <map>
#include <span>
#include <utility>

namespace relay::book {
namespace {

using booking::Activity;
using booking::Description;
using booking::ListedPool;
using booking::Offer;
using booking::Stream;
using nlohmann::json;

json described(const Description& description, const std::string& id) {
    json object = booking::to_json(description);
    object["id"] = id;
    return object;
}

void put_if_any(json& object, const char* name, const std::string& text) {
    if (!text.empty()) object[name] = text;
}

// The claims that a token of the stream is made of.
json stored_permission(const Stream& stream) {
    return {{"bookingID", ""},
            {"topic", stream.topic.name},
            {"prefix", stream.connection_type},
            {"scopes", stream.scopes},
            {"aud", json::array({stream.topic.audience})}};
}

json stored_activity(const Offer& offer) {
    const Activity& activity = offer.activity;
    json streams = json::object();
    for (const Stream& stream : activity.streams) {
        streams[stream.role] = {{"for", stream.role},
                                {"url", stream.url},
                                {"verb", stream.verb},
                                {"permission", stored_permission(stream)}};
    }
    json object = {{"config", {{"url", activity.config_url}}},
                   {"description", described(activity.description, offer.id)},
                   {"exp", booking::unix_seconds(activity.expires)},
                   {"streams", std::move(streams)},
                   {"ui", booking::to_json(activity.interfaces)}};
    put_if_any(object, "key", offer.key);
    return object;
}

// In sessions, activities are as in the API.
json booked_activity(const CarriedSession& session) {
    json streams = json::array();
    for (const Stream& stream : session.activity.streams) {
        streams.push_back({{"for", stream.role},
                           {"url", stream.url},
                           {"verb", stream.verb},
                           {"permission",
                            {{"audience", stream.topic.audience},
                             {"connection_type", stream.connection_type},
                             {"scopes", stream.scopes},
                             {"topic", stream.topic.name}}}});
    }
    return {{"config", {{"url", session.activity.config_url}}},
            {"description", described(session.activity.description, session.activity_id)},
            {"exp", booking::unix_seconds(session.end)},
            {"streams", std::move(streams)},
            {"uis", booking::to_json(session.activity.interfaces)}};
}

json stored_pool(const ListedPool& listed, const Poolstore& store) {
    json activities = json::object(), available = json::object(), in_use = json::object();
    for (const Offer& offer : store.catalogue.offers) {
        if (std::ranges::find(offer.pools, listed.id) == offer.pools.end()) continue;
        activities[offer.id] = stored_activity(offer);
        available[offer.id] = booking::unix_seconds(offer.activity.expires);
    }
    for (const CarriedSession& session : store.sessions)
        if (session.pool == listed.id)
            in_use[session.activity_id] = booking::unix_seconds(session.end);
    json object = {{"description", described(listed.pool.description, listed.id)},
                   {"activities", std::move(activities)},
                   {"available", std::move(available)},
                   {"inUse", std::move(in_use)},
                   {"minSession", listed.pool.least.count()},
                   {"maxSession", listed.pool.most.count()}};
    put_if_any(object, "key", listed.key);
    return object;
}

json pool_document(const Poolstore& store, const PoolstoreSettings& settings) {
    json pools = json::object(), groups = json::object();
    for (const ListedPool& pool : store.catalogue.pools) pools[pool.id] = stored_pool(pool, store);
    for (const booking::ListedGroup& listed : store.catalogue.groups) {
        json members = json::array();  // whole pools, as the reference has it
        for (const std::string& id : listed.pools)
            if (pools.contains(id)) members.push_back(pools[id]);
        json& group = groups[listed.id];
        group = {{"description", described(listed.group.description, listed.id)},
                 {"pools", std::move(members)}};
        put_if_any(group, "key", listed.key);
        if (listed.group.max_sessions) group["max_sessions"] = *listed.group.max_sessions;
    }
    return {{"groups", std::move(groups)},
            {"pools", std::move(pools)},
            {"bookingTokenDuration", settings.login_time.count()}};
}

std::int64_t milliseconds_of(booking::BookingTime time) {
    return time.time_since_epoch().count();
}

json session_members(std::span<const CarriedSession> all) {
    json activities = json::object(), sessions = json::object(), bookings = json::object(),
         activity_by_session = json::object(), user_by_session = json::object();
    for (const CarriedSession& session : all) {
        activities[session.user][session.name] = booked_activity(session);
        sessions[session.user][session.name] = booking::unix_seconds(session.end);
        activity_by_session[session.name] = booked_activity(session);
        user_by_session[session.name] = session.user;
        json& details = bookings[session.name];
        details = {{"pool", session.pool},
                   {"group", session.group},
                   {"end_ms", milliseconds_of(session.end)}};
        if (session.start) details["start_ms"] = milliseconds_of(*session.start);
    }
    return {{"activities", std::move(activities)},
            {"sessions", std::move(sessions)},
            {"activityBySession", std::move(activity_by_session)},
            {"userBySession", std::move(user_by_session)},
            {"bookings", std::move(bookings)}};
}

json booking_document(const Poolstore& store, const PoolstoreSettings& settings,
                      booking::BookingTime now) {
    booking::BookingTime last = now;
    for (const CarriedSession& session : store.sessions) last = std::max(last, session.end);
    json document = session_members(store.sessions);
    document["lastFlush"] = booking::unix_seconds(now);
    document["lastBookingEnds"] = booking::unix_seconds(last);
    document["max"] = settings.max_sessions;
    document["lockBookings"] = store.locked.value_or(false);
    document["message"] = store.message.value_or("");
    // Of the reference's own housekeeping, in nanoseconds.
    document["flushInterval"] = std::chrono::nanoseconds(std::chrono::hours(1)).count();
    document["provisionalPeriod"] = std::chrono::nanoseconds(std::chrono::minutes(1)).count();
    return document;
}

std::string encoded(const json& document) {
    const std::string text = document.dump(-1, ' ', false, json::error_handler_t::replace);
    return base64_encode({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

}  // namespace

json to_json(const Poolstore& store, const PoolstoreSettings& settings, booking::BookingTime now) {
    return {{"pool", encoded(pool_document(store, settings))},
            {"booking", encoded(booking_document(store, settings, now))}};
}

}  // namespace relay::book
