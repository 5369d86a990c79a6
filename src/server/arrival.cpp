// SPDX-License-Identifier: Apache-2.0
#include "server/arrival.hpp"

#include "net/http_message.hpp"

#include <fmt/format.h>

#include <sys/socket.h>

namespace relay::server {

void refuse_late(int socket, int status, std::string_view reason) {
    const net::HttpResponse response = net::error_response(status, reason);
    const std::string answer = fmt::format(
        "HTTP/1.1 {} Refused\r\nContent-Type: {}\r\nConnection: close\r\nContent-Length: "
        "{}\r\n\r\n{}",
        status, response.content_type, response.body.size(), response.body);
    ::send(socket, answer.data(), answer.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
}

}  // namespace relay::server
