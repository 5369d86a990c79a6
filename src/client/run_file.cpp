// SPDX-License-Identifier: Apache-2.0
#include "client/access.hpp"
#include "client/file_session.hpp"
#include "client/run.hpp"
#include "client/signals.hpp"
#include "playfile/parse.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <optional>
#include <unistd.h>
#include <utility>

namespace relay::client {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t longest_script = std::size_t{256} << 20;
constexpr auto flush_limit = 10s;  // for what still waits for the disk at the end

Result<std::string> read_all(int descriptor) {
    std::string text;
    std::string buffer(64 * 1024, '\0');
    while (text.size() <= longest_script) {
        const ssize_t count = ::read(descriptor, buffer.data(), buffer.size());
        if (count == 0) return text;
        if (count < 0 && errno != EINTR) return fail(Errc::unavailable, std::strerror(errno));
        if (count > 0) text.append(buffer, 0, static_cast<std::size_t>(count));
    }
    return fail(Errc::limit, fmt::format("longer than {} bytes", longest_script));
}

Result<std::string> read_path(const std::string& path) {
    if (path == "-") return read_all(STDIN_FILENO);
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return fail(Errc::unavailable, std::strerror(errno));
    auto text = read_all(descriptor);
    ::close(descriptor);
    return text;
}

std::string name_of(const std::string& path) {
    return path == "-" ? "standard input" : path;
}

void add_remarks(std::vector<std::string>& lines, const std::string& path, const char* kind,
                 const std::vector<playfile::Remark>& remarks) {
    for (const auto& remark : remarks) {
        lines.push_back(fmt::format("{}:{}: {}{}", name_of(path), remark.line, kind, remark.text));
    }
}

Outcome check(const FileConfig& config, const playfile::Reading& reading) {
    Outcome outcome;
    add_remarks(outcome.lines, config.play, "error: ", reading.errors);
    add_remarks(outcome.lines, config.play, "note: ", reading.notices);
    if (!reading.errors.empty() && !config.force) outcome.code = exit_failed;
    return outcome;
}

// Opens the log, connects, and waits for the end.
Outcome log_and_play(const FileConfig& config, std::optional<playfile::Script> script) {
    auto way = way_of(config.access);
    if (!way) return failed(way.error().detail);

    boost::asio::io_context context;
    Outcome outcome;
    const auto end = [&](Outcome ended) {
        outcome = std::move(ended);
        context.stop();
    };
    std::unique_ptr<FileWriter> log;
    if (!config.log.empty()) {
        auto opened = FileWriter::open(config.log, [&](Error error) {
            boost::asio::post(context, [&, error] { end(failed("log: " + error.detail)); });
        });
        if (!opened) return failed("log: " + opened.error().detail);
        log = std::move(*opened);
    }
    FileSession session(context, std::move(way->target), std::move(way->settings),
                        {.mode = config.mode,
                         .strict = config.strict,
                         .script = std::move(script),
                         .log = log.get()},
                        end);
    const Signals signals(
        context, [&] { session.stop(); },
        [&] {
            if (log) log->reopen();
        });
    context.run();
    if (!log) return outcome;
    const auto closed = log->close(flush_limit);
    if (!closed && outcome.code != exit_failed) return failed("log: " + closed.error().detail);
    return outcome;
}

}  // namespace

Outcome run_file(const FileConfig& config) {
    ::tzset();  // localtime_r need not
    if (config.play.empty()) return log_and_play(config, std::nullopt);
    const auto text = read_path(config.play);
    if (!text) {
        return failed(fmt::format("play: {}: {}", name_of(config.play), text.error().detail));
    }
    auto reading = playfile::read_script(*text);
    if (config.check_only) return check(config, reading);
    if (!reading.errors.empty() && !config.force) {
        Outcome outcome{exit_failed, {}};
        add_remarks(outcome.lines, config.play, "error: ", reading.errors);
        return outcome;
    }
    return log_and_play(config, std::move(reading.script));
}

}  // namespace relay::client
