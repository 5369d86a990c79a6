// SPDX-License-Identifier: Apache-2.0
#include "shell_stream/receiving.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace relay::shell_stream {

// Connections keep order and both ends agree where each begins, so any other position means that
// something in between lost, repeated or changed bytes: better no stream than a wrong one.
Result<void> Receiving::check_position(const char* frame, Position position) const {
    if (ended_) return fail(Errc::invalid, fmt::format("{} frame after the end", frame));
    if (position == received()) return {};
    return fail(Errc::invalid,
                fmt::format("{} frame at {} instead of {}", frame, position, received()));
}

Result<void> Receiving::take(const Data& data) {
    if (const auto right = check_position("DATA", data.position); !right) return right;
    if (data.bytes.size() > window_ - std::min(window_, bytes_.size()))
        return fail(Errc::invalid, "DATA frame beyond the window");
    bytes_.append(data.bytes);
    return {};
}

Result<void> Receiving::take(const End& end) {
    if (const auto right = check_position("END", end.position); !right) return right;
    ended_ = true;
    return {};
}

void Receiving::written(std::size_t count) {
    bytes_.drop(count);
    written_ += count;
}

void Receiving::half_closed() {
    half_closed_ = true;
    ++written_;
}

bool Receiving::acknowledgement_due() const {
    if (anew_) return true;
    const Position step = std::clamp<Position>(window_ / 4, 1, max_acknowledgement_step);
    return written_ - told_ >= (half_closed_ ? 1 : step);
}

Acknowledge Receiving::acknowledge() {
    anew_ = false;
    told_ = written_;
    return {written_};
}

void Receiving::discard() {
    bytes_.clear();
    ended_ = half_closed_;  // what was not passed on by now is not any more
}

}  // namespace relay::shell_stream
