// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "book_client/config.hpp"
#include "net/http_message.hpp"
#include "net/url.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>

namespace relay::book_client {

struct Request {
    std::string method;
    std::string path;  // below the base path, with its query
    std::string body = {};
    std::string content_type = {};  // of the body
};

// A booking server that lets us in. Every call blocks and is made once; one that takes longer than
// the address's timeout is an error. On one thread.
class Connection {
public:
    // Logs in with the class token (spec/booking-instant.md §3.3). Errors: Errc::invalid for an
    // address that is none, else as ask().
    static Result<Connection> log_in(const ServerAddress& address);

    // Whatever status comes is a result. Errc::unavailable when none came: whether the server did
    // what was asked is not known then.
    Result<net::HttpResponse> ask(const Request& request) const;

    // The answer's JSON; another status than 200 is an error with the server's reason.
    Result<nlohmann::json> ask_json(const Request& request) const;

private:
    Connection(ServerAddress address, Secret token)
        : address_(std::move(address)), token_(std::move(token)) {}

    ServerAddress address_;
    Secret token_;  // of the booking, or the class token before log-in
};

// What a refusal says: which request, the status, and the server's reason where it gives one.
Error refusal(const Request& request, const net::HttpResponse& answer);

// For a query: all but letters, digits and -._~ is escaped (RFC 3986 §2.3).
std::string escape(std::string_view text);

// Text of a foreign server for a terminal: control characters become spaces.
std::string printable(std::string_view text);

}  // namespace relay::book_client
