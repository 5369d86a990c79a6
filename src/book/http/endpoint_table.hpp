// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "book/http/endpoint.hpp"

#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace relay::book {

// Finds the endpoint of a request. A path may have the base path of the server's audience in front,
// since some proxies strip it and some do not, and one slash at its end. Immutable, for any thread.
class EndpointTable {
public:
    // `api` is served below /api/v1 and /instant/api/v1, `root` at the root.
    EndpointTable(std::vector<Endpoint> api, std::vector<Endpoint> root, std::string base_path);

    struct Match {
        const Endpoint* endpoint;
        net::PathParameters parameters;
    };
    // Several slashes in a row count as one, as in the reference; `.` and `..` are names like any,
    // or a path could get past the rules of a proxy. Otherwise the answer: 404, or 405 with Allow
    // (spec/booking-instant.md §2).
    std::expected<Match, net::HttpResponse> find(const net::HttpRequest& request) const;

    // That the path has, as `GET, POST`; empty for a path that nobody serves.
    std::string methods_of(std::string_view path) const;

    const std::vector<Endpoint>& api() const { return api_; }
    const std::vector<Endpoint>& root() const { return root_; }

private:
    struct Place {
        const std::vector<Endpoint>* endpoints;
        std::string_view path;  // as patterns begin
    };
    Place place_of(std::string_view path) const;

    std::vector<Endpoint> api_, root_;
    std::string base_path_;
};

}  // namespace relay::book
