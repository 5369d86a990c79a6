// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "net/http_message.hpp"

#include <nlohmann/json_fwd.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace relay::book {

// Reads the members of a body one by one and remembers the first that is missing (422, code 602) or
// of another type (400); the reference looks at them in alphabetical order. What was read after a
// problem is empty. Null counts as absent.
class Members {
public:
    // The body, which has to outlive this, and its name in errors.
    Members(const nlohmann::json& body, std::string_view body_name);

    // Required ones.
    Members object(const char* name) const;
    std::vector<Members> objects(const char* name) const;
    std::string text(const char* name) const;
    std::vector<std::string> texts(const char* name) const;
    double number(const char* name) const;

    // Optional ones.
    std::optional<Members> find_object(const char* name) const;
    std::string find_text(const char* name) const;
    std::vector<std::string> find_texts(const char* name) const;
    std::optional<double> find_number(const char* name) const;

    // For readers of whole values, whose errors name a member.
    const nlohmann::json& value() const { return *value_; }
    void take(const Error& error) const;

    // Of the whole body.
    const std::optional<net::HttpResponse>& problem() const;

private:
    struct Finding;
    Members(const nlohmann::json* value, std::string path, std::shared_ptr<Finding> finding);
    const nlohmann::json* find(const char* name) const;
    const nlohmann::json* require(const char* name) const;
    std::string path_of(std::string_view name) const;
    void is_missing(std::string_view path) const;
    void is_not(std::string_view path, std::string_view expected) const;
    std::vector<std::string> read_texts(const nlohmann::json* list, const char* name) const;

    const nlohmann::json* value_;
    std::string path_;
    std::shared_ptr<Finding> finding_;
};

}  // namespace relay::book
