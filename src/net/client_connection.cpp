// SPDX-License-Identifier: Apache-2.0
#include "base/random.hpp"
#include "net/client_connection_detail.hpp"
#include "net/tuple_await.hpp"
#include "wire/frame_writer.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace relay::net {
namespace {

namespace asio = boost::asio;
using asio::awaitable;
using wire::CloseCode;
using wire::MessageType;

constexpr std::size_t read_size = 32 * 1024;
constexpr std::size_t read_size_most = 256 * 1024;
constexpr std::size_t gather_size = 256 * 1024;
constexpr std::size_t copied_size =
    4 * 1024;  // up to which a message is copied, not masked in place
constexpr std::size_t kept_size = 64 * 1024;  // of the buffer of copied messages

SteadyTime now() {
    return std::chrono::steady_clock::now();
}

Liveness::Limits limits_of(const WebSocketSettings& settings) {
    return {settings.ping_every, settings.peer_timeout, settings.write_timeout,
            settings.close_timeout};
}

std::string in_seconds(std::chrono::milliseconds duration) {
    return fmt::format("{:g} s", std::chrono::duration<double>(duration).count());
}

}  // namespace

wire::MaskKey MaskKeys::next() {
    if (used_ == pool_.size()) {
        fill_random(pool_);
        used_ = 0;
    }
    wire::MaskKey key;
    std::copy_n(pool_.begin() + static_cast<std::ptrdiff_t>(used_), key.size(), key.begin());
    used_ += key.size();
    return key;
}

WebSocketClient::Connection::Connection(std::unique_ptr<ByteStream> stream,
                                        std::vector<std::uint8_t> received,
                                        WebSocketSettings settings,
                                        const asio::any_io_executor& executor)
    : stream_(std::move(stream)),
      received_(std::move(received)),
      settings_(std::move(settings)),
      reader_(wire::FrameReader::Role::client, settings_.max_message),
      liveness_(limits_of(settings_), now()),
      wake_(executor),
      resume_(executor),
      watch_(executor) {}

awaitable<WebSocketEnd> WebSocketClient::Connection::run(MessageSource& source,
                                                         MessageReceiver& receiver,
                                                         std::stop_token stop) {
    using namespace asio::experimental::awaitable_operators;
    source_ = &source;
    receiver_ = &receiver;
    const std::stop_callback on_stop(std::move(stop), [this] { close(CloseCode::normal, ""); });
    co_await (read_all() && write_all() && watch());
    stream_->close();
    end_.finished = answered_ && close_left_;
    co_return end_;
}

void WebSocketClient::Connection::notify() {
    if (writer_waits_) wake_.cancel();
}

void WebSocketClient::Connection::close(CloseCode code, std::string_view reason) {
    if (broken_) return;
    if (std::exchange(finishing_, false) && closing_) {  // from now on it is urgent
        liveness_.close_began(now());
        watch_.cancel();
    }
    if (closing_) return;
    end_.by_us = true;
    begin_close(code, reason);
}

void WebSocketClient::Connection::finish() {
    if (closing_ || broken_) return;
    finishing_ = true;
    notify();
}

// --- reading

awaitable<void> WebSocketClient::Connection::read_all() {
    std::span<std::uint8_t> first(received_);  // came together with the handshake's answer
    bool more = take(first);
    received_ = {};
    std::vector<std::uint8_t> buffer(read_size);
    while (more) {
        if (paused_) co_await wait_while_paused();
        if (filled_ && buffer.size() < read_size_most) buffer.resize(2 * buffer.size());
        more = co_await read_once(buffer);
    }
    reading_ = false;
    loop_ended();
}

void WebSocketClient::Connection::pause_reading() {
    if (closing_ || broken_ || std::exchange(paused_, true)) return;
    liveness_.stop_listening();
}

void WebSocketClient::Connection::resume_reading() {
    if (!std::exchange(paused_, false)) return;
    liveness_.listen(now());
    watch_.cancel();  // to look at the new limit
    resume_.cancel();
}

awaitable<void> WebSocketClient::Connection::wait_while_paused() {
    while (paused_) {
        resume_.expires_at(SteadyTime::max());
        co_await resume_.async_wait(tuple_await);
    }
}

awaitable<bool> WebSocketClient::Connection::read_once(std::span<std::uint8_t> buffer) {
    const auto room = reader_.direct_room();
    const bool direct = room.size() >= buffer.size();
    const auto count = co_await stream_->read_some(direct ? room : buffer);
    if (!count || *count == 0) {
        break_off(count ? "the far side ended the connection without a close frame"
                        : count.error().detail);
        co_return false;
    }
    liveness_.heard(now());
    filled_ = !direct && *count == buffer.size();
    if (direct) co_return handle(reader_.direct_received(*count));
    co_return take(buffer.first(*count));
}

bool WebSocketClient::Connection::take(std::span<std::uint8_t> bytes) {
    while (!bytes.empty())
        if (!handle(reader_.next(bytes))) return false;
    return true;
}

// Whether reading goes on.
bool WebSocketClient::Connection::handle(wire::FrameEvent event) {
    using enum wire::FrameEvent::Kind;
    switch (event.kind) {
        case need_more:
        case pong:
            return true;
        case message:
            if (!closing_) receiver_->on_message(std::move(event.message));
            return true;
        case ping:  // only the newest needs an answer, RFC 6455 §5.5.3
            receiver_->on_ping(event.payload);
            pong_ = std::vector<std::uint8_t>(event.payload.begin(), event.payload.end());
            notify();
            return true;
        case close:
        case error:
            break;
    }
    note_far_end(event);
    begin_close(event.code, event.kind == error ? event.reason : "");
    return false;
}

// The answer to our close proves that all before it was read; a close of the far side's own, which
// crossed ours, has another code. It may be heard before the writer is told that ours has left.
void WebSocketClient::Connection::note_far_end(const wire::FrameEvent& event) {
    const bool answer = event.code == CloseCode::normal || event.code == CloseCode::no_status;
    answered_ = finishing_ && close_sent_ && answer;
    end_.code = event.code;
    end_.reason = event.reason;
}

// --- writing

awaitable<void> WebSocketClient::Connection::write_all() {
    while (!broken_ && !close_sent_) {
        compose();
        if (!parts_.empty()) {
            co_await write_out();
            close_left_ = close_sent_ && !broken_;
        } else {
            if (out_.capacity() > kept_size) out_ = {};  // an idle connection is to stay small
            writer_waits_ = true;
            wake_.expires_at(SteadyTime::max());
            co_await wake_.async_wait(tuple_await);
            writer_waits_ = false;
        }
    }
    loop_ended();
}

// Fills parts_ with what is to be sent next: control frames first, a close frame last.
void WebSocketClient::Connection::compose() {
    out_.clear();
    batch_.clear();
    parts_.clear();
    if (closing_) return append_close();
    if (pong_) append(MessageType::pong, *pong_);
    pong_.reset();
    if (std::exchange(ping_wanted_, false)) {
        append(MessageType::ping, {});
        liveness_.ping_sent(now());
    }
    source_->gather(batch_, gather_size);
    if (finishing_ && batch_.empty()) {
        end_.by_us = true;
        begin_close(CloseCode::normal, "");
        liveness_.finish_began(now());
        return append_close();
    }
    add_batch();
}

// Large messages are masked where they lie and leave from there, unless others need them as they
// are; the rest is copied together.
void WebSocketClient::Connection::add_batch() {
    const auto leaves_alone = [](const wire::Message& message) {
        return message.size() > copied_size && !message.is_shared();
    };
    std::size_t copied = out_.size();
    for (const auto& message : batch_)
        if (!leaves_alone(*message)) copied += message->size() + wire::FrameHeaderBytes().size();
    if (out_.capacity() < copied) out_.reserve(copied);  // so that the parts stay where they are

    std::size_t begin = 0;
    const auto end_copied = [&] {
        if (out_.size() > begin) parts_.push_back(std::span(out_).subspan(begin));
        begin = out_.size();
    };
    for (const auto& message : batch_) {
        if (leaves_alone(*message)) {
            end_copied();
            parts_.push_back(message->encode_masked(mask_keys_.next()));
        } else {
            append(message->type(), message->payload());
        }
    }
    end_copied();
}

void WebSocketClient::Connection::append_close() {
    append(MessageType::close, close_->payload());
    parts_.push_back(out_);
    close_sent_ = true;  // by the write that follows; nothing may come after it
}

void WebSocketClient::Connection::append(MessageType type, std::span<const std::uint8_t> payload) {
    wire::append_client_frame(out_, type, payload, mask_keys_.next());
}

awaitable<void> WebSocketClient::Connection::write_out() {
    std::span<std::span<const std::uint8_t>> rest(parts_);
    while (!rest.empty()) {
        liveness_.write_began(now());
        const auto written = co_await stream_->write_some(rest);
        if (!written) {
            break_off(written.error().detail);
            co_return;
        }
        liveness_.write_ended(now());
        std::size_t count = *written;
        while (!rest.empty() && count >= rest.front().size()) {
            count -= rest.front().size();
            rest = rest.subspan(1);
        }
        if (count > 0) rest.front() = rest.front().subspan(count);
    }
}

// --- ending

awaitable<void> WebSocketClient::Connection::watch() {
    while (loops_ > 0) {
        act_on(liveness_.check(now()));
        watch_.expires_at(liveness_.next_check(now()));
        co_await watch_.async_wait(tuple_await);
    }
}

void WebSocketClient::Connection::act_on(Liveness::Verdict verdict) {
    switch (verdict) {
        case Liveness::Verdict::alive:
            return;
        case Liveness::Verdict::ping_due:
            ping_wanted_ = true;
            return notify();
        case Liveness::Verdict::peer_silent:
            return break_off("nothing heard for " + in_seconds(settings_.peer_timeout));
        case Liveness::Verdict::write_stuck:
            return break_off("the far side took no data for " +
                             in_seconds(settings_.write_timeout));
        case Liveness::Verdict::close_unanswered:
            return break_off("the close handshake took too long");
    }
}

void WebSocketClient::Connection::begin_close(CloseCode code, std::string_view reason) {
    if (std::exchange(closing_, true)) return;  // ours was sent; the far side's is its answer
    resume_reading();                           // for the answer
    close_ = wire::close_message(code, reason);
    liveness_.close_began(now());
    watch_.cancel();  // to look at the new, nearer limit
    notify();
}

// The connection is of no use any more. What the far side said in a close frame stays.
void WebSocketClient::Connection::break_off(std::string_view why) {
    if (std::exchange(broken_, true)) return;
    if (reading_ && end_.reason.empty()) end_.reason = why;
    stream_->close();
    resume_reading();
    notify();
}

void WebSocketClient::Connection::loop_ended() {
    if (--loops_ == 0) watch_.cancel();
}

}  // namespace relay::net
