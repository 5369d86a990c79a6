// SPDX-License-Identifier: Apache-2.0
#include "host/rules/rules_json.hpp"

#include "host/rules/rules_json_detail.hpp"

#include <fmt/format.h>

#include <utility>

namespace relay::host {

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

// The only place that sees the library's exceptions: of syntax, and of numbers that are too large.
// Their texts quote what was read last, which may be part of a token, so only a position is passed
// on.
Result<Json> parse_json(std::string_view text) {
    try {
        return Json::parse(text);
    } catch (const Json::parse_error& error) {
        return fail(Errc::invalid, fmt::format("not JSON: error at byte {}", error.byte));
    } catch (const Json::exception&) {
        return fail(Errc::invalid, "not JSON: it holds a number that is too large");
    }
}

std::string dump_json(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<void> read_members(const Json& json, const std::map<std::string, Setter>& members) {
    if (!json.is_object()) return fail(Errc::invalid, "the rule must be a JSON object");
    for (const auto& [name, value] : json.items()) {
        const auto member = members.find(lower_case(name));
        if (member == members.end())
            return fail(Errc::invalid, "unknown member " + json_string(name));
        if (value.is_null()) continue;
        if (const char* expected = member->second(value))
            return fail(Errc::invalid, fmt::format("{}: must be {}", member->first, expected));
    }
    return {};
}

Result<Stream> read_stream(const Json& json) {
    Stream stream;
    const auto read = read_members(
        json, {{"stream", text_into(stream.stream)}, {"feeds", texts_into(stream.feeds)}});
    if (!read) return std::unexpected(read.error());
    return stream;
}

Result<Destination> read_destination(const Json& json) {
    Destination rule;
    std::string token;
    const auto read = read_members(json, {{"id", text_into(rule.id)},
                                          {"stream", text_into(rule.stream)},
                                          {"destination", text_into(rule.destination)},
                                          {"token", text_into(token)},
                                          {"token_file", text_into(rule.token_file)},
                                          {"file", text_into(rule.file)}});
    if (!read) return std::unexpected(read.error());
    rule.token = Secret(std::move(token));
    return rule;
}

Json as_json(const Stream& stream) {
    Json json;
    json["stream"] = stream.stream;
    json["feeds"] = stream.feeds;
    return json;
}

Json as_json(const Destination& rule) {
    Json json;
    json["id"] = rule.id;
    json["stream"] = rule.stream;
    json["destination"] = rule.destination;
    json["token"] = fmt::format("{}", rule.token);
    if (!rule.token_file.empty()) json["token_file"] = rule.token_file;
    json["file"] = rule.file;
    return json;
}

Json as_json(const Streams& streams) {
    Json json = Json::object();
    for (const auto& [name, stream] : streams) json[name] = stream.feeds;
    return json;
}

Json as_json(const DestinationRules& rules) {
    Json json = Json::object();
    for (const auto& [id, rule] : rules) json[id] = as_json(rule);
    return json;
}

Result<Stream> parse_stream(std::string_view text) {
    const auto json = parse_json(text);
    if (!json) return std::unexpected(json.error());
    return read_stream(*json);
}

Result<Destination> parse_destination(std::string_view text) {
    const auto json = parse_json(text);
    if (!json) return std::unexpected(json.error());
    return read_destination(*json);
}

std::string to_json(const Stream& stream) {
    return dump_json(as_json(stream));
}

std::string feeds_to_json(const Stream& stream) {
    return dump_json(Json(stream.feeds));
}

std::string to_json(const Streams& streams) {
    return dump_json(as_json(streams));
}

std::string to_json(const Destination& destination) {
    return dump_json(as_json(destination));
}

std::string to_json(const DestinationRules& rules) {
    return dump_json(as_json(rules));
}

std::string json_string(std::string_view text) {
    return dump_json(Json(std::string(text)));
}

}  // namespace relay::host
