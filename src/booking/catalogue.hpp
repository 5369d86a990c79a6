// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "booking/time.hpp"

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// What can be booked, as values (spec/booking-model.md §1, booking-instant.md §4.5).
namespace relay::booking {

// What people read about something. On the wire: name, type, short, long, further, thumb, image.
struct Description {
    std::string name, type;
    std::string short_text, long_text, further, thumb, image;

    bool operator==(const Description&) const = default;
};

// A topic at a relay. Who may use it uses the hardware: it is what a resource is known by.
struct Topic {
    std::string audience;  // the relay's access URL
    std::string name;

    auto operator<=>(const Topic&) const = default;
};

struct Stream {
    std::string role;  // `for` on the wire: data, video, ...; differs within an activity
    std::string url;   // where the token is swapped for a code
    std::string verb;
    std::string connection_type;  // session or shell
    Topic topic;
    std::vector<std::string> scopes;

    bool operator==(const Stream&) const = default;
};

// A page with which an activity is used. Its URL is a template that the web client fills.
struct UserInterface {
    std::string url;
    Description description;
    std::vector<std::string> streams_required;  // roles

    bool operator==(const UserInterface&) const = default;
};

// One way to use one resource.
struct Activity {
    Description description;
    BookingTime expires;  // it cannot be booked beyond
    std::string config_url;
    std::vector<Stream> streams;  // none: a simulation
    std::vector<UserInterface> interfaces;

    bool operator==(const Activity&) const = default;
};

struct Pool {
    Description description;
    std::chrono::seconds least{60}, most{7200};  // of a session, both included

    bool operator==(const Pool&) const = default;
};

struct Group {
    Description description;                    // tokens name it by description.name
    std::optional<std::uint32_t> max_sessions;  // at one time, of a user; absent: the server's

    bool operator==(const Group&) const = default;
};

// Their ids are UUIDs, except that a manifest's reader may choose others. `key` is the name in the
// manifest that it came from, empty for what was made by the API.
struct ListedPool {
    std::string id, key;
    Pool pool;

    bool operator==(const ListedPool&) const = default;
};

struct ListedGroup {
    std::string id, key;
    Group group;
    std::vector<std::string> pools;  // ids, in order; an unknown one counts for nothing

    bool operator==(const ListedGroup&) const = default;
};

using ResourceNumber = std::int64_t;

// An activity that pools list. Never changed in place: a changed one is a new version with the same
// id, so that a session keeps what it was given.
struct Offer {
    std::string id, key;
    Activity activity;
    std::vector<std::string> pools;  // ids, one or more
    ResourceNumber resource = 0;

    bool operator==(const Offer&) const = default;
};

// One physical item, exclusive: at most one active hold at any time.
struct Resource {
    ResourceNumber number = 0;
    std::vector<Topic> topics;              // none: of a simulation
    std::optional<BookingTime> held_until;  // end of its last active hold, when that is to come

    bool operator==(const Resource&) const = default;
};

// All that is offered at one time.
struct Catalogue {
    std::vector<ListedPool> pools;
    std::vector<ListedGroup> groups;
    std::vector<Offer> offers;

    bool operator==(const Catalogue&) const = default;
};

}  // namespace relay::booking
