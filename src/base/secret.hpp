// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>

#include <string>
#include <utility>

namespace relay {

// A signing secret, token or one-time code. It formats as `***`, so that it cannot reach a log by
// accident; only `reveal` gives the text.
class Secret {
public:
    Secret() = default;
    explicit Secret(std::string text) : text_(std::move(text)) {}

    const std::string& reveal() const { return text_; }
    bool empty() const { return text_.empty(); }

    // Takes the same time wherever equally long texts differ, so that nobody can find a secret out
    // by trying.
    friend bool operator==(const Secret& left, const Secret& right);

private:
    std::string text_;
};

}  // namespace relay

template <>
struct fmt::formatter<relay::Secret> : fmt::formatter<std::string_view> {
    template <class Context>
    auto format(const relay::Secret& secret, Context& context) const {
        return fmt::formatter<std::string_view>::format(secret.empty() ? "" : "***", context);
    }
};
