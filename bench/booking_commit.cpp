// SPDX-License-Identifier: Apache-2.0
// Durable bookings per second with 1, 16, 64 and 256 clients, each of which asks for its next
// session when it has the answer, against a loop of bare SQLite inserts with the same durability
// (write-ahead log, synchronous=FULL, one commit each) in the same folder. Both in turn, several
// rounds, medians; prints one line of JSON per number of clients. Exits with 1 below the limit.
//
//     booking_commit [FOLDER [SECONDS [ROUNDS]]]
#include "booking/session_desk.hpp"
#include "booking_sqlite/open.hpp"
#include "store/database.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <latch>
#include <string>
#include <vector>

namespace {

using namespace relay;
using Clock = std::chrono::steady_clock;

constexpr int pools = 12, rigs_of_pool = 5;
constexpr double least_ratio = 0.5;  // of the bare inserts

[[noreturn]] void give_up(const std::string& reason) {
    fmt::print(stderr, "booking_commit: {}\n", reason);
    std::exit(2);
}

template <class Value>
Value must(Result<Value> result) {
    if (!result) give_up(result.error().detail);
    if constexpr (!std::is_void_v<Value>) return *std::move(result);
}

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

double bare_inserts(const std::filesystem::path& file, double seconds) {
    auto database = must(store::Database::open(file));
    must(
        database.execute("CREATE TABLE booking (name TEXT PRIMARY KEY, user TEXT NOT NULL,"
                         " rig INTEGER NOT NULL, start_ms INTEGER NOT NULL,"
                         " end_ms INTEGER NOT NULL) STRICT"));
    auto insert = must(database.prepare("INSERT INTO booking VALUES (?1, ?2, ?3, ?4, ?5)"));
    const auto start = Clock::now();
    std::int64_t count = 0;
    for (; seconds_since(start) < seconds; ++count)
        must(insert.run_with(fmt::format("{:08x}-2c7f-4d11-9d5e-0123456789ab", count),
                             fmt::format("user {}", count % 500), count % 60, count * 1000,
                             count * 1000 + 60'000));
    return static_cast<double>(count) / seconds_since(start);
}

std::string pool_name(int pool) {
    return fmt::format("pool {}", pool);
}

Result<void> put_catalogue(booking::Transaction& unit) {
    for (int pool = 0; pool < pools; ++pool) {
        must(unit.catalogue().put_pool({pool_name(pool), "", {}}));
        for (int rig = 0; rig < rigs_of_pool; ++rig) {
            const auto id = fmt::format("rig {}.{}", pool, rig);
            const booking::Topic topic{"https://relay.example", id};
            const auto resource = must(unit.catalogue().add_resource());
            must(unit.catalogue().bind_topic(topic, resource));
            must(unit.catalogue().put_offer({id,
                                             "",
                                             {.description = {.name = id},
                                              .expires = booking::BookingTime::max(),
                                              .config_url = "",
                                              .streams = {{"data",
                                                           "https://relay.example/session/" + id,
                                                           "POST",
                                                           "session",
                                                           topic,
                                                           {"read", "write"}}},
                                              .interfaces = {}},
                                             {pool_name(pool)},
                                             resource}));
        }
    }
    return {};
}

// They book until the time is over.
class Students {
public:
    Students(booking::Store& store, int clients, double seconds)
        : store_(store), seconds_(seconds), left_(clients) {
        for (int client = 0; client < clients; ++client) ask(client);
        left_.wait();
        rate_ = static_cast<double>(granted_) / seconds_since(start_);
    }
    double rate() const { return rate_; }

private:
    void ask(int client) {
        store_.write([this, client](booking::Transaction& unit) { return book(unit, client); },
                     [this, client](const Result<void>& done) {
                         must(done);
                         ++granted_;
                         if (seconds_since(start_) < seconds_)
                             ask(client);
                         else
                             left_.count_down();
                     });
    }
    // Sessions of a minute; time passes so that four of five rigs are in use.
    Result<void> book(booking::Transaction& unit, int client) {
        now_ += std::chrono::milliseconds(1250);
        const int pool = turn_++ % pools;
        const auto answer = booking::request_session(unit,
                                                     {.user = fmt::format("user {}", client),
                                                      .pool = pool_name(pool),
                                                      .group = "everyone",
                                                      .duration = std::chrono::seconds(60),
                                                      .max_sessions = 1000,
                                                      .idempotency_key = ""},
                                                     now_);
        if (!answer) return std::unexpected(answer.error());
        if (!std::holds_alternative<booking::Session>(*answer)) give_up("no session was granted");
        return {};
    }

    booking::Store& store_;
    double seconds_;
    std::latch left_;
    Clock::time_point start_ = Clock::now();
    std::atomic<std::int64_t> granted_{0};
    double rate_ = 0;
    booking::BookingTime now_{};  // the writer's, as is the next
    int turn_ = 0;
};

double bookings(const std::filesystem::path& file, int clients, double seconds) {
    const auto store = must(booking_sqlite::open(file));
    std::latch ready(1);
    store->write(&put_catalogue, [&](const Result<void>& done) {
        must(done);
        ready.count_down();
    });
    ready.wait();
    return Students(*store, clients, seconds).rate();
}

double median(std::vector<double> values) {
    std::ranges::sort(values);
    return values[values.size() / 2];
}

}  // namespace

int main(int count, char** arguments) {
    const std::filesystem::path parent =
        count > 1 ? std::filesystem::path(arguments[1]) : std::filesystem::temp_directory_path();
    const double seconds = count > 2 ? std::atof(arguments[2]) : 2;
    const int rounds = count > 3 ? std::max(1, std::atoi(arguments[3])) : 3;
    std::string pattern = (parent / "booking-commit-XXXXXX").string();
    if (!::mkdtemp(pattern.data())) give_up("cannot make a folder in " + parent.string());
    const std::filesystem::path folder = pattern;

    bool is_fast_enough = true;
    int files = 0;
    const auto next_file = [&] { return folder / fmt::format("{}.db", ++files); };
    for (const int clients : {1, 16, 64, 256}) {
        std::vector<double> bare, ours;
        for (int round = 0; round < rounds; ++round) {
            bare.push_back(bare_inserts(next_file(), seconds));
            ours.push_back(bookings(next_file(), clients, seconds));
        }
        const double ratio = median(ours) / median(bare);
        is_fast_enough = is_fast_enough && ratio >= least_ratio;
        fmt::print(
            "{{\"clients\":{},\"bookings_per_s\":{:.0f},\"bare_inserts_per_s\":{:.0f},"
            "\"ratio\":{:.2f}}}\n",
            clients, median(ours), median(bare), ratio);
        std::fflush(stdout);
    }
    std::filesystem::remove_all(folder);
    return is_fast_enough ? 0 : 1;
}
