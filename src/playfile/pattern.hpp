// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace re2 {
class RE2;
}

namespace relay::playfile {

// A regular expression in the syntax of RE2, which is that of Go, the original's. Matching takes
// linear time whatever the pattern is. Cheap to copy.
class Pattern {
public:
    // Errc::invalid, with the reason, when it does not compile.
    static Result<Pattern> compile(std::string_view text);

    // Whether it matches anywhere in the text.
    bool matches(std::string_view text) const;

    const std::string& text() const;

private:
    explicit Pattern(std::shared_ptr<const re2::RE2> compiled) : compiled_(std::move(compiled)) {}

    std::shared_ptr<const re2::RE2> compiled_;
};

}  // namespace relay::playfile
