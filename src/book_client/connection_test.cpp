// SPDX-License-Identifier: Apache-2.0
#include "book_client/connection.hpp"

#include "book_client/fake_book_for_test.hpp"

#include <nlohmann/json.hpp>

namespace relay::book_client {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

struct ConnectionTest : test::BookClientTest {
    Result<nlohmann::json> ask(const std::string& path) {
        const auto connection = Connection::log_in(book.address());
        if (!connection) return std::unexpected(connection.error());
        return connection->ask_json({.method = "GET", .path = path});
    }
};

TEST_F(ConnectionTest, LogsInWithTheClassTokenAndAsksWithTheBookingToken) {
    book.answer("GET /api/v1/admin/status", 200, R"({"pools":3})");
    EXPECT_EQ(ask("/admin/status").value().at("pools"), 3);
    const auto requests = book.requests();
    ASSERT_THAT(requests, SizeIs(2));
    EXPECT_EQ(requests[0].fields["Authorization"], "class-token");
    EXPECT_EQ(requests[1].fields["Authorization"], "booking-token");
}

TEST_F(ConnectionTest, TellsTheReasonOfARefusalInEitherShape) {
    book.answer("GET /api/v1/a", 401, "\"Missing booking:admin Scope\"\n");
    const auto missing = ask("/a");
    EXPECT_EQ(missing.error().code, Errc::unauthorized);
    EXPECT_EQ(missing.error().detail, "GET /a: status 401: Missing booking:admin Scope");
    book.answer("GET /api/v1/b?x=1", 500, R"({"code":500,"message":"token invalid"})");
    EXPECT_EQ(ask("/b?x=1").error().detail, "GET /b: status 500: token invalid");
    book.answer("GET /api/v1/c", 502, "<html>");
    EXPECT_EQ(ask("/c").error().code, Errc::unavailable);
}

TEST_F(ConnectionTest, TellsARefusedLoginAsSuch) {
    book.answer("POST /api/v1/login", 401, R"({"code":401,"message":"token invalid"})");
    EXPECT_EQ(ask("/a").error().detail, "POST /login: status 401: token invalid");
    book.answer("POST /api/v1/login", 200, "{}");
    EXPECT_THAT(ask("/a").error().detail, HasSubstr("no token"));
    EXPECT_THAT(book.requests(), SizeIs(2)) << "nothing may follow a failed login";
}

TEST_F(ConnectionTest, LetsNoForeignTextControlTheTerminal) {
    book.answer("GET /api/v1/a", 400, "\"red \\u001b[31m\"");
    EXPECT_THAT(ask("/a").error().detail, AllOf(HasSubstr("red  [31m"), Not(HasSubstr("\x1b"))));
}

TEST_F(ConnectionTest, AnAnswerThatIsNoObjectIsOfAnotherProgram) {
    book.answer("GET /api/v1/a", 200, "<html>hello</html>");
    EXPECT_THAT(ask("/a").error().detail, HasSubstr("is this a booking server?"));
}

TEST_F(ConnectionTest, AddressesThatAreNoneAreErrorsOfTheSettings) {
    ServerAddress address = book.address();
    for (const char* scheme : {"ftp", "ws", ""}) {
        address.scheme = scheme;
        const auto connection = Connection::log_in(address);
        ASSERT_FALSE(connection);
        EXPECT_EQ(connection.error().code, Errc::invalid);
        EXPECT_THAT(connection.error().detail, HasSubstr("scheme"));
    }
}

TEST_F(ConnectionTest, TheBasePathNeedsNoSlashesAroundIt) {
    for (const char* base : {"api/v1", "/api/v1/", "api/v1/"}) {
        ServerAddress address = book.address();
        address.base = base;
        EXPECT_TRUE(Connection::log_in(address)) << base;
    }
    for (const char* base : {"", "/"}) {
        book.answer("POST /login", 200, R"({"token":"t"})");
        ServerAddress address = book.address();
        address.base = base;
        EXPECT_TRUE(Connection::log_in(address)) << base;
    }
}

TEST_F(ConnectionTest, AServerThatIsAwayIsUnavailableAndNamed) {
    ServerAddress address = book.address();
    address.host = "127.0.0.1:1";
    const auto connection = Connection::log_in(address);
    ASSERT_FALSE(connection);
    EXPECT_EQ(connection.error().code, Errc::unavailable);
    EXPECT_THAT(connection.error().detail, HasSubstr("http://127.0.0.1:1/api/v1/login"));
}

TEST_F(ConnectionTest, NeverTellsTheToken) {
    ServerAddress address = book.address();
    address.token = Secret("hush\r\nX: y");
    const auto connection = Connection::log_in(address);
    ASSERT_FALSE(connection);
    EXPECT_EQ(connection.error().code, Errc::invalid);
    EXPECT_THAT(connection.error().detail, Not(HasSubstr("hush")));
    EXPECT_THAT(book.requests(), SizeIs(0));
}

TEST(Escape, KeepsOnlyWhatAQueryMayHold) {
    EXPECT_EQ(escape("a-b_c.d~1"), "a-b_c.d~1");
    EXPECT_EQ(escape("back at 5 & 6, né+"), "back%20at%205%20%26%206%2C%20n%C3%A9%2B");
}

}  // namespace
}  // namespace relay::book_client
