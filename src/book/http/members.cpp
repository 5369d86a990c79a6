// SPDX-License-Identifier: Apache-2.0
#include "book/http/members.hpp"

#include "book/http/reply.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <utility>

namespace relay::book {

using nlohmann::json;

struct Members::Finding {
    std::string body_name;
    std::optional<net::HttpResponse> problem;
};

Members::Members(const json& body, std::string_view body_name)
    : Members(&body, "", std::make_shared<Finding>(Finding{std::string(body_name), {}})) {
    if (!body.is_object()) is_not(body_name, "an object");
}

Members::Members(const json* value, std::string path, std::shared_ptr<Finding> finding)
    : value_(value), path_(std::move(path)), finding_(std::move(finding)) {}

const std::optional<net::HttpResponse>& Members::problem() const {
    return finding_->problem;
}

std::string Members::path_of(std::string_view name) const {
    return path_.empty() ? std::string(name) : fmt::format("{}.{}", path_, name);
}

void Members::is_missing(std::string_view path) const {
    if (finding_->problem) return;
    finding_->problem = framework_error(422, 602, fmt::format("{} in body is required", path));
}

void Members::is_not(std::string_view path, std::string_view expected) const {
    take({Errc::invalid, fmt::format("{} is not {}", path, expected)});
}

void Members::take(const Error& error) const {
    if (finding_->problem) return;
    finding_->problem = framework_error(400, 400,
                                        fmt::format("parsing {} body from \"\" failed, because {}",
                                                    finding_->body_name, error.detail));
}

const json* Members::find(const char* name) const {
    if (!value_->is_object()) return nullptr;
    const auto member = value_->find(name);
    return member == value_->end() || member->is_null() ? nullptr : &*member;
}

const json* Members::require(const char* name) const {
    const json* member = find(name);
    if (!member) is_missing(path_of(name));
    return member;
}

Members Members::object(const char* name) const {
    static const json none = json::object();
    if (require(name)) {
        if (auto found = find_object(name)) return std::move(*found);
    }
    return {&none, path_of(name), finding_};
}

std::optional<Members> Members::find_object(const char* name) const {
    const json* member = find(name);
    if (!member) return std::nullopt;
    if (!member->is_object()) return is_not(path_of(name), "an object"), std::nullopt;
    return Members(member, path_of(name), finding_);
}

std::vector<Members> Members::objects(const char* name) const {
    std::vector<Members> list;
    const json* member = require(name);
    if (!member) return list;
    if (!member->is_array()) return is_not(path_of(name), "an array"), list;
    for (const json& element : *member) {
        std::string path = fmt::format("{}.{}", path_of(name), list.size());
        if (!element.is_object()) return is_not(path, "an object"), list;
        list.push_back(Members(&element, std::move(path), finding_));
    }
    return list;
}

std::string Members::text(const char* name) const {
    return require(name) ? find_text(name) : std::string();
}

std::string Members::find_text(const char* name) const {
    const json* member = find(name);
    if (!member) return {};
    if (!member->is_string()) return is_not(path_of(name), "a string"), std::string();
    return member->get_ref<const std::string&>();
}

std::vector<std::string> Members::texts(const char* name) const {
    return read_texts(require(name), name);
}

std::vector<std::string> Members::find_texts(const char* name) const {
    return read_texts(find(name), name);
}

std::vector<std::string> Members::read_texts(const json* list, const char* name) const {
    constexpr std::string_view expected = "an array of strings";
    std::vector<std::string> texts;
    if (!list) return texts;
    if (!list->is_array()) return is_not(path_of(name), expected), texts;
    for (const json& element : *list) {
        if (!element.is_string()) return is_not(path_of(name), expected), texts;
        texts.push_back(element.get_ref<const std::string&>());
    }
    return texts;
}

double Members::number(const char* name) const {
    return require(name) ? find_number(name).value_or(0) : 0;
}

std::optional<double> Members::find_number(const char* name) const {
    const json* member = find(name);
    if (!member) return std::nullopt;
    if (!member->is_number()) return is_not(path_of(name), "a number"), std::nullopt;
    return member->get<double>();
}

}  // namespace relay::book
