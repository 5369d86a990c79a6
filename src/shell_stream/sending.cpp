// SPDX-License-Identifier: Apache-2.0
#include "shell_stream/sending.hpp"

namespace relay::shell_stream {

bool Sending::due() const {
    if (next_ < length()) return next_ - first_ < window_;
    return ended_ && window_ != 0 && next_ == length();
}

std::optional<Frame> Sending::next() {
    if (!due()) return std::nullopt;
    if (next_ == length()) return End{next_++};
    const auto under_way = static_cast<std::size_t>(next_ - first_);
    const auto bytes = bytes_.at(under_way, std::min(window_ - under_way, max_data));
    const Data data{.position = next_, .bytes = bytes};
    next_ += bytes.size();
    return data;
}

bool Sending::rewind(Position received) {
    if (received < acknowledged_ || received > next_) return false;
    next_ = received;
    return true;
}

bool Sending::acknowledged(Position position) {
    if (position < acknowledged_ || position > next_) return false;
    const Position until = std::min(position, length());
    bytes_.drop(static_cast<std::size_t>(until - first_));
    first_ = until;
    acknowledged_ = position;
    return true;
}

void Sending::discard() {
    bytes_.clear();
    first_ = next_ = acknowledged_;
    ended_ = true;
}

}  // namespace relay::shell_stream
