// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "client/config.hpp"
#include "wire/message.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace relay::client {

// Bytes of the longest message of `pipe`, as the relay's default.
constexpr std::size_t longest_message = 10 * 1024 * 1024;

// Cuts a stream of bytes into messages. Pure.
class Deframer {
public:
    explicit Deframer(Framing framing) : framing_(framing) {}

    // The messages that are complete now. After an error (too long, not UTF-8, with the number of
    // the message) the stream is of no use.
    Result<std::vector<wire::MessagePtr>> add(std::string_view bytes);

    // The stream has ended: a last line without LF, or an error for half a message.
    Result<std::vector<wire::MessagePtr>> finish();

private:
    using Messages = std::vector<wire::MessagePtr>;
    Result<void> add_lines(Messages& into);
    Result<void> add_measured(Messages& into);
    Result<void> add_line(Messages& into, std::string_view line);
    Result<void> check_length(std::size_t length) const;
    void append(Messages& into, std::string_view payload, wire::MessageType type);

    Framing framing_;
    std::string rest_;         // bytes of the message to come
    std::size_t scanned_ = 0;  // bytes of rest_ that hold no LF
    std::size_t count_ = 0;    // messages so far
};

// A message as a stream's reader gets it.
std::string framed(Framing framing, const wire::Message& message);

}  // namespace relay::client
