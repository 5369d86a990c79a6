// SPDX-License-Identifier: Apache-2.0
#include "client/log_line.hpp"

#include "base/base64.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <ctime>

namespace relay::client {
namespace {

using std::chrono::nanoseconds;
using std::chrono::seconds;

// `.25`; nothing for a whole second.
std::string fraction(nanoseconds part) {
    if (part.count() == 0) return "";
    std::string text = fmt::format(".{:09}", part.count());
    text.erase(text.find_last_not_of('0') + 1);
    return text;
}

std::string zone(long offset) {
    if (offset == 0) return "Z";
    const long minutes = std::labs(offset) / 60;
    return fmt::format("{}{:02}:{:02}", offset < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

}  // namespace

std::string format_log_time(WallTime time) {
    const auto whole = std::chrono::floor<seconds>(time);
    const std::time_t stamp = std::chrono::system_clock::to_time_t(whole);
    std::tm parts{};
    ::localtime_r(&stamp, &parts);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}{}", parts.tm_year + 1900,
                       parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                       fraction(time - whole), zone(parts.tm_gmtoff));
}

std::string content_of(const wire::Message& message) {
    const auto bytes = message.payload();
    if (message.type() == wire::MessageType::binary) return base64_encode(bytes);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string log_line(WallTime time, std::string_view content) {
    return fmt::format("[{}] {}\n", format_log_time(time), content);
}

}  // namespace relay::client
