// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/temporary_folder_for_test.hpp"
#include "book_client/config.hpp"
#include "net/http_server.hpp"
#include "net/io_threads.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <fstream>
#include <map>
#include <mutex>
#include <sstream>
#include <string>
#include <vector>

namespace relay::book_client::test {

// A booking server that answers what a test tells it to, and keeps what it was asked.
class FakeBook {
public:
    FakeBook() {
        answer("POST /api/v1/login", 200, R"({"token":"booking-token"})");
        port_ = server_.listen("127.0.0.1", 0).value();
    }

    // For every later request of that line (method and target).
    void answer(const std::string& line, int status, std::string body) {
        const std::lock_guard lock(mutex_);
        net::HttpResponse response;
        response.status = status;
        response.body = std::move(body);
        answers_[line] = std::move(response);
    }

    std::vector<net::HttpRequest> requests() {
        const std::lock_guard lock(mutex_);
        return requests_;
    }
    // The one after the log-in.
    net::HttpRequest request() {
        const auto all = requests();
        EXPECT_EQ(all.size(), 2u);
        return all.empty() ? net::HttpRequest() : all.back();
    }

    ServerAddress address() const {
        ServerAddress address;
        address.scheme = "http";
        address.host = fmt::format("127.0.0.1:{}", port_);
        address.token = Secret("class-token");
        return address;
    }

private:
    boost::asio::awaitable<void> serve(net::HttpExchange& exchange) {
        (void)co_await exchange.read_body(1024 * 1024);
        net::HttpResponse response = answer_to(exchange.request());
        (void)co_await exchange.respond(std::move(response));
    }

    net::HttpResponse answer_to(const net::HttpRequest& request) {
        const std::lock_guard lock(mutex_);
        requests_.push_back(request);
        const auto found = answers_.find(request.method + " " + request.target);
        return found == answers_.end() ? net::error_response(404, "path was not found")
                                       : found->second;
    }

    std::mutex mutex_;
    std::map<std::string, net::HttpResponse> answers_;
    std::vector<net::HttpRequest> requests_;
    net::IoThreads threads_{1};
    net::HttpServer server_{threads_,
                            [this](net::HttpExchange& exchange) { return serve(exchange); }};
    std::uint16_t port_ = 0;
};

// A command is run against the fake.
struct BookClientTest : testing::Test {
    FakeBook book;
    std::ostringstream out;
    std::istringstream in;
    TemporaryFolder folder;

    std::filesystem::path write(const std::string& name, const std::string& content) {
        std::ofstream(folder / name) << content;
        return folder / name;
    }
    static std::string content_of(const std::filesystem::path& file) {
        std::ostringstream text;
        text << std::ifstream(file).rdbuf();
        return text.str();
    }
};

}  // namespace relay::book_client::test
