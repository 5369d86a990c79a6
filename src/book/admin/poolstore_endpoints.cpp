// SPDX-License-Identifier: Apache-2.0
#include "book/admin/admin_parts.hpp"
#include "book/admin/poolstore_desk.hpp"
#include "book/http/reply.hpp"
#include "booking/session_desk.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <utility>

namespace relay::book {
namespace {

using booking::Transaction;
using net::HttpResponse;

// Every group repeats its pools with all that is in them.
constexpr std::size_t longest_import = 64 * 1024 * 1024;

Result<HttpResponse> export_store(const PoolstoreSettings& settings, const Call& call,
                                  const Transaction& transaction) {
    const auto now = booking::booking_time(call.now);
    const auto store = take_poolstore(transaction, now);
    if (!store) return std::unexpected(store.error());
    return reply(to_json(*store, settings, now));
}

// What is wrong with an import is answered with 500 and the reason, as the reference does; what it
// does not look for, as everywhere.
Error as_in_the_reference(Error error) {
    if (error.code == Errc::invalid || error.code == Errc::not_found) error.code = Errc::internal;
    return error;
}

Result<HttpResponse> import_store(const Poolstore& store, const Call& call,
                                  Transaction& transaction) {
    const auto now = booking::booking_time(call.now);
    if (auto restored = restore_poolstore(transaction, store, now); !restored)
        return std::unexpected(as_in_the_reference(std::move(restored.error())));
    const auto recorded =
        record_admin(call, transaction, "store imported",
                     fmt::format("pools: {}, groups: {}, activities: {}, sessions: {}",
                                 store.catalogue.pools.size(), store.catalogue.groups.size(),
                                 store.catalogue.offers.size(), store.sessions.size()));
    if (!recorded) return std::unexpected(recorded.error());
    return reply_with_status(transaction, now);
}

std::expected<Prepared, HttpResponse> prepare_import(const Call& call) {
    auto store = read_poolstore(call.body);
    if (!store) return std::unexpected(error_reply(store.error()));
    return Writing([store = std::move(*store)](const Call& made, Transaction& transaction) {
        return import_store(store, made, transaction);
    });
}

Result<HttpResponse> reset_store(const Call& call, Transaction& transaction) {
    const std::string& user = call.claims.subject;
    const auto done =
        booking::reset(transaction, user.empty() ? "admin" : user, booking::booking_time(call.now));
    if (!done) return std::unexpected(done.error());
    return reply(nullptr, 404);  // the reference's success
}

}  // namespace

std::vector<Endpoint> poolstore_endpoints(std::function<void()> on_denial,
                                          PoolstoreSettings settings) {
    const auto show = [settings](const Call& call, const Transaction& transaction) {
        return export_store(settings, call, transaction);
    };
    return {{.method = "GET", .pattern = "/admin/poolstore", .answer = Reporting{show}},
            {.method = "POST",
             .pattern = "/admin/poolstore",
             .body = Body::json,
             .answer = Preparing(prepare_import),
             .body_name = "poolstore",
             .body_limit = longest_import},
            {.method = "DELETE",
             .pattern = "/admin/poolstore",
             .answer = Writing(reset_store),
             .written = std::move(on_denial)}};
}

}  // namespace relay::book
