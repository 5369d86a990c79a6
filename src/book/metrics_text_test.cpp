// SPDX-License-Identifier: Apache-2.0
#include "book/metrics_text.hpp"

#include "book/admin/admin_for_test.hpp"

#include <gmock/gmock.h>

namespace relay::book {
namespace {

using namespace test;
using testing::HasSubstr;
using testing::Not;

class MetricsText : public AdminTest {
protected:
    std::string text() {
        std::string rendered;
        read([&](const Transaction& transaction) -> Result<void> {
            rendered = metrics_text(requests, transaction, now).value();
            return {};
        });
        return rendered;
    }
    RequestCounts requests;
};

TEST_F(MetricsText, tells_how_things_are) {
    put_pool("p1");
    put_group("g1", {"p1"});
    put_activity("p1", "a1", laser("t1"));
    put_activity("p1", "a2", laser("t2"));
    const std::string session = book("p1", "ann");
    book("p1", "ben");
    book("p1", "cleo");
    book("p1", "cleo");
    cancel(session);
    call("POST", "/admin/status?lock=true");
    EXPECT_THAT(text(), HasSubstr("\nrelay_book_sessions 2\n")) << "one is being cancelled";
    EXPECT_THAT(text(), HasSubstr("\nrelay_book_activities 2\n"));
    EXPECT_THAT(text(), HasSubstr("\nrelay_book_pools 1\n"));
    EXPECT_THAT(text(), HasSubstr("\nrelay_book_groups 1\n"));
    EXPECT_THAT(text(), HasSubstr("\nrelay_book_locked 1\n"));
    EXPECT_THAT(text(), HasSubstr("\nrelay_book_denials_pending 1\n"));
    EXPECT_THAT(text(), HasSubstr("relay_book_refusals_of_a_day{reason=\"none available\"} 2\n"));
    now += 26h;
    EXPECT_THAT(text(), HasSubstr("\nrelay_book_sessions 0\n"));
    EXPECT_THAT(text(), Not(HasSubstr("none available")));
}

TEST_F(MetricsText, counts_answers_by_endpoint_and_status) {
    requests.add("POST", "/pools/{pool_id}/sessions", 200);
    requests.add("POST", "/pools/{pool_id}/sessions", 200);
    requests.add("POST", "/pools/{pool_id}/sessions", 404);
    requests.add("", "", 404);
    EXPECT_THAT(text(), HasSubstr("relay_book_requests_total{method=\"POST\",endpoint=\"/pools/"
                                  "{pool_id}/sessions\",status=\"200\"} 2\n"));
    EXPECT_THAT(text(), HasSubstr("status=\"404\"} 1\n"));
    EXPECT_THAT(text(), HasSubstr("{method=\"\",endpoint=\"\",status=\"404\"} 1\n"));
}

TEST_F(MetricsText, anybody_may_look) {
    const Endpoint endpoint = metrics_endpoint(std::make_shared<RequestCounts>());
    EXPECT_EQ(endpoint.access, Access::open);
    EXPECT_EQ(endpoint.pattern, "/metrics");
    read([&](const Transaction& transaction) -> Result<void> {
        Call made;
        made.now = WallTime(now);
        const auto response = std::get<Reading>(endpoint.answer)(made, transaction).value();
        EXPECT_THAT(response.content_type, HasSubstr("text/plain"));
        EXPECT_THAT(response.body, HasSubstr("relay_book_sessions 0"));
        return {};
    });
}

}  // namespace
}  // namespace relay::book
