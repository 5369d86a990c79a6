// SPDX-License-Identifier: Apache-2.0
#include "booking/catalogue_plan.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <initializer_list>
#include <map>
#include <set>
#include <tuple>
#include <utility>

namespace relay::booking {
namespace {

using Kind = ManifestChange::Kind;

struct Aspect {
    const char* name;
    bool is_same;
};

std::string differences(std::initializer_list<Aspect> aspects) {
    std::vector<std::string> names;
    for (const Aspect& aspect : aspects)
        if (!aspect.is_same) names.emplace_back(aspect.name);
    return fmt::format("{}", fmt::join(names, ", "));
}

std::string differences(const Pool& before, const Pool& after) {
    return differences({{"description", before.description == after.description},
                        {"minsession", before.least == after.least},
                        {"maxsession", before.most == after.most}});
}

std::string differences(const ListedGroup& before, const ListedGroup& after) {
    return differences({{"description", before.group.description == after.group.description},
                        {"max_sessions", before.group.max_sessions == after.group.max_sessions},
                        {"pools", before.pools == after.pools}});
}

bool have_same_pools(const Offer& one, const Offer& other) {
    return std::ranges::is_permutation(one.pools, other.pools);
}

std::string differences(const Offer& before, const Offer& after) {
    const Activity &old = before.activity, &current = after.activity;
    return differences({{"description", old.description == current.description},
                        {"exp", old.expires == current.expires},
                        {"config", old.config_url == current.config_url},
                        {"streams", old.streams == current.streams},
                        {"uis", old.interfaces == current.interfaces},
                        {"pools", have_same_pools(before, after)},
                        {"other equipment, so a new id", before.resource == after.resource}});
}

// What a person knows a thing by.
std::string shown_name(const std::string& key, const Description& description) {
    return key.empty() ? description.name : key;
}

template <class Listed>
const Listed* find_key(const std::vector<Listed>& listed, std::string_view key) {
    const auto found = std::ranges::find(listed, key, &Listed::key);
    return found == listed.end() ? nullptr : &*found;
}

// The resource that an activity without streams keeps; 0: it is not known yet.
ResourceNumber kept_resource(const Offer* before, const Activity& activity) {
    const bool is_kept = before && before->activity.streams.empty() && activity.streams.empty();
    return is_kept ? before->resource : 0;
}

// Gives each offer its resource, but to those that keep theirs.
Result<TopicMoves> assign(std::vector<Offer>& offers, std::span<const Resource> resources) {
    std::vector<Activity> activities;
    activities.reserve(offers.size());
    for (const Offer& offer : offers) activities.push_back(offer.activity);
    auto assignment = assign_resources(activities, resources);
    if (!assignment) return std::unexpected(std::move(assignment.error()));
    for (std::size_t index = 0; index < offers.size(); ++index) {
        Offer& offer = offers[index];
        const bool is_kept = offer.activity.streams.empty() && offer.resource != 0;
        if (!is_kept) offer.resource = assignment->of_activity[index];
    }
    return std::move(assignment->moved);
}

class Replacement {
public:
    Replacement(const Catalogue& current, const Manifest& manifest, const NewId& new_id)
        : current_(current), wanted_(manifest.catalogue), new_id_(new_id) {}

    Result<CataloguePlan> plan(std::span<const Resource> resources) {
        plan_pools();
        if (auto planned = plan_offers(resources); !planned)
            return std::unexpected(std::move(planned.error()));
        plan_groups();
        std::ranges::sort(plan_.changes, {}, [](const ManifestChange& change) {
            return std::tuple(place_of(change.what), std::string_view(change.key), change.kind,
                              std::string_view(change.detail));
        });
        return std::move(plan_);
    }

private:
    static int place_of(std::string_view what) {
        return what == "pool" ? 0 : what == "activity" ? 1 : 2;
    }

    void plan_pools();
    Result<void> plan_offers(std::span<const Resource> resources);
    void plan_offer(Offer offer);
    void plan_groups();

    std::vector<std::string> ids_of(const std::vector<std::string>& pools) const {
        std::vector<std::string> ids;
        ids.reserve(pools.size());
        for (const std::string& key : pools) ids.push_back(pool_ids_.at(key));
        return ids;
    }
    void note(Kind kind, std::string what, std::string key, std::string detail = "") {
        plan_.changes.push_back({kind, std::move(what), std::move(key), std::move(detail)});
    }

    const Catalogue& current_;
    const Catalogue& wanted_;
    const NewId& new_id_;
    std::map<std::string, std::string> pool_ids_;  // by key
    CataloguePlan plan_;
};

void Replacement::plan_pools() {
    for (const ListedPool& pool : wanted_.pools) {
        const ListedPool* before = find_key(current_.pools, pool.key);
        const std::string& id = pool_ids_[pool.key] = before ? before->id : new_id_();
        if (before && before->pool == pool.pool) continue;
        plan_.pools.push_back({id, pool.key, pool.pool});
        if (before)
            note(Kind::changed, "pool", pool.key, differences(before->pool, pool.pool));
        else
            note(Kind::added, "pool", pool.key);
    }
    for (const ListedPool& pool : current_.pools) {
        if (pool_ids_.contains(pool.key)) continue;
        plan_.retired_pools.push_back(pool.id);
        note(Kind::removed, "pool", shown_name(pool.key, pool.pool.description));
    }
}

Result<void> Replacement::plan_offers(std::span<const Resource> resources) {
    std::vector<Offer> offers;
    std::set<std::string_view> keys;
    for (const Offer& offer : wanted_.offers) {
        const Offer* before = find_key(current_.offers, offer.key);
        keys.insert(offer.key);
        offers.push_back({before ? before->id : new_id_(), offer.key, offer.activity,
                          ids_of(offer.pools), kept_resource(before, offer.activity)});
    }
    auto moved = assign(offers, resources);
    if (!moved) return std::unexpected(std::move(moved.error()));
    plan_.moved = std::move(*moved);
    for (Offer& offer : offers) plan_offer(std::move(offer));
    for (const Offer& offer : current_.offers) {
        if (keys.contains(offer.key)) continue;
        plan_.retired_offers.push_back(offer.id);
        note(Kind::removed, "activity", shown_name(offer.key, offer.activity.description));
    }
    return {};
}

void Replacement::plan_offer(Offer offer) {
    const Offer* before = find_key(current_.offers, offer.key);
    if (!before) {
        note(Kind::added, "activity", offer.key);
    } else {
        const std::string different = differences(*before, offer);
        if (different.empty()) return;
        note(Kind::changed, "activity", offer.key, different);
        if (before->resource != offer.resource) {
            plan_.retired_offers.push_back(before->id);
            offer.id = new_id_();
        }
    }
    plan_.offers.push_back(std::move(offer));
}

void Replacement::plan_groups() {
    std::set<std::string_view> keys;
    for (const ListedGroup& group : wanted_.groups) {
        const ListedGroup* before = find_key(current_.groups, group.key);
        keys.insert(group.key);
        ListedGroup after{before ? before->id : new_id_(), group.key, group.group,
                          ids_of(group.pools)};
        if (before && *before == after) continue;
        if (before)
            note(Kind::changed, "group", group.key, differences(*before, after));
        else
            note(Kind::added, "group", group.key);
        plan_.groups.push_back(std::move(after));
    }
    for (const ListedGroup& group : current_.groups) {
        if (keys.contains(group.key)) continue;
        plan_.retired_groups.push_back(group.id);
        note(Kind::removed, "group", shown_name(group.key, group.group.description));
    }
}

}  // namespace

Result<CataloguePlan> plan_replacement(const Catalogue& current,
                                       std::span<const Resource> resources,
                                       const Manifest& manifest, const NewId& new_id) {
    return Replacement(current, manifest, new_id).plan(resources);
}

Result<CataloguePlan> plan_activity(const Catalogue& current, std::span<const Resource> resources,
                                    std::string_view pool, std::string_view id,
                                    const Activity& activity) {
    if (std::ranges::count(current.pools, pool, &ListedPool::id) == 0)
        return fail(Errc::not_found, "Pool Does Not Exist");
    std::vector<Offer> offers = current.offers;
    auto put = std::ranges::find(offers, id, &Offer::id);
    if (put == offers.end()) put = offers.insert(put, Offer{std::string(id), "", activity, {}, 0});
    put->resource = kept_resource(&*put, activity);
    put->activity = activity;
    if (std::ranges::count(put->pools, pool) == 0) put->pools.emplace_back(pool);

    auto moved = assign(offers, resources);
    if (!moved) return std::unexpected(std::move(moved.error()));
    CataloguePlan plan;
    plan.moved = std::move(*moved);
    for (Offer& offer : offers)
        if (std::ranges::count(current.offers, offer) == 0) plan.offers.push_back(std::move(offer));
    return plan;
}

}  // namespace relay::booking
