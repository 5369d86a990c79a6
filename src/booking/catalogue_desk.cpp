// SPDX-License-Identifier: Apache-2.0
#include "booking/catalogue_desk.hpp"

#include "base/random.hpp"

#include <map>
#include <utility>

namespace relay::booking {
namespace {

// Carries out a plan, each part behind those that it needs.
class Execution {
public:
    Execution(CatalogueTable& table, BookingTime now) : table_(table), now_(now) {}

    Result<void> run(const CataloguePlan& plan) {
        Result<void> done = each(plan.moved, [this](const auto& move) { return bind(move); });
        const auto then = [&](const auto& parts, auto work) {
            if (done) done = each(parts, work);
        };
        then(plan.pools, [this](const ListedPool& pool) { return table_.put_pool(pool); });
        then(plan.retired_offers, [this](const std::string& id) {
            return without_value(table_.retire_offer(id, now_));
        });
        then(plan.offers, [this](const Offer& offer) { return put(offer); });
        then(plan.groups, [this](const ListedGroup& group) { return table_.put_group(group); });
        then(plan.retired_groups, [this](const std::string& id) {
            return without_value(table_.retire_group(id, now_));
        });
        then(plan.retired_pools,
             [this](const std::string& id) { return without_value(table_.retire_pool(id, now_)); });
        return done;
    }

private:
    template <class Parts, class Work>
    static Result<void> each(const Parts& parts, Work work) {
        for (const auto& part : parts)
            if (Result<void> done = work(part); !done) return done;
        return {};
    }
    static Result<void> without_value(Result<bool> done) {
        if (!done) return std::unexpected(std::move(done.error()));
        return {};
    }

    Result<void> bind(const std::pair<Topic, ResourceNumber>& move) {
        const auto resource = number_of(move.second);
        if (!resource) return std::unexpected(resource.error());
        return table_.bind_topic(move.first, *resource);
    }
    Result<void> put(Offer offer) {
        const auto resource = number_of(offer.resource);
        if (!resource) return std::unexpected(resource.error());
        offer.resource = *resource;
        return table_.put_offer(offer);
    }

    // Adds the resource when a plan's negative number is met for the first time.
    Result<ResourceNumber> number_of(ResourceNumber planned) {
        if (planned > 0) return planned;
        if (const auto known = added_.find(planned); known != added_.end()) return known->second;
        const auto added = table_.add_resource();
        if (added) added_[planned] = *added;
        return added;
    }

    CatalogueTable& table_;
    BookingTime now_;
    std::map<ResourceNumber, ResourceNumber> added_;
};

// Works out a plan for the catalogue as it is.
template <class Plan>
Result<CataloguePlan> planned(const CatalogueTable& table, BookingTime now, Plan plan) {
    const auto current = table.all();
    if (!current) return std::unexpected(current.error());
    const auto resources = table.resources(now);
    if (!resources) return std::unexpected(resources.error());
    return plan(*current, *resources);
}

Result<CataloguePlan> replacement(const CatalogueTable& table, const Manifest& manifest,
                                  BookingTime now) {
    return planned(table, now, [&](const Catalogue& current, const auto& resources) {
        return plan_replacement(current, resources, manifest, random_uuid);
    });
}

}  // namespace

Result<void> put_activity(Transaction& transaction, std::string_view pool, std::string_view id,
                          const Activity& activity, BookingTime now) {
    CatalogueTable& table = transaction.catalogue();
    const auto plan = planned(table, now, [&](const Catalogue& current, const auto& resources) {
        return plan_activity(current, resources, pool, id, activity);
    });
    if (!plan) return std::unexpected(plan.error());
    return Execution(table, now).run(*plan);
}

Result<std::vector<ManifestChange>> replace_catalogue(Transaction& transaction,
                                                      const Manifest& manifest, BookingTime now) {
    CatalogueTable& table = transaction.catalogue();
    auto plan = replacement(table, manifest, now);
    if (!plan) return std::unexpected(std::move(plan.error()));
    if (auto done = Execution(table, now).run(*plan); !done)
        return std::unexpected(std::move(done.error()));
    return std::move(plan->changes);
}

Result<std::vector<ManifestChange>> preview_catalogue(const Transaction& transaction,
                                                      const Manifest& manifest, BookingTime now) {
    auto plan = replacement(transaction.catalogue(), manifest, now);
    if (!plan) return std::unexpected(std::move(plan.error()));
    return std::move(plan->changes);
}

}  // namespace relay::booking
