// SPDX-License-Identifier: Apache-2.0
// A frame that is read is written again the same; a peer that sends what it likes makes a stream
// fail at most, within its memory, and never write a byte out of order or past the end.
#include "shell_stream/resumable_stream.hpp"

#include <algorithm>
#include <cstdlib>
#include <variant>
#include <vector>

namespace {

using namespace relay::shell_stream;

constexpr StreamSettings settings{.buffer = 300, .chunk = 64};

void require(bool condition) {
    if (!condition) std::abort();
}

void check_codec(std::span<const std::uint8_t> bytes) {
    const auto frame = decode(bytes);
    if (!frame) return require(!frame.error().detail.empty());
    const auto again = encode(*frame);
    // An unknown reason is read as another one; all else is kept.
    if (!std::holds_alternative<Abort>(*frame))
        require(std::ranges::equal(again->payload(), bytes));
}

// One end, whose owner does what the script says, in the hands of a hostile peer.
class Victim {
public:
    explicit Victim(bool client)
        : stream_(
              client ? ResumableStream(StreamKey{}, settings, {})
                     : ResumableStream(Open{.key = {}, .attempt = 0, .window = 200}, settings, {})),
          client_(client) {}

    void step(std::uint8_t action, std::span<const std::uint8_t> bytes) {
        switch (action % 8) {
            case 0:
                connect(bytes);
                break;
            case 1:
                stream_.disconnected(number_, closed(action), {});
                break;
            case 2:
                use_socket();
                break;
            case 3:
                stream_.read_end();
                break;
            case 4:
                pull();
                break;
            case 5:
                pass_on();
                break;
            default:
                stream_.received(number_, bytes);
                break;
        }
        check();
    }

private:
    static ResumableStream::Closed closed(std::uint8_t action) {
        return action & 8 ? ResumableStream::Closed::normally : ResumableStream::Closed::otherwise;
    }
    // Everybody who has got so far knows the secret.
    void connect(std::span<const std::uint8_t> bytes) {
        ++number_;
        if (client_) return stream_.connected(number_, {});
        const auto frame = decode(bytes);
        if (!frame) return;
        if (auto* open = std::get_if<Open>(&*frame))
            stream_.arrived(number_, Open{{}, open->attempt, open->window});
        else if (auto* resume = std::get_if<Resume>(&*frame))
            stream_.arrived(number_, Resume{{}, resume->attempt, resume->received});
    }
    void use_socket() {
        const auto room = stream_.read_room();
        stream_.read(room.size() / 2);
        if (half_closed_) require(stream_.write_bytes().empty());
        stream_.written(stream_.write_bytes().size());
    }
    void pull() {
        for (auto frame = stream_.next_frame(); frame; frame = stream_.next_frame())
            require(decode(frame->payload()).has_value());
    }
    void pass_on() {
        if (!stream_.half_close_due()) return;
        require(!half_closed_);
        half_closed_ = true;
        stream_.half_closed();
    }
    void check() const {
        require(stream_.memory() <= 2 * (settings.buffer + 2 * settings.chunk));
        if (stream_.outcome() == ResumableStream::Outcome::finished) require(half_closed_);
    }

    ResumableStream stream_;
    bool client_;
    bool half_closed_ = false;
    ConnectionNumber number_ = 0;
};

}  // namespace

// The first byte chooses the end; then come steps: an action, a length, that many bytes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::span<const std::uint8_t> rest(data, size);
    check_codec(rest);
    if (rest.empty()) return 0;
    Victim victim((rest[0] & 1) != 0);
    rest = rest.subspan(1);
    while (rest.size() >= 2) {
        const std::uint8_t action = rest[0];
        const std::size_t count = std::min<std::size_t>(rest[1], rest.size() - 2);
        check_codec(rest.subspan(2, count));
        victim.step(action, rest.subspan(2, count));
        rest = rest.subspan(2 + count);
    }
    return 0;
}
