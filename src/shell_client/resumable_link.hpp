// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shell_client/route.hpp"
#include "tunnel/local_stream.hpp"
#include "tunnel/resumable_end.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

namespace relay::shell_client {

// How a stream ended.
struct StreamEnd {
    tunnel::LinkEnd link;
    std::optional<Error> error;  // unless all bytes went both ways
};

// The client's end of a stream of relay.resume.v1: comes back with a new connection whenever one is
// lost. One thread; the way must outlive it, and it must outlive its run.
class ResumableLink final : private net::MessageSource, private net::MessageReceiver {
public:
    // `number` names the stream in the log.
    ResumableLink(const boost::asio::any_io_executor& executor, const Way& way, Route& route,
                  tunnel::LocalStream local, std::uint64_t number);

    // Until the stream is over and the host knows it. A stream that was never answered ends when
    // the relay says that the host did not come; one that was, only when it has been lost for too
    // long, or when the token is not good any more.
    boost::asio::awaitable<StreamEnd> run(std::unique_ptr<net::WebSocketClient> first);

    // Ends the stream; the host is told if there is a connection.
    void stop();

private:
    void gather(std::vector<wire::MessagePtr>& into, std::size_t max_bytes) override;
    void on_message(wire::MessagePtr message) override;

    boost::asio::awaitable<void> carry(net::WebSocketClient& client);
    boost::asio::awaitable<std::unique_ptr<net::WebSocketClient>> come_back();
    void on_accepted();
    void on_change();
    void connection_ended(const net::WebSocketEnd& end);
    void missed(Missed missed);
    bool is_over() const;
    StreamEnd end() const;

    boost::asio::any_io_executor executor_;
    const Way& way_;
    Route& route_;
    std::uint64_t log_number_;
    tunnel::ResumableEnd end_;
    net::WebSocketClient* client_ = nullptr;  // the current connection
    shell_stream::ConnectionNumber connection_ = 0;
    bool accepted_ = false;       // the current connection, by the host
    bool ever_accepted_ = false;  // a connection
    SteadyTime since_;            // of the current state: accepted, or lost
    std::optional<Error> verdict_;
    bool stopped_ = false;
    std::stop_source no_more_;  // connections
};

}  // namespace relay::shell_client
