// SPDX-License-Identifier: Apache-2.0
#include "shell_stream/frame.hpp"

#include "base/random.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <concepts>
#include <utility>

namespace relay::shell_stream {
namespace {

enum class FrameType : std::uint8_t {
    open = 1,
    resume = 2,
    accept = 3,
    data = 4,
    end = 5,
    acknowledge = 6,
    abort = 7,
    done = 8
};

// The sizes without what varies: the bytes of Data, the text of Abort.
constexpr std::size_t key_size = sizeof(StreamId) + secret_size;
constexpr std::size_t open_size = 1 + key_size + 4 + 4;
constexpr std::size_t resume_size = 1 + key_size + 4 + 8;
constexpr std::size_t accept_size = 1 + 4 + 8;
constexpr std::size_t position_size = 1 + 8;
constexpr std::size_t abort_size = 1 + 1;

bool is_printable(char letter) {
    return letter >= ' ' && letter <= '~';
}

// Fills a message of the size that the frame needs; integers are big-endian.
class Writer {
public:
    Writer(FrameType type, std::size_t size)
        : message_(wire::Message::allocate(size, wire::MessageType::binary)),
          next_(message_->payload().begin()) {
        put(std::to_underlying(type));
    }

    template <std::unsigned_integral Number>
    Writer& put(Number number) {
        for (std::size_t bits = sizeof(Number) * 8; bits > 0; bits -= 8)
            *next_++ = static_cast<std::uint8_t>(number >> (bits - 8));
        return *this;
    }
    Writer& put(std::span<const std::uint8_t> bytes) {
        next_ = std::copy(bytes.begin(), bytes.end(), next_);
        return *this;
    }
    Writer& put(const StreamKey& key) {
        put(std::span(key.id));
        std::array<std::uint8_t, secret_size> secret{};
        const std::string& text = key.secret.reveal();
        std::copy_n(text.begin(), std::min(text.size(), secret.size()), secret.begin());
        return put(std::span(secret));
    }
    wire::MessagePtr message() { return std::move(message_); }

private:
    wire::MessagePtr message_;
    std::span<std::uint8_t>::iterator next_;
};

// Takes fields off the front of bytes whose number was checked before.
class Reader {
public:
    explicit Reader(std::span<const std::uint8_t> bytes) : rest_(bytes) {}

    template <std::unsigned_integral Number>
    Number take() {
        Number number = 0;
        for (const std::uint8_t byte : take(sizeof(Number)))
            number = static_cast<Number>(std::uint64_t{number} << 8 | byte);
        return number;
    }
    std::span<const std::uint8_t> take(std::size_t count) {
        const auto taken = rest_.first(count);
        rest_ = rest_.subspan(count);
        return taken;
    }
    StreamKey take_key() {
        StreamKey key;
        std::ranges::copy(take(key.id.size()), key.id.begin());
        const auto secret = take(secret_size);
        key.secret = Secret(std::string(secret.begin(), secret.end()));
        return key;
    }
    std::span<const std::uint8_t> rest() const { return rest_; }

private:
    std::span<const std::uint8_t> rest_;
};

struct Encoder {
    wire::MessagePtr operator()(const Open& open) const {
        Writer writer(FrameType::open, open_size);
        return writer.put(open.key).put(open.attempt).put(open.window).message();
    }
    wire::MessagePtr operator()(const Resume& resume) const {
        Writer writer(FrameType::resume, resume_size);
        return writer.put(resume.key).put(resume.attempt).put(resume.received).message();
    }
    wire::MessagePtr operator()(const Accept& accept) const {
        Writer writer(FrameType::accept, accept_size);
        return writer.put(accept.window).put(accept.received).message();
    }
    wire::MessagePtr operator()(const Data& data) const {
        Writer writer(FrameType::data, position_size + data.bytes.size());
        return writer.put(data.position).put(data.bytes).message();
    }
    wire::MessagePtr operator()(const End& end) const {
        return Writer(FrameType::end, position_size).put(end.position).message();
    }
    wire::MessagePtr operator()(const Acknowledge& acknowledge) const {
        return Writer(FrameType::acknowledge, position_size).put(acknowledge.position).message();
    }
    wire::MessagePtr operator()(const Abort& abort) const {
        const auto text = std::string_view(abort.text).substr(0, max_abort_text);
        Writer writer(FrameType::abort, abort_size + text.size());
        writer.put(std::to_underlying(abort.reason));
        for (const char letter : text)
            writer.put(static_cast<std::uint8_t>(is_printable(letter) ? letter : '?'));
        return writer.message();
    }
    wire::MessagePtr operator()(const Done&) const { return Writer(FrameType::done, 1).message(); }
};

std::unexpected<Error> malformed(std::string_view frame, std::string_view what) {
    return fail(Errc::invalid, fmt::format("{} frame: {}", frame, what));
}

std::unexpected<Error> wrong_size(std::string_view frame, std::size_t size, std::size_t wanted) {
    return malformed(frame, fmt::format("{} bytes instead of {}", size, wanted));
}

Result<Frame> read_open(Reader reader) {
    Open open{.key = reader.take_key(),
              .attempt = reader.take<std::uint32_t>(),
              .window = reader.take<std::uint32_t>()};
    // As a stale one it would begin a stream that nobody carries.
    if (open.attempt == 0) return malformed("OPEN", "the attempt is 0");
    if (open.window == 0) return malformed("OPEN", "the window is 0");
    return open;
}

Result<Frame> read_accept(Reader reader) {
    const Accept accept{.window = reader.take<std::uint32_t>(),
                        .received = reader.take<Position>()};
    if (accept.window == 0) return malformed("ACCEPT", "the window is 0");
    return accept;
}

Result<Frame> read_data(Reader reader) {
    if (reader.rest().size() <= sizeof(Position)) return malformed("DATA", "holds no bytes");
    const auto position = reader.take<Position>();
    const auto bytes = reader.rest();
    if (bytes.size() > max_data) return malformed("DATA", "more than 65536 bytes");
    return Data{.position = position, .bytes = bytes};
}

AbortReason known_reason(std::uint8_t value) {
    const bool known = value <= std::to_underlying(AbortReason::stopping);
    return known ? static_cast<AbortReason>(value) : AbortReason::other;
}

Result<Frame> read_abort(Reader reader) {
    if (reader.rest().empty()) return malformed("ABORT", "holds no reason");
    const AbortReason reason = known_reason(reader.take<std::uint8_t>());
    const auto bytes = reader.rest();
    std::string text(bytes.begin(), bytes.end());
    if (text.size() > max_abort_text) return malformed("ABORT", "the text is too long");
    if (!std::ranges::all_of(text, is_printable))
        return malformed("ABORT", "the text is not printable ASCII");
    return Abort{.reason = reason, .text = std::move(text)};
}

}  // namespace

StreamKey random_stream_key() {
    StreamKey key;
    fill_random(key.id);
    std::array<std::uint8_t, secret_size> secret;
    fill_random(secret);
    key.secret = Secret(std::string(secret.begin(), secret.end()));
    return key;
}

std::string_view describe(AbortReason reason) {
    switch (reason) {
        case AbortReason::unknown_stream:
            return "the other end does not know the stream";
        case AbortReason::protocol_error:
            return "protocol error";
        case AbortReason::target_unreachable:
            return "the target cannot be reached";
        case AbortReason::local_error:
            return "the connection beyond failed";
        case AbortReason::gave_up:
            return "the other end stayed away too long";
        case AbortReason::stopping:
            return "the program stops";
        case AbortReason::other:
            break;
    }
    return "ended for another reason";
}

wire::MessagePtr encode(const Frame& frame) {
    return std::visit(Encoder{}, frame);
}

Result<Frame> decode(std::span<const std::uint8_t> payload) {
    if (payload.empty()) return fail(Errc::invalid, "a frame without a type");
    const std::size_t size = payload.size();
    Reader reader(payload.subspan(1));
    switch (static_cast<FrameType>(payload[0])) {
        case FrameType::open:
            if (size != open_size) return wrong_size("OPEN", size, open_size);
            return read_open(reader);
        case FrameType::resume:
            if (size != resume_size) return wrong_size("RESUME", size, resume_size);
            return Resume{.key = reader.take_key(),
                          .attempt = reader.take<std::uint32_t>(),
                          .received = reader.take<Position>()};
        case FrameType::accept:
            if (size != accept_size) return wrong_size("ACCEPT", size, accept_size);
            return read_accept(reader);
        case FrameType::data:
            return read_data(reader);
        case FrameType::end:
            if (size != position_size) return wrong_size("END", size, position_size);
            return End{reader.take<Position>()};
        case FrameType::acknowledge:
            if (size != position_size) return wrong_size("ACK", size, position_size);
            return Acknowledge{reader.take<Position>()};
        case FrameType::abort:
            return read_abort(reader);
        case FrameType::done:
            if (size != 1) return wrong_size("DONE", size, 1);
            return Done{};
    }
    return fail(Errc::invalid, fmt::format("a frame of unknown type {}", payload[0]));
}

}  // namespace relay::shell_stream
