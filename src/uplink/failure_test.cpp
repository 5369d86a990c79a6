// SPDX-License-Identifier: Apache-2.0
#include "uplink/failure.hpp"

#include <gtest/gtest.h>

namespace relay::uplink {
namespace {

using Kind = Failure::Kind;
using wire::CloseCode;

Kind of_status(int status) {
    net::HttpResponse answer;
    answer.status = status;
    return failure_of(net::WebSocketFailure{{Errc::internal, ""}, answer}).kind;
}

Kind of_close(CloseCode code) {
    return failure_of(net::WebSocketEnd{.code = code, .reason = ""}).kind;
}

TEST(Failure, of_a_peer_that_is_away_for_a_moment_shows_a_restart) {
    EXPECT_EQ(failure_of(Error{Errc::interrupted, ""}).kind, Kind::restart);
    EXPECT_EQ(of_status(502), Kind::restart);
    EXPECT_EQ(of_status(503), Kind::restart);
    for (const auto code : {CloseCode::abnormal, CloseCode::going_away, CloseCode::service_restart})
        EXPECT_EQ(of_close(code), Kind::restart) << static_cast<int>(code);
}

TEST(Failure, that_may_last_is_neither_a_restart_nor_a_refusal) {
    EXPECT_EQ(failure_of(Error{Errc::unavailable, ""}).kind, Kind::other);
    for (const int status : {200, 307, 409, 429, 500, 504})
        EXPECT_EQ(of_status(status), Kind::other) << status;
    for (const auto code : {CloseCode::normal, CloseCode::too_slow, CloseCode::expired,
                            CloseCode::denied, CloseCode::internal_error})
        EXPECT_EQ(of_close(code), Kind::other) << static_cast<int>(code);
}

TEST(Failure, whose_cause_is_the_request_is_a_refusal) {
    for (const int status : {400, 401, 403, 404, 410, 422})
        EXPECT_EQ(of_status(status), Kind::refusal) << status;
    EXPECT_EQ(failure_of(Error{Errc::unauthorized, ""}).kind, Kind::refusal);
}

TEST(Failure, of_one_whose_place_was_taken_is_a_replacement) {
    EXPECT_EQ(of_close(CloseCode::replaced), Kind::replaced);
}

TEST(Failure, says_how_a_connection_ended) {
    const auto text = [](CloseCode code, const char* reason) {
        return failure_of(net::WebSocketEnd{.code = code, .reason = reason}).error.detail;
    };
    EXPECT_EQ(text(CloseCode::abnormal, "nothing heard"), "connection lost: nothing heard");
    EXPECT_EQ(text(CloseCode::going_away, "the relay is shutting down"),
              "closed with 1001: the relay is shutting down");
    EXPECT_EQ(text(CloseCode::normal, ""), "closed with 1000");
    EXPECT_EQ(text(CloseCode::replaced, "a newer host"),
              "replaced by another that uses the same topic: closed with 4409: a newer host");
}

}  // namespace
}  // namespace relay::uplink
