// SPDX-License-Identifier: Apache-2.0
#include "host/equipment/equipment_progress.hpp"

#include "base/log.hpp"

#include <utility>

namespace relay::host {

EquipmentProgress::EquipmentProgress(const char* kind, std::string feed,
                                     const process::RestartPolicy& policy, WallClock clock)
    : kind_(kind), policy_(policy), delay_(policy), clock_(std::move(clock)) {
    status_.feed = std::move(feed);
    status_.since = clock_();
}

void EquipmentProgress::starting() {
    has_failed_ = false;
    began_ = {};
    enter(EquipmentState::starting);
}

void EquipmentProgress::running() {
    began_ = std::chrono::steady_clock::now();
    ++status_.starts;
    enter(EquipmentState::running);
    if (known_.is_new("running"))
        log::info("equipment runs", {{"kind", kind_}, {"feed", status_.feed}});
}

void EquipmentProgress::failed(const std::string& reason) {
    if (std::exchange(has_failed_, true)) return;
    status_.last_error = reason;
    const log::Level level = known_.is_new(reason) ? log::Level::warn : log::Level::debug;
    if (log::enabled(level))
        log::write(level, "equipment failed",
                   {{"kind", kind_}, {"feed", status_.feed}, {"error", reason}});
}

std::chrono::milliseconds EquipmentProgress::wait() {
    const bool ran = began_ != SteadyTime{};
    const auto lasted = ran ? std::chrono::steady_clock::now() - began_ : SteadyTime::duration{};
    if (lasted >= policy_.lasting) known_.forget();
    const auto delay = delay_.after(lasted);
    enter(EquipmentState::waiting);
    status_.retry_at = clock_() + delay;
    return delay;
}

void EquipmentProgress::enter(EquipmentState state) {
    status_.state = state;
    status_.since = clock_();
    status_.retry_at.reset();
}

}  // namespace relay::host
