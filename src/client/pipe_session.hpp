// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/config.hpp"
#include "client/file_writer.hpp"
#include "client/framing.hpp"
#include "client/input_reader.hpp"
#include "client/outcome.hpp"
#include "client/send_queue.hpp"
#include "uplink/uplink.hpp"

#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

namespace relay::client {

// `relay session client pipe` at work. Input is read while little waits for the connection; what
// was read is sent, whatever becomes of the connection. On the context's thread.
class PipeSession final : private uplink::Endpoint {
public:
    struct Options {
        Framing framing = Framing::line;
        bool keep_open = false;
        int input = -1;                // descriptor; none: nothing is sent
        FileWriter* output = nullptr;  // null: nothing is received
    };

    PipeSession(boost::asio::io_context& context, uplink::Target target, uplink::Settings settings,
                const Options& options, Ended ended);

    // Ends now, in order.
    void stop();

private:
    void on_connected() override {}
    void on_disconnected() override;
    void on_refused(const Error& error) override;
    void on_message(wire::MessagePtr message) override;
    void gather(std::vector<wire::MessagePtr>& into, std::size_t max_bytes) override;

    void want_input();
    void on_input(Result<std::string> piece);
    void on_input_end();
    void send(Result<std::vector<wire::MessagePtr>> messages);
    void end(Outcome outcome);

    Options options_;
    Ended ended_;  // null once told
    Deframer deframer_;
    SendQueue queue_;
    std::size_t sent_ = 0;  // messages of the input so far
    bool reading_ = false;  // a piece is on its way
    bool input_ended_ = false;
    bool ending_ = false;   // nothing new is begun
    bool stopped_ = false;  // from outside
    std::optional<SendQueue::Range> lost_;
    uplink::Uplink uplink_;
    std::unique_ptr<InputReader> input_;
};

}  // namespace relay::client
