// SPDX-License-Identifier: Apache-2.0
#include "book/admin/admin_parts.hpp"
#include "book/http/query.hpp"
#include "book/http/reply.hpp"
#include "booking/catalogue_desk.hpp"
#include "booking/manifest.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace relay::book {
namespace {

using booking::Manifest;
using booking::ManifestChange;
using booking::ManifestProblem;
using booking::Transaction;
using net::HttpResponse;
using nlohmann::json;
using Changes = std::vector<ManifestChange>;

constexpr std::size_t longest_manifest = 16 * 1024 * 1024;

HttpResponse refuse(std::span<const ManifestProblem> problems) {
    json list = json::array();
    for (const ManifestProblem& problem : problems)
        list.push_back({{"line", problem.line}, {"text", problem.text}});
    const std::string message = fmt::format("the manifest has {} mistake{}", problems.size(),
                                            problems.size() == 1 ? "" : "s");
    return reply({{"code", 422}, {"message", message}, {"problems", std::move(list)}}, 422);
}

const char* name_of(ManifestChange::Kind kind) {
    switch (kind) {
        case ManifestChange::Kind::added:
            return "added";
        case ManifestChange::Kind::changed:
            return "changed";
        case ManifestChange::Kind::removed:
            return "removed";
    }
    return "";
}

json changes_json(const Changes& changes) {
    json list = json::array();
    for (const ManifestChange& change : changes) {
        json& item = list.emplace_back();
        item = {{"kind", name_of(change.kind)}, {"what", change.what}, {"key", change.key}};
        if (!change.detail.empty()) item["detail"] = change.detail;
    }
    return list;
}

std::string summary(const Changes& changes) {
    std::array<std::size_t, 3> counts{};
    for (const ManifestChange& change : changes) ++counts.at(static_cast<std::size_t>(change.kind));
    return fmt::format("added: {}, changed: {}, removed: {}", counts[0], counts[1], counts[2]);
}

// A manifest that changes nothing leaves no trace: some send it every few minutes.
Result<void> keep_on_record(const Call& call, Transaction& transaction, const Changes& changes) {
    if (changes.empty()) return {};
    auto recorded = record_admin(call, transaction, "manifest replaced", summary(changes));
    if (!recorded) return recorded;
    const std::string& user = call.claims.subject;
    return transaction.records().append_manifest(booking::booking_time(call.now),
                                                 user.empty() ? "admin" : user, call.request.body);
}

Result<HttpResponse> reply_with_changes(const Transaction& transaction, const Call& call,
                                        const Changes& changes, bool applied) {
    auto status = store_status(transaction, booking::booking_time(call.now));
    if (!status) return std::unexpected(std::move(status.error()));
    return reply(
        {{"applied", applied}, {"changes", changes_json(changes)}, {"status", std::move(*status)}});
}

Result<HttpResponse> preview(const Manifest& manifest, const Call& call,
                             const Transaction& transaction) {
    const auto changes =
        booking::preview_catalogue(transaction, manifest, booking::booking_time(call.now));
    if (!changes) return std::unexpected(changes.error());
    return reply_with_changes(transaction, call, *changes, false);
}

Result<HttpResponse> replace(const Manifest& manifest, const Call& call, Transaction& transaction) {
    const auto changes =
        booking::replace_catalogue(transaction, manifest, booking::booking_time(call.now));
    if (!changes) return std::unexpected(changes.error());
    if (auto kept = keep_on_record(call, transaction, *changes); !kept)
        return std::unexpected(std::move(kept.error()));
    return reply_with_changes(transaction, call, *changes, true);
}

std::expected<Prepared, HttpResponse> prepare_manifest(const Call& call) {
    auto parsed = booking::parse_manifest(call.request.body, booking::booking_time(call.now));
    if (!parsed) return std::unexpected(refuse(parsed.error()));
    if (query_flag(call.request, "dry_run").value_or(false))
        return Reporting{
            [manifest = std::move(*parsed)](const Call& made, const Transaction& seen) {
                return preview(manifest, made, seen);
            }};
    return Writing([manifest = std::move(*parsed)](const Call& made, Transaction& transaction) {
        return replace(manifest, made, transaction);
    });
}

}  // namespace

std::vector<Endpoint> manifest_endpoints() {
    return {{.method = "PUT",
             .pattern = "/admin/manifest",
             .body = Body::text,
             .answer = Preparing(prepare_manifest),
             .body_name = "manifest",
             .body_limit = longest_manifest}};
}

}  // namespace relay::book
