// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/byte_stream.hpp"
#include "net/liveness.hpp"
#include "net/websocket_client.hpp"
#include "wire/frame_reader.hpp"
#include "wire/mask.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace relay::net {

// Fresh random mask keys (RFC 6455 §10.3), drawn many at a time: the generator is slow to call.
class MaskKeys {
public:
    wire::MaskKey next();

private:
    std::array<std::uint8_t, 256> pool_;
    std::size_t used_ = pool_.size();
};

// A WebSocketClient after its handshake: three coroutines that run() joins. The reader and the
// writer do the work; watch() pings and ends what takes too long, by closing the stream under them.
class WebSocketClient::Connection {
public:
    // `received` is what came behind the handshake's answer.
    Connection(std::unique_ptr<ByteStream> stream, std::vector<std::uint8_t> received,
               WebSocketSettings settings, const boost::asio::any_io_executor& executor);

    boost::asio::awaitable<WebSocketEnd> run(MessageSource& source, MessageReceiver& receiver,
                                             std::stop_token stop);
    const std::string& subprotocol() const { return settings_.subprotocol; }
    void notify();
    void pause_reading();
    void resume_reading();
    void close(wire::CloseCode code, std::string_view reason);
    void finish();

private:
    boost::asio::awaitable<void> read_all();
    boost::asio::awaitable<void> wait_while_paused();
    boost::asio::awaitable<bool> read_once(std::span<std::uint8_t> buffer);
    bool take(std::span<std::uint8_t> bytes);
    bool handle(wire::FrameEvent event);

    boost::asio::awaitable<void> write_all();
    void compose();
    void append_close();
    void add_batch();
    void append(wire::MessageType type, std::span<const std::uint8_t> payload);
    boost::asio::awaitable<void> write_out();

    boost::asio::awaitable<void> watch();
    void act_on(Liveness::Verdict verdict);
    void begin_close(wire::CloseCode code, std::string_view reason);
    void note_far_end(const wire::FrameEvent& event);
    void break_off(std::string_view why);
    void loop_ended();

    std::unique_ptr<ByteStream> stream_;
    std::vector<std::uint8_t> received_;
    WebSocketSettings settings_;
    wire::FrameReader reader_;
    Liveness liveness_;
    boost::asio::steady_timer wake_;    // cancelled to wake the writer
    boost::asio::steady_timer resume_;  // cancelled to wake a paused reader
    boost::asio::steady_timer watch_;   // of the liveness checks
    MessageSource* source_ = nullptr;
    MessageReceiver* receiver_ = nullptr;

    std::vector<std::uint8_t> out_;  // small frames being written, copied together
    std::vector<wire::MessagePtr> batch_;
    std::vector<std::span<const std::uint8_t>> parts_;  // what is written: of out_ and of batch_
    MaskKeys mask_keys_;
    std::optional<std::vector<std::uint8_t>> pong_;  // to be sent
    wire::MessagePtr close_;                         // to be sent, when closing
    WebSocketEnd end_;
    int loops_ = 2;  // of reader and writer, still running
    bool reading_ = true;
    bool paused_ = false;
    bool filled_ = false;  // the last read filled the buffer: more pays
    bool writer_waits_ = false;
    bool ping_wanted_ = false;
    bool finishing_ = false;  // to close when the source is empty
    bool closing_ = false;
    bool close_sent_ = false;
    bool close_left_ = false;  // with all that came before it
    bool answered_ = false;    // our close, when finishing
    bool broken_ = false;
};

}  // namespace relay::net
