// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

namespace relay::client {

// Appends to a file, or to standard output, on a thread of its own: a disk that stalls, or a reader
// that does not read, must not hold up the connection. What waits is bounded; nothing is left out:
// what cannot be written is a failure, after which nothing more is.
class FileWriter {
public:
    static constexpr std::size_t default_most_waiting = std::size_t{64} << 20;

    // Told once, from any thread, never after close() has returned.
    using OnFailure = std::function<void(Error)>;

    // `path` is opened now, made if need be; `-` is standard output. Errc::unavailable with path
    // and reason.
    static Result<std::unique_ptr<FileWriter>> open(
        const std::string& path, OnFailure on_failure,
        std::size_t most_waiting = default_most_waiting);

    ~FileWriter();  // as close(), without a word of what is lost

    // Takes a copy. More than the bound waiting is a failure.
    void write(std::string_view bytes);

    // Whether anything is still to be written.
    bool busy() const;

    // Opens the path anew after what waits now, for who moves logs away. Nothing for standard
    // output.
    void reopen();

    // Everything is written, and on the disk; within the limit, or it is given up. The error is the
    // first failure of all.
    Result<void> close(std::chrono::milliseconds limit);

private:
    struct Shared;
    explicit FileWriter(std::shared_ptr<Shared> shared);

    std::shared_ptr<Shared> shared_;  // with the thread, which may outlive this when it is stuck
    std::thread thread_;
};

}  // namespace relay::client
