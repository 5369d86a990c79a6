// SPDX-License-Identifier: Apache-2.0
#include "process/line_splitter.hpp"

#include <algorithm>
#include <utility>

namespace relay::process {

void LineSplitter::add(std::string_view bytes, const OnLine& on_line) {
    while (!bytes.empty()) {
        if (std::exchange(after_return_, false) && bytes.front() == '\n') {
            bytes.remove_prefix(1);
            continue;
        }
        const std::size_t size = std::min(bytes.find_first_of("\r\n"), bytes.size());
        append(bytes.substr(0, size), on_line);
        if (size == bytes.size()) return;
        after_return_ = bytes[size] == '\r';
        on_line(line_);
        line_.clear();
        bytes.remove_prefix(size + 1);
    }
}

void LineSplitter::finish(const OnLine& on_line) {
    if (!line_.empty()) on_line(line_);
    line_.clear();
    after_return_ = false;
}

void LineSplitter::append(std::string_view bytes, const OnLine& on_line) {
    while (line_.size() + bytes.size() > longest_) {
        const std::size_t fits = longest_ - line_.size();
        line_.append(bytes.substr(0, fits));
        bytes.remove_prefix(fits);
        on_line(line_);
        line_.clear();
        ++cuts_;
    }
    line_.append(bytes);
}

}  // namespace relay::process
