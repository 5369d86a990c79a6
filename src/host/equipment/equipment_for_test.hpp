// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/file_descriptor.hpp"
#include "base/log.hpp"
#include "base/temporary_folder_for_test.hpp"
#include "host/feeds/feed.hpp"
#include "media/ts_packet_builder.hpp"

#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

// What tests of cameras, bridges and listeners share.
namespace relay::host::test {

using namespace std::chrono_literals;
using media::test::Bytes;
using media::test::text_of;
using media::test::TsBuilder;
using media::test::operator+;

// One who hears what is published.
class Viewer final : public hub::Subscriber {
public:
    std::vector<std::string> messages;
    std::vector<wire::MessageType> types;

    void deliver(const wire::MessagePtr& message, hub::Delivery) override {
        const auto bytes = std::as_const(*message).payload();
        messages.emplace_back(bytes.begin(), bytes.end());
        types.push_back(message->type());
    }
    std::string joined() const {
        std::string all;
        for (const auto& message : messages) all += message;
        return all;
    }
};

inline wire::MessagePtr text_message(std::string_view text) {
    return wire::Message::copy_of({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()},
                                  wire::MessageType::text);
}

// A context and a feed on it, run by the test itself.
struct EquipmentTest : testing::Test {
    boost::asio::io_context context;
    Feeds feeds;
    std::shared_ptr<Feed> feed = feeds.obtain("feed", std::chrono::steady_clock::now());
    TsBuilder build;

    EquipmentTest() { static_cast<void>(log::configure({.level = log::Level::off, .file = {}})); }

    // Runs until the condition holds; false when it does not within 10 s.
    template <class Condition>
    bool run_until(Condition condition) {
        const auto deadline = std::chrono::steady_clock::now() + 10s;
        while (!condition()) {
            if (std::chrono::steady_clock::now() > deadline) return false;
            context.restart();
            context.run_one_for(2ms);
        }
        return true;
    }

    // Runs until nothing is to be done but to wait.
    void settle() {
        context.restart();
        while (context.poll() > 0) {
        }
    }

    void publish(std::string_view text) {
        feed->publish(text_message(text), nullptr, std::chrono::steady_clock::now());
    }
};

// Minimal containers have none; what needs one is then skipped, and counted as such.
inline bool has_pseudo_terminals() {
    const FileDescriptor master(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
    return master.number() >= 0 && ::grantpt(master.number()) == 0;
}

// The far end of a serial line, of which `path` is the near one.
class SerialLine {
public:
    SerialLine() : master_(::posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)) {
        EXPECT_EQ(::grantpt(master_.number()), 0);
        EXPECT_EQ(::unlockpt(master_.number()), 0);
        std::array<char, 128> name{};
        EXPECT_EQ(::ptsname_r(master_.number(), name.data(), name.size()), 0);
        path = name.data();
    }

    std::string path;

    void write(std::string_view text) {
        EXPECT_EQ(::write(master_.number(), text.data(), text.size()),
                  static_cast<ssize_t>(text.size()));
    }
    // What came and was not read yet, joined to what was.
    const std::string& received() {
        std::array<char, 4096> bytes;
        for (;;) {
            const auto count = ::read(master_.number(), bytes.data(), bytes.size());
            if (count <= 0) return received_;
            received_.append(bytes.data(), static_cast<std::size_t>(count));
        }
    }

private:
    FileDescriptor master_;
    std::string received_;
};

}  // namespace relay::host::test
