// SPDX-License-Identifier: Apache-2.0
#include "access/api.hpp"

#include "access/caller.hpp"
#include "access/cors.hpp"
#include "access/http_status.hpp"
#include "access/session_uri.hpp"
#include "auth/numeric_date.hpp"
#include "base/random.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <charconv>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <utility>

namespace relay::access {
namespace {

using net::HttpRequest;
using net::HttpResponse;
using net::PathParameters;

constexpr std::string_view admin_scope = "relay:admin";
constexpr std::string_view no_admin_scope = "token missing relay:admin scope";

HttpResponse json_answer(const nlohmann::json& value) {
    HttpResponse response;
    // Booking ids come from queries and may hold bytes that are no UTF-8.
    response.body = value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    return response;
}

HttpResponse no_content() {
    HttpResponse response;
    response.status = 204;
    return response;
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
    std::int64_t value = 0;
    const char* end = text.data() + text.size();
    const auto [stop, problem] = std::from_chars(text.data(), end, value);
    if (problem != std::errc() || stop != end) return std::nullopt;
    return value;
}

// For repeating in an answer: short, and only printable ASCII.
std::string excerpt(std::string_view text) {
    std::string safe(text.substr(0, 32));
    for (char& character : safe) {
        if (character < ' ' || character > '~') character = '?';
    }
    return safe;
}

// The query of POST /bids/deny and /bids/allow, or the answer that refuses it.
struct BookingQuery {
    std::string booking_id;
    std::int64_t expires = 0;  // as given: seconds since 1970
    WallTime time{};
};

std::expected<BookingQuery, HttpResponse> read_booking_query(const HttpRequest& request) {
    const auto refuse = [](std::string_view message) {
        return std::unexpected(net::error_response(422, message));
    };
    BookingQuery query;
    query.booking_id = request.query("bid").value_or("");
    if (query.booking_id.empty()) return refuse("bid in query is required");
    const std::string expires = request.query("exp").value_or("");
    if (expires.empty()) return refuse("exp in query is required");
    const std::optional<std::int64_t> seconds = parse_integer(expires);
    if (!seconds) {
        return refuse(fmt::format("exp in query must be of type int64: \"{}\"", excerpt(expires)));
    }
    query.expires = *seconds;
    // What no calendar holds is either long past or as good as never.
    const WallTime never = auth::numeric_date(std::int64_t{10'000'000'000}).value();
    query.time = auth::numeric_date(*seconds).value_or(*seconds < 0 ? WallTime() : never);
    return query;
}

bool is_target_name(std::string_view name) {
    constexpr std::string_view permitted =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    return !name.empty() && name.size() <= 64 &&
           name.find_first_not_of(permitted) == std::string_view::npos;
}

// A grant for what the claims' holder is at its topic of byte streams.
auth::Grant stream_grant(const auth::Claims& claims, auth::Role role, std::string target) {
    auth::Grant grant = grant_of(claims);
    grant.role = role;
    grant.can_read = grant.can_write = true;
    if (role != auth::Role::client) return grant;
    grant.connection_id = random_uuid();
    grant.salt = Secret(random_uuid());
    grant.target = std::move(target);
    return grant;
}

// `example.org:8082` and `[::1]:8082` without the port.
std::string_view without_port(std::string_view host) {
    const std::size_t colon = host.rfind(':');
    const bool has_port =
        colon != std::string_view::npos && host.find(']', colon) == std::string_view::npos;
    return has_port ? host.substr(0, colon) : host;
}

class Api {
public:
    Api(ApiSettings settings, auth::KeyRing keys, Admission& admission, WallClock clock,
        StatusReport status)
        : relay_address_(std::move(settings.relay_address)),
          relay_port_(settings.relay_port),
          cross_origin_(std::move(settings.allowed_origins)),
          callers_(std::move(keys), std::move(settings.audience), settings.leeway, clock),
          admission_(admission),
          clock_(std::move(clock)),
          has_host_(std::move(settings.has_host)),
          status_(std::move(status)) {}

    const CrossOrigin& cross_origin() const { return cross_origin_; }

    HttpResponse join_session(const HttpRequest& request, const PathParameters& parameters) const {
        const auto claims = callers_.identify(request);
        if (!claims) return error_answer(claims.error());
        const auto permitted = check_session_claims(*claims, parameters.at(0));
        if (!permitted) return error_answer(permitted.error());
        const auto code = admission_.admit(*claims);
        if (!code) return error_answer(code.error());
        return uri_answer(request, claims->prefix, claims->topic, *code);
    }

    HttpResponse join_shell(const HttpRequest& request, const PathParameters& parameters) const {
        const auto claims = callers_.identify(request);
        if (!claims) return error_answer(claims.error());
        const auto role = check_shell_claims(*claims, parameters.at(0));
        if (!role) return error_answer(role.error());
        const auto target = request.query("target");
        if (target && !is_target_name(*target)) {
            return net::error_response(
                422, "target in query must be 1 to 64 letters, digits, dots, '_' and '-'");
        }
        const auto bookable = admission_.check_booking(claims->booking_id);
        if (!bookable) return error_answer(bookable.error());
        if (*role == auth::Role::client && !has_host_(claims->topic)) {
            return net::error_response(503, "no host is connected to this topic");
        }
        auth::Grant grant = stream_grant(*claims, *role, target.value_or(""));
        const std::string path = grant.path();
        const auto code = admission_.admit_to_stream(std::move(grant));
        if (!code) return error_answer(code.error());
        return uri_answer(request, claims->prefix, path, *code);
    }

    HttpResponse deny(const HttpRequest& request, const PathParameters&) const {
        const auto claims = callers_.identify_with(
            admin_scope, "is token missing relay:admin scope? Missing relay:admin Scope", request);
        if (!claims) return error_answer(claims.error());
        const auto query = read_booking_query(request);
        if (!query) return query.error();
        if (is_past(*query)) {
            return net::error_response(
                400, fmt::format("booking expiry time (exp) of [{}] missing or in the past",
                                 query->expires));
        }
        const auto done = admission_.deny(query->booking_id, query->time);
        return done ? no_content() : error_answer(done.error());
    }

    HttpResponse allow(const HttpRequest& request, const PathParameters&) const {
        const auto claims = callers_.identify_with(admin_scope, no_admin_scope, request);
        if (!claims) return error_answer(claims.error());
        const auto query = read_booking_query(request);
        if (!query) return query.error();
        if (is_past(*query)) {
            return net::error_response(400, "exp (booking expiry time) missing or in the past");
        }
        const auto done = admission_.allow(query->booking_id, query->time);
        return done ? no_content() : error_answer(done.error());
    }

    HttpResponse list_denied(const HttpRequest& request, const PathParameters&) const {
        const auto claims = callers_.identify_with(admin_scope, no_admin_scope, request);
        if (!claims) return error_answer(claims.error());
        return json_answer({{"booking_ids", admission_.denied()}});
    }

    HttpResponse list_allowed(const HttpRequest& request, const PathParameters&) const {
        const auto claims = callers_.identify_with(admin_scope, no_admin_scope, request);
        if (!claims) return error_answer(claims.error());
        return json_answer({{"booking_ids", admission_.allowed()}});
    }

    HttpResponse report_status(const HttpRequest& request, const PathParameters&) const {
        const auto claims =
            callers_.identify_with("relay:stats", "token missing relay:stats scope", request);
        if (!claims) return error_answer(claims.error());
        HttpResponse response;
        response.body = status_();
        return response;
    }

    HttpResponse report_health(const HttpRequest&, const PathParameters&) const {
        return json_answer({{"status", "ok"}});
    }

private:
    HttpResponse uri_answer(const HttpRequest& request, const std::string& prefix,
                            const std::string& path, const std::string& code) const {
        HttpResponse response =
            json_answer({{"uri", session_uri(relay_address(request), prefix, path, code)}});
        response.fields.set("Cache-Control", "no-store");  // the code is for this caller alone
        return response;
    }

    std::string relay_address(const HttpRequest& request) const {
        if (!relay_address_.empty()) return relay_address_;
        return fmt::format("ws://{}:{}", without_port(request.fields["Host"]), relay_port_);
    }

    // A second counts as past when it is over.
    bool is_past(const BookingQuery& query) const {
        return query.expires < auth::unix_seconds(clock_());
    }

    const std::string relay_address_;
    const std::uint16_t relay_port_;
    const CrossOrigin cross_origin_;
    const CallerCheck callers_;
    Admission& admission_;
    const WallClock clock_;
    const std::function<bool(const std::string&)> has_host_;
    const StatusReport status_;
};

// Endpoints of what a relay may or may not serve, with their preflights.
enum class Part : std::uint8_t { always, session, shell };

struct Endpoint {
    Part part;
    const char* method;
    const char* pattern;
    HttpResponse (Api::*answer)(const HttpRequest&, const PathParameters&) const;
};

constexpr Endpoint endpoints[] = {
    {Part::session, "POST", "/session/{id}", &Api::join_session},
    {Part::shell, "POST", "/shell/{id}", &Api::join_shell},
    {Part::shell, "POST", "/api/v1/connect/{id}", &Api::join_shell},
    {Part::always, "GET", "/bids/deny", &Api::list_denied},
    {Part::always, "POST", "/bids/deny", &Api::deny},
    {Part::always, "GET", "/bids/allow", &Api::list_allowed},
    {Part::always, "POST", "/bids/allow", &Api::allow},
    {Part::always, "GET", "/status", &Api::report_status},
    {Part::always, "GET", "/healthz", &Api::report_health},
};

struct Preflight {
    Part part;
    const char* pattern;
    const char* methods;
};

constexpr Preflight preflights[] = {
    {Part::session, "/session/{id}", "POST"},
    {Part::shell, "/shell/{id}", "POST"},
    {Part::shell, "/api/v1/connect/{id}", "POST"},
    {Part::always, "/bids/deny", "GET, POST"},
    {Part::always, "/bids/allow", "GET, POST"},
    {Part::always, "/status", "GET"},
    {Part::always, "/healthz", "GET"},
};

}  // namespace

net::Router make_api(ApiSettings settings, auth::KeyRing keys, Admission& admission,
                     WallClock clock, StatusReport status) {
    const bool shell = settings.has_host != nullptr;
    const auto is_served = [session = settings.session, shell](Part part) {
        return part == Part::always || (part == Part::session ? session : shell);
    };
    std::string base_path = net::base_path_of(settings.audience);
    const auto api = std::make_shared<const Api>(std::move(settings), std::move(keys), admission,
                                                 std::move(clock), std::move(status));
    std::vector<net::Route> routes;
    for (const Endpoint& endpoint : endpoints) {
        if (!is_served(endpoint.part)) continue;
        const auto answer = endpoint.answer;
        routes.push_back(
            {endpoint.method, endpoint.pattern,
             [api, answer](const HttpRequest& request, const PathParameters& parameters) {
                 return (*api.*answer)(request, parameters);
             }});
    }
    for (const Preflight& preflight : preflights) {
        if (!is_served(preflight.part)) continue;
        const auto respond = [api, methods = preflight.methods](const HttpRequest& request,
                                                                const PathParameters&) {
            return api->cross_origin().preflight(request, methods);
        };
        routes.push_back({"OPTIONS", preflight.pattern, respond});
    }
    // Errors too, or a page could not read why it was refused.
    const auto mark = [api](const HttpRequest& request, HttpResponse& response) {
        if (request.method != "OPTIONS") api->cross_origin().mark(request, response);
    };
    return net::Router(std::move(routes), std::move(base_path), mark);
}

}  // namespace relay::access
