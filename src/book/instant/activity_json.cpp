// SPDX-License-Identifier: Apache-2.0
#include "book/instant/activity_json.hpp"

#include "base/time_text.hpp"
#include "book/instant/tokens.hpp"
#include "booking/description_json.hpp"
#include "net/url.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace relay::book {
namespace {

using nlohmann::json;

json stream_json(const booking::Stream& stream, const std::string& token) {
    return {{"for", stream.role},
            {"permission",
             {{"audience", stream.topic.audience},
              {"connection_type", stream.connection_type},
              {"scopes", stream.scopes},
              {"topic", stream.topic.name}}},
            {"token", token},
            {"url", stream.url},
            {"verb", stream.verb}};
}

booking::Stream read_stream(const Members& sent) {
    booking::Stream stream;
    stream.role = sent.text("for");
    const Members permission = sent.object("permission");
    stream.topic.audience = permission.text("audience");
    stream.connection_type = permission.text("connection_type");
    stream.scopes = permission.texts("scopes");
    stream.topic.name = permission.text("topic");
    stream.url = sent.text("url");
    stream.verb = sent.find_text("verb");
    return stream;
}

std::vector<booking::Stream> read_streams(const Members& activity) {
    std::vector<booking::Stream> streams;
    for (const Members& sent : activity.objects("streams")) {
        booking::Stream stream = read_stream(sent);
        const auto same = std::ranges::find(streams, stream.role, &booking::Stream::role);
        if (same == streams.end())
            streams.push_back(std::move(stream));
        else
            *same = std::move(stream);
    }
    return streams;
}

std::vector<booking::UserInterface> read_user_interfaces(const Members& activity) {
    std::vector<booking::UserInterface> interfaces;
    for (const Members& sent : activity.objects("uis")) {
        booking::UserInterface interface;
        interface.description = read_description(sent.object("description")).description;
        interface.streams_required = sent.find_texts("streamsRequired");
        interface.url = sent.text("url");
        interfaces.push_back(std::move(interface));
    }
    return interfaces;
}

// Seconds since 1970, of which fractions count; what no calendar holds is the first or the last.
booking::BookingTime read_time(double seconds) {
    constexpr auto end_of_9999 = static_cast<double>(booking::latest_unix_second);
    const double milliseconds = std::floor(std::clamp(seconds, 0.0, end_of_9999) * 1000);
    return booking::BookingTime(std::chrono::milliseconds(static_cast<std::int64_t>(milliseconds)));
}

std::optional<std::string> flaw_of_stream(const booking::Stream& stream) {
    if (stream.topic.audience.empty()) return "empty audience";
    const auto audience = net::parse_url(stream.topic.audience);
    if (!audience) return fmt::format("audience not an url because {}", audience.error().detail);
    if (stream.connection_type != "session" && stream.connection_type != "shell")
        return fmt::format("connection_type {} is not session or shell", stream.connection_type);
    if (stream.topic.name.empty()) return "empty topic";
    return std::nullopt;
}

}  // namespace

json description_json(const booking::Description& description, std::string_view id) {
    json value = booking::to_json(description);
    value["id"] = id;
    return value;
}

Result<json> session_json(const booking::Session& session, const Tokens& tokens, WallTime now) {
    const booking::Activity& activity = session.offer.activity;
    json streams = json::array();
    for (const booking::Stream& stream : activity.streams) {
        const auto token = tokens.stream_token(session.booking, stream, now);
        if (!token) return fail(Errc::internal, token.error().detail);
        streams.push_back(stream_json(stream, token->reveal()));
    }
    return json{{"config", {{"url", activity.config_url}}},
                {"description", description_json(activity.description, session.offer.id)},
                {"exp", booking::unix_seconds(session.booking.time.end)},
                {"session", session.booking.name},
                {"streams", std::move(streams)},
                {"uis", booking::to_json(activity.interfaces)}};
}

SentDescription read_description(const Members& sent) {
    SentDescription result{.id = sent.find_text("id"), .description = {}};
    sent.text("name");
    sent.text("type");
    auto description = booking::read_description(sent.value());
    if (description)
        result.description = std::move(*description);
    else
        sent.take(description.error());
    return result;
}

std::expected<SentActivity, net::HttpResponse> read_activity(const json& body) {
    const Members sent(body, "activity");
    SentActivity result;
    booking::Activity& activity = result.activity;
    if (const auto config = sent.find_object("config")) activity.config_url = config->text("url");
    SentDescription description = read_description(sent.object("description"));
    result.id = std::move(description.id);
    activity.description = std::move(description.description);
    activity.expires = read_time(sent.number("exp"));
    activity.streams = read_streams(sent);
    activity.interfaces = read_user_interfaces(sent);
    if (sent.problem()) return std::unexpected(*sent.problem());
    return result;
}

std::optional<std::string> flaw_of(const booking::Activity& activity, WallTime now) {
    if (activity.expires <= booking::booking_time(now))
        return fmt::format("activity already expired at {} (time now is {})",
                           format_time(activity.expires), format_time(now));
    if (activity.description.name.empty() && activity.description.type.empty())
        return "empty description";
    for (const booking::Stream& stream : activity.streams) {
        if (auto flaw = flaw_of_stream(stream)) return flaw;
    }
    for (std::size_t i = 0; i < activity.interfaces.size(); ++i) {
        if (activity.interfaces[i].url.empty())
            return fmt::format("user interface {} missing url", i);
    }
    return std::nullopt;
}

}  // namespace relay::book
