// SPDX-License-Identifier: Apache-2.0
#include "base/clock.hpp"
#include "book_client/change_list.hpp"
#include "book_client/connection.hpp"
#include "book_client/run.hpp"
#include "book_client/store_status.hpp"
#include "book_client/text_file.hpp"
#include "booking/manifest.hpp"

#include <fmt/format.h>
#include <fmt/ostream.h>
#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace relay::book_client {
namespace {

using booking::ManifestProblem;
using nlohmann::json;
using Problems = std::vector<ManifestProblem>;

std::unexpected<Error> refuse(const Upload& upload, const Problems& problems, std::ostream& out) {
    json listed = json::array();
    std::string lines;
    for (const ManifestProblem& problem : problems) {
        listed.push_back({{"line", problem.line}, {"text", problem.text}});
        lines += fmt::format("{}{}:{}: {}", lines.empty() ? "" : "\n", upload.manifest.string(),
                             problem.line, problem.text);
    }
    if (upload.json) print_json({{"applied", false}, {"problems", std::move(listed)}}, out);
    return fail(Errc::invalid, std::move(lines));
}

// Of a server that read it otherwise, which is then one of another version.
Problems problems_in(const net::HttpResponse& answer) {
    Problems problems;
    const json body = json::parse(answer.body, nullptr, /*allow_exceptions=*/false);
    if (!body.is_object() || !body.contains("problems") || !body["problems"].is_array())
        return problems;
    for (const json& problem : body["problems"]) {
        if (!problem.is_object()) continue;
        const auto line = problem.find("line");
        const auto text = problem.find("text");
        if (text == problem.end() || !text->is_string()) continue;
        const bool numbered = line != problem.end() && line->is_number_unsigned();
        problems.push_back({.line = numbered ? line->get<unsigned>() : 1,
                            .text = printable(text->get_ref<const std::string&>())});
    }
    return problems;
}

void print_for_people(const Upload& upload, const booking::Catalogue& catalogue, const json& answer,
                      std::ostream& out) {
    const std::string changes = change_lines(answer.value("changes", json::array()));
    fmt::print(out, "{}", changes.empty() ? "nothing changes\n" : changes);
    if (upload.dry_run) return fmt::print(out, "nothing was changed (dry run)\n");
    fmt::print(out, "{}", group_lines(catalogue));
    print_store_status(answer.value("status", json::object()), false, out);
}

}  // namespace

Result<void> upload(const Upload& upload, std::ostream& out) {
    const auto text = read_file(upload.manifest);
    if (!text) return std::unexpected(text.error());
    const auto manifest = booking::parse_manifest(*text, booking::booking_time(wall_clock()()));
    if (!manifest) return refuse(upload, manifest.error(), out);
    const auto connection = Connection::log_in(upload.server);
    if (!connection) return std::unexpected(connection.error());

    const Request request{
        .method = "PUT",
        .path = upload.dry_run ? "/admin/manifest?dry_run=true" : "/admin/manifest",
        .body = *text,
        .content_type = "application/yaml"};
    const auto answer = connection->ask(request);
    if (!answer) return std::unexpected(answer.error());
    if (const auto problems = problems_in(*answer); answer->status == 422 && !problems.empty())
        return refuse(upload, problems, out);
    if (answer->status != 200) return std::unexpected(refusal(request, *answer));
    const json body = json::parse(answer->body, nullptr, /*allow_exceptions=*/false);
    if (!body.is_object())
        return fail(Errc::unavailable, "PUT /admin/manifest: the answer is no JSON object");
    if (upload.json)
        print_json(body, out);
    else
        print_for_people(upload, manifest->catalogue, body, out);
    return {};
}

}  // namespace relay::book_client
