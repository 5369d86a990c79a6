// SPDX-License-Identifier: Apache-2.0
#include "book/admin/stored_value.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace relay::book {
namespace {

const nlohmann::json absent;

}  // namespace

std::string StoredValue::path_to(std::string_view member) const {
    return path_.empty() ? std::string(member) : fmt::format("{}.{}", path_, member);
}

void StoredValue::complain(std::string_view expected) const {
    complain_about(fmt::format("has to be {}", expected));
}

void StoredValue::complain_about(std::string_view detail) const {
    if (!problem_->empty()) return;
    *problem_ = fmt::format("{} {}", path_.empty() ? "it" : path_, detail);
}

void StoredValue::complain_within(std::string_view detail) const {
    if (problem_->empty()) *problem_ = path_to(detail);
}

StoredValue StoredValue::operator[](std::string_view member) const {
    if (!is_absent() && !value_->is_object()) complain("an object");
    if (!value_->is_object()) return {absent, path_to(member), *problem_};
    const auto found = value_->find(member);
    return {found == value_->end() ? absent : *found, path_to(member), *problem_};
}

std::string StoredValue::text() const {
    if (value_->is_string()) return value_->get<std::string>();
    if (!is_absent()) complain("a string");
    return "";
}

std::vector<std::string> StoredValue::texts() const {
    std::vector<std::string> result;
    each_element([&result](const StoredValue& element) { result.push_back(element.text()); });
    return result;
}

std::string StoredValue::text_or_first() const {
    if (!value_->is_array()) return text();
    const std::vector<std::string> all = texts();
    return all.empty() ? "" : all.front();
}

std::int64_t StoredValue::integer(std::int64_t when_absent) const {
    if (value_->is_number()) {
        const double number = std::floor(value_->get<double>());
        return static_cast<std::int64_t>(
            std::clamp(number, 0.0, 1000.0 * static_cast<double>(booking::latest_unix_second)));
    }
    if (!is_absent()) complain("a number");
    return when_absent;
}

booking::BookingTime StoredValue::time() const {
    return booking::from_unix_seconds(std::min(integer(), booking::latest_unix_second));
}

bool StoredValue::flag() const {
    if (value_->is_boolean()) return value_->get<bool>();
    if (!is_absent()) complain("true or false");
    return false;
}

}  // namespace relay::book
