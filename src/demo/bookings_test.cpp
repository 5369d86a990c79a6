// SPDX-License-Identifier: Apache-2.0
#include "demo/bookings.hpp"

#include "book_client/run.hpp"
#include "demo/rigs.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <sstream>

namespace relay::demo {
namespace {

using namespace std::chrono_literals;

TEST(Bookings, OfferThreeRigsInTwoPoolsAndLeaveNothingBehind) {
    const TokenIssuer issuer("http://127.0.0.1:8080");
    auto bookings = Bookings::start(issuer);
    ASSERT_TRUE(bookings) << bookings.error().detail;
    book_client::Status status{.json = true};
    status.server.scheme = "http";
    status.server.host = fmt::format("127.0.0.1:{}", bookings->port());
    status.server.token = issuer.issue_class_token("login:admin", 60s).value();
    std::ostringstream out;
    const auto asked = book_client::status(status, out);
    ASSERT_TRUE(asked) << asked.error().detail;
    const auto held = nlohmann::json::parse(out.str());
    EXPECT_EQ(held.at("activities"), rigs.size());
    EXPECT_EQ(held.at("pools"), 2);
    EXPECT_EQ(held.at("groups"), 1);
    bookings->stop();
}

TEST(ScratchFolder, IsRemovedWithWhatIsInIt) {
    std::filesystem::path path;
    {
        const auto folder = ScratchFolder::make();
        ASSERT_TRUE(folder);
        path = folder->path();
        std::filesystem::create_directory(path / "below");
    }
    EXPECT_FALSE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace relay::demo
