// SPDX-License-Identifier: Apache-2.0
#include "base/random.hpp"
#include "book/http/callers.hpp"
#include "book/http/query.hpp"
#include "book/http/reply.hpp"
#include "book/instant/activity_json.hpp"
#include "book/instant/parts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace relay::book {
namespace {

using booking::ListedGroup;
using booking::Transaction;
using net::HttpResponse;
using nlohmann::json;

bool may_see(const Call& call, std::string_view group) {
    return is_admin(call.claims) ||
           std::ranges::find(call.claims.groups, group) != call.claims.groups.end();
}

Result<HttpResponse> find_groups(const Call& call, const Transaction& transaction) {
    const std::string name = query_text(call.request, "name").value_or("");
    if (!may_see(call, name)) return refusal(401, "Missing Group in Groups Claim");
    const auto groups = transaction.catalogue().groups_named(name);
    if (!groups) return std::unexpected(groups.error());
    if (groups->empty()) return refusal(500, "not found");
    json ids = json::array();
    for (const ListedGroup& group : *groups) ids.push_back(group.id);
    return reply(ids);
}

// A body for POST /groups.
struct SentGroup {
    booking::Group group;
    std::vector<std::string> pools;
};

std::expected<SentGroup, HttpResponse> read_group(const json& value) {
    const Members body(value, "group");
    SentGroup sent;
    sent.group.description = read_description(body.object("description")).description;
    const auto most = body.find_number("max_sessions");
    sent.pools = body.find_texts("pools");
    if (most && !(*most >= 0 && *most <= std::numeric_limits<std::uint32_t>::max()))
        body.take({Errc::invalid, "max_sessions is out of range"});
    if (body.problem()) return std::unexpected(*body.problem());
    if (most) sent.group.max_sessions = static_cast<std::uint32_t>(*most);
    return sent;
}

// The answer for the first pool that is not there.
Result<std::optional<HttpResponse>> check_pools(const std::vector<std::string>& pools,
                                                const Transaction& transaction) {
    for (const std::string& id : pools) {
        const auto pool = transaction.catalogue().pool(id);
        if (!pool) return std::unexpected(pool.error());
        if (!*pool) return refusal(500, fmt::format("{} not found", id));
    }
    return std::nullopt;
}

// Appends those that are not in the list.
void add_each_once(std::vector<std::string>& list, const std::vector<std::string>& more) {
    for (const std::string& text : more) {
        if (std::ranges::find(list, text) == list.end()) list.push_back(text);
    }
}

Result<HttpResponse> add_group(const Call& call, Transaction& transaction) {
    auto sent = read_group(call.body);
    if (!sent) return std::move(sent.error());
    auto refused = check_pools(sent->pools, transaction);
    if (!refused) return std::unexpected(std::move(refused.error()));
    if (*refused) return std::move(**refused);
    ListedGroup group{.id = random_uuid(), .key = "", .group = std::move(sent->group), .pools = {}};
    add_each_once(group.pools, sent->pools);
    auto done = transaction.catalogue().put_group(group);
    if (done)
        done = record(call, transaction, "group added", group.id, group.group.description.name);
    if (!done) return std::unexpected(std::move(done.error()));
    return reply({{"id", group.id}});
}

json group_json(const ListedGroup& group) {
    json value = description_json(group.group.description, group.id);
    if (group.group.max_sessions) value["max_sessions"] = *group.group.max_sessions;
    return value;
}

// The group of the path, or the answer why not: `unknown` when it is not there.
Result<std::expected<ListedGroup, HttpResponse>> group_of(const Call& call,
                                                          const Transaction& transaction,
                                                          HttpResponse unknown) {
    auto group = transaction.catalogue().group(call.parameters.at(0));
    if (!group) return std::unexpected(std::move(group.error()));
    using Answer = std::expected<ListedGroup, HttpResponse>;
    if (!*group) return Answer(std::unexpect, std::move(unknown));
    if (!may_see(call, (*group)->group.description.name)) {
        return Answer(std::unexpect, refusal(401, "Missing Group Name in Groups Claim"));
    }
    return Answer(std::move(**group));
}

Result<HttpResponse> describe_group(const Call& call, const Transaction& transaction) {
    auto group = group_of(call, transaction, refusal(500, "not found"));
    if (!group) return std::unexpected(std::move(group.error()));
    return *group ? reply(group_json(**group)) : std::move(group->error());
}

Result<HttpResponse> list_pools(const Call& call, const Transaction& transaction) {
    auto group = group_of(call, transaction, refusal(404, "not found"));
    if (!group) return std::unexpected(std::move(group.error()));
    return *group ? reply(json((*group)->pools)) : std::move(group->error());
}

Result<HttpResponse> delete_group(const Call& call, Transaction& transaction) {
    const std::string& id = call.parameters.at(0);
    const auto retired = transaction.catalogue().retire_group(id, booking::booking_time(call.now));
    if (!retired) return std::unexpected(retired.error());
    if (*retired) {
        const auto done = record(call, transaction, "group deleted", id, "");
        if (!done) return std::unexpected(done.error());
    }
    return empty_404();
}

// Changes the pools of the path's group to what `change` makes of them and those of the body.
using Change = std::vector<std::string> (*)(std::vector<std::string> old,
                                            const std::vector<std::string>& sent);

Result<HttpResponse> change_pools(const Call& call, Transaction& transaction, Change change,
                                  bool must_exist) {
    auto found = group_of(call, transaction, empty_404());
    if (!found) return std::unexpected(std::move(found.error()));
    if (!*found) return std::move(found->error());
    const auto sent = call.body.get<std::vector<std::string>>();
    if (must_exist) {
        auto refused = check_pools(sent, transaction);
        if (!refused) return std::unexpected(std::move(refused.error()));
        if (*refused) return std::move(**refused);
    }
    ListedGroup& group = **found;
    group.pools = change(std::move(group.pools), sent);
    auto done = transaction.catalogue().put_group(group);
    if (done) done = record(call, transaction, "group's pools changed", group.id, "");
    if (!done) return std::unexpected(std::move(done.error()));
    return reply(json(group.pools));
}

std::vector<std::string> added(std::vector<std::string> old, const std::vector<std::string>& sent) {
    add_each_once(old, sent);
    return old;
}

std::vector<std::string> replaced(std::vector<std::string>, const std::vector<std::string>& sent) {
    return added({}, sent);
}

std::vector<std::string> removed(std::vector<std::string> old,
                                 const std::vector<std::string>& sent) {
    std::erase_if(old,
                  [&](const std::string& id) { return std::ranges::find(sent, id) != sent.end(); });
    return old;
}

std::optional<HttpResponse> check_group(const Call& call) {
    auto sent = read_group(call.body);
    if (sent) return std::nullopt;
    return std::move(sent.error());
}

std::optional<HttpResponse> check_ids(const Call& call) {
    const bool is_list =
        call.body.is_array() &&
        std::ranges::all_of(call.body, [](const json& element) { return element.is_string(); });
    if (is_list) return std::nullopt;
    return framework_error(400, 400,
                           "parsing pools body from \"\" failed, because it is not an array of "
                           "strings");
}

Endpoint pools_endpoint(std::string method, Change change, bool must_exist) {
    return {.method = std::move(method),
            .pattern = "/groups/{group_id}/pools",
            .access = Access::admin,
            .body = Body::json,
            .answer = Writing([change, must_exist](const Call& call, Transaction& transaction) {
                return change_pools(call, transaction, change, must_exist);
            }),
            .check = check_ids,
            .body_name = "pools"};
}

}  // namespace

std::vector<Endpoint> group_endpoints() {
    return {{.method = "GET",
             .pattern = "/groups",
             .access = Access::admin_or_user,
             .answer = Reading(find_groups),
             .check = require_query("name")},
            {.method = "POST",
             .pattern = "/groups",
             .body = Body::json,
             .answer = Writing(add_group),
             .check = check_group,
             .body_name = "group"},
            {.method = "GET",
             .pattern = "/groups/{group_id}",
             .access = Access::admin_or_user,
             .answer = Reading(describe_group)},
            {.method = "DELETE", .pattern = "/groups/{group_id}", .answer = Writing(delete_group)},
            {.method = "GET",
             .pattern = "/groups/{group_id}/pools",
             .access = Access::admin_or_user,
             .answer = Reading(list_pools)},
            pools_endpoint("POST", added, true),
            pools_endpoint("PUT", replaced, true),
            pools_endpoint("DELETE", removed, false)};
}

}  // namespace relay::book
