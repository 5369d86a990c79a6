// SPDX-License-Identifier: Apache-2.0
#include "net/router.hpp"

#include <algorithm>

namespace relay::net {

namespace {

// Takes the first segment off a path; both begin with a slash.
std::string_view take_segment(std::string_view& path) {
    path.remove_prefix(std::min<std::size_t>(1, path.size()));
    const std::string_view segment = path.substr(0, path.find('/'));
    path.remove_prefix(segment.size());
    return segment;
}

std::string allowed_methods(const std::vector<std::string>& methods) {
    std::string text;
    for (const auto& method : methods) text += (text.empty() ? "" : ", ") + method;
    return text;
}

}  // namespace

std::optional<PathParameters> match_path(std::string_view pattern, std::string_view path) {
    PathParameters parameters;
    while (!pattern.empty()) {
        const std::string_view expected = take_segment(pattern);
        if (expected.ends_with("*}")) {  // the rest of the path
            if (path.size() < 2) return std::nullopt;
            auto value = unescape(path.substr(1));
            if (!value) return std::nullopt;
            parameters.push_back(std::move(*value));
            return parameters;
        }
        if (path.empty()) return std::nullopt;
        const std::string_view segment = take_segment(path);
        if (expected.starts_with('{')) {
            auto value = unescape(segment);
            if (!value || value->empty()) return std::nullopt;
            parameters.push_back(std::move(*value));
        } else if (segment != expected) {
            return std::nullopt;
        }
    }
    if (!path.empty()) return std::nullopt;
    return parameters;
}

std::string_view strip_base_path(std::string_view path, std::string_view base_path) {
    if (!base_path.empty() && path.starts_with(base_path)) {
        const std::string_view rest = path.substr(base_path.size());
        if (rest.empty() || rest.front() == '/') path = rest;
    }
    if (path.ends_with('/')) path.remove_suffix(1);
    return path.empty() ? "/" : path;
}

std::string merge_slashes(std::string_view path) {
    std::string merged(path);
    const auto both_slashes = [](char left, char right) { return left == '/' && right == '/'; };
    const auto rest = std::ranges::unique(merged, both_slashes);
    merged.erase(rest.begin(), rest.end());
    return merged;
}

std::string base_path_of(std::string_view address) {
    if (const std::size_t scheme = address.find("://"); scheme != std::string_view::npos) {
        address.remove_prefix(scheme + 3);
        const std::size_t slash = address.find('/');
        if (slash == std::string_view::npos) return "";
        address.remove_prefix(slash);
    }
    if (!address.starts_with('/')) return "";
    while (address.ends_with('/')) address.remove_suffix(1);
    return std::string(address);
}

Router::Router(std::vector<Route> routes, std::string base_path, Finish finish)
    : routes_(std::move(routes)), base_path_(std::move(base_path)), finish_(std::move(finish)) {}

bool Router::knows(std::string_view path) const {
    const std::string_view stripped = strip_base_path(path, base_path_);
    return std::ranges::any_of(routes_, [&](const Route& route) {
        return match_path(route.pattern, stripped).has_value();
    });
}

HttpResponse Router::respond(const HttpRequest& request) const {
    HttpResponse response = find_answer(request);
    if (finish_) finish_(request, response);
    return response;
}

HttpResponse Router::find_answer(const HttpRequest& request) const {
    const std::string_view path = strip_base_path(request.path(), base_path_);
    std::vector<std::string> methods;
    for (const Route& route : routes_) {
        const auto parameters = match_path(route.pattern, path);
        if (!parameters) continue;
        if (route.method == "*" || route.method == request.method)
            return route.respond(request, *parameters);
        methods.push_back(route.method);
    }
    if (methods.empty())
        return error_response(404, "path " + std::string(request.path()) + " was not found");
    const std::string allowed = allowed_methods(methods);
    HttpResponse response = error_response(
        405, "method " + request.method + " is not allowed, but [" + allowed + "] are");
    response.fields.add("Allow", allowed);
    return response;
}

}  // namespace relay::net
