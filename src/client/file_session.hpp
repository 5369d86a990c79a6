// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "client/config.hpp"
#include "client/file_writer.hpp"
#include "client/outcome.hpp"
#include "client/send_queue.hpp"
#include "playfile/log_filter.hpp"
#include "playfile/player.hpp"
#include "uplink/uplink.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <optional>
#include <string_view>
#include <vector>

namespace relay::client {

// `relay session client file` at work: logs what comes and plays a script. The script goes on only
// while there is a connection; its waits are timers. On the context's thread.
class FileSession final : private uplink::Endpoint {
public:
    struct Options {
        LogMode mode = LogMode::text;
        bool strict = false;
        std::optional<playfile::Script> script;  // without one it logs until it is stopped
        FileWriter* log = nullptr;               // null: none
    };

    FileSession(boost::asio::io_context& context, uplink::Target target, uplink::Settings settings,
                Options options, Ended ended);

    // Ends now, in order.
    void stop();

private:
    void on_connected() override;
    void on_disconnected() override;
    void on_refused(const Error& error) override;
    void on_message(wire::MessagePtr message) override;
    void gather(std::vector<wire::MessagePtr>& into, std::size_t max_bytes) override;

    void play();
    bool carry_out(playfile::Player::Action action);
    void wait_until(SteadyTime time);
    void finish();
    void end(Outcome outcome);
    Outcome played(bool all_left);

    void send(std::string_view text);
    void log(const wire::Message& message, std::string_view content);
    void echo(std::string_view text);

    Options options_;
    Ended ended_;  // null once told
    std::optional<playfile::Player> player_;
    playfile::LogFilter filter_;
    SendQueue queue_;
    boost::asio::steady_timer timer_;
    std::optional<SendQueue::Range> lost_;  // lines in doubt when the last connection ended
    bool connected_ = false;
    bool ending_ = false;    // nothing new is begun
    bool stopped_ = false;   // from outside
    uplink::Uplink uplink_;  // last: ends before what it uses
};

}  // namespace relay::client
