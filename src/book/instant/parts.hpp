// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "book/http/endpoint.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

// The parts of the instant API, a file each, and what they share.
namespace relay::book {

class Tokens;

std::vector<Endpoint> login_endpoints(std::shared_ptr<const Tokens> tokens,
                                      std::uint32_t max_sessions);
std::vector<Endpoint> group_endpoints();
std::vector<Endpoint> pool_endpoints();
std::vector<Endpoint> activity_endpoints();
std::vector<Endpoint> session_endpoints(std::shared_ptr<const Tokens> tokens,
                                        std::uint32_t max_sessions,
                                        std::function<void()> on_denial);

// How many sessions the caller may have at one time: what its token says, else the most that one of
// its groups permits, else the server's number.
Result<std::uint32_t> max_sessions_of(const Call& call, const booking::Transaction& transaction,
                                      std::uint32_t servers);

// Whether the caller's login gave it the pool; administrators may see all.
bool has_pool(const Call& call, std::string_view pool);
net::HttpResponse pool_not_permitted();

// Who is on record for what the call does.
std::string actor_of(const Call& call);
Result<void> record(const Call& call, booking::Transaction& transaction, std::string_view action,
                    std::string_view object, std::string_view detail);

// The reference answers 404 to what it has deleted: with `null`, or without a body.
net::HttpResponse deleted();
net::HttpResponse empty_404();

}  // namespace relay::book
