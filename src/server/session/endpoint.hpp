// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "access/admission.hpp"
#include "access/cors.hpp"
#include "hub/topic_directory.hpp"
#include "net/http_server.hpp"
#include "server/session/arrival.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <string>

namespace relay::server {

// `GET /session/{topic}?code=...` with an upgrade: checks everything before the upgrade, so that a
// refused client gets a status and a reason in JSON, and hands those who pass to their topic's
// thread (spec/session-relay.md §5).
class SessionEndpoint {
public:
    // `admit` gets each client who passed; called on the client's HTTP thread.
    SessionEndpoint(std::string base_path, std::vector<std::string> origins,
                    access::Admission& admission, hub::TopicDirectory& directory,
                    std::function<void(SessionArrival)> admit);

    // Whether the request is for this endpoint and not for the access API.
    bool wants(const net::HttpRequest& request) const;

    boost::asio::awaitable<void> serve(net::HttpExchange& exchange);

private:
    std::expected<SessionArrival, net::HttpResponse> check(const net::HttpRequest& request);

    std::string base_path_;
    access::CrossOrigin origins_;
    access::Admission& admission_;
    hub::TopicDirectory& directory_;
    std::function<void(SessionArrival)> admit_;
};

}  // namespace relay::server
