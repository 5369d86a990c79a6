// SPDX-License-Identifier: Apache-2.0
#include "demo/pendulum.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace relay::demo {
namespace {

constexpr double gravity_per_length = 9.81;  // 1/s^2
constexpr double free_damping = 0.15;        // 1/s
constexpr double brake_damping = 6.0;
constexpr double largest_torque = 1.6;  // rad/s^2
constexpr double drive_frequency =
    2.9;  // rad/s, a little below resonance: large swings bend it down
constexpr int steps_per_interval = 4;

}  // namespace

double Pendulum::acceleration(double angle, double velocity, double phase) const {
    const double damping = brake_ ? brake_damping : free_damping;
    const double torque = drive_ / 100 * largest_torque * std::cos(phase);
    return torque - gravity_per_length * std::sin(angle) - damping * velocity;
}

// Midpoint method: second order, so that the free pendulum neither gains nor loses visibly.
void Pendulum::step(double duration) {
    const double half = duration / 2;
    const double middle_velocity = velocity_ + half * acceleration(angle_, velocity_, drive_phase_);
    const double middle_angle = angle_ + half * velocity_;
    const double middle_phase = drive_phase_ + half * drive_frequency;
    velocity_ += duration * acceleration(middle_angle, middle_velocity, middle_phase);
    angle_ += duration * middle_velocity;
    drive_phase_ = std::fmod(drive_phase_ + duration * drive_frequency, 2 * std::numbers::pi);
}

void Pendulum::advance() {
    const double duration = std::chrono::duration<double>(interval).count() / steps_per_interval;
    for (int count = 0; count < steps_per_interval; ++count) step(duration);
    angle_ = std::remainder(angle_, 2 * std::numbers::pi);
}

void Pendulum::set_drive(double percent) {
    if (!std::isnan(percent)) drive_ = std::clamp(percent, 0.0, 100.0);
}

}  // namespace relay::demo
