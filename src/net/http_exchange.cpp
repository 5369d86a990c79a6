// SPDX-License-Identifier: Apache-2.0
#include "net/http_exchange_detail.hpp"
#include "net/keep_alive.hpp"
#include "net/tuple_await.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include <algorithm>
#include <cstring>
#include <fcntl.h>
#include <sys/socket.h>

namespace relay::net {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

namespace {

// A body that nobody read is read over up to so many bytes; past that the connection is closed.
constexpr std::size_t drain_most = 64 * 1024;

constexpr std::size_t large_piece = 32 * 1024;  // who reads so much at once expects a lot

constexpr std::chrono::seconds linger_time{1};
constexpr std::size_t linger_most = 16 * 1024 * 1024;  // of a body that nobody wants

// The peer's address; "unix" when it came by a socket of this machine.
std::string address_text(const asio::generic::stream_protocol::endpoint& peer) {
    const auto family = peer.protocol().family();
    asio::ip::tcp::endpoint endpoint;
    if ((family != AF_INET && family != AF_INET6) || peer.size() > endpoint.capacity())
        return "unix";
    std::memcpy(endpoint.data(), peer.data(), peer.size());
    auto address = endpoint.address();
    if (address.is_v6() && address.to_v6().is_v4_mapped())
        address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
    return address.to_string();
}

}  // namespace

ConnectionExchange::ConnectionExchange(HttpConnection& connection) : connection_(connection) {
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(connection.limits.header_bytes));
    parser_->body_limit(boost::none);  // read_body has its own limit; a stream has none
}

asio::awaitable<bool> ConnectionExchange::read_header() {
    const auto& limits = connection_.limits;
    connection_.stream.expires_after(connection_.first_request ? limits.header_time
                                                               : limits.idle_time);
    connection_.first_request = false;
    auto [error, count] = co_await http::async_read_header(connection_.stream, connection_.buffer,
                                                           *parser_, tuple_await);
    connection_.stream.expires_never();
    if (!error) {
        take_request();
        co_return true;
    }
    co_await refuse(error);
    co_return false;
}

// Answers what is not a request, where an answer helps; not one who just went away.
asio::awaitable<void> ConnectionExchange::refuse(const boost::system::error_code& error) {
    if (error.category() != http::make_error_code(http::error::bad_method).category()) co_return;
    if (error == http::error::end_of_stream || error == http::error::partial_message) co_return;
    HttpResponse response = error == http::error::header_limit
                                ? error_response(431, "the request's header is too long")
                                : error_response(400, "this is not HTTP: " + error.message());
    response.fields.add("Connection", "close");
    co_await respond(std::move(response));
    co_await linger();
}

void ConnectionExchange::take_request() {
    const auto& message = parser_->get();
    request_.method = std::string(message.method_string());
    request_.target = std::string(message.target());
    for (const auto& field : message)
        request_.fields.add(std::string(field.name_string()), std::string(field.value()));
    boost::system::error_code ignored;
    const auto peer = connection_.stream.socket().remote_endpoint(ignored);
    request_.remote_address =
        connection_.trusted_proxies.client_of(address_text(peer), request_.fields);
    invited_ = !request_.fields.has_token("Expect", "100-continue");
}

// Says that the body is wanted, to a client that waits for it (RFC 9110 §10.1.1).
asio::awaitable<bool> ConnectionExchange::invite_body() {
    if (std::exchange(invited_, true)) co_return true;
    constexpr std::string_view text = "HTTP/1.1 100 Continue\r\n\r\n";
    auto [error, count] =
        co_await asio::async_write(connection_.stream, asio::buffer(text), tuple_await);
    co_return !error;
}

asio::awaitable<Result<std::size_t>> ConnectionExchange::read_some(std::span<std::uint8_t> into) {
    const bool invited = co_await invite_body();
    if (!invited) co_return fail(Errc::unavailable, "the client went away");
    auto& buffer = connection_.buffer;
    const std::size_t wanted = std::min(into.size(), buffer.max_size());
    if (wanted >= large_piece && buffer.capacity() < wanted) {
        // Beast reads no more at once than the buffer holds, 512 bytes at first: too little for
        // video. And its body has no time limit.
        buffer.reserve(wanted);
        keep_alive(connection_.stream.socket().native_handle());
    }
    while (!parser_->is_done()) {
        auto& body = parser_->get().body();
        body.data = into.data();
        body.size = into.size();
        auto [error, count] = co_await http::async_read_some(connection_.stream, connection_.buffer,
                                                             *parser_, tuple_await);
        if (error && error != http::error::need_buffer) {
            body_lost_ = true;
            co_return fail(Errc::unavailable, "the client went away: " + error.message());
        }
        if (const std::size_t read = into.size() - body.size; read > 0) co_return read;
    }
    co_return std::size_t{0};
}

asio::awaitable<Result<void>> ConnectionExchange::read_body(std::size_t limit) {
    connection_.stream.expires_after(connection_.limits.body_time);
    std::vector<std::uint8_t> piece(std::min<std::size_t>(limit + 1, 16 * 1024));
    for (;;) {
        const auto read = co_await read_some(piece);
        if (!read) co_return std::unexpected(read.error());
        if (*read == 0) break;
        request_.body.append(piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(*read));
        if (request_.body.size() > limit)
            co_return fail(Errc::limit,
                           "the body is longer than " + std::to_string(limit) + " bytes");
    }
    connection_.stream.expires_never();
    co_return Result<void>{};
}

asio::awaitable<Result<void>> ConnectionExchange::respond(HttpResponse response) {
    answered_ = true;
    http::response<http::string_body> message;
    message.result(static_cast<unsigned>(response.status));
    message.version(parser_->get().version());
    if (!response.content_type.empty())
        message.set(http::field::content_type, response.content_type);
    for (const auto& [name, value] : response.fields) message.set(name, value);
    // A body that the client still waits to send, or that is long, is not worth reading.
    const bool body_is_long =
        parser_->is_header_done() && parser_->content_length_remaining().value_or(0) > drain_most;
    message.keep_alive(parser_->is_header_done() && parser_->keep_alive() && invited_ &&
                       !body_is_long && response.fields["Connection"] != "close");
    const std::size_t size = response.body.size();
    const bool bodiless = response.status == 204 || response.status == 304;
    if (request_.method != "HEAD" && !bodiless) message.body() = std::move(response.body);
    if (bodiless)
        message.erase(http::field::content_type);
    else
        message.content_length(size);
    connection_.stream.expires_after(connection_.limits.body_time);
    http::response_serializer<http::string_body> serializer(message);
    auto [error, count] = co_await http::async_write(connection_.stream, serializer, tuple_await);
    connection_.stream.expires_never();
    if (error) co_return fail(Errc::unavailable, "the client went away: " + error.message());
    closing_ = !message.keep_alive();
    co_return Result<void>{};
}

asio::awaitable<bool> ConnectionExchange::finish() {
    if (handed_over_) co_return false;
    if (!answered_) co_await respond(error_response(500, "no answer"));
    if (body_lost_) co_return false;  // its end is not told a second time: reading would wait
    std::vector<std::uint8_t> piece(16 * 1024);
    for (std::size_t drained = 0; !closing_ && !parser_->is_done() && drained < drain_most;) {
        connection_.stream.expires_after(connection_.limits.body_time);
        const auto read = co_await read_some(piece);
        if (!read) co_return false;
        drained += *read;
    }
    if (!closing_ && parser_->is_done()) co_return true;
    co_await linger();
    co_return false;
}

// Closing a socket with input unread would reset the connection and could destroy the answer on its
// way (RFC 9112 §9.6): first reads over for a moment what still comes.
asio::awaitable<void> ConnectionExchange::linger() {
    boost::system::error_code ignored;
    connection_.stream.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
    connection_.stream.expires_after(linger_time);
    std::vector<std::uint8_t> piece(16 * 1024);
    for (std::size_t total = 0; total < linger_most;) {
        auto [error, count] =
            co_await connection_.stream.async_read_some(asio::buffer(piece), tuple_await);
        if (error) co_return;
        total += count;
    }
}

SocketHandover ConnectionExchange::hand_over() {
    handed_over_ = true;
    SocketHandover handover;
    boost::system::error_code ignored;
    auto& socket = connection_.stream.socket();
    socket.native_non_blocking(true, ignored);
    handover.socket = FileDescriptor(socket.release(ignored));
    const auto bytes = connection_.buffer.data();
    const auto* first = static_cast<const std::uint8_t*>(bytes.data());
    handover.received.assign(first, first + bytes.size());
    return handover;
}

}  // namespace relay::net
