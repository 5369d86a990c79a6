// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "demo/embedded_files.hpp"
#include "net/http_message.hpp"

#include <optional>
#include <span>
#include <string_view>

namespace relay::demo {

// Serves files that lie in memory. Only paths in the table exist, compared as they stand, so there
// is nothing to escape from by `..` or %-escapes. Immutable: for any thread.
class StaticFiles {
public:
    // The files must outlive this.
    explicit StaticFiles(std::span<const EmbeddedFile> files) : files_(files) {}

    // Answers GET and HEAD of a path in the table, 304 to a browser that has the file (RFC 9110
    // §13.1.2), 405 to other methods. A path that ends with `/` is that of the `index.html` below
    // it; `/` says how to build the pages when there are none. Nothing for a path that is not in
    // the table. Pages may load nothing foreign and connect only to the host that they came from.
    std::optional<net::HttpResponse> respond(const net::HttpRequest& request) const;

private:
    std::optional<net::HttpResponse> find(std::string_view path) const;

    std::span<const EmbeddedFile> files_;
};

// Whether a Host field (RFC 9110 §7.2) holds nothing but what host names, addresses and ports are
// made of, so that it can be repeated in an answer.
bool is_host(std::string_view field);

// By the file name's ending; `application/octet-stream` for unknown ones.
std::string_view content_type_of(std::string_view path);

}  // namespace relay::demo
