// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace relay::net {

// Header fields in order of arrival; names compare without regard to case (RFC 9110 §5.1).
class HttpFields {
public:
    void add(std::string name, std::string value) {
        fields_.emplace_back(std::move(name), std::move(value));
    }
    void set(std::string_view name, std::string value);

    // The first value of that name, or nothing.
    std::optional<std::string_view> find(std::string_view name) const;
    // The first value of that name, or "".
    std::string_view operator[](std::string_view name) const { return find(name).value_or(""); }
    // What a comma-separated field holds, of all its lines in order (RFC 9110 §5.3); refers to
    // this.
    std::vector<std::string_view> elements(std::string_view name) const;
    // Whether such a field holds the token, as `Connection: keep-alive, Upgrade` does.
    bool has_token(std::string_view name, std::string_view token) const;

    auto begin() const { return fields_.begin(); }
    auto end() const { return fields_.end(); }

private:
    std::vector<std::pair<std::string, std::string>> fields_;
};

// A request as handlers see it: a plain value without a socket, so that handlers are tested alone.
struct HttpRequest {
    std::string method;  // as sent: methods are case-sensitive
    std::string target;  // path and query as sent, still escaped
    HttpFields fields;
    std::string body;            // filled by HttpExchange::read_body
    std::string remote_address;  // of the client: what TrustedProxies::client_of tells

    // The target's path with %-escapes kept, without query; "/" at least.
    std::string_view path() const;
    // The first value of a query parameter, unescaped; nothing when absent.
    std::optional<std::string> query(std::string_view name) const;
};

struct HttpResponse {
    int status = 200;
    std::string body;
    std::string content_type = "application/json";
    HttpFields fields;  // further header fields
};

// `{"code":"401","message":"..."}`: the shape of every error of the relays and the host.
HttpResponse error_response(int status, std::string_view message);

// What a client makes of a status that refuses: whether it may come back, and as whom.
Errc errc_of_status(int status);

// Undoes %-escapes; nothing when one is malformed. `+` stays as it is (RFC 3986).
std::optional<std::string> unescape(std::string_view text);

}  // namespace relay::net
