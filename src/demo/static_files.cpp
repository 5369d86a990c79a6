// SPDX-License-Identifier: Apache-2.0
#include "demo/static_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

namespace relay::demo {
namespace {

constexpr std::string_view not_built =
    "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>relay</title>"
    "<h1>The web page is not built into this program</h1>"
    "<p>The relay works. For the page, run <code>./do build</code>, or "
    "<code>npm ci &amp;&amp; npm run build</code> in <code>web/</code> and build again.</p>";

constexpr std::pair<std::string_view, std::string_view> content_types[] = {
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".svg", "image/svg+xml"},
    {".json", "application/json"},
    {".png", "image/png"},
    {".ico", "image/x-icon"},
    {".woff2", "font/woff2"},
    {".wasm", "application/wasm"},
    {".txt", "text/plain; charset=utf-8"},
};

// Whether an If-None-Match field names the tag, or any (`*`). Weak comparison: `W/` is ignored.
bool names_tag(std::string_view field, std::string_view tag) {
    if (field == "*") return true;
    for (std::size_t at = field.find(tag); at != field.npos; at = field.find(tag, at + 1)) {
        const auto after = field.substr(at + tag.size());
        if (after.empty() || after.front() == ',' || after.front() == ' ') return true;
    }
    return false;
}

// Names under /assets/ hold a hash of the contents (Vite), so they never change.
std::string_view cache_rule(std::string_view path) {
    return path.starts_with("/assets/") ? "public, max-age=31536000, immutable" : "no-cache";
}

// Browsers differ in whether 'self' covers WebSockets, so their origin is named too.
std::string security_policy(std::string_view host) {
    const auto sockets = is_host(host) ? fmt::format(" ws://{0} wss://{0}", host) : "";
    return fmt::format(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'{}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        sockets);
}

net::HttpResponse method_not_allowed() {
    auto response = net::error_response(405, "only GET and HEAD are allowed here");
    response.fields.add("Allow", "GET, HEAD");
    return response;
}

}  // namespace

std::optional<net::HttpResponse> StaticFiles::respond(const net::HttpRequest& request) const {
    std::string path(request.path());
    if (path.ends_with('/')) path += "index.html";
    auto response = find(path);
    if (!response) return std::nullopt;
    if (request.method != "GET" && request.method != "HEAD") return method_not_allowed();
    response->fields.add("Cache-Control", std::string(cache_rule(path)));
    response->fields.add("Content-Security-Policy", security_policy(request.fields["Host"]));
    response->fields.add("X-Content-Type-Options", "nosniff");
    response->fields.add("Referrer-Policy", "no-referrer");
    const auto tag = response->fields["ETag"];
    if (!tag.empty() && names_tag(request.fields["If-None-Match"], tag)) {
        response->status = 304;
        response->body.clear();
    }
    return response;
}

std::optional<net::HttpResponse> StaticFiles::find(std::string_view path) const {
    net::HttpResponse response;
    response.content_type = content_type_of(path);
    const auto file = std::ranges::find(files_, path, &EmbeddedFile::path);
    if (file != files_.end()) {
        response.body.assign(file->bytes.begin(), file->bytes.end());
        response.fields.add("ETag", fmt::format("\"{}\"", file->sha256.substr(0, 32)));
        return response;
    }
    if (path != "/index.html") return std::nullopt;
    response.body = not_built;
    return response;
}

bool is_host(std::string_view field) {
    constexpr std::string_view allowed =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:[]";
    return !field.empty() && field.find_first_not_of(allowed) == field.npos;
}

std::string_view content_type_of(std::string_view path) {
    const auto found = std::ranges::find_if(
        content_types, [&](const auto& type) { return path.ends_with(type.first); });
    return found == std::end(content_types) ? "application/octet-stream" : found->second;
}

}  // namespace relay::demo
