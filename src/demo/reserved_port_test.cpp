// SPDX-License-Identifier: Apache-2.0
#include "demo/reserved_port.hpp"

#include <gtest/gtest.h>

namespace relay::demo {
namespace {

using boost::asio::ip::tcp;

TEST(ReservedPort, CanBeListenedOnByThisMachineWhileItIsHeld) {
    boost::asio::io_context context;
    const auto reserved = ReservedPort::take(context, "127.0.0.1");
    ASSERT_TRUE(reserved) << reserved.error().detail;
    ASSERT_NE(reserved->number(), 0);
    // Asio's acceptor sets SO_REUSEADDR, as our listeners do.
    EXPECT_NO_THROW(tcp::acceptor(
        context, tcp::endpoint(boost::asio::ip::address_v4::loopback(), reserved->number())));
}

TEST(ReservedPort, IsNotGivenToAnybodyElse) {
    boost::asio::io_context context;
    const auto one = ReservedPort::take(context, "127.0.0.1");
    const auto other = ReservedPort::take(context, "127.0.0.1");
    ASSERT_TRUE(one && other);
    EXPECT_NE(one->number(), other->number());
}

TEST(ReservedPort, NeedsAnAddress) {
    boost::asio::io_context context;
    EXPECT_EQ(ReservedPort::take(context, "lab.example").error().code, Errc::invalid);
    EXPECT_EQ(ReservedPort::take(context, "192.0.2.1").error().code, Errc::unavailable);
}

}  // namespace
}  // namespace relay::demo
