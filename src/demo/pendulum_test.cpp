// SPDX-License-Identifier: Apache-2.0
#include "demo/pendulum.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace relay::demo {
namespace {

constexpr int samples_per_second = 50;

double energy(const Pendulum& pendulum) {
    return pendulum.velocity() * pendulum.velocity() / 2 + 9.81 * (1 - std::cos(pendulum.angle()));
}

double largest_angle(Pendulum& pendulum, int seconds) {
    double largest = 0;
    for (int count = 0; count < seconds * samples_per_second; ++count) {
        pendulum.advance();
        largest = std::max(largest, std::abs(pendulum.angle()));
    }
    return largest;
}

TEST(Pendulum, SwingsFreelyWithThePeriodOfOneMetre) {
    Pendulum pendulum;
    int crossings = 0;
    for (int count = 0; count < 60 * samples_per_second; ++count) {
        const double before = pendulum.angle();
        pendulum.advance();
        if (before < 0 && pendulum.angle() >= 0) ++crossings;
    }
    const double period = 2 * std::numbers::pi / std::sqrt(9.81);
    EXPECT_NEAR(crossings, 60 / period, 1.0);
}

TEST(Pendulum, LosesEnergyWithoutDriveAndNeverGainsAny) {
    Pendulum pendulum;
    const double start = energy(pendulum);
    double previous = start;
    for (int count = 0; count < 30 * samples_per_second; ++count) {
        pendulum.advance();
        ASSERT_LE(energy(pendulum), previous + 1e-6);
        previous = energy(pendulum);
    }
    EXPECT_LT(previous, start / 20);
}

TEST(Pendulum, SwingsWiderWithMoreDrive) {
    Pendulum weak;
    Pendulum strong;
    weak.set_drive(10);
    strong.set_drive(60);
    largest_angle(weak, 60);
    largest_angle(strong, 60);
    EXPECT_GT(largest_angle(strong, 20), 2 * largest_angle(weak, 20));
}

TEST(Pendulum, StandsStillSoonUnderTheBrake) {
    Pendulum pendulum;
    pendulum.set_brake(true);
    largest_angle(pendulum, 4);
    EXPECT_LT(largest_angle(pendulum, 1), 0.01);
}

TEST(Pendulum, KeepsItsAngleWithinOneTurnUnderFullDrive) {
    Pendulum pendulum;
    pendulum.set_drive(100);
    EXPECT_LE(largest_angle(pendulum, 600), std::numbers::pi);
    EXPECT_TRUE(std::isfinite(pendulum.velocity()));
}

TEST(Pendulum, TakesTheNearestPossibleDrive) {
    Pendulum pendulum;
    pendulum.set_drive(130);
    EXPECT_EQ(pendulum.drive(), 100);
    pendulum.set_drive(-5);
    EXPECT_EQ(pendulum.drive(), 0);
    pendulum.set_drive(40);
    pendulum.set_drive(std::numeric_limits<double>::quiet_NaN());
    EXPECT_EQ(pendulum.drive(), 40);
}

}  // namespace
}  // namespace relay::demo
