// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shell_stream/resumable_stream.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

// Help for the tests of this folder: bytes as text, and the owner's part of moving them.
namespace relay::shell_stream {

inline std::span<const std::uint8_t> bytes_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

inline std::string text_of(std::span<const std::uint8_t> bytes) {
    return {bytes.begin(), bytes.end()};
}

inline StreamKey key_for_test(char letter = 's') {
    StreamKey key;
    key.id.fill(static_cast<std::uint8_t>(letter));
    key.secret = Secret(std::string(secret_size, letter));
    return key;
}

// As the local socket: hands the stream as much of the text as it takes; how much that was.
inline std::size_t feed(ResumableStream& stream, std::string_view text) {
    std::size_t fed = 0;
    for (auto room = stream.read_room(); !room.empty() && fed < text.size();
         room = stream.read_room()) {
        const std::size_t count = std::min(room.size(), text.size() - fed);
        std::copy_n(text.begin() + static_cast<std::ptrdiff_t>(fed), count, room.begin());
        stream.read(count);
        fed += count;
    }
    return fed;
}

// As the local socket: takes up to `most` bytes.
inline std::string take(ResumableStream& stream, std::size_t most = SIZE_MAX) {
    std::string taken;
    while (taken.size() < most && !stream.write_bytes().empty()) {
        const auto bytes = stream.write_bytes();
        const std::size_t count = std::min(bytes.size(), most - taken.size());
        taken += text_of(bytes.first(count));
        stream.written(count);
    }
    return taken;
}

inline std::vector<wire::MessagePtr> pull(ResumableStream& stream) {
    std::vector<wire::MessagePtr> frames;
    while (auto frame = stream.next_frame()) frames.push_back(frame);
    return frames;
}

// The frame that the message holds, which must be of that kind.
template <class Kind>
Kind frame_in(const wire::MessagePtr& message) {
    return std::get<Kind>(decode(message->payload()).value());
}

// A client and a host on a connection that loses nothing while it is up.
struct Pair {
    explicit Pair(const StreamSettings& settings = {})
        : settings_of_host(settings), client(key_for_test(), settings, now) {}

    // The client's greeting on a new connection, and what becomes of it at the host.
    ResumableStream::Arrival connect() {
        client.connected(++number, now);
        return arrive(client.next_frame());
    }
    ResumableStream::Arrival arrive(const wire::MessagePtr& greeting) {
        const Frame frame = decode(greeting->payload()).value();
        if (const auto* open = std::get_if<Open>(&frame)) {
            if (!host) host.emplace(*open, settings_of_host, now);
            return host->arrived(number, *open);
        }
        return host->arrived(number, std::get<Resume>(frame));
    }
    void disconnect(ResumableStream::Closed how = ResumableStream::Closed::otherwise) {
        client.disconnected(number, how, now);
        host->disconnected(number, how, now);
    }

    // Moves frames until both are silent.
    void exchange() {
        for (bool moved = true; moved;) {
            moved = move(client, *host);
            moved = move(*host, client) || moved;
        }
    }
    bool move(ResumableStream& from, ResumableStream& to) {
        bool moved = false;
        while (const auto frame = from.next_frame()) {
            to.received(number, frame->payload());
            moved = true;
        }
        return moved;
    }
    void establish() {
        connect();
        exchange();
    }

    SteadyTime now{std::chrono::hours(1)};
    ConnectionNumber number = 0;
    StreamSettings settings_of_host;
    ResumableStream client;
    std::optional<ResumableStream> host;
};

}  // namespace relay::shell_stream
