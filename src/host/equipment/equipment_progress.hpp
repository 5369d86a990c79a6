// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "host/equipment/equipment_status.hpp"
#include "process/restart_delay.hpp"
#include "uplink/repeated_text.hpp"

#include <chrono>
#include <string>

namespace relay::host {

// The course of a camera or a bridge over its runs: status, back-off, and what the log is told of
// it (what repeats is logged once). For the thread of its owner.
class EquipmentProgress {
public:
    // `kind` is a word for the log that must stay.
    EquipmentProgress(const char* kind, std::string feed, const process::RestartPolicy& policy,
                      WallClock clock);

    void idle() { enter(EquipmentState::idle); }
    void starting();
    void running();
    void stopped() { enter(EquipmentState::stopped); }

    // Why the present run ends; its first reason counts.
    void failed(const std::string& reason);
    bool has_failed() const { return has_failed_; }

    // Enters EquipmentState::waiting; for how long.
    std::chrono::milliseconds wait();

    const EquipmentStatus& status() const { return status_; }

private:
    void enter(EquipmentState state);

    const char* kind_;
    process::RestartPolicy policy_;
    process::RestartDelay delay_;
    WallClock clock_;
    uplink::RepeatedText known_;
    EquipmentStatus status_;
    SteadyTime began_{};  // to run; none in this run yet
    bool has_failed_ = false;
};

}  // namespace relay::host
