// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <string>

namespace relay {

// Kinds of failure that a caller can act on. access/http_status.hpp maps them to HTTP statuses.
enum class Errc {
    invalid,       // the request or setting is malformed
    unauthorized,  // no or bad credentials
    forbidden,     // good credentials that do not permit this
    not_found,
    conflict,
    limit,        // too big, too many, too slow
    unavailable,  // a peer or resource cannot be reached now; trying later may help
    interrupted,  // a peer refused or broke the connection, as one that restarts: try again soon
    internal,
};

// An outcome at a boundary. `detail` is for logs and for the caller; it never holds a secret.
struct Error {
    Errc code;
    std::string detail;
};

template <class T>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(Errc code, std::string detail) {
    return std::unexpected(Error{code, std::move(detail)});
}

}  // namespace relay
