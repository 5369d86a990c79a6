// SPDX-License-Identifier: Apache-2.0
#include "net/websocket_client.hpp"

#include "base/random.hpp"
#include "net/http_client.hpp"
#include "net/liveness.hpp"
#include "net/time_limit.hpp"
#include "net/tuple_await.hpp"
#include "wire/frame_reader.hpp"
#include "wire/frame_writer.hpp"
#include "wire/handshake.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace relay::net {
namespace {

namespace asio = boost::asio;
using asio::awaitable;
using wire::CloseCode;
using wire::MessageType;

constexpr std::size_t read_size = 32 * 1024;
constexpr std::size_t gather_size = 256 * 1024;
constexpr std::size_t write_slice = 64 * 1024;  // so that progress of a long write shows

SteadyTime now() {
    return std::chrono::steady_clock::now();
}

// Fresh random mask keys (RFC 6455 §10.3), drawn many at a time: the generator is slow to call.
class MaskKeys {
public:
    wire::MaskKey next() {
        if (used_ == pool_.size()) {
            fill_random(pool_);
            used_ = 0;
        }
        wire::MaskKey key;
        std::copy_n(pool_.begin() + static_cast<std::ptrdiff_t>(used_), key.size(), key.begin());
        used_ += key.size();
        return key;
    }

private:
    std::array<std::uint8_t, 256> pool_;
    std::size_t used_ = pool_.size();
};

Liveness::Limits limits_of(const WebSocketSettings& settings) {
    return {settings.ping_every, settings.peer_timeout, settings.write_timeout,
            settings.close_timeout};
}

std::string in_seconds(std::chrono::milliseconds duration) {
    return fmt::format("{:g} s", std::chrono::duration<double>(duration).count());
}

}  // namespace

class WebSocketClient::Connection {
public:
    Connection(std::unique_ptr<ByteStream> stream, std::vector<std::uint8_t> received,
               WebSocketSettings settings, const asio::any_io_executor& executor)
        : stream_(std::move(stream)),
          received_(std::move(received)),
          settings_(std::move(settings)),
          reader_(wire::FrameReader::Role::client, settings_.max_message),
          liveness_(limits_of(settings_), now()),
          wake_(executor),
          watch_(executor) {}

    awaitable<WebSocketEnd> run(MessageSource& source, MessageReceiver& receiver,
                                std::stop_token stop) {
        using namespace asio::experimental::awaitable_operators;
        source_ = &source;
        receiver_ = &receiver;
        const std::stop_callback on_stop(std::move(stop), [this] { close(CloseCode::normal, ""); });
        co_await (read_all() && write_all() && watch());
        stream_->close();
        co_return end_;
    }

    void notify() {
        if (writer_waits_) wake_.cancel();
    }

    void close(CloseCode code, std::string_view reason) {
        if (closing_ || broken_) return;
        end_.by_us = true;
        begin_close(code, reason);
    }

private:
    // --- reading

    awaitable<void> read_all() {
        std::span<std::uint8_t> first(received_);  // came together with the handshake's answer
        bool more = take(first);
        received_ = {};
        std::vector<std::uint8_t> buffer(read_size);
        while (more) more = co_await read_once(buffer);
        reading_ = false;
        loop_ended();
    }

    awaitable<bool> read_once(std::span<std::uint8_t> buffer) {
        const auto room = reader_.direct_room();
        const bool direct = room.size() >= buffer.size();
        const auto count = co_await stream_->read_some(direct ? room : buffer);
        if (!count || *count == 0) {
            break_off(count ? "the far side ended the connection without a close frame"
                            : count.error().detail);
            co_return false;
        }
        liveness_.heard(now());
        if (direct) co_return handle(reader_.direct_received(*count));
        co_return take(buffer.first(*count));
    }

    bool take(std::span<std::uint8_t> bytes) {
        while (!bytes.empty())
            if (!handle(reader_.next(bytes))) return false;
        return true;
    }

    // Whether reading goes on.
    bool handle(wire::FrameEvent event) {
        using enum wire::FrameEvent::Kind;
        switch (event.kind) {
            case need_more:
            case pong:
                return true;
            case message:
                if (!closing_) receiver_->on_message(std::move(event.message));
                return true;
            case ping:  // only the newest needs an answer, RFC 6455 §5.5.3
                pong_ = std::vector<std::uint8_t>(event.payload.begin(), event.payload.end());
                notify();
                return true;
            case close:
            case error:
                break;
        }
        end_.code = event.code;
        end_.reason = event.reason;
        begin_close(event.code, event.kind == error ? event.reason : "");
        return false;
    }

    // --- writing

    awaitable<void> write_all() {
        while (!broken_ && !close_sent_) {
            compose();
            if (!out_.empty()) {
                co_await write_out();
            } else {
                out_ = {};  // an idle connection holds no buffer
                writer_waits_ = true;
                wake_.expires_at(SteadyTime::max());
                co_await wake_.async_wait(tuple_await);
                writer_waits_ = false;
            }
        }
        loop_ended();
    }

    // Fills out_ with what is to be sent next: control frames first, a close frame last.
    void compose() {
        out_.clear();
        if (closing_) {
            append(MessageType::close, close_->payload());
            close_sent_ = true;  // by the write that follows; nothing may come after it
            return;
        }
        if (pong_) append(MessageType::pong, *pong_);
        pong_.reset();
        if (std::exchange(ping_wanted_, false)) {
            append(MessageType::ping, {});
            liveness_.ping_sent(now());
        }
        source_->gather(batch_, gather_size);
        for (const auto& message : batch_) append(message->type(), message->payload());
        batch_.clear();
    }

    void append(MessageType type, std::span<const std::uint8_t> payload) {
        wire::append_client_frame(out_, type, payload, mask_keys_.next());
    }

    awaitable<void> write_out() {
        std::span<const std::uint8_t> rest(out_);
        while (!rest.empty()) {
            const auto slice = rest.first(std::min(rest.size(), write_slice));
            rest = rest.subspan(slice.size());
            liveness_.write_began(now());
            const auto written = co_await stream_->write_all(slice);
            if (!written) {
                break_off(written.error().detail);
                co_return;
            }
            liveness_.write_ended(now());
        }
    }

    // --- ending

    awaitable<void> watch() {
        while (loops_ > 0) {
            act_on(liveness_.check(now()));
            watch_.expires_at(liveness_.next_check(now()));
            co_await watch_.async_wait(tuple_await);
        }
    }

    void act_on(Liveness::Verdict verdict) {
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

    void begin_close(CloseCode code, std::string_view reason) {
        if (std::exchange(closing_, true)) return;  // ours was sent; the far side's is its answer
        close_ = wire::close_message(code, reason);
        liveness_.close_began(now());
        watch_.cancel();  // to look at the new, nearer limit
        notify();
    }

    // The connection is of no use any more. What the far side said in a close frame stays.
    void break_off(std::string_view why) {
        if (std::exchange(broken_, true)) return;
        if (reading_ && end_.reason.empty()) end_.reason = why;
        stream_->close();
        notify();
    }

    void loop_ended() {
        if (--loops_ == 0) watch_.cancel();
    }

    std::unique_ptr<ByteStream> stream_;
    std::vector<std::uint8_t> received_;
    WebSocketSettings settings_;
    wire::FrameReader reader_;
    Liveness liveness_;
    asio::steady_timer wake_;   // cancelled to wake the writer
    asio::steady_timer watch_;  // of the liveness checks
    MessageSource* source_ = nullptr;
    MessageReceiver* receiver_ = nullptr;

    std::vector<std::uint8_t> out_;  // frames being written
    std::vector<wire::MessagePtr> batch_;
    MaskKeys mask_keys_;
    std::optional<std::vector<std::uint8_t>> pong_;  // to be sent
    wire::MessagePtr close_;                         // to be sent, when closing
    WebSocketEnd end_;
    int loops_ = 2;  // of reader and writer, still running
    bool reading_ = true;
    bool writer_waits_ = false;
    bool ping_wanted_ = false;
    bool closing_ = false;
    bool close_sent_ = false;
    bool broken_ = false;
};

namespace {

HttpFields handshake_fields(const std::string& key, const WebSocketSettings& settings) {
    HttpFields fields;
    fields.add("Upgrade", "websocket");
    fields.add("Connection", "Upgrade");
    fields.add("Sec-WebSocket-Key", key);
    fields.add("Sec-WebSocket-Version", "13");
    fields.add("User-Agent", settings.user_agent);
    return fields;
}

Errc code_of(int status) {
    switch (status) {
        case 401:
            return Errc::unauthorized;
        case 403:
            return Errc::forbidden;
        case 404:
        case 410:
            return Errc::not_found;
        default:
            return Errc::unavailable;
    }
}

// RFC 6455 §4.1, the client's checks of the server's answer.
std::optional<WebSocketFailure> find_fault(const HttpResponse& answer, const std::string& key) {
    const auto fault = [](std::string text) {
        return WebSocketFailure{{Errc::unavailable, std::move(text)}, std::nullopt};
    };
    if (answer.status != 101) {
        const std::string status = std::to_string(answer.status);
        return WebSocketFailure{{code_of(answer.status), "WebSocket refused with status " + status},
                                answer};
    }
    if (!answer.fields.has_token("Upgrade", "websocket") ||
        !answer.fields.has_token("Connection", "upgrade"))
        return fault("the server's answer does not upgrade to a WebSocket");
    if (answer.fields["Sec-WebSocket-Accept"] != wire::accept_key(key))
        return fault("the server's answer has a wrong Sec-WebSocket-Accept");
    if (answer.fields.find("Sec-WebSocket-Extensions") ||
        answer.fields.find("Sec-WebSocket-Protocol"))
        return fault("the server chose an extension or protocol that was not offered");
    return std::nullopt;
}

std::unexpected<WebSocketFailure> failed(Error error) {
    return std::unexpected(WebSocketFailure{std::move(error), std::nullopt});
}

awaitable<std::expected<ReceivedResponse, WebSocketFailure>> shake_hands(
    ByteStream& stream, const Url& url, const WebSocketSettings& settings, std::stop_token stop) {
    const std::string key = wire::random_key();
    const auto request = request_text(url, "GET", handshake_fields(key, settings), "");
    if (!request) co_return failed(request.error());

    const auto executor = co_await asio::this_coro::executor;
    const TimeLimit limit(executor, settings.handshake_timeout, std::move(stop),
                          [&] { stream.close(); });
    const std::string doing = "WebSocket handshake with " + url.without_query();
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(request->data());
    const auto sent = co_await stream.write_all({bytes, request->size()});
    if (!sent) co_return failed(limit.failure(doing, sent.error().detail).error());
    auto received = co_await receive_response(stream, 64 * 1024);
    if (!received) co_return failed(limit.failure(doing, received.error().detail).error());
    if (auto fault = find_fault(received->response, key))
        co_return std::unexpected(std::move(*fault));
    co_return std::move(*received);
}

}  // namespace

awaitable<std::expected<std::unique_ptr<WebSocketClient>, WebSocketFailure>>
WebSocketClient::connect(Url url, WebSocketSettings settings, std::stop_token stop) {
    auto stream = co_await connect_stream(url, settings.connect, stop);
    if (!stream) co_return failed(stream.error());
    auto answer = co_await shake_hands(**stream, url, settings, std::move(stop));
    if (!answer) co_return std::unexpected(std::move(answer.error()));
    const auto executor = co_await asio::this_coro::executor;
    auto connection = std::make_unique<Connection>(std::move(*stream), std::move(answer->beyond),
                                                   std::move(settings), executor);
    co_return std::unique_ptr<WebSocketClient>(new WebSocketClient(std::move(connection)));
}

WebSocketClient::WebSocketClient(std::unique_ptr<Connection> connection)
    : connection_(std::move(connection)) {}

WebSocketClient::~WebSocketClient() = default;

awaitable<WebSocketEnd> WebSocketClient::run(MessageSource& source, MessageReceiver& receiver,
                                             std::stop_token stop) {
    return connection_->run(source, receiver, std::move(stop));
}

void WebSocketClient::notify() {
    connection_->notify();
}

void WebSocketClient::close(CloseCode code, std::string_view reason) {
    connection_->close(code, reason);
}

}  // namespace relay::net
