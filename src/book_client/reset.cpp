// SPDX-License-Identifier: Apache-2.0
#include "book_client/connection.hpp"
#include "book_client/run.hpp"
#include "book_client/store_status.hpp"

#include <fmt/ostream.h>
#include <nlohmann/json.hpp>

#include <string>

namespace relay::book_client {
namespace {

bool confirmed(const Reset& reset, std::istream& in, std::ostream& out) {
    if (reset.yes) return true;
    fmt::print(out, "Withdraw everything that {} offers, and end all sessions? [yes/NO] ",
               reset.server.host);
    out.flush();
    std::string answer;
    std::getline(in, answer);
    return answer == "yes";
}

// The reference answers 404 and `null` when it is done, and so does the server of this project; a
// path that does not exist is answered otherwise.
bool is_done(const net::HttpResponse& answer) {
    if (answer.status == 200 || answer.status == 204) return true;
    return answer.status == 404 && nlohmann::json::parse(answer.body, nullptr, false).is_null();
}

}  // namespace

Result<void> reset(const Reset& reset, std::istream& in, std::ostream& out) {
    if (!confirmed(reset, in, out)) return fail(Errc::interrupted, "wise choice, aborting");
    const auto connection = Connection::log_in(reset.server);
    if (!connection) return std::unexpected(connection.error());
    const Request request{.method = "DELETE", .path = "/admin/poolstore"};
    const auto answer = connection->ask(request);
    if (!answer) return std::unexpected(answer.error());
    if (!is_done(*answer)) return std::unexpected(refusal(request, *answer));
    if (reset.json)
        print_json({{"reset", true}}, out);
    else
        fmt::print(out, "reset complete\n");
    return {};
}

}  // namespace relay::book_client
