// SPDX-License-Identifier: Apache-2.0
#include "host/rules/rules_file_watch.hpp"

#include <boost/asio/buffer.hpp>
#include <fmt/format.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <sys/inotify.h>
#include <system_error>
#include <utility>

namespace relay::host {

Result<std::unique_ptr<RulesFileWatch>> RulesFileWatch::start(boost::asio::io_context& context,
                                                              const std::filesystem::path& file,
                                                              std::function<void()> changed) {
    const auto folder = file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
    const int events = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    const auto failed = [&] {
        return fail(Errc::invalid, fmt::format("{}: cannot be watched: {}", folder.string(),
                                               std::generic_category().message(errno)));
    };
    if (events < 0) return failed();
    std::unique_ptr<RulesFileWatch> watch(
        new RulesFileWatch(context, events, file.filename().string(), std::move(changed)));
    constexpr std::uint32_t what = IN_CLOSE_WRITE | IN_MOVED_TO | IN_ONLYDIR;
    if (::inotify_add_watch(events, folder.c_str(), what) < 0) return failed();
    watch->wait();
    return watch;
}

RulesFileWatch::RulesFileWatch(boost::asio::io_context& context, int descriptor, std::string name,
                               std::function<void()> changed)
    : events_(context, descriptor), name_(std::move(name)), changed_(std::move(changed)) {}

void RulesFileWatch::wait() {
    events_.async_read_some(boost::asio::buffer(buffer_),
                            [this](const boost::system::error_code& error, std::size_t count) {
                                if (error) return;  // destroyed, most likely
                                if (concerns_file(count)) changed_();
                                wait();
                            });
}

bool RulesFileWatch::concerns_file(std::size_t count) const {
    for (std::size_t at = 0; at + sizeof(inotify_event) <= count;) {
        inotify_event event{};
        std::memcpy(&event, buffer_.data() + at, sizeof event);
        const char* const name = buffer_.data() + at + sizeof event;
        if (event.mask & IN_Q_OVERFLOW) return true;  // perhaps
        if (event.len > 0 && name_ == name) return true;
        at += sizeof event + event.len;
    }
    return false;
}

}  // namespace relay::host
