// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/random.hpp"
#include "base/temporary_folder_for_test.hpp"
#include "net/call_on.hpp"
#include "net/websocket_connection_for_test.hpp"
#include "server/shell/relay.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

namespace relay::server {

// The byte streams of a relay without its HTTP: hosts and clients arrive over pairs of sockets,
// their handshake's answer is "hello!".
struct ShellFixture : testing::Test {
    using TestSocket = net::test::TestSocket;
    using Frame = TestSocket::Frame;

    ShellFixture() {
        settings.shell = true;
        settings.relay_fqdn = "wss://lab.example/relay";
        settings.shell_queue = 64 * 1024;
    }
    ~ShellFixture() override { stop(); }

    // With the settings as they are by now.
    void start() {
        audit = AuditLog::open(audit_file).value();
        relay.emplace(settings,
                      ShellRelay::Parts{.threads = *threads,
                                        .gate = gate,
                                        .admission = admission,
                                        .audit = *audit,
                                        .members = members},
                      wall_clock(),
                      [this](Arrival arrival) { stats.push_back(std::move(arrival.grant)); });
    }
    void stop() {
        threads->stop();
        relay.reset();
        audit.reset();  // writes what waits
    }

    auth::Grant grant(auth::Role role) const {
        auth::Grant made;
        made.role = role;
        made.topic = "spin30";
        made.prefix = "shell";
        made.can_read = made.can_write = true;
        made.expires = std::chrono::system_clock::now() + std::chrono::hours(1);
        if (role == auth::Role::client) {
            made.scopes = {"client"};
            made.connection_id = random_uuid();
            made.salt = Secret(random_uuid());
        } else {
            made.scopes = {"host"};
        }
        return made;
    }

    TestSocket arrive(auth::Grant with, bool resumes = false,
                      std::optional<ManagerDirectory::Entry> manager = std::nullopt) {
        auto [server, client] = net::test::tcp_pair();
        ShellArrival arrival;
        arrival.handover.socket = std::move(server);
        arrival.handshake_answer = "hello!";
        arrival.remote_address = "192.0.2.1";
        arrival.user_agent = "test";
        arrival.resumes = resumes;
        arrival.relay_address = settings.relay_fqdn;
        arrival.manager = manager;
        arrival.grant = std::move(with);
        relay->admit(std::move(arrival));
        return TestSocket(std::move(client));
    }

    TestSocket manager(bool resumes = false) {
        return welcomed(arrive(grant(auth::Role::host), resumes));
    }
    // A client for the newest of `managers` managers so far.
    TestSocket client(auth::Grant with, std::uint64_t managers = 1, bool resumes = false) {
        return welcomed(arrive(std::move(with), resumes,
                               ManagerDirectory::Entry{.number = managers, .resumes = resumes}));
    }
    TestSocket client() { return client(grant(auth::Role::client)); }
    static TestSocket welcomed(TestSocket socket) {
        EXPECT_EQ(socket.read(6), "hello!");
        return socket;
    }

    static nlohmann::json next_alert(TestSocket& manager) {
        return nlohmann::json::parse(manager.read_frame().payload);
    }
    // The grant of the host's end that the next alert asks for.
    auth::Grant next_end(TestSocket& manager) {
        const std::string uri = next_alert(manager)["uri"];
        auto end = admission.redeem(uri.substr(uri.find("?code=") + 6));
        EXPECT_TRUE(end) << uri;
        return end.value_or(auth::Grant{});
    }
    TestSocket host_end(TestSocket& manager) { return welcomed(arrive(next_end(manager))); }

    struct Pair {
        TestSocket client, host;
    };
    Pair joined(TestSocket& manager, auth::Grant with, bool resumes = false) {
        TestSocket near = client(std::move(with), 1, resumes);
        return {std::move(near), host_end(manager)};
    }
    Pair joined(TestSocket& manager) { return joined(manager, grant(auth::Role::client)); }

    // Closes it from this side, in order.
    static void close(TestSocket& socket, const std::string& payload = "\x03\xE8") {
        socket.send_frame(wire::MessageType::close, payload);
    }
    // Its end, answered as it should be.
    static Frame closed(TestSocket& socket) {
        Frame frame = socket.read_frame();
        EXPECT_EQ(frame.opcode, 8) << frame.payload;
        close(socket, frame.payload);
        socket.wait_for_end();
        return frame;
    }

    // So many bytes in messages of a size, each byte telling its position.
    static std::string contents(std::size_t size) {
        std::string text(size, '\0');
        for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>(i * 7 + i / 251);
        return text;
    }
    static void send_all(TestSocket& socket, const std::string& text, std::size_t piece) {
        for (std::size_t at = 0; at < text.size(); at += piece)
            socket.send_frame(wire::MessageType::binary, text.substr(at, piece));
    }
    static std::string receive(TestSocket& socket, std::size_t size) {
        std::string text;
        while (text.size() < size) text += socket.read_frame().payload;
        return text;
    }
    std::size_t most_queued() {
        std::size_t most = 0;
        for (const auto& report : reports()) most = std::max(most, report.queued);
        return most;
    }

    // Until an end is so far behind that the other is not read. What waits for it has passed the
    // bound then, perhaps for a moment only: the socket may still take some.
    void wait_until_a_sender_waits() {
        std::uint64_t taken = 0, before = 0;
        do {
            before = std::exchange(taken, 0);
            std::this_thread::yield();
            for (const auto& report : reports()) taken += report.sent.bytes;
        } while (taken != before || most_queued() <= settings.shell_queue / 2);
    }

    std::vector<ConnectionReport> reports() {
        std::vector<ConnectionReport> all;
        for (std::size_t i = 0; i < threads->size(); ++i)
            net::call_on((*threads)[i], [&] { relay->append_reports((*threads)[i], all); });
        return all;
    }
    void expect_nothing_left() { EXPECT_TRUE(members.wait_for_none(std::chrono::seconds(10))); }
    // What was written down; ends the relay.
    std::vector<nlohmann::json> audits() {
        stop();
        std::vector<nlohmann::json> lines;
        std::ifstream file(audit_file);
        for (std::string line; std::getline(file, line);)
            lines.push_back(nlohmann::json::parse(line));
        return lines;
    }

    TemporaryFolder folder;
    const std::filesystem::path audit_file = folder / "audit";
    Config settings;
    std::optional<net::IoThreads> threads{std::in_place, 2};
    access::NoJournal journal;
    access::Admission admission{wall_clock(), true, journal, [this](const std::string& booking) {
                                    relay->close_booking(booking);
                                }};
    const Gate gate{"/relay", {"*"}, admission};
    MemberCount members;
    std::unique_ptr<AuditLog> audit;
    std::optional<ShellRelay> relay;
    std::vector<auth::Grant> stats;
};

}  // namespace relay::server
