// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "access/admission.hpp"
#include "access/cors.hpp"
#include "net/http_server.hpp"
#include "server/arrival.hpp"

#include <boost/asio/awaitable.hpp>

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace relay::server {

// What every WebSocket has to pass before its upgrade, `GET /{prefix}/{topic}?code=...`, so that
// who is refused gets a status and a reason in JSON (spec/session-relay.md §5). Any thread.
class Gate {
public:
    // `base_path` may stand before the prefix. The admission has to outlive the gate.
    Gate(std::string base_path, std::vector<std::string> origins, access::Admission& admission);

    // Whether the request is for a topic of that prefix.
    bool leads_to(std::string_view prefix, const net::HttpRequest& request) const;

    // The client, still without its socket, with an answer that selects no subprotocol; or the
    // refusal. The code is used up unless the request was malformed.
    std::expected<Arrival, net::HttpResponse> check(std::string_view prefix,
                                                    const net::HttpRequest& request) const;

    // Answers a request with its refusal.
    boost::asio::awaitable<void> refuse(net::HttpExchange& exchange,
                                        net::HttpResponse refusal) const;

private:
    std::optional<std::string> topic_of(std::string_view prefix,
                                        const net::HttpRequest& request) const;

    const std::string base_path_;
    const access::CrossOrigin origins_;
    access::Admission& admission_;
};

// The answer to a path that nothing stands behind.
net::HttpResponse not_found(const net::HttpRequest& request);

}  // namespace relay::server
