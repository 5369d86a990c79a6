// SPDX-License-Identifier: Apache-2.0
#include "shell_host/resumable_leg.hpp"

#include "base/log.hpp"
#include "shell_host/streams.hpp"

#include <boost/asio/this_coro.hpp>

#include <utility>

namespace relay::shell_host {
namespace {

using boost::asio::awaitable;
using wire::CloseCode;

void log_failure(const Visit& visit, const std::string& detail) {
    log::info("client not reached",
              {{"connection", visit.connection}, {"form", "resumable"}, {"error", detail}});
}

}  // namespace

ResumableLeg::ResumableLeg(Streams& streams, const Visit& visit, net::WebSocketClient& client)
    : streams_(streams), visit_(visit), client_(client), number_(streams.next_number()) {}

awaitable<void> ResumableLeg::run(std::chrono::milliseconds first_message_limit,
                                  std::stop_token stop) {
    const auto executor = co_await boost::asio::this_coro::executor;
    first_message_limit_.emplace(executor, first_message_limit, std::stop_token(),
                                 [this] { close("no OPEN or RESUME came"); });
    const auto ended = co_await client_.run(*this, *this, std::move(stop));
    first_message_limit_.reset();
    streams_.left(*this, ended.code);
}

void ResumableLeg::on_message(wire::MessagePtr message) {
    if (end_) return end_->received(number_, *message);
    if (std::exchange(greeted_, true)) return;  // it is over
    first_message_limit_.reset();
    streams_.greet(*this, *message);
}

void ResumableLeg::gather(std::vector<wire::MessagePtr>& into, std::size_t max_bytes) {
    if (end_) return end_->gather(number_, into, max_bytes);
    if (answer_) into.push_back(std::exchange(answer_, {}));
}

void ResumableLeg::answer(wire::MessagePtr last) {
    answer_ = std::move(last);
    client_.finish();
}

void ResumableLeg::finish() {
    end_ = nullptr;
    client_.finish();
}

void ResumableLeg::close(std::string_view reason) {
    end_ = nullptr;
    client_.close(CloseCode::normal, reason);
}

awaitable<void> serve_resumable(Visit visit, net::WebSocketSettings settings, Streams& streams,
                                std::stop_token stop) {
    const auto first_message_limit = streams.limits().first_message;
    auto client = co_await net::WebSocketClient::connect(visit.address, std::move(settings), stop);
    if (!client) {
        log_failure(visit, client.error().error.detail);
        co_return;
    }
    ResumableLeg leg(streams, visit, **client);
    if ((*client)->subprotocol() != tunnel::resume_protocol) {
        log_failure(visit, "the relay did not select the subprotocol that it asked for");
        leg.close("no subprotocol");
    }
    co_await leg.run(first_message_limit, std::move(stop));
}

}  // namespace relay::shell_host
