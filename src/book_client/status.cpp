// SPDX-License-Identifier: Apache-2.0
#include "book_client/connection.hpp"
#include "book_client/run.hpp"
#include "book_client/store_status.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace relay::book_client {
namespace {

Request request_for(const Status& status) {
    if (!status.lock) return {.method = "GET", .path = "/admin/status"};
    std::string path = fmt::format("/admin/status?lock={}", *status.lock);
    if (status.message && !status.message->empty())
        path += "&msg=" + escape(*status.message);
    else if (status.message)
        path += "&clear_msg=true";  // an empty `msg` would leave the old one
    return {.method = "POST", .path = std::move(path)};
}

}  // namespace

Result<void> status(const Status& status, std::ostream& out) {
    const auto connection = Connection::log_in(status.server);
    if (!connection) return std::unexpected(connection.error());
    const auto answer = connection->ask_json(request_for(status));
    if (!answer) return std::unexpected(answer.error());
    print_store_status(*answer, status.json, out);
    return {};
}

}  // namespace relay::book_client
