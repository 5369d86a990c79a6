// SPDX-License-Identifier: Apache-2.0
#include "shell_host/alert.hpp"

#include "tunnel/resumable_end.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace relay::shell_host {
namespace {

using nlohmann::json;

constexpr std::size_t longest_alert = 16 * 1024;
constexpr std::size_t longest_name = 64;  // of connections and targets

bool is_letter_or_digit(char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
           (letter >= '0' && letter <= '9');
}

// So that it is safe in paths and logs. The relays that are known give UUIDs.
bool is_connection(std::string_view text) {
    return !text.empty() && text.size() <= longest_name &&
           std::ranges::all_of(
               text, [](char letter) { return is_letter_or_digit(letter) || letter == '-'; });
}

// A member that may be missing; nothing when it is not a text.
std::optional<std::string> text_member(const json& object, const char* name) {
    const auto member = object.find(name);
    if (member == object.end()) return "";
    if (!member->is_string()) return std::nullopt;
    return member->get<std::string>();
}

std::unexpected<Error> bad(std::string what) {
    return fail(Errc::invalid, std::move(what));
}

Result<Alert> parse_connect(const json& object, std::string connection) {
    const auto uri = text_member(object, "uri");
    const auto protocol = text_member(object, "subprotocol");
    const auto target = text_member(object, "target");
    if (!uri) return bad("uri is not a text");
    auto address = net::parse_url(*uri);
    if (!address || !address->is_websocket()) return bad("uri is not a WebSocket address");
    if (!protocol || (!protocol->empty() && *protocol != tunnel::resume_protocol))
        return bad("subprotocol is not one that was offered");
    if (!target || target->size() > longest_name) return bad("target is not a name");
    return ConnectAlert{.connection = std::move(connection),
                        .address = std::move(*address),
                        .target = *target,
                        .resumable = !protocol->empty()};
}

// The last segment of the manager's path.
std::string_view topic_of(std::string_view path) {
    return path.substr(path.rfind('/') + 1);
}

std::string_view path_of(const net::Url& url) {
    return std::string_view(url.target).substr(0, url.target.find('?'));
}

bool same_name(std::string_view left, std::string_view right) {
    const auto lower = [](char letter) {
        return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
    };
    return std::ranges::equal(left, right, {}, lower, lower);
}

}  // namespace

Result<Alert> parse_alert(const wire::Message& message) {
    if (message.type() != wire::MessageType::text) return bad("not a text message");
    const auto text = message.payload();
    if (text.size() > longest_alert) return bad("too long");
    const json object = json::parse(text.begin(), text.end(), nullptr, false);
    if (!object.is_object()) return bad("not a JSON object");
    const auto action = text_member(object, "action");
    const auto connection = text_member(object, "uuid");
    if (!action || (*action != "connect" && *action != "disconnect"))
        return bad("action is neither connect nor disconnect");
    if (!connection || !is_connection(*connection)) return bad("uuid is not a connection's name");
    if (*action == "disconnect") return DisconnectAlert{*connection};
    return parse_connect(object, *connection);
}

bool leads_to_relay(const ConnectAlert& alert, const net::Url& manager) {
    const net::Url& address = alert.address;
    if (address.scheme != manager.scheme || !same_name(address.host, manager.host) ||
        address.port != manager.port)
        return false;
    const std::string_view topic = topic_of(path_of(manager));
    const std::string end = "/" + std::string(topic) + "/" + alert.connection;
    return !topic.empty() && path_of(address).ends_with(end);
}

}  // namespace relay::shell_host
