// SPDX-License-Identifier: Apache-2.0
#include "host/equipment/serial_port.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <system_error>
#include <termios.h>

namespace relay::host {
namespace {

struct Rate {
    std::uint32_t baud;
    speed_t code;
};

constexpr std::array rates{
    Rate{300, B300},         Rate{600, B600},         Rate{1200, B1200},
    Rate{2400, B2400},       Rate{4800, B4800},       Rate{9600, B9600},
    Rate{19200, B19200},     Rate{38400, B38400},     Rate{57600, B57600},
    Rate{115200, B115200},   Rate{230400, B230400},   Rate{460800, B460800},
    Rate{500000, B500000},   Rate{576000, B576000},   Rate{921600, B921600},
    Rate{1000000, B1000000}, Rate{1152000, B1152000}, Rate{1500000, B1500000},
    Rate{2000000, B2000000}, Rate{2500000, B2500000}, Rate{3000000, B3000000},
    Rate{3500000, B3500000}, Rate{4000000, B4000000}};

const Rate* find_rate(std::uint32_t baud) {
    const auto* found = std::ranges::find(rates, baud, &Rate::baud);
    return found == rates.end() ? nullptr : found;
}

std::unexpected<Error> failure(const char* doing, const std::string& path) {
    return fail(Errc::unavailable,
                fmt::format("{} {}: {}", doing, path, std::generic_category().message(errno)));
}

}  // namespace

Result<void> check_baud(std::uint32_t baud) {
    if (find_rate(baud)) return {};
    return fail(Errc::invalid, fmt::format("{} is not a usual baud rate", baud));
}

Result<FileDescriptor> open_serial_port(const std::string& path, std::uint32_t baud) {
    const Rate* rate = find_rate(baud);
    if (!rate) return std::unexpected(check_baud(baud).error());
    FileDescriptor port(::open(path.c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC));
    if (!port) return failure("cannot open", path);
    termios settings{};
    if (::tcgetattr(port.number(), &settings) != 0)
        return fail(Errc::unavailable, path + " is not a serial device");
    ::cfmakeraw(&settings);
    settings.c_cflag &= static_cast<tcflag_t>(~(CSTOPB | CRTSCTS));
    settings.c_cflag |= CLOCAL | CREAD;
    settings.c_iflag &= static_cast<tcflag_t>(~(IXOFF | IXANY));
    ::cfsetispeed(&settings, rate->code);
    ::cfsetospeed(&settings, rate->code);
    if (::tcsetattr(port.number(), TCSANOW, &settings) != 0) return failure("cannot set up", path);
    ::ioctl(port.number(), TIOCEXCL);  // best effort: two readers would tear each other's lines
    return port;
}

void give_up_serial_port(int port) {
    ::tcflush(port, TCOFLUSH);
    ::ioctl(port, TIOCNXCL);  // it would stay while some other program holds the device open
}

}  // namespace relay::host
