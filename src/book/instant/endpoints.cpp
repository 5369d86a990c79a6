// SPDX-License-Identifier: Apache-2.0
#include "book/instant/endpoints.hpp"

#include "book/instant/parts.hpp"

#include <iterator>
#include <utility>

namespace relay::book {

std::vector<Endpoint> instant_endpoints(std::shared_ptr<const Tokens> tokens,
                                        std::uint32_t max_sessions,
                                        std::function<void()> on_denial) {
    std::vector<Endpoint> all;
    const auto add = [&](std::vector<Endpoint> part) {
        std::ranges::move(part, std::back_inserter(all));
    };
    add(login_endpoints(tokens, max_sessions));
    add(group_endpoints());
    add(pool_endpoints());
    add(activity_endpoints());
    add(session_endpoints(std::move(tokens), max_sessions, std::move(on_denial)));
    return all;
}

}  // namespace relay::book
