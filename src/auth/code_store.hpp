// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/secret.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace relay::auth {

// What the holder of a code is to the relay.
enum class Role : std::uint8_t {
    member,    // of a topic whose members hear each other
    host,      // whom clients of its topic want to reach
    client,    // one end of a byte stream
    host_end,  // the other end, which the host opens for that client
};

// What the holder of a code may do, taken from the token that it was made for; a host's end of a
// byte stream from its client's.
struct Grant {
    std::string topic;
    std::string prefix;
    bool can_read = false;
    bool can_write = false;
    std::vector<std::string> scopes;
    std::string booking_id;
    std::vector<std::string> audience;
    WallTime expires{};
    std::string subject;
    Role role = Role::member;

    // Of both ends of a byte stream:
    std::string connection_id{};  // a random UUID
    // Random, and the same for both ends: never told to anyone, so that no code but those of this
    // relay leads to the stream, whatever is known of its id.
    Secret salt{};
    std::string target{};       // which the client named; empty: the host's own choice
    std::string subprotocol{};  // that the host's end has to offer; empty: none

    // What stands behind the prefix in the path of its WebSocket.
    std::string path() const { return connection_id.empty() ? topic : topic + '/' + connection_id; }
};

// Holds grants until each is exchanged once for its code, or the code's life of 30 s is over.
// No I/O and no threads of its own; its owner (access::Admission) guards it.
//
// A code is 122 random bits that only this process chose. Its lookup in a hash table does take a
// different time for different guesses, but tells nothing about codes whose hash differs in a
// single bit, and nobody can try 2^122 of them within 30 s; so it is not compared in constant time.
class CodeStore {
public:
    static constexpr std::chrono::seconds life{30};
    static constexpr std::size_t count_limit = 100'000;

    // The new code. Errc::limit when as many codes as permitted wait to be exchanged.
    Result<std::string> put(Grant grant, WallTime now);

    // Removes the code whatever the outcome, so that a leaked one works at most once.
    // Errc::unauthorized when it is unknown, used, or as old as its life.
    Result<Grant> exchange(std::string_view code, WallTime now);

    // Forgets all codes of a booking; returns how many.
    std::size_t erase_booking(std::string_view booking_id);
    // Forgets codes that are past their life.
    void tidy(WallTime now);
    std::size_t size() const { return codes_.size(); }

private:
    struct Entry {
        std::string code;
        Grant grant;
        WallTime deadline;
    };
    using Entries = std::list<Entry>;

    Entries::iterator erase(Entries::iterator entry);

    Entries entries_;  // oldest first, hence also the next to expire first
    std::unordered_map<std::string_view, Entries::iterator> codes_;  // keys are in the entries
};

}  // namespace relay::auth
