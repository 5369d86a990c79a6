// SPDX-License-Identifier: Apache-2.0
#include "book/http/endpoint_table.hpp"

#include "book/http/reply.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>

namespace relay::book {
namespace {

constexpr std::string_view mounts[] = {"/api/v1", "/instant/api/v1"};

net::HttpResponse not_found(const net::HttpRequest& request) {
    return framework_error(404, 404, fmt::format("path {} was not found", request.path()));
}

net::HttpResponse not_allowed(const net::HttpRequest& request,
                              const std::vector<std::string>& methods) {
    net::HttpResponse response =
        framework_error(405, 405,
                        fmt::format("method {} is not allowed, but [{}] are", request.method,
                                    fmt::join(methods, ",")));
    response.fields.set("Allow", fmt::format("{}", fmt::join(methods, ", ")));
    return response;
}

}  // namespace

EndpointTable::EndpointTable(std::vector<Endpoint> api, std::vector<Endpoint> root,
                             std::string base_path)
    : api_(std::move(api)), root_(std::move(root)), base_path_(std::move(base_path)) {}

EndpointTable::Place EndpointTable::place_of(std::string_view path) const {
    const std::string_view below_base = net::strip_base_path(path, base_path_);
    const std::string_view as_it_is = net::strip_base_path(path, "");
    // The second for an audience whose own path ends like a mount.
    for (const std::string_view candidate : {below_base, as_it_is}) {
        for (const std::string_view mount : mounts) {
            if (candidate == mount) return {&api_, "/"};
            if (candidate.starts_with(mount) && candidate[mount.size()] == '/')
                return {&api_, candidate.substr(mount.size())};
        }
    }
    return {&root_, below_base};
}

std::expected<EndpointTable::Match, net::HttpResponse> EndpointTable::find(
    const net::HttpRequest& request) const {
    const std::string path = net::merge_slashes(request.path());
    const Place place = place_of(path);
    std::vector<std::string> methods;
    for (const Endpoint& endpoint : *place.endpoints) {
        auto parameters = net::match_path(endpoint.pattern, place.path);
        if (!parameters) continue;
        if (endpoint.method == request.method) return Match{&endpoint, std::move(*parameters)};
        methods.push_back(endpoint.method);
    }
    return std::unexpected(methods.empty() ? not_found(request) : not_allowed(request, methods));
}

std::string EndpointTable::methods_of(std::string_view path) const {
    const std::string merged = net::merge_slashes(path);
    const Place place = place_of(merged);
    std::vector<std::string_view> methods;
    for (const Endpoint& endpoint : *place.endpoints) {
        if (net::match_path(endpoint.pattern, place.path)) methods.push_back(endpoint.method);
    }
    return fmt::format("{}", fmt::join(methods, ", "));
}

}  // namespace relay::book
