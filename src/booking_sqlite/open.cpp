// SPDX-License-Identifier: Apache-2.0
#include "booking_sqlite/open.hpp"

#include "booking_sqlite/database_file.hpp"
#include "booking_sqlite/reader.hpp"
#include "booking_sqlite/writer.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>

namespace relay::booking_sqlite {
namespace {

class SqliteStore : public booking::Store {
public:
    SqliteStore(Connection writing, WriteAheadLog log, Connection reading, Connection reporting)
        : writer_(std::move(writing), std::move(log)),
          reader_(std::move(reading)),
          reporter_(std::move(reporting)) {}

    void write(Writing work, Done done) override {
        writer_.write({std::move(work), std::move(done)});
    }
    void read(Reading work, Done done) override {
        reader_.read({std::move(work), std::move(done)});
    }
    void report(Reading work, Done done) override {
        reporter_.read({std::move(work), std::move(done)});
    }
    void stop() override {
        writer_.stop();
        reader_.stop();
        reporter_.stop();
    }

private:
    Writer writer_;
    Reader reader_, reporter_;
};

Result<void> expect_no_contradictions(Connection& connection, const std::filesystem::path& file) {
    std::vector<std::string> lines;
    booking::Store::Reading look = [&](const booking::Transaction& unit) -> Result<void> {
        auto found = unit.sessions().contradictions();
        if (!found) return std::unexpected(std::move(found.error()));
        lines = std::move(*found);
        return {};
    };
    if (const auto looked = read_once(connection, look); !looked)
        return fail(looked.error().code, connection.take_failure().value_or(looked.error().detail));
    if (lines.empty()) return {};
    return fail(Errc::internal,
                fmt::format("{}: contradicts itself: {}", file.string(), fmt::join(lines, "; ")));
}

// Of a file that was opened before.
Result<Connection> open_for_reading(const std::filesystem::path& file) {
    auto database = store::Database::open(file);
    if (!database) return std::unexpected(database.error());
    if (auto set = database->execute("PRAGMA query_only = ON"); !set)
        return std::unexpected(set.error());
    return Connection(*std::move(database));
}

}  // namespace

Result<std::unique_ptr<booking::Store>> open(const std::filesystem::path& file,
                                             const Options& options) {
    auto database = open_database_file(file);
    if (!database) return std::unexpected(database.error());
    auto reading = open_for_reading(file);
    if (!reading) return std::unexpected(reading.error());
    auto reporting = open_for_reading(file);
    if (!reporting) return std::unexpected(reporting.error());
    if (const auto sound = expect_no_contradictions(*reading, file); !sound)
        return std::unexpected(sound.error());
    return std::make_unique<SqliteStore>(Connection(*std::move(database)),
                                         WriteAheadLog(file, options.most_log), *std::move(reading),
                                         *std::move(reporting));
}

}  // namespace relay::booking_sqlite
