// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/config.hpp"
#include "host/equipment/bridge.hpp"
#include "host/equipment/camera.hpp"
#include "host/equipment/equipment_rules.hpp"
#include "host/feeds/feed.hpp"

#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace relay::host {

// The cameras and bridges that the rules name, kept running. Everything, construction and
// destruction included, on the one thread that runs the context: programs are killed by the kernel
// when the thread that started them ends.
class Equipment {
public:
    // Feeds and config must outlive it.
    Equipment(boost::asio::io_context& context, Feeds& feeds, const Config& config);
    ~Equipment();

    // The port that the host listens on, which cameras are told in RELAY_TS_URL; before apply().
    void set_port(std::uint16_t port);

    // Starts what is new, ends what is no longer named, and leaves alone what did not change. What
    // replaces something on the same feed starts when its predecessor has ended.
    void apply(std::vector<CameraRule> cameras, std::vector<BridgeRule> bridges);

    // Ends all; `ended` is called when the last program and device is gone. For good.
    void stop(std::function<void()> ended);

    struct Status {
        std::vector<Camera::Status> cameras;
        std::vector<Bridge::Status> bridges;
    };
    Status status() const;

private:
    class Implementation;
    std::unique_ptr<Implementation> implementation_;
};

}  // namespace relay::host
