// SPDX-License-Identifier: Apache-2.0
// A manifest, from its text to the plan that makes the catalogue what it says: no text does harm;
// what is wrong is told with its line; what is well can be offered, and then is what it says.
#include "booking/catalogue_plan.hpp"
#include "booking/manifest.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace relay::booking;

constexpr BookingTime now = std::chrono::sys_days(std::chrono::year(2030) / 1 / 1);

void require(bool condition) {
    if (!condition) std::abort();
}

void check_problems(const std::vector<ManifestProblem>& problems, std::string_view text) {
    // One more: the reader adds a line of its own.
    const auto lines = static_cast<std::size_t>(std::ranges::count(text, '\n')) + 2;
    require(!problems.empty());
    require(std::ranges::is_sorted(problems, {}, &ManifestProblem::line));
    for (const ManifestProblem& problem : problems)
        require(problem.line >= 1 && problem.line <= lines && !problem.text.empty());
}

template <class Listed>
bool has_key(const std::vector<Listed>& listed, const std::string& key) {
    return std::ranges::count(listed, key, &Listed::key) == 1;
}

void check_references(const Catalogue& catalogue) {
    for (const ListedPool& pool : catalogue.pools) {
        require(pool.id.empty() && has_key(catalogue.pools, pool.key));
        require(pool.pool.least.count() > 0 && pool.pool.least <= pool.pool.most);
    }
    for (const ListedGroup& group : catalogue.groups)
        for (const std::string& pool : group.pools) require(has_key(catalogue.pools, pool));
    for (const Offer& offer : catalogue.offers) {
        require(!offer.pools.empty() && has_key(catalogue.offers, offer.key));
        for (const std::string& pool : offer.pools) require(has_key(catalogue.pools, pool));
        require(offer.activity.expires > now);
        for (const Stream& stream : offer.activity.streams)
            require(std::ranges::count(offer.activity.streams, stream.role, &Stream::role) == 1);
    }
}

// A first upload holds nothing back, and offers that share a topic are of one resource.
void check_plan(const Manifest& manifest) {
    int ids = 0;
    const auto plan = plan_replacement({}, {}, manifest, [&ids] { return std::to_string(++ids); });
    require(plan.has_value());
    require(plan->offers.size() == manifest.catalogue.offers.size());
    require(plan->pools.size() == manifest.catalogue.pools.size());
    for (const Offer& offer : plan->offers)
        for (const Stream& stream : offer.activity.streams)
            require(std::ranges::count(plan->moved, std::pair(stream.topic, offer.resource)) == 1);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto manifest = parse_manifest(text, now);
    if (!manifest) {
        check_problems(manifest.error(), text);
        return 0;
    }
    check_references(manifest->catalogue);
    check_plan(*manifest);
    return 0;
}
