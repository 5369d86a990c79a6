// SPDX-License-Identifier: Apache-2.0
#include "host/api.hpp"

#include "host/rules_json.hpp"

#include <string_view>
#include <utility>

namespace relay::host {
namespace {

using net::error_response;
using net::HttpRequest;
using net::HttpResponse;
using net::PathParameters;
using net::Route;

HttpResponse json(std::string body) {
    return {.body = std::move(body)};
}

HttpResponse text(std::string body) {
    return {.body = std::move(body), .content_type = "text/plain; charset=utf-8"};
}

HttpResponse refusal(const Error& error) {
    return error_response(error.code == Errc::invalid ? 400 : 500, error.detail);
}

HttpResponse post_stream(Rules& rules, const HttpRequest& request) {
    auto parsed = parse_stream(request.body);
    if (!parsed) return refusal(parsed.error());
    const auto stored = rules.set_stream(std::move(*parsed));
    return stored ? json(to_json(*stored)) : refusal(stored.error());
}

HttpResponse get_stream(const Rules& rules, const std::string& name) {
    const Stream* stream = rules.find_stream(name);
    return stream ? json(feeds_to_json(*stream)) : error_response(404, "stream not found");
}

HttpResponse delete_stream(Rules& rules, const std::string& name) {
    if (name == "all" || name == "deleteAll") {
        rules.remove_all_streams();
        return json(json_string("deleteAll"));
    }
    rules.remove_stream(name);
    return json(json_string(name));
}

HttpResponse post_destination(Rules& rules, const HttpRequest& request) {
    auto parsed = parse_destination(request.body);
    if (!parsed) return refusal(parsed.error());
    if (!parsed->file.empty())
        return error_response(501, "file: this version does not record; leave it empty");
    const auto stored = rules.set_destination(std::move(parsed->rule));
    return stored ? json(to_json(*stored)) : refusal(stored.error());
}

HttpResponse get_destination(const Rules& rules, const std::string& id) {
    const Destination* rule = rules.find_destination(id);
    return rule ? json(to_json(*rule)) : error_response(404, "destination not found");
}

HttpResponse delete_destination(Rules& rules, const std::string& id) {
    if (id == "all" || id == "deleteAll") {
        rules.remove_all_destinations();
        return json(json_string("deleteAll"));
    }
    rules.remove_destination(id);
    return json(json_string(id));
}

void add_stream_routes(std::vector<Route>& routes, Rules& rules) {
    const auto post = [&rules](const HttpRequest& request, const PathParameters&) {
        return post_stream(rules, request);
    };
    for (const char* method : {"POST", "PUT", "UPDATE"})
        routes.push_back({method, "/api/streams", post});
    routes.push_back({"GET", "/api/streams/all",
                      [&rules](auto&, auto&) { return json(streams_to_json(rules)); }});
    routes.push_back({"GET", "/api/streams/{name*}", [&rules](auto&, const auto& parameters) {
                          return get_stream(rules, parameters.at(0));
                      }});
    routes.push_back({"DELETE", "/api/streams/{name*}", [&rules](auto&, const auto& parameters) {
                          return delete_stream(rules, parameters.at(0));
                      }});
}

void add_destination_routes(std::vector<Route>& routes, Rules& rules) {
    const auto post = [&rules](const HttpRequest& request, const PathParameters&) {
        return post_destination(rules, request);
    };
    for (const char* method : {"POST", "PUT", "UPDATE"})
        routes.push_back({method, "/api/destinations", post});
    routes.push_back({"GET", "/api/destinations/all",
                      [&rules](auto&, auto&) { return json(destinations_to_json(rules)); }});
    routes.push_back({"GET", "/api/destinations/{id*}", [&rules](auto&, const auto& parameters) {
                          return get_destination(rules, parameters.at(0));
                      }});
    routes.push_back({"DELETE", "/api/destinations/{id*}", [&rules](auto&, const auto& parameters) {
                          return delete_destination(rules, parameters.at(0));
                      }});
}

}  // namespace

std::vector<Route> api_routes(Rules& rules, std::function<std::string()> status) {
    std::vector<Route> routes;
    routes.push_back({"*", "/api", [](auto&, auto&) { return HttpResponse{}; }});
    routes.push_back({"GET", "/healthcheck", [](auto&, auto&) { return text("\"ok\"\n"); }});
    routes.push_back({"GET", "/healthz", [](auto&, auto&) { return text("ok\n"); }});
    routes.push_back(
        {"GET", "/status", [make = std::move(status)](auto&, auto&) { return json(make()); }});
    add_stream_routes(routes, rules);
    add_destination_routes(routes, rules);
    return routes;
}

}  // namespace relay::host
