// SPDX-License-Identifier: Apache-2.0
#include "tunnel/plain_link.hpp"

#include "net/time_limit.hpp"
#include "net/tuple_await.hpp"
#include "tunnel/spawn_detail.hpp"
#include "uplink/failure.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <array>
#include <chrono>
#include <deque>
#include <memory>
#include <utility>
#include <vector>

namespace relay::tunnel {
namespace {

namespace asio = boost::asio;
using asio::awaitable;
using wire::CloseCode;
using Kind = LocalStream::Transfer::Kind;

constexpr std::size_t max_piece = 65'535;         // bytes of a message, as practable's peers
constexpr std::size_t enough_waits = 128 * 1024;  // bytes; from there on the far side is to pause
constexpr auto longest_farewell = std::chrono::seconds(1);

// Bytes from the local stream are read when the WebSocket asks for them; those towards it are
// written at once, and wait here while it takes none.
//
// Shared with the coroutines that wait for the local stream: they come back at its end, later than
// carry_plain, and find the link ended.
class PlainLink final : public net::MessageSource,
                        public net::MessageReceiver,
                        public std::enable_shared_from_this<PlainLink> {
public:
    PlainLink(asio::any_io_executor executor, net::WebSocketClient& client, LocalStream& local)
        : executor_(std::move(executor)), client_(client), local_(local), drained_(executor_) {}

    awaitable<LinkEnd> run(std::stop_token stop) {
        const std::stop_callback on_stop(
            stop, [this] { fail(CloseCode::peer_lost, "the program stops"); });
        spawn(executor_, await_input(shared_from_this()));
        const auto end = co_await client_.run(*this, *this, {});
        running_ = false;
        // Without a code, as practable's relay closes.
        const bool orderly = end.code == CloseCode::normal || end.code == CloseCode::no_status;
        if (!orderly) note_failure(uplink::failure_of(end).error.detail);
        while (!failed_ && !waiting_.empty()) co_await wait_until_drained();
        if (failed_)
            local_.reset();
        else
            co_await close_local(stop);
        ended_ = true;
        co_return summary();
    }

    void gather(std::vector<wire::MessagePtr>& into, std::size_t max_bytes) override {
        for (std::size_t total = 0; input_ready_ && total < max_bytes;) {
            auto message = wire::Message::allocate(max_piece, wire::MessageType::binary);
            const auto transfer = local_.read_now(message->payload());
            input_ready_ = transfer.count == max_piece;  // else there is no more for now
            if (transfer.kind == Kind::ended) return end_input();
            if (transfer.kind == Kind::failed) return local_failed(transfer.failure);
            if (!input_ready_) spawn(executor_, await_input(shared_from_this()));
            if (transfer.kind != Kind::moved) return;
            message->shrink(transfer.count);
            into.push_back(std::move(message));
            total += transfer.count;
            sent_ += transfer.count;
        }
    }

    void on_message(wire::MessagePtr message) override {
        if (message->type() != wire::MessageType::binary || message->size() == 0 || failed_) return;
        waiting_bytes_ += message->size();
        waiting_.push_back(std::move(message));
        if (waiting_.size() == 1) write_waiting();
        if (waiting_bytes_ > enough_waits) client_.pause_reading();
    }

private:
    static awaitable<void> await_input(std::shared_ptr<PlainLink> link) {
        co_await link->local_.readable();
        if (!link->running_) co_return;
        link->input_ready_ = true;
        link->client_.notify();
    }

    void end_input() {
        reason_ = "the local connection has ended";
        client_.finish();
    }

    void write_waiting() {
        while (!waiting_.empty()) {
            const auto rest = waiting_.front()->payload().subspan(written_);
            const auto transfer = local_.write_now(rest);
            if (transfer.kind == Kind::failed) return local_failed(transfer.failure);
            if (transfer.kind != Kind::moved)
                return spawn(executor_, await_output(shared_from_this()));
            written(transfer.count);
        }
        drained_.cancel();
    }

    void written(std::size_t count) {
        received_ += count;
        waiting_bytes_ -= count;
        written_ += count;
        if (written_ < waiting_.front()->size()) return;
        waiting_.pop_front();
        written_ = 0;
    }

    static awaitable<void> await_output(std::shared_ptr<PlainLink> link) {
        co_await link->local_.writable();
        if (link->ended_ || link->failed_) co_return;
        link->write_waiting();
        if (link->running_ && link->waiting_bytes_ <= enough_waits / 2)
            link->client_.resume_reading();
    }

    awaitable<void> wait_until_drained() {
        drained_.expires_at(asio::steady_timer::time_point::max());
        co_await drained_.async_wait(net::tuple_await);
    }

    void local_failed(const std::error_code& failure) {
        fail(CloseCode::peer_lost, "the local connection failed: " + failure.message());
    }

    // Tells the far side, though not from within a call of the WebSocket's.
    void fail(CloseCode code, std::string reason) {
        note_failure(std::move(reason));
        asio::post(executor_, [link = shared_from_this(), code] {
            if (link->running_) link->client_.close(code, "the stream's other side failed");
        });
    }

    void note_failure(std::string reason) {
        if (std::exchange(failed_, true)) return;
        reason_ = std::move(reason);
        drained_.cancel();
    }

    // Closing with input unread would reset the connection, which could destroy what was written.
    awaitable<void> close_local(std::stop_token stop) {
        local_.end_writing();
        const net::TimeLimit limit(executor_, longest_farewell, std::move(stop),
                                   [this] { local_.close(); });
        std::array<std::uint8_t, 4096> unwanted;
        Kind kind = Kind::moved;
        while (local_.is_open() && kind != Kind::ended && kind != Kind::failed) {
            if (kind == Kind::would_block) co_await local_.readable();
            kind = local_.read_now(unwanted).kind;
        }
        local_.close();
    }

    LinkEnd summary() const {
        return {.complete = !failed_,
                .reason = reason_.empty() ? "the far end has closed" : reason_,
                .sent = sent_,
                .received = received_};
    }

    asio::any_io_executor executor_;
    net::WebSocketClient& client_;
    LocalStream& local_;
    asio::steady_timer drained_;  // cancelled when nothing waits any more, or the link has failed
    std::deque<wire::MessagePtr> waiting_;
    std::size_t waiting_bytes_ = 0;
    std::size_t written_ = 0;  // of the first that waits
    std::uint64_t sent_ = 0;
    std::uint64_t received_ = 0;
    std::string reason_;
    bool input_ready_ = false;
    bool failed_ = false;
    bool running_ = true;  // the WebSocket
    bool ended_ = false;   // the client and the local stream may be gone
};

}  // namespace

awaitable<LinkEnd> carry_plain(net::WebSocketClient& client, LocalStream& local,
                               std::stop_token stop) {
    const auto executor = co_await asio::this_coro::executor;
    const auto link = std::make_shared<PlainLink>(executor, client, local);
    co_return co_await link->run(std::move(stop));
}

}  // namespace relay::tunnel
