// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/socket_handover.hpp"
#include "wire/frame_reader.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace relay::load {

// What the relay below does wrong with the third message of each publisher.
enum class Fault : std::uint8_t {
    none,
    drops,
    duplicates,
    reorders,  // sends it after the fourth
    merges,    // sends it in one message with the fourth
    truncates,
    corrupts,
    retypes,
    misroutes,   // to all topics
    echoes,      // also to the publisher
    closes,      // the readers instead, with code 1013
    hangs_up,    // on the publisher instead
    goes_silent  // sends nothing from then on
};

// A small relay on a thread of its own, for tests: ws://127.0.0.1:PORT/TOPIC, and an access API at
// http://127.0.0.1:PORT/session/TOPIC that wants `Authorization: good`. Upgrades of /refused are
// answered with 403, those of /mute not at all. Each connection is pinged once.
class RelayForTest {
public:
    explicit RelayForTest(Fault fault = Fault::none);
    ~RelayForTest();

    std::uint16_t port() const { return port_; }
    std::string url(std::string_view path) const;
    std::uint64_t pongs() const { return pongs_; }

private:
    struct Peer {
        net::FileDescriptor socket;
        std::string topic;  // empty until upgraded
        std::string request;
        wire::FrameReader reader{wire::FrameReader::Role::server, 1 << 24};
        std::uint64_t published = 0;
        wire::MessagePtr held;  // to be merged or sent later
    };

    void serve(std::stop_token stop);
    void accept();
    bool read(Peer& peer);
    bool answer(Peer& peer);
    bool upgrade(Peer& peer, const std::string& path);
    void publish(Peer& from, const wire::MessagePtr& message);
    void publish_third(Peer& from, const wire::MessagePtr& message);
    void publish_fourth(Peer& from, const wire::MessagePtr& message);
    void fan_out(const Peer& from, const wire::MessagePtr& message, bool everywhere = false);

    Fault fault_;
    net::FileDescriptor listener_;
    net::FileDescriptor wake_;
    std::uint16_t port_ = 0;
    std::vector<std::unique_ptr<Peer>> peers_;
    std::atomic<std::uint64_t> pongs_ = 0;
    bool silent_ = false;
    std::jthread thread_;
};

}  // namespace relay::load
