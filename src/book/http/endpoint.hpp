// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "auth/claims.hpp"
#include "base/clock.hpp"
#include "base/error.hpp"
#include "booking/store.hpp"
#include "net/http_message.hpp"
#include "net/router.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace relay::book {

// A request that has been let in: its token is verified, its body parsed.
struct Call {
    net::HttpRequest request;
    net::PathParameters parameters;
    auth::Claims claims;  // without a token, where none is needed: empty
    nlohmann::json body;  // null when there is none
    WallTime now;
};

// Who may call.
enum class Access {
    open,
    login,  // login:user or login:admin
    user,   // booking:user
    admin,  // booking:admin
    admin_or_user,
};

enum class Body { none, optional_json, json, text };

// What the requests of an address are counted against; each kind has limits of its own, so that
// whoever watches the server takes no log-in from a class behind the same address.
enum class Budget { unlimited, login, service };

// Why a request is refused before its handler sees it; nothing when it is well-formed. Runs on an
// io thread.
using Check = std::function<std::optional<net::HttpResponse>(const Call&)>;

// How an answer is made. The first kind needs no database; it runs on an io thread. An error of the
// others undoes what was written; it is answered by its status and detail (error_reply).
using Immediate = std::function<net::HttpResponse(const Call&)>;
using Reading = std::function<Result<net::HttpResponse>(const Call&, const booking::Transaction&)>;
using Writing = std::function<Result<net::HttpResponse>(const Call&, booking::Transaction&)>;

// As Reading, for what takes long: it holds up no log-in (booking::Store::report).
struct Reporting {
    Reading read;
};

// The rest of an answer, made on an io thread once what was written is durable: tokens are signed
// then, and only for what was committed.
using Rest = std::function<net::HttpResponse()>;
using WritingFirst = std::function<Result<Rest>(const Call&, booking::Transaction&)>;

// For bodies that take long to read. The first part needs no database; it runs on a thread that is
// there for that, and gives the second part, which sees no parsed body, or an answer that refuses.
using Prepared = std::variant<Reporting, Writing>;
using Preparing = std::function<std::expected<Prepared, net::HttpResponse>(const Call&)>;

// A row in the table of the API.
struct Endpoint {
    std::string method;
    std::string pattern;  // below the base path, as net::Route's: `/pools/{pool_id}/sessions`
    Access access = Access::admin;
    Body body = Body::none;
    std::variant<Immediate, Reading, Reporting, Writing, WritingFirst, Preparing> answer;

    Check check = {};                      // beyond what `body` says
    std::string body_name = "body";        // in errors
    std::size_t body_limit = 1024 * 1024;  // bytes
    std::function<void()> written = {};    // called on the store's thread after each commit; short
    Budget budget = Budget::unlimited;     // of the caller's address, as Api::Settings says
};

}  // namespace relay::book
