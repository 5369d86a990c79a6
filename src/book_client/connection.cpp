// SPDX-License-Identifier: Apache-2.0
#include "book_client/connection.hpp"

#include "net/http_client.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cctype>
#include <exception>
#include <utility>

namespace relay::book_client {
namespace {

using nlohmann::json;

constexpr std::size_t answer_limit = 256 * 1024 * 1024;  // an export holds everything
constexpr std::size_t reason_limit = 1000;

// The base path may be written with or without the slashes around it; without the one in front it
// would be taken for a part of the host, which would be sent the token.
Result<net::Url> url_of(const ServerAddress& address, std::string_view path) {
    std::string_view base = address.base;
    while (base.ends_with('/')) base.remove_suffix(1);
    const bool bare = !base.empty() && !base.starts_with('/');
    auto url = net::parse_url(
        fmt::format("{}://{}{}{}{}", address.scheme, address.host, bare ? "/" : "", base, path));
    if (!url || url->is_websocket())
        return fail(Errc::invalid,
                    fmt::format("scheme, host, base: {}",
                                url ? "expected http or https" : url.error().detail));
    return url;
}

net::HttpFields fields_of(const Request& request, const Secret& token) {
    net::HttpFields fields;
    fields.add("Authorization", token.reveal());
    fields.add("Accept", "application/json");
    if (!request.content_type.empty()) fields.add("Content-Type", request.content_type);
    return fields;
}

// Runs the one exchange to its end.
Result<net::HttpResponse> exchange(net::Url url, const Request& request, net::HttpFields fields,
                                   std::chrono::milliseconds timeout) {
    net::HttpClientSettings settings;
    settings.connect.timeout = settings.timeout = timeout;
    settings.body_limit = answer_limit;
    boost::asio::io_context context{1};
    Result<net::HttpResponse> answer = fail(Errc::internal, "the request ended without an answer");
    boost::asio::co_spawn(context,
                          net::http_request(std::move(url), request.method, std::move(fields),
                                            request.body, std::move(settings)),
                          [&](std::exception_ptr thrown, Result<net::HttpResponse> received) {
                              if (!thrown) answer = std::move(received);
                          });
    context.run();
    return answer;
}

// The reference's handlers answer with a string, its framework with an object.
std::string reason_of(const net::HttpResponse& answer) {
    const json body = json::parse(answer.body, nullptr, /*allow_exceptions=*/false);
    std::string reason;
    if (body.is_string()) reason = body.get<std::string>();
    if (body.is_object() && body.contains("message") && body["message"].is_string())
        reason = body["message"].get<std::string>();
    return printable(std::string_view(reason).substr(0, reason_limit));
}

}  // namespace

Error refusal(const Request& request, const net::HttpResponse& answer) {
    std::string text = fmt::format("{} {}: status {}", request.method,
                                   request.path.substr(0, request.path.find('?')), answer.status);
    if (const auto reason = reason_of(answer); !reason.empty()) text += ": " + reason;
    const Errc code = net::errc_of_status(answer.status);
    return {code == Errc::interrupted ? Errc::unavailable : code, std::move(text)};
}

Result<Connection> Connection::log_in(const ServerAddress& address) {
    const Connection stranger(address, address.token);
    auto answer = stranger.ask_json({.method = "POST", .path = "/login"});
    if (!answer) return std::unexpected(answer.error());
    const auto token = answer->find("token");
    if (token == answer->end() || !token->is_string())
        return fail(Errc::unavailable, "POST /login: the answer holds no token");
    return Connection(address, Secret(token->get<std::string>()));
}

Result<net::HttpResponse> Connection::ask(const Request& request) const {
    auto url = url_of(address_, request.path);
    if (!url) return std::unexpected(url.error());
    const std::string where = url->without_query();
    auto answer = exchange(std::move(*url), request, fields_of(request, token_), address_.timeout);
    if (answer) return answer;
    // A token with a line end, or a body too long, is ours to mend; for the rest try again later.
    const bool ours = answer.error().code == Errc::invalid || answer.error().code == Errc::limit;
    return fail(ours ? answer.error().code : Errc::unavailable,
                fmt::format("{}: {}", where, answer.error().detail));
}

Result<json> Connection::ask_json(const Request& request) const {
    const auto answer = ask(request);
    if (!answer) return std::unexpected(answer.error());
    if (answer->status != 200) return std::unexpected(refusal(request, *answer));
    json value = json::parse(answer->body, nullptr, /*allow_exceptions=*/false);
    if (!value.is_object())
        return fail(Errc::unavailable,
                    fmt::format("{} {}: the answer is no JSON object; is this a booking server?",
                                request.method, request.path));
    return value;
}

std::string escape(std::string_view text) {
    std::string escaped;
    for (const char letter : text) {
        const auto byte = static_cast<unsigned char>(letter);
        if (std::isalnum(byte) != 0 || std::string_view("-._~").contains(letter))
            escaped += letter;
        else
            escaped += fmt::format("%{:02X}", byte);
    }
    return escaped;
}

std::string printable(std::string_view text) {
    std::string shown(text);
    for (char& letter : shown)
        if (static_cast<unsigned char>(letter) < ' ' || letter == 0x7F) letter = ' ';
    return shown;
}

}  // namespace relay::book_client
