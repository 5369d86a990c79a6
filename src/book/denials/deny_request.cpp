// SPDX-License-Identifier: Apache-2.0
#include "book/denials/deny_request.hpp"

#include "auth/token.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <string_view>
#include <utility>

namespace relay::book {
namespace {

using std::chrono::seconds;

constexpr std::size_t longest_message = 200;

std::string escape(std::string_view text) {
    constexpr std::string_view unreserved =  // RFC 3986 §2.3
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    std::string escaped;
    for (const char character : text) {
        if (unreserved.contains(character))
            escaped += character;
        else
            escaped += fmt::format("%{:02X}", static_cast<unsigned char>(character));
    }
    return escaped;
}

// Tokens of the booking end with a whole second; the relay must not forget it before.
std::int64_t whole_second(booking::BookingTime until) {
    return std::chrono::ceil<seconds>(until).time_since_epoch().count();
}

std::string deny_target(const net::Url& relay, const booking::Denial& denial) {
    std::string path = relay.target.substr(0, relay.target.find('?'));
    while (path.ends_with('/')) path.pop_back();
    return fmt::format("{}/bids/deny?bid={}&exp={}", path, escape(denial.booking),
                       whole_second(denial.until));
}

auth::Claims claims_for(const std::string& relay, WallTime now) {
    auth::Claims claims;
    claims.audience = {relay};
    claims.subject = "admin";
    claims.scopes = {"relay:admin"};
    claims.issued_at = claims.not_before = now - seconds(1);
    claims.expires = now + seconds(300);
    return claims;
}

// What the relay says, in printable ASCII, since it goes to a log.
std::string message_of(const net::HttpResponse& answer) {
    const auto body = nlohmann::json::parse(answer.body, nullptr, false);
    if (!body.is_object() || !body.contains("message") || !body["message"].is_string()) return "";
    std::string message = body["message"].get<std::string>().substr(0, longest_message);
    for (char& character : message)
        if (character < ' ' || character > '~') character = '?';
    return message;
}

}  // namespace

Result<DenyRequest> make_deny_request(const booking::Denial& denial, const Secret& relay_secret,
                                      WallTime now) {
    auto url = net::parse_url(denial.relay);
    if (!url) return std::unexpected(std::move(url.error()));
    if (url->is_websocket())
        return fail(Errc::invalid, "the audience of a stream has to be an http or https URL");
    auto token = auth::sign_token(claims_for(denial.relay, now), relay_secret);
    if (!token) return std::unexpected(std::move(token.error()));
    url->target = deny_target(*url, denial);
    return DenyRequest{std::move(*url), std::move(*token)};
}

DenyOutcome judge(const Result<net::HttpResponse>& answer) {
    using enum DenyOutcome::Kind;
    if (!answer) return {failed, answer.error().detail};
    const std::string message = message_of(*answer);
    // By the relay's clock, the booking has ended. Proxies say 400 of other things.
    const bool is_over = answer->status == 400 && message.contains("in the past");
    if (answer->status == 204 || is_over) return {settled, ""};
    std::string detail =
        fmt::format("status {}{}{}", answer->status, message.empty() ? "" : ": ", message);
    const bool may_pass = answer->status >= 500 || answer->status == 408 || answer->status == 429;
    return {may_pass ? failed : refused, std::move(detail)};
}

}  // namespace relay::book
