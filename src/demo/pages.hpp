// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "demo/embedded_files.hpp"
#include "demo/static_files.hpp"
#include "demo/token_issuer.hpp"
#include "net/http_message.hpp"
#include "net/http_server.hpp"

#include <boost/asio/awaitable.hpp>

#include <span>
#include <string_view>

namespace relay::demo {

// The topics of the demo experiment at the relay.
inline constexpr auto video_topic = "demo-video";
inline constexpr auto data_topic = "demo-data";

// The web page and the one thing it has to be told: `/session.json`,
//   {"title":..., "video":{"url":..., "token":...}, "data":{"url":..., "token":...}}
// with tokens made at each request, so that a page may stay open as long as it likes. Immutable:
// for any thread. The issuer must outlive it.
class Pages {
public:
    Pages(const TokenIssuer& issuer, std::span<const EmbeddedFile> files)
        : issuer_(issuer), files_(files) {}

    net::HttpResponse respond(const net::HttpRequest& request) const;

    // The handler for server::Server.
    boost::asio::awaitable<void> serve(net::HttpExchange& exchange) const;

private:
    net::HttpResponse describe_session(const net::HttpRequest& request) const;

    const TokenIssuer& issuer_;
    StaticFiles files_;
};

}  // namespace relay::demo
