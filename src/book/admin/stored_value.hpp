// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "booking/time.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace relay::book {

// A place in a document that another program has written, for reading it member by member: what is
// absent or null reads as empty, and the first member of another type is remembered with its path,
// so that one look at the end tells whether all was well. The document and `problem` have to
// outlive it.
class StoredValue {
public:
    StoredValue(const nlohmann::json& value, std::string& problem)
        : value_(&value), problem_(&problem) {}

    StoredValue operator[](std::string_view member) const;
    bool is_absent() const { return value_->is_null(); }
    const nlohmann::json& json() const { return *value_; }

    std::string text() const;
    std::string text_or_first() const;  // of a string, or of an array of strings
    std::vector<std::string> texts() const;
    // Of any number, without its fraction; from 0 up to what is a time in milliseconds.
    std::int64_t integer(std::int64_t when_absent = 0) const;
    booking::BookingTime time() const;  // unix s; up to the year 9999
    bool flag() const;

    // visit(name, value) for the members of an object.
    template <class Visit>
    void each_member(Visit visit) const {
        if (!is_absent() && !value_->is_object()) return complain("an object");
        for (const auto& [name, member] : value_->items())
            visit(name, StoredValue(member, path_to(name), *problem_));
    }
    // visit(value) for the elements of an array.
    template <class Visit>
    void each_element(Visit visit) const {
        if (!is_absent() && !value_->is_array()) return complain("an array");
        for (std::size_t i = 0; i < value_->size(); ++i)
            visit(StoredValue((*value_)[i], path_to(std::to_string(i)), *problem_));
    }

    // Remembers the problem unless there was one before.
    void complain(std::string_view expected) const;
    void complain_about(std::string_view detail) const;
    // Of what another reader found; the detail begins with the member.
    void complain_within(std::string_view detail) const;

private:
    StoredValue(const nlohmann::json& value, std::string path, std::string& problem)
        : value_(&value), path_(std::move(path)), problem_(&problem) {}
    std::string path_to(std::string_view member) const;

    const nlohmann::json* value_;
    std::string path_;
    std::string* problem_;
};

}  // namespace relay::book
