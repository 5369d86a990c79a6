// SPDX-License-Identifier: Apache-2.0
#include "net/http_client.hpp"
#include "net/proxy_tunnel_detail.hpp"

#include <string>

namespace relay::net {
namespace {

using boost::asio::awaitable;

// `host:port`, which a tunnel needs also for the usual ports.
std::string authority_of(const Url& url) {
    const bool is_ipv6 = url.host.contains(':');
    return (is_ipv6 ? "[" + url.host + "]" : url.host) + ":" + std::to_string(url.port);
}

// The host becomes part of the request line: it must be one word.
bool is_one_word(const std::string& text) {
    for (const char letter : text)
        if (letter <= ' ' || letter == 0x7F) return false;
    return true;
}

std::string request_of(const std::string& authority, const Proxy& proxy) {
    std::string request = "CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n";
    if (!proxy.authorization.empty())
        request += "Proxy-Authorization: " + proxy.authorization.reveal() + "\r\n";
    return request + "\r\n";
}

Result<void> check(const ReceivedResponse& answer) {
    const int status = answer.response.status;
    if (status < 200 || status > 299) {
        const bool soon = errc_of_status(status) == Errc::interrupted;
        return fail(soon ? Errc::interrupted : Errc::unavailable,
                    "refused with status " + std::to_string(status) +
                        (status == 407 ? ": it wants a user and password" : ""));
    }
    if (!answer.beyond.empty()) return fail(Errc::unavailable, "it spoke before it was asked");
    return {};
}

}  // namespace

awaitable<Result<void>> open_tunnel(ByteStream& stream, const Url& url, const Proxy& proxy) {
    const std::string authority = authority_of(url);
    if (!is_one_word(authority)) co_return fail(Errc::invalid, "the host is not one word");
    const std::string request = request_of(authority, proxy);
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(request.data());
    const auto sent = co_await stream.write_all({bytes, request.size()});
    if (!sent) co_return std::unexpected(sent.error());
    const auto answer = co_await receive_response(stream, 0, ResponseBody::none);
    if (!answer) co_return std::unexpected(answer.error());
    co_return check(*answer);
}

}  // namespace relay::net
