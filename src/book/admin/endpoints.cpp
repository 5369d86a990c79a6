// SPDX-License-Identifier: Apache-2.0
#include "book/admin/endpoints.hpp"

#include "book/admin/admin_parts.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace relay::book {

std::vector<Endpoint> admin_endpoints(std::function<void()> on_denial, PoolstoreSettings settings) {
    std::vector<Endpoint> all = status_endpoints();
    for (auto part : {poolstore_endpoints(std::move(on_denial), settings), manifest_endpoints(),
                      overview_endpoints()})
        std::ranges::move(part, std::back_inserter(all));
    return all;
}

}  // namespace relay::book
