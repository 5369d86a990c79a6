// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "host/rules/rules.hpp"

#include <string>
#include <string_view>

// The JSON of rules, as posted to and returned by the API (spec: session-host §2). Names of members
// are read without regard to case, as clients of the reference may rely on.
namespace relay::host {

// Errc::invalid with the place and reason for bad JSON, unknown members, and wrong types.
Result<Stream> parse_stream(std::string_view text);
Result<Destination> parse_destination(std::string_view text);

std::string to_json(const Stream& stream);
std::string feeds_to_json(const Stream& stream);
std::string to_json(const Streams& streams);

// All documented members; the token only as `***` or empty.
std::string to_json(const Destination& destination);
std::string to_json(const DestinationRules& rules);

// The text as a JSON string.
std::string json_string(std::string_view text);

}  // namespace relay::host
