// SPDX-License-Identifier: Apache-2.0
#include "shell_client/resumable_link.hpp"

#include "base/log.hpp"
#include "net/time_limit.hpp"
#include "uplink/failure.hpp"

#include <utility>

namespace relay::shell_client {
namespace {

using namespace std::chrono_literals;
using boost::asio::awaitable;
using shell_stream::AbortReason;
using shell_stream::ResumableStream;
using wire::CloseCode;
using Outcome = ResumableStream::Outcome;

constexpr auto restart_limit = 30s;  // so long a relay and its hosts may take to be back

SteadyTime now() {
    return std::chrono::steady_clock::now();
}

}  // namespace

ResumableLink::ResumableLink(const boost::asio::any_io_executor& executor, const Way& way,
                             Route& route, tunnel::LocalStream local, std::uint64_t number)
    : executor_(executor),
      way_(way),
      route_(route),
      log_number_(number),
      end_(executor, ResumableStream(shell_stream::random_stream_key(), way.stream, now()),
           [this] { on_change(); }),
      since_(now()) {
    end_.set_local(std::move(local));
}

awaitable<StreamEnd> ResumableLink::run(std::unique_ptr<net::WebSocketClient> first) {
    for (auto client = std::move(first); client; client = co_await come_back())
        co_await carry(*client);
    co_return end();
}

void ResumableLink::stop() {
    stopped_ = true;
    no_more_.request_stop();
    end_.abort(AbortReason::stopping, "");
}

// --- one connection

awaitable<void> ResumableLink::carry(net::WebSocketClient& client) {
    accepted_ = false;
    client_ = &client;
    end_.stream().connected(++connection_, now());
    end_.attach(connection_, client);
    const net::TimeLimit limit(executor_, way_.accept_limit, {}, [&] {
        // Not as the end of a stream: a host that has finished would forget it, and the relay would
        // keep the greeting for a host that comes late.
        if (!accepted_) client.close(CloseCode::peer_lost, "the host did not answer");
    });
    const auto end = co_await client.run(*this, *this, {});
    client_ = nullptr;
    const bool normal = end.code == CloseCode::normal;
    end_.detach(connection_,
                normal ? ResumableStream::Closed::normally : ResumableStream::Closed::otherwise);
    connection_ended(end);
}

void ResumableLink::gather(std::vector<wire::MessagePtr>& into, std::size_t max_bytes) {
    end_.gather(connection_, into, max_bytes);
}

void ResumableLink::on_message(wire::MessagePtr message) {
    end_.received(connection_, *message);
    if (!accepted_ && end_.stream().is_up()) on_accepted();
}

void ResumableLink::on_accepted() {
    accepted_ = true;
    const auto lost = std::chrono::duration<double>(now() - since_).count();
    if (ever_accepted_)
        log::info("stream resumed",
                  {{"stream", log_number_}, {"relay", route_.url()}, {"lost_s", lost}});
    else
        log::info("stream opened",
                  {{"stream", log_number_}, {"form", "resumable"}, {"relay", route_.url()}});
    ever_accepted_ = true;
    since_ = now();
}

// The last frame has been handed over when the stream is done: the close goes behind it.
void ResumableLink::on_change() {
    if (!end_.stream().done()) return;
    no_more_.request_stop();
    if (client_) client_->close(CloseCode::normal, "");
}

void ResumableLink::connection_ended(const net::WebSocketEnd& end) {
    if (accepted_) {
        route_.connection_ended(now() - since_);
        since_ = now();
    }
    if (is_over()) return;
    auto error = uplink::failure_of(end).error;
    log::debug("stream interrupted", {{"stream", log_number_}, {"error", error.detail}});
    const bool expired = end.code == CloseCode::expired || end.code == CloseCode::denied;
    const bool no_host = end.code == CloseCode::no_such_host && !ever_accepted_;
    if (expired || no_host) verdict_ = std::move(error);
}

// --- the next one

awaitable<std::unique_ptr<net::WebSocketClient>> ResumableLink::come_back() {
    while (!is_over()) {
        const bool soon = now() - since_ < restart_limit;
        auto connected = co_await route_.connect_again(soon, no_more_.get_token());
        if (is_over()) break;
        if (!connected)
            missed(std::move(connected.error()));
        else if ((*connected)->subprotocol() == tunnel::resume_protocol)
            co_return std::move(*connected);
        else
            missed({{Errc::unavailable, "relay or host do not offer relay.resume.v1 any more"}});
    }
    co_return nullptr;
}

void ResumableLink::missed(Missed missed) {
    log::debug("stream not resumed yet", {{"stream", log_number_}, {"error", missed.error.detail}});
    if (missed.kind == Missed::Kind::denied) verdict_ = std::move(missed.error);
}

// --- the end

bool ResumableLink::is_over() const {
    return stopped_ || verdict_ || end_.stream().done();
}

StreamEnd ResumableLink::end() const {
    StreamEnd ended{.link = end_.summary(), .error = {}};
    if (ended.link.complete) return ended;
    if (verdict_ && end_.stream().outcome() == Outcome::open) ended.link.reason = verdict_->detail;
    ended.error = verdict_ ? *verdict_ : Error{Errc::unavailable, ended.link.reason};
    return ended;
}

}  // namespace relay::shell_client
