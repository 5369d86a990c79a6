// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace relay::process {

// Cuts a stream of bytes into lines, handed on without their ends: LF, CR LF, or a CR alone, which
// instruments and ffmpeg's progress use. A CR ends its line at once, whatever comes next. Empty
// lines are lines. Pure; one thread.
class LineSplitter {
public:
    using OnLine = std::function<void(std::string_view line)>;

    // A longer line is handed on in pieces of that many bytes, so that nobody can fill the memory.
    explicit LineSplitter(std::size_t longest) : longest_(longest) {}

    void add(std::string_view bytes, const OnLine& on_line);

    // At the end of the stream: hands on a last line that lacks its end.
    void finish(const OnLine& on_line);

    // How many pieces were cut off because a line was too long.
    std::uint64_t cuts() const { return cuts_; }

private:
    void append(std::string_view bytes, const OnLine& on_line);

    std::size_t longest_;
    std::string line_;
    bool after_return_ = false;  // an LF that follows belongs to the line that the CR has ended
    std::uint64_t cuts_ = 0;
};

}  // namespace relay::process
