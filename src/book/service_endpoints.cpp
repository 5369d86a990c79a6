// SPDX-License-Identifier: Apache-2.0
#include "book/service_endpoints.hpp"

#include "book/http/reply.hpp"
#include "book/openapi.hpp"

namespace relay::book {
namespace {

net::HttpResponse report_health(const Call&) {
    return reply({{"status", "ok"}});
}

Result<net::HttpResponse> report_readiness(const Call&, const booking::Transaction& transaction) {
    const auto state = transaction.records().state();
    if (!state) return fail(Errc::unavailable, state.error().detail);
    return reply({{"status", "ok"}});
}

net::HttpResponse describe(const Call&) {
    net::HttpResponse response;
    response.body = openapi_json();
    return response;
}

}  // namespace

std::vector<Endpoint> service_endpoints() {
    const auto open = [](const char* pattern, auto answer) {
        return Endpoint{.method = "GET",
                        .pattern = pattern,
                        .access = Access::open,
                        .answer = std::move(answer),
                        .budget = Budget::service};
    };
    return {open("/healthz", Immediate(report_health)), open("/readyz", Reading(report_readiness)),
            open("/openapi.json", Immediate(describe)), open("/swagger.json", Immediate(describe))};
}

}  // namespace relay::book
