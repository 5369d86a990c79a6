// SPDX-License-Identifier: Apache-2.0
#include "client/input_reader.hpp"

#include <boost/asio/post.hpp>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <poll.h>
#include <sys/eventfd.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace relay::client {
namespace {

namespace asio = boost::asio;

constexpr std::size_t piece_size = 64 * 1024;

// A flag that a thread can wait for together with a descriptor.
class Event {
public:
    Event() : descriptor_(::eventfd(0, EFD_CLOEXEC)) {
        if (descriptor_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
    }
    ~Event() { ::close(descriptor_); }
    Event(const Event&) = delete;
    Event& operator=(const Event&) = delete;

    int descriptor() const { return descriptor_; }
    void set() const {
        const std::uint64_t one = 1;
        (void)!::write(descriptor_, &one, sizeof one);
    }
    void clear() const {
        std::uint64_t count = 0;
        (void)!::read(descriptor_, &count, sizeof count);
    }

private:
    int descriptor_;
};

// False when the wait was not for the first of them.
bool wait_for(int wanted, short events, int stop) {
    for (;;) {
        std::array<pollfd, 2> polled{{{wanted, events, 0}, {stop, POLLIN, 0}}};
        const int ready = ::poll(polled.data(), polled.size(), -1);
        if (ready < 0 && errno == EINTR) continue;
        return ready > 0 && polled[1].revents == 0;
    }
}

}  // namespace

class InputReader::Worker {
public:
    Worker(asio::io_context& context, int descriptor, OnPiece on_piece)
        : context_(context), descriptor_(descriptor), on_piece_(std::move(on_piece)) {}

    void want() { wanted_.set(); }
    void stop() {
        on_piece_ = nullptr;
        stop_.set();
    }

    static void run(const std::shared_ptr<Worker>& worker) {
        while (wait_for(worker->wanted_.descriptor(), POLLIN, worker->stop_.descriptor())) {
            worker->wanted_.clear();
            if (!wait_for(worker->descriptor_, POLLIN, worker->stop_.descriptor())) return;
            asio::post(worker->context_, [worker, piece = worker->read()]() mutable {
                if (worker->on_piece_) worker->on_piece_(std::move(piece));
            });
        }
    }

private:
    Result<std::string> read() const {
        std::string piece(piece_size, '\0');
        ssize_t count = 0;
        do count = ::read(descriptor_, piece.data(), piece.size());
        while (count < 0 && (errno == EINTR || errno == EAGAIN));
        // A terminal that is gone gives EIO.
        if (count < 0 && errno == EIO && ::isatty(descriptor_)) count = 0;
        if (count < 0) return fail(Errc::unavailable, std::strerror(errno));
        piece.resize(static_cast<std::size_t>(count));
        return piece;
    }

    asio::io_context& context_;
    int descriptor_;
    OnPiece on_piece_;  // of the context's thread; null once stopped
    Event wanted_;
    Event stop_;
};

InputReader::InputReader(asio::io_context& context, int descriptor, OnPiece on_piece)
    : worker_(std::make_shared<Worker>(context, descriptor, std::move(on_piece))),
      thread_([worker = worker_] { Worker::run(worker); }) {}

InputReader::~InputReader() {
    worker_->stop();
    thread_.join();
}

void InputReader::want() {
    worker_->want();
}

}  // namespace relay::client
