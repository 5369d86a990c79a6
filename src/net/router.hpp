// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/http_message.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace relay::net {

// What the placeholders of a route's pattern matched, unescaped, in order.
using PathParameters = std::vector<std::string>;

struct Route {
    std::string method;   // `GET`, ..., or `*` for any
    std::string pattern;  // `/bids/deny`, `/session/{id}` (one segment), `/ts/{feed*}` (the rest)
    std::function<HttpResponse(const HttpRequest&, const PathParameters&)> respond;
};

// A table of endpoints. Answers 404 and 405 (with Allow) itself, in the shape of error_response.
// Tolerates one trailing slash and, when `base_path` is set ("/ed0/access"), accepts paths with and
// without it, since some proxies strip it and some do not. Immutable after construction, so any
// thread may call it.
class Router {
public:
    // `finish` is called on every answer, also those to unknown paths: for fields that all carry.
    using Finish = std::function<void(const HttpRequest&, HttpResponse&)>;

    explicit Router(std::vector<Route> routes, std::string base_path = "", Finish finish = {});

    HttpResponse respond(const HttpRequest& request) const;
    // Whether any route, of whatever method, matches the path.
    bool knows(std::string_view path) const;

private:
    HttpResponse find_answer(const HttpRequest& request) const;

    std::vector<Route> routes_;
    std::string base_path_;
    Finish finish_;
};

// The path without the base path (when it begins with it) and without a trailing slash.
std::string_view strip_base_path(std::string_view path, std::string_view base_path);

// The path without its empty segments: one slash for several in a row.
std::string merge_slashes(std::string_view path);

// The path part of `https://host:port/ed0/access` or `/ed0/access`: "/ed0/access", or "" for none.
std::string base_path_of(std::string_view address);

// Whether the pattern matches; the placeholders' values go to `parameters`.
std::optional<PathParameters> match_path(std::string_view pattern, std::string_view path);

}  // namespace relay::net
