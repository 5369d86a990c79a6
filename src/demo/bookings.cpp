// SPDX-License-Identifier: Apache-2.0
#include "demo/bookings.hpp"

#include "book_client/run.hpp"
#include "demo/rigs.hpp"

#include <fmt/format.h>

#include <fstream>
#include <sstream>
#include <utility>

namespace relay::demo {
namespace {

using namespace std::chrono_literals;

book::Config config_of(const TokenIssuer& issuer, const ScratchFolder& folder) {
    book::Config config;
    config.listen = "127.0.0.1";
    config.port = 0;
    config.audience = TokenIssuer::book_audience;
    config.secret = issuer.book_secret();
    config.relay_secret = issuer.relay_secret();
    config.state_dir = folder.path();
    config.io_threads = 1;
    return config;
}

Result<void> upload(const TokenIssuer& issuer, const ScratchFolder& folder, std::uint16_t port) {
    const auto token = issuer.issue_class_token("login:admin", 60s);
    if (!token) return std::unexpected(token.error());
    book_client::Upload upload;
    upload.server.scheme = "http";
    upload.server.host = fmt::format("127.0.0.1:{}", port);
    upload.server.token = *token;
    upload.manifest = folder.path() / "manifest.yaml";
    std::ofstream(upload.manifest) << manifest(issuer.relay(), TokenIssuer::group);
    std::ostringstream unread;
    return book_client::upload(upload, unread);
}

}  // namespace

Result<Bookings> Bookings::start(const TokenIssuer& issuer) {
    auto folder = ScratchFolder::make();
    if (!folder) return std::unexpected(folder.error());
    auto server = std::make_unique<book::Server>(config_of(issuer, *folder));
    const auto port = server->start();
    if (!port) return std::unexpected(port.error());
    if (auto done = upload(issuer, *folder, *port); !done) return std::unexpected(done.error());
    return Bookings(std::move(*folder), std::move(server), *port);
}

}  // namespace relay::demo
