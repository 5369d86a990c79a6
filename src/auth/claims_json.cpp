// SPDX-License-Identifier: Apache-2.0
#include "auth/claims_json_detail.hpp"
#include "auth/numeric_date.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <limits>
#include <set>
#include <utility>

namespace relay::auth {
namespace {

using nlohmann::json;

// Reads claims one by one and remembers the first that has a wrong type. `null` counts as absent:
// the reference's token commands write it for empty lists.
class ClaimReader {
public:
    explicit ClaimReader(const json& object) : object_(object) {}

    std::string text(const char* name) {
        const json* value = find(name);
        if (!value) return {};
        if (!value->is_string()) return complain(name, "is not a string"), std::string();
        return value->get_ref<const std::string&>();
    }

    std::vector<std::string> texts(const char* name) {
        const json* value = find(name);
        std::vector<std::string> list;
        if (!value) return list;
        if (!value->is_array()) return complain(name, "is not an array of strings"), list;
        for (const json& element : *value) {
            if (!element.is_string()) return complain(name, "is not an array of strings"), list;
            list.push_back(element.get_ref<const std::string&>());
        }
        return list;
    }

    // RFC 7519 §4.1.3 permits one audience to stand without brackets.
    std::vector<std::string> text_or_texts(const char* name) {
        const json* value = find(name);
        if (value && value->is_string()) return {value->get_ref<const std::string&>()};
        return texts(name);
    }

    std::optional<WallTime> time(const char* name) {
        const json* value = find(name);
        if (!value) return std::nullopt;
        if (!value->is_number()) return complain(name, "is not a number"), std::nullopt;
        const std::optional<WallTime> date = numeric_date(value->get<double>());
        if (!date) complain(name, "is out of range");
        return date;
    }

    std::optional<std::uint32_t> count(const char* name) {
        const json* value = find(name);
        if (!value) return std::nullopt;
        if (!value->is_number_unsigned()) return complain(name, "is not a count"), std::nullopt;
        const auto number = value->get<std::uint64_t>();
        constexpr std::uint64_t most = std::numeric_limits<std::uint32_t>::max();
        if (number > most) return complain(name, "is out of range"), std::nullopt;
        return static_cast<std::uint32_t>(number);
    }

    bool flag(const char* name) {
        const json* value = find(name);
        if (!value) return false;
        if (!value->is_boolean()) return complain(name, "is not true or false"), false;
        return value->get<bool>();
    }

    bool has(const char* name) const { return find(name) != nullptr; }
    void complain(std::string_view name, std::string_view what) {
        if (!problem_) problem_ = fmt::format("token invalid: {} {}", name, what);
    }
    const std::optional<std::string>& problem() const { return problem_; }

private:
    const json* find(const char* name) const {
        const auto member = object_.find(name);
        return member == object_.end() || member->is_null() ? nullptr : &*member;
    }

    const json& object_;
    std::optional<std::string> problem_;
};

// The reference renamed this claim once, so both names are in use.
std::string read_booking_id(ClaimReader& reader) {
    std::string current = reader.text("booking_id");
    std::string former = reader.text("bookingID");
    if (!reader.has("booking_id")) return former;
    if (reader.has("bookingID") && current != former) {
        reader.complain("booking_id", "and bookingID differ");
    }
    return current;
}

}  // namespace

Result<json> parse_json_object(std::string_view text, std::string_view what) {
    constexpr int depth_limit = 8;
    // The library takes a zero byte for the end of the text and would skip what follows.
    bool acceptable = text.find('\0') == std::string_view::npos;
    std::set<std::string> names;
    const auto inspect = [&](int depth, json::parse_event_t event, const json& parsed) {
        if (depth > depth_limit) acceptable = false;
        // Which of two values counts differs between parsers: RFC 7519 §4 permits to refuse.
        const bool name = event == json::parse_event_t::key && depth == 1;
        if (name && !names.insert(parsed.get_ref<const std::string&>()).second) acceptable = false;
        return true;
    };
    json object = json::parse(text.begin(), text.end(), inspect, /*allow_exceptions=*/false);
    if (!acceptable || !object.is_object()) {
        return fail(Errc::unauthorized, fmt::format("token invalid: {} is not valid JSON", what));
    }
    return object;
}

Result<Claims> parse_claims(std::string_view text) {
    const auto object = parse_json_object(text, "payload");
    if (!object) return std::unexpected(object.error());
    ClaimReader reader(*object);
    Claims claims;
    claims.audience = reader.text_or_texts("aud");
    if (!reader.has("exp")) reader.complain("exp", "is missing");
    claims.expires = reader.time("exp").value_or(WallTime());
    claims.not_before = reader.time("nbf");
    claims.issued_at = reader.time("iat");
    claims.topic = reader.text("topic");
    claims.prefix = reader.text("prefix");
    claims.scopes = reader.texts("scopes");
    claims.booking_id = read_booking_id(reader);
    claims.topic_salt = reader.text("topicSalt");
    claims.alert_host = reader.flag("alertHost");
    claims.subject = reader.text("sub");
    claims.groups = reader.texts("groups");
    claims.pools = reader.texts("pools");
    claims.max_sessions = reader.count("max_sessions");
    if (reader.problem()) return fail(Errc::unauthorized, *reader.problem());
    return claims;
}

Result<std::string> format_claims(const Claims& claims) {
    json object = {{"exp", unix_seconds(claims.expires)}, {"scopes", claims.scopes}};
    const auto put = [&](const char* name, const std::string& text) {
        if (!text.empty()) object[name] = text;
    };
    if (!claims.audience.empty()) object["aud"] = claims.audience;
    if (claims.not_before) object["nbf"] = unix_seconds(*claims.not_before);
    if (claims.issued_at) object["iat"] = unix_seconds(*claims.issued_at);
    put("topic", claims.topic);
    put("prefix", claims.prefix);
    put("booking_id", claims.booking_id);
    put("bookingID", claims.booking_id);
    put("topicSalt", claims.topic_salt);
    if (claims.alert_host) object["alertHost"] = true;
    put("sub", claims.subject);
    if (!claims.groups.empty()) object["groups"] = claims.groups;
    if (!claims.pools.empty()) object["pools"] = claims.pools;
    if (claims.max_sessions) object["max_sessions"] = *claims.max_sessions;
    return format_json(object);
}

Result<std::string> format_json(const json& value) {
    try {
        return value.dump();
    } catch (const json::exception&) {
        return fail(Errc::invalid, "text in a token has to be UTF-8");
    }
}

}  // namespace relay::auth
