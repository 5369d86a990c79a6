// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <array>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace relay::host {

// Tells when a file was written or replaced. It watches the file's folder (inotify(7)), since
// editors write a new file and rename it. On the thread of the context.
class RulesFileWatch {
public:
    // Errc::invalid when the folder cannot be watched.
    static Result<std::unique_ptr<RulesFileWatch>> start(boost::asio::io_context& context,
                                                         const std::filesystem::path& file,
                                                         std::function<void()> changed);

private:
    RulesFileWatch(boost::asio::io_context& context, int descriptor, std::string name,
                   std::function<void()> changed);
    void wait();
    bool concerns_file(std::size_t count) const;

    boost::asio::posix::stream_descriptor events_;
    std::string name_;  // of the file in its folder
    std::function<void()> changed_;
    alignas(8) std::array<char, 4096> buffer_;
};

}  // namespace relay::host
