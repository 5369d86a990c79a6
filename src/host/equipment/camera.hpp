// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/equipment/equipment_rules.hpp"
#include "host/equipment/equipment_status.hpp"
#include "host/feeds/feed.hpp"
#include "process/restart_delay.hpp"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace relay::host {

struct CameraSettings {
    std::string ts_url;                        // where it may post to; empty: nowhere
    std::chrono::milliseconds flush_after{5};  // silence that ends a message
    std::chrono::milliseconds linger{10'000};  // from the last viewer's leaving to its end
    std::chrono::milliseconds grace{1'000};    // from SIGTERM to SIGKILL
    process::RestartPolicy restart;
};

// A camera's program, kept running as its rule says: what it writes to its standard output is the
// feed's MPEG-TS. It finds the feed's name in RELAY_FEED and an address that takes the same by POST
// in RELAY_TS_URL. One that runs on demand starts with the feed's first viewer. On the thread that
// runs the context.
class Camera {
public:
    Camera(boost::asio::io_context& context, CameraRule rule, std::shared_ptr<Feed> feed,
           CameraSettings settings, WallClock clock = wall_clock());
    ~Camera();  // kills the program when it was not stopped before

    // Ends the program. `ended` is called when it is gone, and may destroy the camera.
    void stop(std::function<void()> ended);

    struct Status : EquipmentStatus {
        bool on_demand = false;
        std::vector<std::string> last_lines;  // of its standard error, oldest first
    };
    Status status() const;

private:
    class Worker;
    std::shared_ptr<Worker> worker_;  // shared with its coroutine
};

}  // namespace relay::host
