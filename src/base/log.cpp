// SPDX-License-Identifier: Apache-2.0
#include "base/log.hpp"

#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <memory>
#include <mutex>

namespace relay::log {
namespace {

struct Target {
    std::shared_ptr<spdlog::logger> logger;
    Format format = Format::json;
};

// Length of the well-formed UTF-8 sequence (RFC 3629 §4) at the front, or 0.
std::size_t sequence_length(std::string_view text) {
    const auto byte = [&](std::size_t index) -> unsigned {
        return index < text.size() ? static_cast<std::uint8_t>(text[index]) : 0U;
    };
    const auto continues = [&](std::size_t index) { return (byte(index) & 0xc0) == 0x80; };
    const unsigned lead = byte(0);
    if (lead < 0x80) return 1;
    if (lead >= 0xc2 && lead <= 0xdf) return continues(1) ? 2 : 0;
    if (lead >= 0xe0 && lead <= 0xef) {
        const bool overlong = lead == 0xe0 && byte(1) < 0xa0;
        const bool surrogate = lead == 0xed && byte(1) >= 0xa0;
        return continues(1) && continues(2) && !overlong && !surrogate ? 3 : 0;
    }
    if (lead >= 0xf0 && lead <= 0xf4) {
        const bool overlong = lead == 0xf0 && byte(1) < 0x90;
        const bool too_large = lead == 0xf4 && byte(1) >= 0x90;
        return continues(1) && continues(2) && continues(3) && !overlong && !too_large ? 4 : 0;
    }
    return 0;
}

void append_escaped(std::string& line, char character) {
    switch (character) {
        case '"':
            line += "\\\"";
            return;
        case '\\':
            line += "\\\\";
            return;
        case '\n':
            line += "\\n";
            return;
        case '\r':
            line += "\\r";
            return;
        case '\t':
            line += "\\t";
            return;
        default:
            break;
    }
    if (static_cast<std::uint8_t>(character) < 0x20 || character == 0x7f) {
        fmt::format_to(std::back_inserter(line), "\\u{:04x}", static_cast<unsigned>(character));
    } else {
        line += character;
    }
}

// A JSON string (RFC 8259 §7). Text from peers may hold anything; bytes that are no UTF-8 become
// U+FFFD, so that every line stays readable for a JSON parser.
void append_quoted(std::string& line, std::string_view text) {
    line += '"';
    while (!text.empty()) {
        const std::size_t length = sequence_length(text);
        if (length == 0) {
            line += "\xef\xbf\xbd";
        } else if (length == 1) {
            append_escaped(line, text.front());
        } else {
            line += text.substr(0, length);
        }
        text.remove_prefix(length == 0 ? 1 : length);
    }
    line += '"';
}

void append_plain(std::string& line, std::string_view text) {
    const bool plain = !text.empty() && text.find_first_of(" =\"\\") == std::string_view::npos &&
                       std::all_of(text.begin(), text.end(), [](char character) {
                           return character > 0x20 && character < 0x7f;
                       });
    if (plain) {
        line += text;
    } else {
        append_quoted(line, text);
    }
}

void append_value(std::string& line, const Field::Value& value, Format format) {
    if (const auto* text = std::get_if<std::string>(&value)) {
        format == Format::json ? append_quoted(line, *text) : append_plain(line, *text);
    } else if (const auto* real = std::get_if<double>(&value); real && !std::isfinite(*real)) {
        line += "null";  // JSON has no such numbers
    } else {
        std::visit(
            [&](const auto& plain) { fmt::format_to(std::back_inserter(line), "{}", plain); },
            value);
    }
}

// The part of a line that follows what the pattern writes.
std::string compose(std::string_view message, std::initializer_list<Field> fields, Format format) {
    std::string line;
    if (format == Format::json) {
        append_quoted(line, message);
    } else {
        line += message;
    }
    for (const Field& field : fields) {
        line += format == Format::json ? "," : " ";
        format == Format::json ? append_quoted(line, field.key) : append_plain(line, field.key);
        line += format == Format::json ? ":" : "=";
        append_value(line, field.value, format);
    }
    return line;
}

spdlog::level::level_enum spdlog_level(Level level) {
    switch (level) {
        case Level::trace:
            return spdlog::level::trace;
        case Level::debug:
            return spdlog::level::debug;
        case Level::info:
            return spdlog::level::info;
        case Level::warn:
            return spdlog::level::warn;
        case Level::error:
            return spdlog::level::err;
        case Level::off:
            break;
    }
    return spdlog::level::off;
}

spdlog::sink_ptr make_sink(const std::string& file) {
    if (file.empty()) return std::make_shared<spdlog::sinks::stderr_sink_mt>();
    if (file == "stdout") return std::make_shared<spdlog::sinks::stdout_sink_mt>();
    return std::make_shared<spdlog::sinks::basic_file_sink_mt>(file);
}

Target make_target(const Settings& settings) {
    constexpr auto json = R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l","msg":%v})";
    constexpr auto text = "%Y-%m-%dT%H:%M:%S.%eZ %l %v";
    auto logger = std::make_shared<spdlog::logger>("relay", make_sink(settings.file));
    logger->set_formatter(std::make_unique<spdlog::pattern_formatter>(
        settings.format == Format::json ? json : text, spdlog::pattern_time_type::utc));
    logger->set_level(spdlog::level::trace);  // `enabled` has decided already
    logger->flush_on(spdlog::level::trace);   // the last lines before a crash matter most
    return {std::move(logger), settings.format};
}

// The process's one logger; the only global state there is.
struct Current {
    std::mutex mutex;
    Target target = make_target(Settings{});
    std::atomic<Level> level{Settings{}.level};
};

Current& current() {
    static Current instance;
    return instance;
}

}  // namespace

Result<void> configure(const Settings& settings) {
    try {
        Target target = make_target(settings);
        const std::lock_guard lock(current().mutex);
        current().target = std::move(target);
        current().level = settings.level;
        return {};
    } catch (const spdlog::spdlog_ex& problem) {
        return fail(Errc::unavailable, fmt::format("log file: {}", problem.what()));
    }
}

bool enabled(Level level) {
    return level >= current().level.load(std::memory_order_relaxed) && level != Level::off;
}

void write(Level level, std::string_view message, std::initializer_list<Field> fields) {
    if (!enabled(level)) return;
    Target target;
    {
        // Held for the copy only: a slow disk must not make `configure` or `enabled` wait.
        const std::lock_guard lock(current().mutex);
        target = current().target;
    }
    target.logger->log(spdlog_level(level),
                       spdlog::string_view_t(compose(message, fields, target.format)));
}

}  // namespace relay::log
