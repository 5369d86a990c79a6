// SPDX-License-Identifier: Apache-2.0
#include "host/rules_json.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <functional>
#include <map>
#include <utility>

namespace relay::host {
namespace {

using Json = nlohmann::ordered_json;

// Takes over a member's value; an error's text is the type that was expected.
using Setter = std::function<const char*(const Json& value)>;

Setter text_into(std::string& target) {
    return [&target](const Json& value) -> const char* {
        if (!value.is_string()) return "a string";
        target = value.get<std::string>();
        return nullptr;
    };
}

Setter texts_into(std::vector<std::string>& target) {
    return [&target](const Json& value) -> const char* {
        if (!value.is_array()) return "an array of strings";
        for (const Json& item : value) {
            if (!item.is_string()) return "an array of strings";
            target.push_back(item.get<std::string>());
        }
        return nullptr;
    };
}

std::string lower_case(std::string text) {
    for (char& letter : text)
        if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
    return text;
}

// The only place that sees the library's exceptions. Its text quotes what it read last, which may
// be part of a token, so only the position is passed on.
Result<Json> parse(std::string_view text) {
    try {
        return Json::parse(text);
    } catch (const Json::parse_error& error) {
        return fail(Errc::invalid, fmt::format("not JSON: error at byte {}", error.byte));
    }
}

Result<void> read_members(std::string_view text, const std::map<std::string, Setter>& members) {
    const auto json = parse(text);
    if (!json) return std::unexpected(json.error());
    if (!json->is_object()) return fail(Errc::invalid, "the body must be a JSON object");
    for (const auto& [name, value] : json->items()) {
        const auto member = members.find(lower_case(name));
        if (member == members.end())
            return fail(Errc::invalid, "unknown member " + json_string(name));
        if (value.is_null()) continue;
        if (const char* expected = member->second(value))
            return fail(Errc::invalid, fmt::format("{}: must be {}", member->first, expected));
    }
    return {};
}

std::string dump(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json as_json(const Destination& rule) {
    Json json;
    json["id"] = rule.id;
    json["stream"] = rule.stream;
    json["destination"] = rule.destination;
    json["token"] = fmt::format("{}", rule.token);
    if (!rule.token_file.empty()) json["token_file"] = rule.token_file;
    json["file"] = "";
    return json;
}

}  // namespace

Result<Stream> parse_stream(std::string_view text) {
    Stream stream;
    const auto read = read_members(
        text, {{"stream", text_into(stream.stream)}, {"feeds", texts_into(stream.feeds)}});
    if (!read) return std::unexpected(read.error());
    return stream;
}

Result<ParsedDestination> parse_destination(std::string_view text) {
    ParsedDestination parsed;
    std::string token;
    const auto read = read_members(text, {{"id", text_into(parsed.rule.id)},
                                          {"stream", text_into(parsed.rule.stream)},
                                          {"destination", text_into(parsed.rule.destination)},
                                          {"token", text_into(token)},
                                          {"token_file", text_into(parsed.rule.token_file)},
                                          {"file", text_into(parsed.file)}});
    if (!read) return std::unexpected(read.error());
    parsed.rule.token = Secret(std::move(token));
    return parsed;
}

std::string to_json(const Stream& stream) {
    Json json;
    json["stream"] = stream.stream;
    json["feeds"] = stream.feeds;
    return dump(json);
}

std::string feeds_to_json(const Stream& stream) {
    return dump(Json(stream.feeds));
}

std::string streams_to_json(const Rules& rules) {
    Json json = Json::object();
    for (const auto& [name, stream] : rules.streams()) json[name] = stream.feeds;
    return dump(json);
}

std::string to_json(const Destination& destination) {
    return dump(as_json(destination));
}

std::string destinations_to_json(const Rules& rules) {
    Json json = Json::object();
    for (const auto& [id, rule] : rules.destinations()) json[id] = as_json(rule);
    return dump(json);
}

std::string json_string(std::string_view text) {
    return dump(Json(std::string(text)));
}

}  // namespace relay::host
