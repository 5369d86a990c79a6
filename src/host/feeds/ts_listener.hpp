// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "host/feeds/feed.hpp"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace relay::host {

// Where a feed's MPEG-TS is taken in without HTTP: tcp://ADDRESS:PORT/FEED or
// udp://ADDRESS:PORT/FEED.
struct TsAddress {
    enum class Protocol { tcp, udp };

    Protocol protocol = Protocol::tcp;
    std::string address;     // IPv4, or IPv6 without its brackets
    std::uint16_t port = 0;  // 0: any free one
    std::string feed;

    std::string text() const;
};

// Errc::invalid with the text and what is wrong with it; the setting's name is in front.
Result<TsAddress> parse_ts_address(std::string_view text);

struct TsListenerSettings {
    std::chrono::milliseconds flush_after{5};  // silence that ends a message
    // A UDP sender that was silent for so long has left.
    std::chrono::milliseconds patience = PublisherSeat::patience;
};

// The listeners of --ts-listen. A feed has one publisher at a time: a further TCP connection is
// closed at once, datagrams of a further sender are dropped. Everything on the thread that runs the
// context.
class TsListeners {
public:
    TsListeners(boost::asio::io_context& context, Feeds& feeds, TsListenerSettings settings);
    ~TsListeners();  // as stop()

    // Binds all, and takes in what comes once the context runs. Errc::invalid for a text that is no
    // address, Errc::unavailable when one cannot be bound.
    Result<void> listen(const std::vector<std::string>& texts);

    // As asked for, with the ports that were bound.
    std::vector<std::string> addresses() const;

    // Closes the listeners and their connections, which ends their publishers.
    void stop();

    // One address at work.
    class Listener {
    public:
        virtual ~Listener() = default;
        virtual std::string address() const = 0;
        virtual void stop() = 0;
    };

private:
    Result<std::shared_ptr<Listener>> open(TsAddress address);

    boost::asio::io_context& context_;
    Feeds& feeds_;
    TsListenerSettings settings_;
    std::vector<std::shared_ptr<Listener>> listeners_;  // shared with their coroutines
};

}  // namespace relay::host
