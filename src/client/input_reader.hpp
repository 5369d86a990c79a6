// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"

#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <string>
#include <thread>

namespace relay::client {

// Reads a file, pipe or terminal a piece at a time, each when it is asked for, on a thread of its
// own: files cannot be polled, and the descriptor, which other programs share, must not be made
// non-blocking. Made, used and destroyed on the context's thread.
class InputReader {
public:
    // At most 64 KiB; empty at the end. Called on the context's thread, once for each want(), and
    // never after destruction.
    using OnPiece = std::function<void(Result<std::string>)>;

    // The descriptor stays its owner's. Throws std::system_error when the system has none left.
    InputReader(boost::asio::io_context& context, int descriptor, OnPiece on_piece);
    ~InputReader();  // at once, also while nothing comes

    // Asks for the next piece; not before the last one came.
    void want();

private:
    class Worker;
    std::shared_ptr<Worker> worker_;
    std::thread thread_;
};

}  // namespace relay::client
