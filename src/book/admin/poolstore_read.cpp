// SPDX-License-Identifier: Apache-2.0
#include "base/base64.hpp"
#include "book/admin/poolstore.hpp"
#include "book/admin/stored_value.hpp"
#include "booking/description_json.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <utility>

namespace relay::book {
namespace {

using booking::Activity;
using booking::BookingTime;
using booking::Description;
using booking::ListedGroup;
using booking::Offer;
using booking::Stream;
using nlohmann::json;
using std::chrono::seconds;

Description description_of(const StoredValue& owner) {
    const StoredValue value = owner["description"];
    if (value.is_absent()) return {};
    auto description = booking::read_description(value.json());
    if (description) return std::move(*description);
    owner.complain_within(description.error().detail);
    return {};
}

// Permissions are claims of a token in pools, and as in the API in sessions.
Stream read_stream(const StoredValue& value, const std::string& name) {
    const StoredValue permission = value["permission"];
    const auto either = [&permission](const char* stored, const char* booked) {
        const StoredValue first = permission[stored];
        return first.is_absent() ? permission[booked] : first;
    };
    Stream stream;
    stream.role = value["for"].is_absent() ? name : value["for"].text();
    stream.url = value["url"].text();
    stream.verb = value["verb"].text();
    stream.connection_type = either("prefix", "connection_type").text();
    stream.topic = {either("aud", "audience").text_or_first(), permission["topic"].text()};
    stream.scopes = permission["scopes"].texts();
    if (stream.topic.audience.empty()) permission.complain_about("has to name an audience");
    if (stream.topic.name.empty()) permission.complain_about("has to name a topic");
    return stream;
}

std::vector<Stream> read_streams(const StoredValue& value) {
    std::vector<Stream> streams;
    if (value.json().is_array()) {
        value.each_element(
            [&](const StoredValue& stream) { streams.push_back(read_stream(stream, "")); });
    } else {
        value.each_member([&](const std::string& name, const StoredValue& stream) {
            streams.push_back(read_stream(stream, name));
        });
    }
    // Those of a session come in any order.
    std::ranges::sort(streams, {}, &Stream::role);
    if (std::ranges::adjacent_find(streams, {}, &Stream::role) != streams.end())
        value.complain_about("has two streams for the same");
    return streams;
}

std::vector<booking::UserInterface> interfaces_of(const StoredValue& owner) {
    const StoredValue in_pool = owner["ui"], in_session = owner["uis"];
    const StoredValue& value = in_pool.is_absent() ? in_session : in_pool;
    if (value.is_absent()) return {};
    auto interfaces = booking::read_interfaces(value.json());
    if (interfaces) return std::move(*interfaces);
    owner.complain_within(interfaces.error().detail);
    return {};
}

Activity read_activity(const StoredValue& value) {
    if (!value.json().is_object()) value.complain("an object");
    return {.description = description_of(value),
            .expires = value["exp"].time(),
            .config_url = value["config"]["url"].text(),
            .streams = read_streams(value["streams"]),
            .interfaces = interfaces_of(value)};
}

// In the reference, a pool without limits of its own has these, and a maximum of 0 makes it of no
// use.
booking::Pool read_limits(const StoredValue& value) {
    booking::Pool pool;
    pool.description = description_of(value);
    const seconds least(value["minSession"].integer(60)), most(value["maxSession"].integer(7200));
    pool.least = least;
    pool.most = std::max(least, most == seconds(0) ? seconds(7200) : most);
    return pool;
}

// Adds the activity to the pool; it may be in others already.
void list_activity(booking::Catalogue& catalogue, const std::string& id, const std::string& pool,
                   const StoredValue& value) {
    Offer offer{
        .id = id, .key = value["key"].text(), .activity = read_activity(value), .pools = {pool}};
    const auto same = std::ranges::find(catalogue.offers, id, &Offer::id);
    if (same == catalogue.offers.end()) {
        catalogue.offers.push_back(std::move(offer));
    } else if (same->activity == offer.activity) {
        same->pools.push_back(pool);
    } else {
        value.complain_about("differs from the activity with the same id in another pool");
    }
}

void read_pool_document(const StoredValue& document, Poolstore& store) {
    booking::Catalogue& catalogue = store.catalogue;
    document["pools"].each_member([&](const std::string& id, const StoredValue& value) {
        catalogue.pools.push_back({id, value["key"].text(), read_limits(value)});
        value["activities"].each_member([&](const std::string& activity, const StoredValue& of) {
            list_activity(catalogue, activity, id, of);
        });
    });
    document["groups"].each_member([&](const std::string& id, const StoredValue& value) {
        ListedGroup listed;
        listed.id = id;
        listed.key = value["key"].text();
        listed.group.description = description_of(value);
        if (const StoredValue most = value["max_sessions"]; !most.is_absent())
            listed.group.max_sessions =
                static_cast<std::uint32_t>(std::min<std::int64_t>(most.integer(), UINT32_MAX));
        value["pools"].each_element([&listed](const StoredValue& pool) {
            listed.pools.push_back(pool["description"]["id"].text());
        });
        catalogue.groups.push_back(std::move(listed));
    });
}

BookingTime read_milliseconds(const StoredValue& value) {
    return BookingTime(std::chrono::milliseconds(value.integer()));
}

// The pool whose hardware the session marks as in use; else one that lists its activity.
std::string pool_of(const CarriedSession& session, const StoredValue& pools) {
    std::string in_use, listed;
    pools.each_member([&](const std::string& id, const StoredValue& pool) {
        if (!pool["inUse"][session.activity_id].is_absent() && in_use.empty()) in_use = id;
        if (!pool["activities"][session.activity_id].is_absent() && listed.empty()) listed = id;
    });
    return in_use.empty() ? listed : in_use;
}

CarriedSession read_session(const std::string& name, const std::string& user,
                            const StoredValue& activity, const StoredValue& more) {
    CarriedSession session;
    session.name = name;
    session.user = user;
    session.activity_id = activity["description"]["id"].text();
    session.activity = read_activity(activity);
    session.pool = more["pool"].text();
    session.group = more["group"].text();
    if (const StoredValue start = more["start_ms"]; !start.is_absent())
        session.start = read_milliseconds(start);
    if (name.empty() || user.empty() || session.activity_id.empty())
        activity.complain_about("has to be of a user, with a name and an id");
    return session;
}

void read_booking_document(const StoredValue& document, const StoredValue& pools,
                           Poolstore& store) {
    const StoredValue bookings = document["bookings"], sessions = document["sessions"];
    document["activities"].each_member([&](const std::string& user, const StoredValue& of_user) {
        of_user.each_member([&](const std::string& name, const StoredValue& activity) {
            const StoredValue more = bookings[name], end = sessions[user][name];
            if (end.is_absent()) return;  // it is over
            CarriedSession session = read_session(name, user, activity, more);
            session.end = more.is_absent() ? end.time() : read_milliseconds(more["end_ms"]);
            if (session.pool.empty()) session.pool = pool_of(session, pools);
            if (std::ranges::find(store.sessions, name, &CarriedSession::name) !=
                store.sessions.end())
                activity.complain_about("has the name of another user's session");
            store.sessions.push_back(std::move(session));
        });
    });
    if (const StoredValue locked = document["lockBookings"]; !locked.is_absent())
        store.locked = locked.flag();
    if (const StoredValue message = document["message"]; !message.is_absent())
        store.message = message.text();
}

// The JSON object in the member, or what is wrong with it.
std::expected<json, std::string> decoded(const json& value, const char* member) {
    const auto text = base64_decode(value[member].get_ref<const std::string&>());
    if (!text) return std::unexpected("is not base64");
    json document = json::parse(*text, nullptr, false);
    if (!document.is_object()) return std::unexpected("is not a JSON object");
    return document;
}

bool has_text(const json& value, const char* member) {
    return value.contains(member) && value[member].is_string() &&
           !value[member].get_ref<const std::string&>().empty();
}

std::unexpected<Error> refused(std::string_view document, std::string_view problem) {
    return fail(Errc::internal, fmt::format("{}:{}", document, problem));
}

}  // namespace

Result<Poolstore> read_poolstore(const json& value) {
    if (!value.is_object() || !has_text(value, "pool") || !has_text(value, "booking"))
        return fail(Errc::internal, "Empty poolstore in request");
    const auto booking = decoded(value, "booking");
    if (!booking) return refused("booking", booking.error());
    const auto pool = decoded(value, "pool");
    if (!pool) return refused("pool", pool.error());

    Poolstore store;
    std::string problem;
    const StoredValue pool_document(*pool, problem);
    read_pool_document(pool_document, store);
    if (!problem.empty()) return refused("pool", problem);
    read_booking_document(StoredValue(*booking, problem), pool_document["pools"], store);
    if (!problem.empty()) return refused("booking", problem);
    return store;
}

}  // namespace relay::book
