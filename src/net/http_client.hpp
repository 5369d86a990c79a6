// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "net/byte_stream.hpp"
#include "net/http_message.hpp"
#include "net/url.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace relay::net {

struct HttpClientSettings {
    ConnectSettings connect;
    std::chrono::milliseconds timeout{10'000};  // from the start to the answer's last byte
    std::size_t body_limit = 1024 * 1024;       // bytes of an answer
};

// Asks once (any method but HEAD), over a connection of its own, which it then closes (HTTP/1.1,
// RFC 9112). Redirects are not followed: a token must not travel to a host that the operator did
// not name. Whatever status comes is a result. Errors: Errc::invalid for fields or a method that
// would break the request, Errc::limit for an answer that is too long, Errc::interrupted when the
// server refused or broke the connection, Errc::unavailable for all else that befalls it. On the
// caller's executor, which must be single-threaded.
boost::asio::awaitable<Result<HttpResponse>> http_request(Url url, std::string method,
                                                          HttpFields fields, std::string body,
                                                          HttpClientSettings settings,
                                                          std::stop_token stop = {});

// The two halves of an exchange, for http_request and for the WebSocket handshake.

// The bytes of a request; Host and, for a body or a POST, Content-Length are added.
Result<std::string> request_text(const Url& url, std::string_view method, const HttpFields& fields,
                                 std::string_view body);

struct ReceivedResponse {
    HttpResponse response;
    std::vector<std::uint8_t> beyond;  // bytes that came after it: a WebSocket's first frames
};

// `none`: nothing of a body is read or waited for, as after CONNECT (RFC 9110 §9.3.6).
enum class ResponseBody { whole, none };

// Reads the next final answer (RFC 9110 §15: interim 1xx ones are skipped, but 101 is final).
boost::asio::awaitable<Result<ReceivedResponse>> receive_response(
    ByteStream& stream, std::size_t body_limit, ResponseBody body = ResponseBody::whole);

}  // namespace relay::net
