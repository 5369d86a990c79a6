// SPDX-License-Identifier: Apache-2.0
#include "playfile/pattern.hpp"

#include <re2/re2.h>

namespace relay::playfile {

Result<Pattern> Pattern::compile(std::string_view text) {
    re2::RE2::Options options;
    options.set_log_errors(false);  // they are returned
    auto compiled =
        std::make_shared<const re2::RE2>(re2::StringPiece(text.data(), text.size()), options);
    if (!compiled->ok()) return fail(Errc::invalid, "regular expression: " + compiled->error());
    return Pattern(std::move(compiled));
}

bool Pattern::matches(std::string_view text) const {
    return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *compiled_);
}

const std::string& Pattern::text() const {
    return compiled_->pattern();
}

}  // namespace relay::playfile
