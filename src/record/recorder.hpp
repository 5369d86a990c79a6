// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "wire/message.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace relay::record {

struct Settings {
    std::filesystem::path folder;          // must exist; recordings go below it
    bool stamped = false;                  // each message behind its time and size, see stamp.hpp
    std::size_t rotate_size = 0;           // bytes that a file is not to exceed; 0: no limit
    std::chrono::seconds rotate_after{0};  // age at which a file is rotated; 0: no limit
    // What may wait for the disk, per recording; one message always may.
    std::size_t queue_bytes = 8 * 1024 * 1024;
    std::chrono::seconds try_again_after{60};  // when a recording has stopped
};

struct Status {
    std::string file;               // relative to the folder
    bool is_recording = false;      // false before the file is open, and while it has stopped
    std::optional<WallTime> since;  // when it was opened, last
    std::uint64_t messages = 0;     // written, to this file and those it was rotated to
    std::uint64_t bytes = 0;        // the same, with the stamps
    std::string error;              // why it stopped last, even if it goes on; empty: never
};

class Recording;

// Writes recordings below a folder, on one thread of its own, so that the disk never delays those
// who hand messages over. Rotation is by message: no message is divided, no timer runs.
class Recorder {
public:
    // Errc::unavailable when the folder is missing or not writable.
    static Result<std::unique_ptr<Recorder>> open(Settings settings,
                                                  WallClock clock = wall_clock());
    // Writes what waits first. After its recordings.
    ~Recorder();

    // Begins to append to a file, which is opened once the recordings that ended before are
    // closed. The path is one of validate_recording_path's; `name` is for the log.
    std::unique_ptr<Recording> begin(std::string path, std::string name);

private:
    friend class Recording;
    class Writer;
    explicit Recorder(std::unique_ptr<Writer> writer);

    std::unique_ptr<Writer> writer_;
};

// A file that messages are appended to. It stops, with an error in its status and once in the log,
// when the disk is full, fails, or is so slow that the queue is full; the file then ends with a
// whole message. The first message a while later tries again; those between are missing, which
// `since` and `error` of the status still tell. Belongs to one thread; the recorder must outlive
// it.
class Recording {
public:
    ~Recording();  // what waits is still written, later; then the file is closed

    // Keeps a reference, copies nothing, never blocks on the disk.
    void write(const wire::MessagePtr& message);

    Status status() const;

private:
    friend class Recorder;
    struct Track;
    Recording(Recorder::Writer& writer, std::shared_ptr<Track> track);

    Recorder::Writer& writer_;
    std::shared_ptr<Track> track_;  // shared with the writer
};

}  // namespace relay::record
