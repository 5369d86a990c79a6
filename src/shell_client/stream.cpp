// SPDX-License-Identifier: Apache-2.0
#include "shell_client/stream.hpp"

#include "base/log.hpp"
#include "tunnel/plain_link.hpp"

#include <utility>

namespace relay::shell_client {

using boost::asio::awaitable;

Stream::Stream(const boost::asio::any_io_executor& executor, const Way& way,
               tunnel::LocalStream local, std::uint64_t number)
    : executor_(executor), way_(way), route_(way), local_(std::move(local)), number_(number) {}

awaitable<StreamEnd> Stream::run(std::shared_ptr<Stream> stream) {
    auto end = co_await stream->carry();
    log::info("stream ended", {{"stream", stream->number_},
                               {"sent", end.link.sent},
                               {"received", end.link.received},
                               {"complete", end.link.complete},
                               {"reason", end.link.reason}});
    co_return end;
}

void Stream::stop() {
    stop_.request_stop();
    if (link_) link_->stop();
}

awaitable<StreamEnd> Stream::carry() {
    auto connected = co_await route_.connect_first(stop_.get_token());
    if (connected && !stop_.stop_requested()) {
        when_connected_();
        co_return co_await carry_over(std::move(*connected));
    }
    local_.reset();
    Error error = connected ? Error{Errc::unavailable, "stopped"} : connected.error().error;
    co_return StreamEnd{.link = {.reason = error.detail}, .error = std::move(error)};
}

awaitable<StreamEnd> Stream::carry_over(std::unique_ptr<net::WebSocketClient> client) {
    if (client->subprotocol() == tunnel::resume_protocol) {
        link_.emplace(executor_, way_, route_, std::move(local_), number_);
        auto end = co_await link_->run(std::move(client));
        link_.reset();  // and the local stream, if it has not ended
        co_return end;
    }
    log::info("stream opened", {{"stream", number_}, {"form", "plain"}, {"relay", route_.url()}});
    StreamEnd end{.link = co_await tunnel::carry_plain(*client, local_, stop_.get_token()),
                  .error = {}};
    if (!end.link.complete) end.error = Error{Errc::unavailable, end.link.reason};
    co_return end;
}

}  // namespace relay::shell_client
