// SPDX-License-Identifier: Apache-2.0
#include "tunnel/resumable_end.hpp"

#include "tunnel/spawn_detail.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <utility>

namespace relay::tunnel {

namespace asio = boost::asio;
using asio::awaitable;
using shell_stream::AbortReason;
using shell_stream::ConnectionNumber;
using shell_stream::ResumableStream;
using Kind = LocalStream::Transfer::Kind;
using Outcome = ResumableStream::Outcome;

namespace {

// Bytes that are read ahead of a WebSocket that is up: what it has sent soon is sent from the
// processor's cache, and more would only wait here instead of in the local socket.
constexpr std::size_t read_ahead = 256 * 1024;
constexpr std::size_t read_turn = 256 * 1024;  // bytes, until other streams have theirs

// A message of such a size may have followers that were read with it: one write for all.
constexpr std::size_t bulk = 16 * 1024;

SteadyTime now() {
    return std::chrono::steady_clock::now();
}

}  // namespace

// Whatever happens ends in progress(), which does all that has become possible. Shared with the
// coroutines and handlers that wait; those find it released when they come back too late.
class ResumableEnd::Worker : public std::enable_shared_from_this<Worker> {
public:
    Worker(const asio::any_io_executor& executor, ResumableStream stream,
           std::function<void()> on_change)
        : executor_(executor),
          stream_(std::move(stream)),
          on_change_(std::move(on_change)),
          timer_(executor) {}

    ResumableStream& stream() { return stream_; }

    void set_local(LocalStream local) {
        local_.emplace(std::move(local));
        progress();
    }

    void attach(ConnectionNumber number, net::WebSocketClient& client) {
        number_ = number;
        client_ = &client;
        progress();
    }

    void detach(ConnectionNumber number, ResumableStream::Closed how) {
        if (number == number_) client_ = nullptr;
        stream_.disconnected(number, how, now());
        progress();
    }

    void received(ConnectionNumber number, const wire::Message& message) {
        if (message.type() == wire::MessageType::binary)
            stream_.received(number, message.payload());
        else if (number == stream_.connection())
            stream_.abort(AbortReason::protocol_error, "a text message");
        if (message.size() < bulk)
            progress();
        else
            progress_later();
    }

    void gather(ConnectionNumber number, std::vector<wire::MessagePtr>& into,
                std::size_t max_bytes) {
        if (number != number_ || !client_) return;
        for (std::size_t total = 0; total < max_bytes;) {
            auto frame = stream_.next_frame();
            if (!frame) break;
            total += frame->size();
            into.push_back(std::move(frame));
        }
        progress();
    }

    void abort(AbortReason reason, std::string text) {
        stream_.abort(reason, std::move(text));
        progress();
    }

    LinkEnd summary() const {
        return {.complete = stream_.outcome() == Outcome::finished,
                .reason = reason(),
                .sent = sent_,
                .received = received_};
    }

    void release() {
        released_ = true;
        on_change_ = nullptr;
        client_ = nullptr;
        timer_.cancel();
        if (local_ && stream_.outcome() != Outcome::finished) local_->reset();
    }

private:
    void progress() {
        if (released_) return;
        write_local();
        tell_local();
        start_reading();
        if (client_ && stream_.frame_due()) client_->notify();
        set_timer();
        tell_owner();
    }

    void progress_later() {
        if (std::exchange(progress_waits_, true)) return;
        asio::post(executor_, [worker = shared_from_this()] {
            worker->progress_waits_ = false;
            worker->progress();
        });
    }

    // --- towards the local stream

    void write_local() {
        if (!local_ || awaiting_output_) return;
        for (auto bytes = stream_.write_bytes(); !bytes.empty(); bytes = stream_.write_bytes()) {
            const auto transfer = local_->write_now(bytes);
            if (transfer.kind == Kind::failed) return local_failed(transfer.failure);
            if (transfer.kind != Kind::moved) {
                awaiting_output_ = true;
                return spawn(executor_, await_output(shared_from_this()));
            }
            stream_.written(transfer.count);
            received_ += transfer.count;
        }
    }

    static awaitable<void> await_output(std::shared_ptr<Worker> worker) {
        co_await worker->local_->writable();
        worker->awaiting_output_ = false;
        worker->progress();
    }

    void tell_local() {
        if (!local_) return;
        if (stream_.half_close_due()) {
            local_->end_writing();
            stream_.half_closed();
        }
        if (!local_->is_open() || stream_.outcome() == Outcome::open) return;
        if (stream_.outcome() == Outcome::finished)
            local_->close();
        else
            local_->reset();
    }

    void local_failed(const std::error_code& failure) {
        stream_.abort(AbortReason::local_error, failure.message());
    }

    // --- from the local stream

    // Before a connection stands, and between two, as much as the stream keeps.
    bool may_read() const {
        return !released_ && !input_ended_ && stream_.outcome() == Outcome::open &&
               stream_.readable() > 0 && (!stream_.is_up() || stream_.unsent() < read_ahead);
    }

    void start_reading() {
        if (!local_ || reading_ || !may_read()) return;
        reading_ = true;
        spawn(executor_, read_while_possible(shared_from_this()));
    }

    static awaitable<void> read_while_possible(std::shared_ptr<Worker> worker) {
        while (worker->may_read()) {
            co_await worker->local_->readable();
            worker->read_local();
            worker->progress();
        }
        worker->reading_ = false;
    }

    void read_local() {
        for (std::size_t total = 0; total < read_turn && may_read();) {
            const auto room = stream_.read_room();
            const auto transfer = local_->read_now(room);
            if (transfer.kind == Kind::failed) return local_failed(transfer.failure);
            if (transfer.kind == Kind::ended) return end_input();
            if (transfer.kind != Kind::moved) return;
            stream_.read(transfer.count);
            sent_ += transfer.count;
            total += transfer.count;
            if (transfer.count < room.size()) return;  // there is no more for now
        }
    }

    void end_input() {
        input_ended_ = true;
        stream_.read_end();
    }

    // --- time and owner

    void set_timer() {
        const auto deadline = stream_.deadline();
        if (deadline == deadline_) return;
        deadline_ = deadline;
        timer_.cancel();
        if (!deadline) return;
        timer_.expires_at(*deadline);
        timer_.async_wait([worker = shared_from_this()](const boost::system::error_code& error) {
            if (error || worker->released_) return;
            worker->deadline_.reset();
            worker->stream_.time_passed(now());
            worker->progress();
        });
    }

    void tell_owner() {
        const std::pair state(stream_.outcome(), stream_.done());
        if (state == told_) return;
        told_ = state;
        asio::post(executor_, [worker = shared_from_this()] {
            const auto on_change = worker->on_change_;  // a copy: it may release the worker
            if (on_change) on_change();
        });
    }

    std::string reason() const {
        if (stream_.outcome() == Outcome::open) return "still open";
        if (stream_.outcome() == Outcome::finished) return "both sides have ended";
        const auto& failure = stream_.failure();
        std::string text = failure.by_peer ? "told by the other end: " : "";
        text += describe(failure.reason);
        return failure.text.empty() ? text : text + ": " + failure.text;
    }

    asio::any_io_executor executor_;
    ResumableStream stream_;
    std::function<void()> on_change_;
    asio::steady_timer timer_;
    std::optional<SteadyTime> deadline_;  // that the timer is set to
    std::optional<LocalStream> local_;
    net::WebSocketClient* client_ = nullptr;
    ConnectionNumber number_ = 0;  // of the client
    std::pair<Outcome, bool> told_{Outcome::open, false};
    std::uint64_t sent_ = 0;
    std::uint64_t received_ = 0;
    bool reading_ = false;          // a coroutine is at it
    bool awaiting_output_ = false;  // likewise
    bool input_ended_ = false;
    bool progress_waits_ = false;
    bool released_ = false;  // the owner is gone
};

ResumableEnd::ResumableEnd(const asio::any_io_executor& executor, ResumableStream stream,
                           std::function<void()> on_change)
    : worker_(std::make_shared<Worker>(executor, std::move(stream), std::move(on_change))) {}

ResumableEnd::~ResumableEnd() {
    worker_->release();
}

void ResumableEnd::set_local(LocalStream local) {
    worker_->set_local(std::move(local));
}

ResumableStream& ResumableEnd::stream() {
    return worker_->stream();
}

const ResumableStream& ResumableEnd::stream() const {
    return worker_->stream();
}

void ResumableEnd::attach(ConnectionNumber number, net::WebSocketClient& client) {
    worker_->attach(number, client);
}

void ResumableEnd::detach(ConnectionNumber number, ResumableStream::Closed how) {
    worker_->detach(number, how);
}

void ResumableEnd::received(ConnectionNumber number, const wire::Message& message) {
    worker_->received(number, message);
}

void ResumableEnd::gather(ConnectionNumber number, std::vector<wire::MessagePtr>& into,
                          std::size_t max_bytes) {
    worker_->gather(number, into, max_bytes);
}

void ResumableEnd::abort(AbortReason reason, std::string text) {
    worker_->abort(reason, std::move(text));
}

LinkEnd ResumableEnd::summary() const {
    return worker_->summary();
}

}  // namespace relay::tunnel
