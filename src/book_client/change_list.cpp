// SPDX-License-Identifier: Apache-2.0
#include "book_client/change_list.hpp"

#include "book_client/connection.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace relay::book_client {
namespace {

using nlohmann::json;

std::string text_of(const json& object, const char* name) {
    const auto member = object.find(name);
    if (member == object.end() || !member->is_string()) return "";
    return printable(member->get_ref<const std::string&>());
}

char sign_of(const std::string& kind) {
    if (kind == "added") return '+';
    return kind == "removed" ? '-' : '~';
}

std::size_t activities_in(const booking::Catalogue& catalogue, const std::string& pool) {
    return static_cast<std::size_t>(std::ranges::count_if(catalogue.offers, [&](const auto& offer) {
        return std::ranges::count(offer.pools, pool) > 0;
    }));
}

// In a manifest that was read from a file, groups name pools by their keys.
std::string pool_line(const booking::Catalogue& catalogue, const std::string& key) {
    const auto pool = std::ranges::find(catalogue.pools, key, &booking::ListedPool::key);
    const std::string name = pool == catalogue.pools.end() ? key : pool->pool.description.name;
    return fmt::format("  - {:>3}x {}\n", activities_in(catalogue, key), name);
}

}  // namespace

std::string change_lines(const json& changes) {
    std::string lines;
    if (!changes.is_array()) return lines;
    for (const json& change : changes) {
        if (!change.is_object()) continue;
        lines += fmt::format("{} {} {}", sign_of(text_of(change, "kind")), text_of(change, "what"),
                             text_of(change, "key"));
        if (const auto detail = text_of(change, "detail"); !detail.empty()) lines += ": " + detail;
        lines += '\n';
    }
    return lines;
}

std::string group_lines(const booking::Catalogue& catalogue) {
    std::string lines;
    for (const booking::ListedGroup& group : catalogue.groups) {
        lines += fmt::format("Group: {} \n", group.group.description.name);
        for (const std::string& pool : group.pools) lines += pool_line(catalogue, pool);
    }
    return lines;
}

}  // namespace relay::book_client
