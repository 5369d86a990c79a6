// SPDX-License-Identifier: Apache-2.0
#include "client/file_writer.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <mutex>
#include <optional>
#include <poll.h>
#include <unistd.h>
#include <utility>

namespace relay::client {

namespace {

// A reader that is gone is an error like others, not the end of the process.
void block_pipe_signal() {
    sigset_t signals;
    ::sigemptyset(&signals);
    ::sigaddset(&signals, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

}  // namespace

struct FileWriter::Shared {
    std::string path;
    std::size_t most_waiting = 0;

    std::mutex mutex;
    std::condition_variable changed;
    OnFailure on_failure;  // null once told or closed
    std::string waiting;
    std::size_t unwritten = 0;  // bytes: waiting, and being written
    bool reopen = false;
    bool closing = false;
    bool ended = false;            // the thread has
    std::optional<Error> failure;  // the first

    int descriptor = -1;  // the thread's, once it runs

    bool is_standard_output() const { return path == "-"; }
    Result<void> open();
    Result<void> write_all(std::string_view bytes) const;
    Result<void> sync() const;
    std::unexpected<Error> error(std::string_view doing) const;
    void fail_once(Error error);  // under the lock
    void run();
    bool take(std::string& batch, bool& reopen_wanted);
    Result<void> work(const std::string& batch, bool reopen_wanted);
};

std::unexpected<Error> FileWriter::Shared::error(std::string_view doing) const {
    const std::string reason = std::strerror(errno);
    return fail(Errc::unavailable,
                fmt::format("cannot {} {}: {}", doing,
                            is_standard_output() ? "standard output" : path, reason));
}

Result<void> FileWriter::Shared::open() {
    if (is_standard_output()) {
        descriptor = STDOUT_FILENO;
        return {};
    }
    const int opened = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
    if (opened < 0) return error("open");
    if (descriptor >= 0) ::close(descriptor);
    descriptor = opened;
    return {};
}

Result<void> FileWriter::Shared::write_all(std::string_view bytes) const {
    while (!bytes.empty()) {
        const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
        if (written >= 0) {
            bytes.remove_prefix(static_cast<std::size_t>(written));
        } else if (errno == EAGAIN) {  // somebody else made our standard output so
            pollfd writable{descriptor, POLLOUT, 0};
            ::poll(&writable, 1, -1);
        } else if (errno != EINTR) {
            return error("write to");
        }
    }
    return {};
}

// Some disks tell only now that they are full. Pipes and terminals have nothing to sync.
Result<void> FileWriter::Shared::sync() const {
    if (::fsync(descriptor) == 0 || errno == EINVAL || errno == EROFS || errno == ENOTSUP)
        return {};
    return error("write to");
}

void FileWriter::Shared::fail_once(Error error) {
    if (failure) return;
    failure = std::move(error);
    waiting.clear();
    if (const OnFailure told = std::exchange(on_failure, nullptr)) told(*failure);
}

// Waits for something to do; false when there is nothing more.
bool FileWriter::Shared::take(std::string& batch, bool& reopen_wanted) {
    std::unique_lock lock(mutex);
    unwritten -= batch.size();
    batch.clear();
    changed.wait(lock, [this] { return !waiting.empty() || reopen || closing || failure; });
    if (failure || (waiting.empty() && !reopen)) return false;
    batch.swap(waiting);
    reopen_wanted = std::exchange(reopen, false);
    return true;
}

Result<void> FileWriter::Shared::work(const std::string& batch, bool reopen_wanted) {
    if (auto written = write_all(batch); !written) return written;
    if (!reopen_wanted) return {};
    if (auto synced = sync(); !synced) return synced;
    return open();
}

void FileWriter::Shared::run() {
    block_pipe_signal();
    std::string batch;
    bool reopen_wanted = false;
    Result<void> done;
    while (done && take(batch, reopen_wanted)) done = work(batch, reopen_wanted);
    if (done) done = sync();
    if (!is_standard_output()) ::close(descriptor);
    const std::lock_guard lock(mutex);
    if (!done) fail_once(std::move(done.error()));
    ended = true;
    changed.notify_all();
}

Result<std::unique_ptr<FileWriter>> FileWriter::open(const std::string& path, OnFailure on_failure,
                                                     std::size_t most_waiting) {
    auto shared = std::make_shared<Shared>();
    shared->path = path;
    shared->on_failure = std::move(on_failure);
    shared->most_waiting = most_waiting;
    if (auto opened = shared->open(); !opened) return std::unexpected(opened.error());
    return std::unique_ptr<FileWriter>(new FileWriter(std::move(shared)));
}

FileWriter::FileWriter(std::shared_ptr<Shared> shared)
    : shared_(std::move(shared)), thread_([kept = shared_] { kept->run(); }) {}

FileWriter::~FileWriter() {
    if (thread_.joinable()) (void)close(std::chrono::milliseconds(0));
}

void FileWriter::write(std::string_view bytes) {
    const std::lock_guard lock(shared_->mutex);
    Shared& shared = *shared_;
    if (shared.failure || shared.closing) return;
    if (shared.unwritten > 0 && shared.unwritten + bytes.size() > shared.most_waiting) {
        shared.fail_once(
            {Errc::limit, fmt::format("{} took too little: {} bytes wait",
                                      shared.is_standard_output() ? "standard output" : shared.path,
                                      shared.unwritten)});
    } else {
        shared.waiting += bytes;
        shared.unwritten += bytes.size();
    }
    shared.changed.notify_all();
}

bool FileWriter::busy() const {
    const std::lock_guard lock(shared_->mutex);
    return shared_->unwritten > 0 && !shared_->failure;
}

void FileWriter::reopen() {
    const std::lock_guard lock(shared_->mutex);
    shared_->reopen = !shared_->is_standard_output();
    shared_->changed.notify_all();
}

Result<void> FileWriter::close(std::chrono::milliseconds limit) {
    std::unique_lock lock(shared_->mutex);
    shared_->on_failure = nullptr;
    shared_->closing = true;
    shared_->changed.notify_all();
    shared_->changed.wait_for(lock, limit, [this] { return shared_->ended || shared_->failure; });
    const bool ended = shared_->ended;
    if (!ended && !shared_->failure) {
        shared_->fail_once(
            {Errc::limit,
             fmt::format("gave up on {} bytes that {} did not take", shared_->unwritten,
                         shared_->is_standard_output() ? "standard output" : shared_->path)});
    }
    const std::optional<Error> failure = shared_->failure;
    lock.unlock();
    if (ended) {
        thread_.join();
    } else {
        thread_.detach();  // stuck in the kernel; it touches nothing but what it shares
    }
    if (failure) return std::unexpected(*failure);
    return {};
}

}  // namespace relay::client
