// SPDX-License-Identifier: Apache-2.0
#include "load/opening.hpp"

#include "wire/handshake.hpp"

#include <gmock/gmock.h>

#include <string>

namespace relay::load {
namespace {

using Step = Opening::Step;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::span<const std::uint8_t> bytes(const std::string& text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

Opening opening_of(const std::string& url, std::vector<std::string> headers = {}) {
    return Opening(net::parse_url(url).value(), Secret("a.b.c"), std::move(headers));
}

std::string key_in(const std::string& request) {
    const std::string name = "Sec-WebSocket-Key: ";
    const auto at = request.find(name) + name.size();
    return request.substr(at, request.find("\r\n", at) - at);
}

std::string upgrade_answer(const std::string& request) {
    return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           "Sec-WebSocket-Accept: " +
           wire::accept_key(key_in(request)) + "\r\n\r\n";
}

std::string json_answer(const std::string& status, const std::string& body) {
    return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
}

TEST(Opening, of_a_ws_url_is_one_upgrade) {
    Opening opening = opening_of("ws://127.0.0.1:7001/t0?code=1", {"Origin: http://x"});
    const std::string request = opening.request();
    EXPECT_THAT(request, StartsWith("GET /t0?code=1 HTTP/1.1\r\nHost: 127.0.0.1:7001\r\n"));
    EXPECT_THAT(request, EndsWith("\r\nOrigin: http://x\r\n\r\n"));
    EXPECT_THAT(request, Not(HasSubstr("a.b.c")));
    EXPECT_TRUE(wire::is_valid_key(key_in(request)));
    EXPECT_EQ(opening.receive(bytes(upgrade_answer(request) + "rest")), Step::open);
    EXPECT_EQ(std::string(opening.rest().begin(), opening.rest().end()), "rest");
}

TEST(Opening, of_an_access_url_swaps_the_token_for_a_ws_url) {
    Opening opening = opening_of("http://127.0.0.1:3000/session/load");
    EXPECT_THAT(opening.request(), testing::AllOf(StartsWith("POST /session/load HTTP/1.1\r\n"),
                                                  HasSubstr("\r\nAuthorization: a.b.c\r\n")));
    EXPECT_EQ(opening.receive(bytes(
                  json_answer("200 OK", R"({"uri":"ws://127.0.0.1:3001/session/load?code=2"})"))),
              Step::redial);
    EXPECT_EQ(opening.peer().port, 3001);
    const std::string request = opening.request();
    EXPECT_THAT(request, StartsWith("GET /session/load?code=2 HTTP/1.1\r\n"));
    EXPECT_EQ(opening.receive(bytes(upgrade_answer(request))), Step::open);
}

TEST(Opening, fails_when_access_refuses_or_answers_nonsense) {
    for (const std::string& answer :
         {json_answer("401 Unauthorized", "{}"), json_answer("200 OK", "no json"),
          json_answer("200 OK", "[]"), json_answer("200 OK", R"({"uri":1})"),
          json_answer("200 OK", R"({"uri":"http://127.0.0.1/"})"),
          std::string("SSH-2.0\r\n\r\n")}) {
        Opening opening = opening_of("http://127.0.0.1:3000/session/load");
        opening.request();
        EXPECT_EQ(opening.receive(bytes(answer)), Step::failed) << answer;
        EXPECT_FALSE(opening.error().empty());
    }
}

TEST(Opening, fails_when_the_upgrade_is_refused_even_if_the_reason_is_still_to_come) {
    Opening opening = opening_of("ws://h/t");
    opening.request();
    EXPECT_EQ(opening.receive(bytes("HTTP/1.1 403 Forbidden\r\nContent-Length: 10\r\n\r\n")),
              Step::failed);
    EXPECT_THAT(opening.error(), HasSubstr("403"));
}

TEST(Opening, fails_when_the_answer_belongs_to_another_key) {
    Opening opening = opening_of("ws://h/t");
    opening.request();
    EXPECT_EQ(opening.receive(bytes(upgrade_answer("Sec-WebSocket-Key: other\r\n"))), Step::failed);
}

TEST(Opening, fails_when_the_peer_closes_during_it) {
    Opening opening = opening_of("ws://h/t");
    opening.request();
    EXPECT_EQ(opening.receive(bytes("HTTP/1.1 101")), Step::need_more);
    EXPECT_EQ(opening.peer_closed(), Step::failed);
}

}  // namespace
}  // namespace relay::load
