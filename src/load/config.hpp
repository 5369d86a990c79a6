// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/secret.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace relay::load {

enum class Role : std::uint8_t { publisher, reader, idle };

// A time, counted from the first publication, in which a reader takes nothing from its socket.
struct Stall {
    std::chrono::milliseconds start{0};
    std::chrono::milliseconds duration{0};

    bool operator==(const Stall&) const = default;
};

// Like connections: a line of a scenario file.
struct Group {
    Role role = Role::reader;
    std::string url;  // ws://…: to connect to; http://…/session/TOPIC: where to ask for a code
    std::size_t count = 1;
    std::string topic;  // connections of one topic verify each other; default: the URL's path
    std::string reader_class = "normal";  // readers are reported by class
    std::optional<Stall> stall;           // what such a reader misses is no fault
    int receive_buffer = 0;               // SO_RCVBUF, bytes; 0: the system's default
    std::vector<std::string> headers;     // further lines `Name: value` of the upgrade request

    bool operator==(const Group&) const = default;
};

// What publishers send.
struct Traffic {
    std::size_t smallest = 4096;  // bytes of a message, the sizes spread evenly up to `largest`
    std::size_t largest = 4096;
    bool text = false;
    bool transport_stream = false;         // messages are MPEG-TS pictures
    std::size_t random_access_every = 12;  // pictures, for transport_stream

    std::optional<double> rate =
        30;                      // messages per second and publisher; nothing: `window` governs
    std::size_t window = 64;     // messages that the slowest reader may be behind
    std::size_t batch = 1;       // messages written to the socket at once when window governs
    bool burst = false;          // all publishers of one rate send at the same moment
    std::uint64_t messages = 0;  // per publisher; 0: until `duration`
    std::chrono::nanoseconds duration{0};  // 0: until `messages`
};

// How access URLs become WebSocket URLs: with a token that is given, or signed here.
struct Credentials {
    Secret token;
    Secret signing_secret;
    std::string audience;  // of signed tokens; default: the access URL up to `/session/`
};

// All settings of `relay load`.
struct Config {
    std::vector<Group> groups;
    Traffic traffic;
    Credentials credentials;

    std::size_t threads = 1;                          // topics are spread over them
    std::size_t connecting = 128;                     // handshakes under way at once, per thread
    std::chrono::milliseconds connect_limit{90'000};  // for all handshakes
    std::chrono::milliseconds settle{500};  // between the last handshake and the first message
    std::chrono::milliseconds drain{1500};  // silence after which missing messages are lost
    std::vector<int> processes;             // whose CPU time and memory to measure
    bool allow_loss = false;
    bool json = false;
    std::string label;  // copied into the report
    bool help = false;  // print the usage instead
};

}  // namespace relay::load
