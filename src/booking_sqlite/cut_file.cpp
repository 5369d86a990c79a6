// SPDX-License-Identifier: Apache-2.0
#include "booking_sqlite/cut_file.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>

namespace relay::booking_sqlite {
namespace {

using std::filesystem::path;

constexpr std::uintmax_t page_size = 4096;  // SQLite's default, which make() in database_file uses

std::uint32_t big_endian(std::string_view bytes) {
    std::uint32_t value = 0;
    for (const char byte : bytes.substr(0, 4))
        value = value << 8 | static_cast<unsigned char>(byte);
    return value;
}

// SQLite file format, "The Write-Ahead Log": a header of 32 bytes with the salts at 16, then frames
// of 24 bytes (page number, size, salts, sums) and a page. Frames with other salts are of the past.
bool log_holds(const path& log, std::uint32_t page) {
    std::ifstream stream(log, std::ios::binary);
    std::array<char, 32> header{};
    stream.read(header.data(), header.size());
    const std::string_view salts(header.data() + 16, 8);
    std::array<char, 24 + page_size> frame{};
    while (stream.read(frame.data(), frame.size())) {
        const std::string_view bytes(frame.data(), frame.size());
        if (bytes.substr(8, 8) == salts && big_endian(bytes) == page) return true;
    }
    return false;
}

std::unexpected<Error> cut(const path& file, std::uintmax_t size) {
    return fail(Errc::internal,
                fmt::format("{}: the file has {} bytes: it was cut, or is not a database of ours",
                            file.string(), size));
}

}  // namespace

Result<void> expect_whole_file(const path& file) {
    const path log = file.string() + "-wal";
    std::error_code absent;
    const std::uintmax_t size = std::filesystem::file_size(file, absent);
    if (absent) {
        if (!std::filesystem::exists(log)) return {};
        return fail(Errc::internal,
                    log.string() + " is there, but not its database " + file.string());
    }
    if (size < page_size) return cut(file, size);
    const auto last = static_cast<std::uint32_t>(size / page_size + 1);
    if (size % page_size != 0 && !log_holds(log, last)) return cut(file, size);
    return {};
}

}  // namespace relay::booking_sqlite
