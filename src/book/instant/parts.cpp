// SPDX-License-Identifier: Apache-2.0
#include "book/instant/parts.hpp"

#include "book/http/callers.hpp"
#include "book/http/reply.hpp"

#include <algorithm>
#include <optional>

namespace relay::book {

Result<std::uint32_t> max_sessions_of(const Call& call, const booking::Transaction& transaction,
                                      std::uint32_t servers) {
    if (call.claims.max_sessions) return *call.claims.max_sessions;
    std::optional<std::uint32_t> most;
    for (const std::string& name : call.claims.groups) {
        const auto groups = transaction.catalogue().groups_named(name);
        if (!groups) return std::unexpected(groups.error());
        for (const booking::ListedGroup& listed : *groups) {
            if (listed.group.max_sessions)
                most = std::max(most.value_or(0), *listed.group.max_sessions);
        }
    }
    return most.value_or(servers);
}

bool has_pool(const Call& call, std::string_view pool) {
    return is_admin(call.claims) ||
           std::ranges::find(call.claims.pools, pool) != call.claims.pools.end();
}

net::HttpResponse pool_not_permitted() {
    return refusal(401, "Pool Not In Authorized Groups");
}

std::string actor_of(const Call& call) {
    return call.claims.subject.empty() ? "admin" : call.claims.subject;
}

Result<void> record(const Call& call, booking::Transaction& transaction, std::string_view action,
                    std::string_view object, std::string_view detail) {
    return transaction.records().append_audit({.at = booking::booking_time(call.now),
                                               .actor = actor_of(call),
                                               .action = std::string(action),
                                               .object = std::string(object),
                                               .detail = std::string(detail)});
}

net::HttpResponse deleted() {
    return reply(nullptr, 404);
}

net::HttpResponse empty_404() {
    net::HttpResponse response = reply(nullptr, 404);
    response.body.clear();
    response.content_type.clear();
    return response;
}

}  // namespace relay::book
