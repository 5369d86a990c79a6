// SPDX-License-Identifier: Apache-2.0
#include "server/shell/audit_log.hpp"

#include "base/log.hpp"
#include "base/temporary_folder_for_test.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <array>
#include <fcntl.h>
#include <fstream>
#include <poll.h>
#include <sstream>
#include <sys/stat.h>
#include <thread>

namespace relay::server {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;

AuditRecord example(std::string id = "c1") {
    AuditRecord record;
    record.topic = "spin30";
    record.connection_id = std::move(id);
    record.target = "pi";
    record.subject = "alice";
    record.booking_id = "b1";
    record.client_address = "192.0.2.7";
    record.client_user_agent = "relay/1";
    record.host_address = "192.0.2.8";
    record.host_user_agent = "relay/2";
    record.started = WallTime(1'795'342'750s);
    record.ended = WallTime(1'795'342'760s);
    record.duration = 9'512ms;
    record.bytes_to_host = 5'000'000'000;
    record.bytes_to_client = 7;
    record.subprotocol = "relay.resume.v1";
    record.code = wire::CloseCode::normal;
    record.ended_by = "client";
    record.reason = "";
    return record;
}

std::string contents(const std::filesystem::path& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

struct AuditLogTest : testing::Test {
    TemporaryFolder folder;
    const std::filesystem::path path = folder / "audit.log";
};

TEST(AuditRecordTest, is_one_line_of_json) {
    EXPECT_EQ(audit_line(example()),
              R"({"time":"2026-11-22T10:19:20Z","event":"shell","topic":"spin30",)"
              R"("connection":"c1","target":"pi","subject":"alice","booking_id":"b1",)"
              R"("client_address":"192.0.2.7","client_user_agent":"relay/1",)"
              R"("host_address":"192.0.2.8","host_user_agent":"relay/2",)"
              R"("started":"2026-11-22T10:19:10Z","ended":"2026-11-22T10:19:20Z",)"
              R"("seconds":9.512,"bytes_to_host":5000000000,"bytes_to_client":7,)"
              R"("subprotocol":"relay.resume.v1","code":1000,"ended_by":"client","reason":""})"
              "\n");
}

TEST(AuditRecordTest, stays_one_line_whatever_peers_say) {
    AuditRecord record = example();
    record.client_user_agent = "a\n{\"event\":\"forged\"}\xff";
    record.reason = "\"\r\n\x01";
    const std::string line = audit_line(record);
    EXPECT_EQ(line.find('\n'), line.size() - 1);
    const auto value = nlohmann::json::parse(line);
    EXPECT_EQ(value["client_user_agent"], "a\n{\"event\":\"forged\"}\xef\xbf\xbd");
    EXPECT_EQ(value["reason"], record.reason);
}

TEST_F(AuditLogTest, appends_to_the_file_which_is_not_for_everyone) {
    std::ofstream(path) << "before\n";
    ::chmod(path.c_str(), 0600);
    {
        const auto log = AuditLog::open(path).value();
        log->write(example("c1"));
        log->write(example("c2"));
    }
    EXPECT_EQ(contents(path), "before\n" + audit_line(example("c1")) + audit_line(example("c2")));
    std::filesystem::remove(path);
    const mode_t mask = ::umask(0);
    AuditLog::open(path).value().reset();
    ::umask(mask);
    struct stat status{};
    ASSERT_EQ(::stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0640u);
}

TEST_F(AuditLogTest, a_path_that_cannot_be_opened_is_an_error_at_the_start) {
    const auto log = AuditLog::open(folder / "missing/audit.log");
    ASSERT_FALSE(log);
    EXPECT_EQ(log.error().code, Errc::unavailable);
    EXPECT_THAT(log.error().detail, AllOf(HasSubstr("missing/audit.log"), HasSubstr("No such")));
}

TEST_F(AuditLogTest, a_file_that_was_renamed_or_deleted_is_begun_anew) {
    AuditFile file(path);
    ASSERT_TRUE(file.open());
    ASSERT_TRUE(file.append("one\n"));
    std::filesystem::rename(path, folder / "audit.log.1");
    ASSERT_TRUE(file.append("two\n"));
    std::filesystem::remove(path);
    ASSERT_TRUE(file.append("three\n"));
    ASSERT_TRUE(file.append("four\n"));
    EXPECT_EQ(contents(folder / "audit.log.1"), "one\n");
    EXPECT_EQ(contents(path), "three\nfour\n");
}

TEST_F(AuditLogTest, a_failure_is_told_once_and_counted_until_it_goes_on) {
    const std::filesystem::path log_file = folder / "log";
    ASSERT_TRUE(log::configure({.level = log::Level::warn, .file = log_file.string()}));
    const auto place = folder / "place";
    std::filesystem::create_directory(place);
    {
        const auto log = AuditLog::open(place / "audit.log").value();
        std::filesystem::remove_all(place);
        for (int i = 0; i < 3; ++i) log->write(example());
        while (log->lost() < 3) std::this_thread::yield();
        std::filesystem::create_directory(place);
        log->write(example("c4"));
    }
    ASSERT_TRUE(log::configure({}));
    EXPECT_EQ(contents(place / "audit.log"), audit_line(example("c4")));
    const std::string told = contents(log_file);
    EXPECT_EQ(std::ranges::count(told, '\n'), 2) << told;
    EXPECT_THAT(told, AllOf(HasSubstr("cannot write the audit file"),
                            HasSubstr(R"("the audit file is written again","lost":3)")));
}

TEST_F(AuditLogTest, what_is_lost_to_a_slow_disk_is_told) {
    const std::filesystem::path log_file = folder / "log";
    ASSERT_TRUE(log::configure({.level = log::Level::warn, .file = log_file.string()}));
    ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
    const FileDescriptor pipe(::open(path.c_str(), O_RDWR | O_CLOEXEC));
    std::jthread reader;
    {
        const auto log = AuditLog::open(path).value();
        // The pipe takes a few hundred of them, the queue its bound.
        for (std::size_t i = 0; i < 2 * AuditLog::most_waiting; ++i) log->write(example());
        EXPECT_GT(log->lost(), 0u);
        reader = std::jthread([&](const std::stop_token& stop) {
            std::array<char, 65536> buffer;
            while (!stop.stop_requested()) {
                pollfd ready{.fd = pipe.number(), .events = POLLIN, .revents = 0};
                if (::poll(&ready, 1, 10) > 0 &&
                    ::read(pipe.number(), buffer.data(), buffer.size()) <= 0)
                    return;
            }
        });
    }
    ASSERT_TRUE(log::configure({}));
    const std::string told = contents(log_file);
    EXPECT_EQ(std::ranges::count(told, '\n'), 1) << told;
    EXPECT_THAT(told, HasSubstr("lost"));
}

TEST_F(AuditLogTest, without_a_file_the_log_gets_it_at_info) {
    ASSERT_TRUE(log::configure({.level = log::Level::info, .file = path.string()}));
    AuditLog::open("").value()->write(example());
    ASSERT_TRUE(log::configure({}));
    const auto value = nlohmann::json::parse(contents(path));
    EXPECT_EQ(value["level"], "info");
    auto expected = nlohmann::json::parse(audit_line(example()));
    for (const auto& [name, field] : expected.items())
        if (name != "time") EXPECT_EQ(value[name], field) << name;
}

}  // namespace
}  // namespace relay::server
