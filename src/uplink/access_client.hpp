// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "base/secret.hpp"
#include "net/http_client.hpp"
#include "net/url.hpp"

#include <boost/asio/awaitable.hpp>

#include <expected>
#include <stop_token>
#include <string>

namespace relay::uplink {

// Exchanges a token for a WebSocket address with a one-time code (shared access protocol): POSTs
// to the access URL and reads `uri` of the answer. The address holds the code: never log it whole.
//
// Errors: as errc_of_status, with "access refused with status 401: <message>"; Errc::interrupted
// when the server refused or broke the connection, Errc::unavailable when it cannot be reached
// within settings.timeout or answers with something else.
boost::asio::awaitable<Result<net::Url>> request_access(net::Url access_url, Secret token,
                                                        net::HttpClientSettings settings,
                                                        std::stop_token stop);

// The same for those who must know whether the server answered at all.
struct AccessFailure {
    Error error;     // as above
    int status = 0;  // of the answer; 0: there was none
};
boost::asio::awaitable<std::expected<net::Url, AccessFailure>> try_access(
    net::Url access_url, Secret token, net::HttpClientSettings settings, std::stop_token stop);

// What a server says about a refusal: `what`, the status and the answer's `message`, if it has one,
// shortened and without control characters. The code is unauthorized for 401, and so on.
Error refusal(std::string_view what, const net::HttpResponse& answer);

}  // namespace relay::uplink
