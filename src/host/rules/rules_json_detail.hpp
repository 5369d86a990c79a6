// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "host/rules/rules.hpp"

#include <nlohmann/json.hpp>

#include <functional>
#include <map>
#include <string>
#include <string_view>

// The JSON of rules as values, for control.cpp and saved_rules.cpp.
namespace relay::host {

using Json = nlohmann::ordered_json;

// Errc::invalid names the place, and never repeats the text, which may hold a token.
Result<Json> parse_json(std::string_view text);
// On one line; bytes that are not UTF-8 are replaced.
std::string dump_json(const Json& json);

// Takes over a member's value; an error's text is the type that was expected.
using Setter = std::function<const char*(const Json& value)>;
Setter text_into(std::string& target);
Setter texts_into(std::vector<std::string>& target);

// Names are compared without regard to case; `null` counts as absent. Errc::invalid for what is no
// object, for members that `members` does not have and for wrong types.
Result<void> read_members(const Json& json, const std::map<std::string, Setter>& members);
std::string lower_case(std::string text);

Result<Stream> read_stream(const Json& json);
Result<Destination> read_destination(const Json& json);

Json as_json(const Stream& stream);
Json as_json(const Destination& rule);  // the token as `***`
Json as_json(const Streams& streams);
Json as_json(const DestinationRules& rules);

}  // namespace relay::host
