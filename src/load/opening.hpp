// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "base/secret.hpp"
#include "load/http_answer.hpp"
#include "net/url.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace relay::load {

// The way from a URL to an open WebSocket, as decisions without a socket: at a ws URL one upgrade
// (RFC 6455 §4.1); at an access URL first a POST that swaps the token for a ws URL with a one-time
// code. One thread.
class Opening {
public:
    enum class Step : std::uint8_t {
        need_more,  // bytes
        redial,     // connect to peer() anew and send request()
        open,       // the WebSocket is open; rest() begins with its frames
        failed,     // error() says why
    };

    // `headers` are further lines of the upgrade request; `token` is for access URLs only.
    Opening(net::Url url, Secret token, std::vector<std::string> headers);

    const net::Url& peer() const { return url_; }
    std::string request();
    Step receive(std::span<const std::uint8_t> bytes);
    Step peer_closed();

    std::span<const std::uint8_t> rest() const { return answer_.rest(); }
    const std::string& error() const { return error_; }

    // Gives back memory that is of no use once the WebSocket is open.
    void forget() { answer_ = HttpAnswer(); }

private:
    Step finish_asking();
    Step finish_upgrade();
    Step fail_with(std::string error);

    net::Url url_;
    Secret token_;
    std::vector<std::string> headers_;
    std::string key_;
    HttpAnswer answer_;
    std::string error_;
};

}  // namespace relay::load
