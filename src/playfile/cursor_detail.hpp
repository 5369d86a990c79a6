// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string_view>

namespace relay::playfile {

constexpr std::string_view blanks = " \t\f\r";
constexpr std::string_view digits = "0123456789";

// Reads a line from its front.
class Cursor {
public:
    explicit Cursor(std::string_view text) : rest_(text) {}

    void skip_blanks() { rest_.remove_prefix(std::min(rest_.find_first_not_of(blanks), size())); }

    // Blanks and the character, when it is next.
    bool take(char wanted) {
        const std::size_t at = std::min(rest_.find_first_not_of(blanks), size());
        if (at == size() || rest_[at] != wanted) return false;
        rest_.remove_prefix(at + 1);
        return true;
    }

    std::string_view take_while(std::string_view set) {
        const std::size_t length = std::min(rest_.find_first_not_of(set), size());
        return take_bytes(length);
    }

    // What stands before the character, which is taken, too; nothing when it does not come.
    std::optional<std::string_view> take_until(char end) {
        const std::size_t length = rest_.find(end);
        if (length == rest_.npos) return std::nullopt;
        const std::string_view taken = take_bytes(length);
        rest_.remove_prefix(1);
        return taken;
    }

    std::string_view take_bytes(std::size_t count) {
        const std::string_view taken = rest_.substr(0, count);
        rest_.remove_prefix(taken.size());
        return taken;
    }

    std::string_view rest() const { return rest_; }
    std::string_view rest_after_blanks() {
        skip_blanks();
        return rest_;
    }
    std::size_t size() const { return rest_.size(); }

private:
    std::string_view rest_;
};

}  // namespace relay::playfile
