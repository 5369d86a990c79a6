// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace relay::demo {

// Cuts a stream of text into lines at LF, and CR since ffmpeg's progress uses it. Empty lines are
// left out. Pure; one thread.
class LineSplitter {
public:
    // A longer line is handed on in pieces, so that a program cannot fill the memory.
    static constexpr std::size_t longest = 4096;

    void add(std::string_view bytes, const std::function<void(std::string_view)>& on_line) {
        for (const char byte : bytes) {
            const bool ends = byte == '\n' || byte == '\r';
            if (!ends) line_.push_back(byte);
            if (line_.empty() || (!ends && line_.size() < longest)) continue;
            on_line(line_);
            line_.clear();
        }
    }

private:
    std::string line_;
};

}  // namespace relay::demo
