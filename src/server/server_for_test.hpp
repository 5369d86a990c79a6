// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "auth/token.hpp"
#include "net/test_socket.hpp"
#include "server/server.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

// What the tests of a whole server share.
namespace relay::server::test {

using net::test::TestSocket;

inline const Secret secret("a secret of more than thirty-two bytes");
inline constexpr auto audience = "https://lab.example/access";

inline Config config() {
    Config settings;
    settings.listen = "127.0.0.1";
    settings.access_port = settings.relay_port = 0;
    settings.access_fqdn = audience;
    settings.relay_fqdn = "wss://lab.example/relay";
    settings.secret = secret;
    settings.io_threads = 2;
    return settings;
}

inline std::string token_for(std::string topic, std::string prefix, std::vector<std::string> scopes,
                             std::string booking_id = "b1") {
    auth::Claims claims;
    claims.audience = {audience};
    claims.topic = std::move(topic);
    claims.prefix = std::move(prefix);
    claims.scopes = std::move(scopes);
    claims.booking_id = std::move(booking_id);
    claims.expires = std::chrono::system_clock::now() + std::chrono::hours(1);
    return auth::sign_token(claims, secret, "").value().reveal();
}

// The answer to a request of the access API.
inline std::string ask(std::uint16_t port, const std::string& line,
                       const std::string& authorization) {
    TestSocket client(port);
    client.send(line + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: " +
                authorization + "\r\nContent-Length: 0\r\n\r\n");
    return client.read_to_end();
}

// The request of a WebSocket, with further fields that each end with a line feed.
inline std::string upgrade_request(const std::string& path, const std::string& fields = "") {
    return "GET " + path +
           " HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
           "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
           fields + "\r\n";
}

}  // namespace relay::server::test
