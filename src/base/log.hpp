// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"

#include <fmt/format.h>

#include <concepts>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

// Structured logs: an event is a lower-case message plus fields. One line each, as JSON or text.
// Levels: `info` is rare, and nothing that a peer can trigger without bound is above `debug`.
// Never pass a token, code or secret; `Secret` prints as ***.
namespace relay::log {

enum class Level { trace, debug, info, warn, error, off };
enum class Format { json, text };

struct Settings {
    Level level = Level::warn;
    Format format = Format::json;
    std::string file;  // a path, `stdout`, or empty for standard error
};

// Replaces the process's one logger. A file that cannot be opened is an error; the old logger
// stays.
Result<void> configure(const Settings& settings);

struct Field {
    using Value = std::variant<std::string, long long, unsigned long long, double, bool>;
    std::string_view key;
    Value value;

    Field(std::string_view name, std::string_view text) : key(name), value(std::string(text)) {}
    Field(std::string_view name, const char* text) : key(name), value(std::string(text)) {}
    Field(std::string_view name, const std::string& text) : key(name), value(text) {}
    Field(std::string_view name, bool flag) : key(name), value(flag) {}
    template <std::signed_integral T>
    Field(std::string_view name, T number) : key(name), value(static_cast<long long>(number)) {}
    template <std::unsigned_integral T>
    Field(std::string_view name, T number)
        : key(name), value(static_cast<unsigned long long>(number)) {}
    template <std::floating_point T>
    Field(std::string_view name, T number) : key(name), value(static_cast<double>(number)) {}
};

bool enabled(Level level);
void write(Level level, std::string_view message, std::initializer_list<Field> fields = {});

inline void debug(std::string_view message, std::initializer_list<Field> fields = {}) {
    if (enabled(Level::debug)) write(Level::debug, message, fields);
}
inline void info(std::string_view message, std::initializer_list<Field> fields = {}) {
    if (enabled(Level::info)) write(Level::info, message, fields);
}
inline void warn(std::string_view message, std::initializer_list<Field> fields = {}) {
    if (enabled(Level::warn)) write(Level::warn, message, fields);
}
inline void error(std::string_view message, std::initializer_list<Field> fields = {}) {
    if (enabled(Level::error)) write(Level::error, message, fields);
}

}  // namespace relay::log
