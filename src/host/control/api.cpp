// SPDX-License-Identifier: Apache-2.0
#include "host/control/api.hpp"

#include "host/rules/rules_json.hpp"
#include "metrics/family.hpp"

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

int status_of(Errc code) {
    switch (code) {
        case Errc::invalid:
            return 400;
        case Errc::conflict:
            return 409;
        case Errc::limit:
            return 507;
        default:
            return 500;
    }
}

HttpResponse refusal(const Error& error) {
    return error_response(status_of(error.code), error.detail);
}

HttpResponse post_stream(RulesEditor& editor, const HttpRequest& request) {
    auto parsed = parse_stream(request.body);
    if (!parsed) return refusal(parsed.error());
    const auto stored = editor.set_stream(std::move(*parsed));
    return stored ? json(to_json(*stored)) : refusal(stored.error());
}

HttpResponse get_stream(const Rules& rules, const std::string& name) {
    const Stream* stream = rules.find_stream(name);
    return stream ? json(feeds_to_json(*stream)) : error_response(404, "stream not found");
}

HttpResponse delete_stream(RulesEditor& editor, const std::string& name) {
    const bool all = is_all(name);
    const auto removed = all ? editor.remove_all_streams() : editor.remove_stream(name);
    return removed ? json(json_string(all ? "deleteAll" : name)) : refusal(removed.error());
}

HttpResponse post_destination(RulesEditor& editor, const HttpRequest& request) {
    auto parsed = parse_destination(request.body);
    if (!parsed) return refusal(parsed.error());
    const auto stored = editor.set_destination(std::move(*parsed));
    return stored ? json(to_json(*stored)) : refusal(stored.error());
}

HttpResponse get_destination(const Rules& rules, const std::string& id) {
    const Destination* rule = rules.find_destination(id);
    return rule ? json(to_json(*rule)) : error_response(404, "destination not found");
}

HttpResponse delete_destination(RulesEditor& editor, const std::string& id) {
    const bool all = is_all(id);
    const auto removed = all ? editor.remove_all_destinations() : editor.remove_destination(id);
    return removed ? json(json_string(all ? "deleteAll" : id)) : refusal(removed.error());
}

void add_stream_routes(std::vector<Route>& routes, RulesEditor& editor) {
    const auto post = [&editor](const HttpRequest& request, const PathParameters&) {
        return post_stream(editor, request);
    };
    for (const char* method : {"POST", "PUT", "UPDATE"})
        routes.push_back({method, "/api/streams", post});
    routes.push_back({"GET", "/api/streams/all",
                      [&editor](auto&, auto&) { return json(to_json(editor.rules().streams())); }});
    routes.push_back({"GET", "/api/streams/{name*}", [&editor](auto&, const auto& parameters) {
                          return get_stream(editor.rules(), parameters.at(0));
                      }});
    routes.push_back({"DELETE", "/api/streams/{name*}", [&editor](auto&, const auto& parameters) {
                          return delete_stream(editor, parameters.at(0));
                      }});
}

void add_destination_routes(std::vector<Route>& routes, RulesEditor& editor) {
    const auto post = [&editor](const HttpRequest& request, const PathParameters&) {
        return post_destination(editor, request);
    };
    for (const char* method : {"POST", "PUT", "UPDATE"})
        routes.push_back({method, "/api/destinations", post});
    routes.push_back({"GET", "/api/destinations/all", [&editor](auto&, auto&) {
                          return json(to_json(editor.rules().destinations()));
                      }});
    routes.push_back({"GET", "/api/destinations/{id*}", [&editor](auto&, const auto& parameters) {
                          return get_destination(editor.rules(), parameters.at(0));
                      }});
    routes.push_back(
        {"DELETE", "/api/destinations/{id*}", [&editor](auto&, const auto& parameters) {
             return delete_destination(editor, parameters.at(0));
         }});
}

}  // namespace

std::vector<Route> api_routes(RulesEditor& editor, std::function<std::string()> status,
                              std::function<std::string()> metrics) {
    std::vector<Route> routes;
    routes.push_back({"*", "/api", [](auto&, auto&) { return HttpResponse{}; }});
    routes.push_back({"GET", "/healthcheck", [](auto&, auto&) { return text("\"ok\"\n"); }});
    routes.push_back({"GET", "/healthz", [](auto&, auto&) { return text("ok\n"); }});
    routes.push_back(
        {"GET", "/status", [make = std::move(status)](auto&, auto&) { return json(make()); }});
    routes.push_back({"GET", "/metrics", [make = std::move(metrics)](auto&, auto&) {
                          return HttpResponse{.body = make(),
                                              .content_type = std::string(metrics::content_type)};
                      }});
    add_stream_routes(routes, editor);
    add_destination_routes(routes, editor);
    return routes;
}

}  // namespace relay::host
