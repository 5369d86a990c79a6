// SPDX-License-Identifier: Apache-2.0
#include "config/wrap.hpp"

#include <algorithm>

namespace relay::config {

std::string wrap(std::string_view text, std::size_t indent, std::size_t width) {
    std::string wrapped;
    std::size_t column = indent;
    while (!text.empty()) {
        const std::size_t length = std::min(text.find(' '), text.size());
        const bool first_of_line = column == indent;
        if (!first_of_line && column + 1 + length > width) {
            wrapped += '\n' + std::string(indent, ' ');
            column = indent;
        } else if (!first_of_line) {
            wrapped += ' ';
            ++column;
        }
        wrapped += text.substr(0, length);
        column += length;
        text.remove_prefix(std::min(length + 1, text.size()));
    }
    return wrapped;
}

}  // namespace relay::config
