// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shell_client/resumable_link.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <utility>

namespace relay::shell_client {

// One local connection and its way to the host, in the form that the relay offers. One thread; the
// way must outlive it.
class Stream {
public:
    // `number` names it in the log.
    Stream(const boost::asio::any_io_executor& executor, const Way& way, tunnel::LocalStream local,
           std::uint64_t number);

    // Until both sides have ended, or one has failed: then the local stream is reset. Static, so
    // that the coroutine's own frame keeps the stream alive.
    static boost::asio::awaitable<StreamEnd> run(std::shared_ptr<Stream> stream);

    // Called once there is a connection to the host; until then the local stream is not touched.
    void when_connected(std::function<void()> call) { when_connected_ = std::move(call); }

    // Ends it; the host is told if there is a connection.
    void stop();

private:
    boost::asio::awaitable<StreamEnd> carry();
    boost::asio::awaitable<StreamEnd> carry_over(std::unique_ptr<net::WebSocketClient> client);

    boost::asio::any_io_executor executor_;
    const Way& way_;
    Route route_;
    tunnel::LocalStream local_;
    std::uint64_t number_;
    std::stop_source stop_;
    std::optional<ResumableLink> link_;
    std::function<void()> when_connected_ = [] {};
};

}  // namespace relay::shell_client
