// SPDX-License-Identifier: Apache-2.0
#include "base/time_text.hpp"
#include "booking/manifest_fields_detail.hpp"
#include "booking/time.hpp"
#include "booking/web_address_detail.hpp"
#include "config/value.hpp"

#include <fmt/format.h>

#include <set>
#include <string_view>
#include <utility>

namespace relay::booking {
namespace {

using config::YamlNode;
using config::YamlSetter;

constexpr std::uint32_t most_sessions = 1'000'000;
constexpr std::chrono::hours longest_duration{365 * 24};

std::unexpected<Error> refuse(std::string reason) {
    return fail(Errc::invalid, std::move(reason));
}

bool is_name(const YamlNode& node) {
    return node.kind == YamlNode::Kind::text && !node.text.empty();
}

std::optional<BookingTime> read_time(const std::string& text) {
    if (const auto seconds = config::parse_integer(text, 0, latest_unix_second))
        return from_unix_seconds(*seconds);
    if (const auto time = parse_time(text)) return booking_time(*time);
    return std::nullopt;
}

}  // namespace

YamlSetter name_into(std::string& target) {
    return [&target](const YamlNode& value) -> Result<void> {
        if (!is_name(value)) return refuse("must be a text that is not empty");
        target = value.text;
        return {};
    };
}

YamlSetter optional_text_into(std::string& target) {
    return [&target](const YamlNode& value) -> Result<void> {
        return value.kind == YamlNode::Kind::empty ? Result<void>{}
                                                   : config::text_into(target)(value);
    };
}

YamlSetter web_address_into(std::string& target) {
    return [&target](const YamlNode& value) -> Result<void> {
        if (!is_web_address(value.text))
            return refuse("must be an absolute URL such as https://relay.example/session/topic");
        target = value.text;
        return {};
    };
}

YamlSetter connection_type_into(std::string& target) {
    return [&target](const YamlNode& value) -> Result<void> {
        if (value.text != "session" && value.text != "shell")
            return refuse("must be session or shell");
        target = value.text;
        return {};
    };
}

YamlSetter reference_into(std::optional<Reference>& target) {
    return [&target](const YamlNode& value) -> Result<void> {
        if (!is_name(value)) return refuse("must be the name of an entry");
        target = Reference{value.text, value.line};
        return {};
    };
}

YamlSetter references_into(std::vector<Reference>& target) {
    return [&target](const YamlNode& value) -> Result<void> {
        if (value.kind != YamlNode::Kind::list) return refuse("must be a list of names");
        std::set<std::string_view> names;
        for (const YamlNode& item : value.items) {
            if (!is_name(item)) return refuse("must be a list of names");
            if (!names.insert(item.text).second)
                return refuse(fmt::format("{} is given twice", item.text));
        }
        for (const YamlNode& item : value.items) target.push_back({item.text, item.line});
        return {};
    };
}

YamlSetter names_into(std::vector<std::string>& target) {
    return [&target](const YamlNode& value) -> Result<void> {
        std::vector<Reference> names;
        if (auto read = references_into(names)(value); !read) return read;
        for (Reference& name : names) target.push_back(std::move(name.name));
        return {};
    };
}

YamlSetter scopes_into(std::vector<std::string>& target) {
    return [&target](const YamlNode& value) -> Result<void> {
        if (const auto read = names_into(target)(value); !read || !target.empty()) return read;
        return refuse("must name one or more, such as read and write");
    };
}

YamlSetter session_length_into(std::chrono::seconds& target) {
    return [&target](const YamlNode& value) -> Result<void> {
        const std::chrono::seconds second{1};
        target = std::chrono::seconds(0);
        const auto length = config::parse_steps(value.text, second, {second, longest_duration});
        if (!length) return refuse("must be in whole seconds, from 1 up to a year, or as in 1h30m");
        target = std::chrono::duration_cast<std::chrono::seconds>(*length);
        return {};
    };
}

YamlSetter expiry_into(BookingTime& target, BookingTime now) {
    return [&target, now](const YamlNode& value) -> Result<void> {
        const auto time = read_time(value.text);
        if (!time) return refuse("must be a time in unix seconds, or as in 2035-10-01T00:00:00Z");
        if (*time <= now)
            return refuse(fmt::format("must be in the future; {} is past", format_time(*time)));
        target = *time;
        return {};
    };
}

YamlSetter session_count_into(std::optional<std::uint32_t>& target) {
    return [&target](const YamlNode& value) -> Result<void> {
        std::uint32_t count = 0;
        if (auto read = config::number_into(count, 0, most_sessions)(value); !read) return read;
        target = count;
        return {};
    };
}

}  // namespace relay::booking
