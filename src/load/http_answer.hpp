// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace relay::load {

// Collects one HTTP/1.1 answer (RFC 9112) to an upgrade or to a small request: enough for a load
// generator that opens thousands of connections in one loop. Chunked bodies are not understood.
// Pure.
class HttpAnswer {
public:
    enum class State : std::uint8_t { incomplete, complete, invalid };

    State receive(std::span<const std::uint8_t> bytes);
    State peer_closed();  // ends a body without Content-Length

    int status() const { return status_; }
    // The value of a header field, by any case of its name; empty if absent.
    std::string_view header(std::string_view name) const;
    std::string_view body() const;
    // What follows the answer.
    std::span<const std::uint8_t> rest() const;

private:
    State parse_head();
    std::string_view text() const {
        return {reinterpret_cast<const char*>(received_.data()), received_.size()};
    }

    std::vector<std::uint8_t> received_;
    std::size_t head_size_ = 0;  // 0: not yet complete
    std::optional<std::size_t> body_size_;
    int status_ = 0;
};

}  // namespace relay::load
