// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/http_message.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace relay::access {

// Which pages of other origins a browser lets read our answers (Fetch standard, "CORS protocol").
// It protects nobody without a browser: tokens do that. Immutable, for any thread.
class CrossOrigin {
public:
    // Origins such as `https://app.practable.io`, or `*` among them for any.
    explicit CrossOrigin(std::vector<std::string> origins);

    bool permits(std::string_view origin) const;
    // Adds the header fields for the request's Origin to an answer.
    void mark(const net::HttpRequest& request, net::HttpResponse& response) const;
    // The answer to a preflight request for a resource that knows these methods ("GET, POST").
    net::HttpResponse preflight(const net::HttpRequest& request, std::string_view methods) const;

private:
    std::vector<std::string> origins_;
    bool any_;
};

}  // namespace relay::access
