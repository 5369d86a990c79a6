// SPDX-License-Identifier: Apache-2.0
#include "record/recorder.hpp"

#include "base/log.hpp"
#include "record/file.hpp"
#include "record/folder.hpp"
#include "record/stamp.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <condition_variable>
#include <csignal>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

namespace relay::record {
namespace {

// What a waiting message costs beside its payload, so that tiny ones are bounded as well.
constexpr std::size_t message_overhead = 64;

// Messages are collected for so long, or until they are this part of the queue: one wake-up of the
// writer for several pictures.
constexpr std::chrono::milliseconds collect_for{200};
constexpr std::size_t collect_part = 8;

std::size_t cost_of(const wire::MessagePtr& message) {
    return message->size() + message_overhead;
}

iovec piece(const void* data, std::size_t size) {
    return {const_cast<void*>(data), size};
}

}  // namespace

// One recording, as its owner's thread and the writer's share it.
struct Recording::Track {
    Track(std::string path, std::string log_name)
        : name(std::move(log_name)), status_{.file = std::move(path)} {}

    const std::string name;
    std::atomic<std::size_t> waiting = 0;  // bytes in the writer's queue
    std::atomic<bool> stopped = false;     // by an error, until it is tried again
    std::optional<File> file;              // the writer's alone, as the next
    WallTime begun{};                      // of the file, for its rotation

    Status status() const {
        const std::lock_guard lock(mutex_);
        return status_;
    }
    void opened(WallTime now) {
        const std::lock_guard lock(mutex_);
        status_.is_recording = !stopped;
        status_.since = now;
    }
    void written(std::uint64_t bytes) {
        bool goes_on_again;
        {
            const std::lock_guard lock(mutex_);
            ++status_.messages;
            status_.bytes += bytes;
            goes_on_again = !stopped && std::exchange(is_stop_logged_, false);
        }
        if (goes_on_again) log::info("recording goes on", {{"recording", name}});
    }
    void stop(const std::string& error, WallTime now) {
        bool is_logged_already;
        {
            const std::lock_guard lock(mutex_);
            if (stopped.exchange(true)) return;
            status_.is_recording = false;
            status_.error = error;
            stopped_at_ = now;
            is_logged_already = std::exchange(is_stop_logged_, true);
        }
        if (!is_logged_already)
            log::error("recording stopped", {{"recording", name}, {"error", error}});
    }
    bool stopped_before(WallTime now, std::chrono::seconds wait) const {
        const std::lock_guard lock(mutex_);
        return now - stopped_at_ >= wait || now < stopped_at_;  // the clock may be set back
    }

private:
    mutable std::mutex mutex_;
    Status status_;
    WallTime stopped_at_{};
    bool is_stop_logged_ = false;  // until a message is written again: a full disk stays full
};

// The queue and the thread that works it off.
class Recorder::Writer {
public:
    using Track = Recording::Track;

    Writer(Settings settings, Folder folder, WallClock clock)
        : settings_(std::move(settings)), folder_(std::move(folder)), clock_(std::move(clock)) {
        // Signals are for other threads. SIGXFSZ, which a write beyond the process's limit raises
        // in the thread that writes, stays blocked: the write fails with EFBIG instead.
        sigset_t all, before;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before);
        thread_ = std::thread([this] { run(); });
        pthread_sigmask(SIG_SETMASK, &before, nullptr);
    }

    ~Writer() {
        {
            const std::lock_guard lock(mutex_);
            ending_ = true;
        }
        wake_.notify_one();
        thread_.join();
    }

    void begin(std::shared_ptr<Track> track) {
        enqueue({Step::open, std::move(track), {}, {}}, true);
    }
    void end(std::shared_ptr<Track> track) {
        enqueue({Step::close, std::move(track), {}, {}}, true);
    }

    void write(const std::shared_ptr<Track>& track, const wire::MessagePtr& message) {
        const WallTime now = clock_();
        if (track->stopped && !try_again(track, now)) return;
        const std::size_t cost = cost_of(message);
        const std::size_t before = track->waiting.fetch_add(cost);
        if (before > 0 && before + cost > settings_.queue_bytes) {
            track->waiting -= cost;
            track->stop("the disk is too slow: the queue of the recording is full", now);
            return;
        }
        const bool is_urgent = before + cost > settings_.queue_bytes / collect_part;
        enqueue({Step::write, track, message, now}, is_urgent);
    }

private:
    // Whether messages are taken again: the disk may have room by now.
    bool try_again(const std::shared_ptr<Track>& track, WallTime now) {
        if (!track->stopped_before(now, settings_.try_again_after)) return false;
        track->stopped = false;
        begin(track);
        return true;
    }

    enum class Step { open, write, close };
    struct Job {
        Step step;
        std::shared_ptr<Track> track;
        wire::MessagePtr message;
        WallTime at;
    };

    void enqueue(Job job, bool is_urgent) {
        bool wakes;
        {
            const std::lock_guard lock(mutex_);
            wakes = jobs_.empty() || (is_urgent && !urgent_);
            urgent_ |= is_urgent;
            jobs_.push_back(std::move(job));
        }
        if (wakes) wake_.notify_one();
    }

    void run() {
        for (;;) {
            std::deque<Job> batch = collect();
            if (batch.empty()) return;
            for (Job& job : batch) {
                perform(job);
                job = {};  // gives the memory back at once
            }
        }
    }

    // Empty at the end.
    std::deque<Job> collect() {
        std::unique_lock lock(mutex_);
        wake_.wait(lock, [this] { return ending_ || !jobs_.empty(); });
        wake_.wait_for(lock, collect_for, [this] { return ending_ || urgent_; });
        urgent_ = false;
        return std::exchange(jobs_, {});
    }

    void perform(const Job& job) {
        Track& track = *job.track;
        switch (job.step) {
            case Step::open:
                return open(track);
            case Step::write:
                if (track.file) write_now(track, *job.message, job.at);
                track.waiting -= cost_of(job.message);
                return;
            case Step::close:
                track.file.reset();
        }
    }

    void open(Track& track) {
        track.file.reset();  // left open when the queue was full
        auto file = File::open(folder_, track.status().file);
        const WallTime now = clock_();
        if (!file) return track.stop(file.error().detail, now);
        // A crash has cut its last message off: no reader would find those behind it.
        if (settings_.stamped && !file->ends_with('\n'))
            if (auto done = file->rotate(now); !done) return track.stop(done.error().detail, now);
        track.file = std::move(*file);
        track.begun = now;
        track.opened(now);
    }

    void write_now(Track& track, const wire::Message& message, WallTime at) {
        const std::string head =
            settings_.stamped ? stamp(at, message.type(), message.size()) : std::string();
        const auto payload = message.payload();
        const std::array pieces{piece(head.data(), head.size()),
                                piece(payload.data(), payload.size()),
                                piece("\n", settings_.stamped ? 1 : 0)};
        if (auto done = append(track, pieces, at); !done) {
            track.file.reset();
            track.stop(done.error().detail, at);
        }
    }

    Result<void> append(Track& track, std::array<iovec, 3> pieces, WallTime at) {
        std::uint64_t bytes = 0;
        for (const iovec& part : pieces) bytes += part.iov_len;
        track.begun = std::min(track.begun, at);  // a clock that is set back prolongs no file
        if (is_due(track, bytes, at)) {
            if (auto done = track.file->rotate(at); !done) return done;
            track.begun = at;
        }
        if (auto done = track.file->append(pieces); !done) return done;
        track.written(bytes);
        return {};
    }

    // Whether the file must be rotated before so many bytes more.
    bool is_due(const Track& track, std::uint64_t bytes, WallTime at) const {
        const std::uint64_t size = track.file->size();
        if (size == 0) return false;
        if (settings_.rotate_size > 0 && size + bytes > settings_.rotate_size) return true;
        return settings_.rotate_after.count() > 0 && at - track.begun >= settings_.rotate_after;
    }

    const Settings settings_;
    const Folder folder_;
    const WallClock clock_;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<Job> jobs_;
    bool urgent_ = false;  // something among the jobs is not to wait for more
    bool ending_ = false;
    std::thread thread_;
};

Result<std::unique_ptr<Recorder>> Recorder::open(Settings settings, WallClock clock) {
    auto folder = Folder::open(settings.folder);
    if (!folder) return std::unexpected(folder.error());
    auto writer =
        std::make_unique<Writer>(std::move(settings), std::move(*folder), std::move(clock));
    return std::unique_ptr<Recorder>(new Recorder(std::move(writer)));
}

Recorder::Recorder(std::unique_ptr<Writer> writer) : writer_(std::move(writer)) {}

Recorder::~Recorder() = default;

std::unique_ptr<Recording> Recorder::begin(std::string path, std::string name) {
    auto track = std::make_shared<Recording::Track>(std::move(path), std::move(name));
    return std::unique_ptr<Recording>(new Recording(*writer_, std::move(track)));
}

Recording::Recording(Recorder::Writer& writer, std::shared_ptr<Track> track)
    : writer_(writer), track_(std::move(track)) {
    writer_.begin(track_);
}

Recording::~Recording() {
    writer_.end(std::move(track_));
}

void Recording::write(const wire::MessagePtr& message) {
    writer_.write(track_, message);
}

Status Recording::status() const {
    return track_->status();
}

}  // namespace relay::record
