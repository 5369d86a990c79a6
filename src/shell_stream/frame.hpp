// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "base/secret.hpp"
#include "wire/message.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>

// The frames of relay.resume.v1 (docs/shell-protocol.md#frames): one per binary WebSocket message.
namespace relay::shell_stream {

// The position of a direction: how many bytes came before, the end counting as one more.
using Position = std::uint64_t;

using StreamId = std::array<std::uint8_t, 16>;
constexpr std::size_t secret_size = 16;

// Names a stream, and proves the right to continue it. The client makes both from fill_random.
struct StreamKey {
    StreamId id{};
    Secret secret;  // secret_size raw bytes
};

StreamKey random_stream_key();

// Why a stream ended before its time. Other values on the wire are read as `other`.
enum class AbortReason : std::uint8_t {
    other = 0,
    unknown_stream = 1,      // no such stream, or not the one who may continue it
    protocol_error = 2,      // the peer sent what the protocol forbids
    target_unreachable = 3,  // the host cannot reach what the client asked for
    local_error = 4,         // the socket beyond the sender of the frame failed
    gave_up = 5,             // the peer stayed away too long; not sent
    stopping = 6,            // the program at this end stops
};

// The reason in words, for logs and users.
std::string_view describe(AbortReason reason);

// Client, first frame of a connection: begins a stream, or repeats that when no answer came.
struct Open {
    StreamKey key;
    std::uint32_t attempt = 0;  // rises with each connection of the stream
    std::uint32_t window = 0;   // bytes, at least 1: the most the client holds unacknowledged
};

// Client, first frame of a connection: continues a stream.
struct Resume {
    StreamKey key;
    std::uint32_t attempt = 0;
    Position received = 0;  // where the host is to go on
};

// Host, first frame of a connection: the stream stands.
struct Accept {
    std::uint32_t window = 0;  // agreed: the smaller of both ends' limits
    Position received = 0;     // where the client is to go on
};

struct Data {
    Position position = 0;                // of the first byte
    std::span<const std::uint8_t> bytes;  // not owned; decoded: inside the payload
};

// The direction has ended; nothing follows.
struct End {
    Position position = 0;  // the number of bytes of the direction
};

// What lies before the position has been written to the local socket.
struct Acknowledge {
    Position position = 0;
};

struct Abort {
    AbortReason reason = AbortReason::other;
    std::string text;  // for people: at most max_abort_text printable ASCII characters
};

// Host: it has finished, so the client need not return for a last acknowledgement.
struct Done {};

using Frame = std::variant<Open, Resume, Accept, Data, End, Acknowledge, Abort, Done>;

constexpr std::size_t max_data = 64 * 1024;                   // bytes of one Data frame
constexpr std::size_t max_acknowledgement_step = 256 * 1024;  // bytes
constexpr std::size_t max_frame = 1 + 8 + max_data;
constexpr std::size_t max_abort_text = 200;

// The frame as a binary WebSocket message; the bytes of Data are copied once. Of an Abort's text,
// what does not fit is cut, and what is not printable ASCII becomes `?`. Throws std::bad_alloc.
wire::MessagePtr encode(const Frame& frame);

// Exactly one frame, as long as its type says; the error names the frame and what is wrong.
Result<Frame> decode(std::span<const std::uint8_t> payload);

}  // namespace relay::shell_stream
