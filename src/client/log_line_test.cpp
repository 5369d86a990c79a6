// SPDX-License-Identifier: Apache-2.0
#include "client/log_line.hpp"

#include "base/time_text.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>
#include <optional>

namespace relay::client {
namespace {

using namespace std::chrono_literals;

// Sets the machine's zone for a test.
class Zone {
public:
    explicit Zone(const char* name) {
        if (const char* set = std::getenv("TZ")) before_ = set;
        ::setenv("TZ", name, 1);
        ::tzset();
    }
    ~Zone() {
        if (before_) {
            ::setenv("TZ", before_->c_str(), 1);
        } else {
            ::unsetenv("TZ");
        }
        ::tzset();
    }
    Zone(const Zone&) = delete;
    Zone& operator=(const Zone&) = delete;

private:
    std::optional<std::string> before_;
};

const WallTime time = parse_time("2025-11-22T10:19:10Z").value();

wire::MessagePtr message(std::string_view text, wire::MessageType type) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
    return wire::Message::copy_of({bytes, text.size()}, type);
}

TEST(LogTime, HasAsManyDecimalsAsSaySomething) {
    const Zone zone("UTC");
    EXPECT_EQ(format_log_time(time), "2025-11-22T10:19:10Z");
    EXPECT_EQ(format_log_time(time + 250ms), "2025-11-22T10:19:10.25Z");
    EXPECT_EQ(format_log_time(time + 1ns), "2025-11-22T10:19:10.000000001Z");
    EXPECT_EQ(format_log_time(time - 1us), "2025-11-22T10:19:09.999999Z");
}

TEST(LogTime, IsInTheMachinesZone) {
    {
        const Zone zone("EST5");
        EXPECT_EQ(format_log_time(time), "2025-11-22T05:19:10-05:00");
    }
    const Zone zone("IST-5:30");
    EXPECT_EQ(format_log_time(time + 500ms), "2025-11-22T15:49:10.5+05:30");
}

TEST(LogLine, HoldsTextAsItIs) {
    const Zone zone("UTC");
    const auto text = message("{\"a\":\n1}", wire::MessageType::text);
    EXPECT_EQ(log_line(time, content_of(*text)), "[2025-11-22T10:19:10Z] {\"a\":\n1}\n");
}

TEST(LogLine, HoldsBinaryMessagesInBase64) {
    EXPECT_EQ(content_of(*message("\xFF\xFE\x01", wire::MessageType::binary)), "//4B");
    EXPECT_EQ(content_of(*message("", wire::MessageType::binary)), "");
}

}  // namespace
}  // namespace relay::client
