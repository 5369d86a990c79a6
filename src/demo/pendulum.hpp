// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

namespace relay::demo {

// A pendulum of one metre that is damped, can be driven by a sinusoidal torque and stopped by a
// brake: angle'' = -(g / length) sin(angle) - damping angle' + drive cos(frequency time).
// Pure and deterministic; one thread.
class Pendulum {
public:
    // The interval between two samples, and what advance() simulates.
    static constexpr std::chrono::milliseconds interval{20};

    void advance();

    // Per cent of the largest torque; outside of 0..100 the nearest of them, NaN ignored.
    void set_drive(double percent);
    void set_brake(bool on) { brake_ = on; }

    double angle() const { return angle_; }        // rad, within [-pi, pi]; 0 hangs down
    double velocity() const { return velocity_; }  // rad/s
    double drive() const { return drive_; }        // per cent
    bool brake() const { return brake_; }

private:
    double acceleration(double angle, double velocity, double phase) const;
    void step(double duration);

    double angle_ = 0.5;
    double velocity_ = 0;
    double drive_phase_ = 0;  // rad
    double drive_ = 0;
    bool brake_ = false;
};

}  // namespace relay::demo
