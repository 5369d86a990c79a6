// SPDX-License-Identifier: Apache-2.0
#include "access/cors.hpp"

#include <algorithm>
#include <utility>

namespace relay::access {

CrossOrigin::CrossOrigin(std::vector<std::string> origins)
    : origins_(std::move(origins)),
      any_(std::find(origins_.begin(), origins_.end(), "*") != origins_.end()) {}

bool CrossOrigin::permits(std::string_view origin) const {
    return any_ || std::find(origins_.begin(), origins_.end(), origin) != origins_.end();
}

void CrossOrigin::mark(const net::HttpRequest& request, net::HttpResponse& response) const {
    if (any_) {
        response.fields.set("Access-Control-Allow-Origin", "*");
        return;
    }
    // Also without an Origin: a cache must not give that answer to a page that sends one.
    response.fields.set("Vary", "Origin");
    const auto origin = request.fields.find("Origin");
    if (origin && permits(*origin)) {
        response.fields.set("Access-Control-Allow-Origin", std::string(*origin));
    }
}

net::HttpResponse CrossOrigin::preflight(const net::HttpRequest& request,
                                         std::string_view methods) const {
    net::HttpResponse response;
    response.status = 204;
    response.fields.set("Allow", std::string(methods) + ", OPTIONS");
    mark(request, response);
    if (response.fields.find("Access-Control-Allow-Origin")) {
        response.fields.set("Access-Control-Allow-Methods", std::string(methods));
        // `*` would not cover Authorization.
        response.fields.set("Access-Control-Allow-Headers", "Authorization, Content-Type");
        response.fields.set("Access-Control-Max-Age", "86400");
    }
    return response;
}

}  // namespace relay::access
