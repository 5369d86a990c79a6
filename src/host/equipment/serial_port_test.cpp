// SPDX-License-Identifier: Apache-2.0
#include "host/equipment/serial_port.hpp"

#include "host/equipment/equipment_for_test.hpp"

#include <gmock/gmock.h>

#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>

namespace relay::host {
namespace {

using testing::HasSubstr;

std::string read_some(const FileDescriptor& port) {
    pollfd waiting{port.number(), POLLIN, 0};
    EXPECT_EQ(::poll(&waiting, 1, 10'000), 1);
    std::array<char, 256> bytes;
    const auto count = ::read(port.number(), bytes.data(), bytes.size());
    return {bytes.data(), count > 0 ? static_cast<std::size_t>(count) : 0};
}

struct SerialPortTest : testing::Test {
    void SetUp() override {
        if (!test::has_pseudo_terminals()) GTEST_SKIP() << "there are no pseudo-terminals here";
    }
};

TEST_F(SerialPortTest, EveryByteGoesThroughAsItIs) {
    test::SerialLine line;
    const auto port = open_serial_port(line.path, 115'200);
    ASSERT_TRUE(port);
    std::string all(256, '\0');
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<char>(i);
    line.write(all);
    EXPECT_EQ(read_some(*port), all);
    EXPECT_EQ(::write(port->number(), all.data(), all.size()), 256);
    EXPECT_EQ(line.received(), all);
}

TEST_F(SerialPortTest, IsSetUpAsAskedFor) {
    test::SerialLine line;
    const auto port = open_serial_port(line.path, 9600);
    ASSERT_TRUE(port);
    termios settings{};
    ASSERT_EQ(::tcgetattr(port->number(), &settings), 0);
    EXPECT_EQ(::cfgetispeed(&settings), static_cast<speed_t>(B9600));
    EXPECT_EQ(::cfgetospeed(&settings), static_cast<speed_t>(B9600));
    EXPECT_EQ(settings.c_cflag & CSIZE, static_cast<tcflag_t>(CS8));
    EXPECT_EQ(settings.c_cflag & (PARENB | CSTOPB | CRTSCTS), 0U);
    EXPECT_EQ(::fcntl(port->number(), F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
    EXPECT_EQ(::fcntl(port->number(), F_GETFL) & O_NONBLOCK, O_NONBLOCK);
}

TEST_F(SerialPortTest, OthersMayOpenItAgainWhenItWasGivenUp) {
    test::SerialLine line;
    const FileDescriptor other(::open(line.path.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC));
    const auto is_exclusive = [&] {
        int exclusive = -1;
        EXPECT_EQ(::ioctl(other.number(), TIOCGEXCL, &exclusive), 0);
        return exclusive != 0;
    };
    const auto port = open_serial_port(line.path, 9600);
    ASSERT_TRUE(port);
    EXPECT_TRUE(is_exclusive());
    give_up_serial_port(port->number());
    EXPECT_FALSE(is_exclusive());
}

TEST(SerialPort, ErrorsSayWhatIsWrong) {
    const auto missing = open_serial_port("/dev/no-such-device", 9600);
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code, Errc::unavailable);
    EXPECT_EQ(missing.error().detail, "cannot open /dev/no-such-device: No such file or directory");
    const auto other = open_serial_port("/dev/null", 9600);
    ASSERT_FALSE(other);
    EXPECT_EQ(other.error().detail, "/dev/null is not a serial device");
    const auto rate = open_serial_port("/dev/null", 9601);
    ASSERT_FALSE(rate);
    EXPECT_EQ(rate.error().code, Errc::invalid);
    EXPECT_THAT(rate.error().detail, HasSubstr("9601"));
}

}  // namespace
}  // namespace relay::host
