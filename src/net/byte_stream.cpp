// SPDX-License-Identifier: Apache-2.0
#include "net/byte_stream.hpp"

#include "net/keep_alive.hpp"
#include "net/loopback.hpp"
#include "net/proxy_tunnel_detail.hpp"
#include "net/time_limit.hpp"
#include "net/tuple_await.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/write.hpp>
#include <boost/container/static_vector.hpp>

#include <algorithm>
#include <netinet/tcp.h>
#include <string>
#include <vector>

namespace relay::net {
namespace {

namespace asio = boost::asio;
using asio::awaitable;
using asio::ip::tcp;
using boost::system::error_code;

// A program that ends refuses new connections and cuts or resets those it had.
Error as_error(const error_code& error) {
    const bool interrupted = error == asio::error::connection_refused ||
                             error == asio::error::connection_reset ||
                             error == asio::error::broken_pipe || error == asio::error::eof ||
                             error == asio::ssl::error::stream_truncated;
    return {interrupted ? Errc::interrupted : Errc::unavailable, error.message()};
}

std::unexpected<Error> stream_failure(const error_code& error) {
    return std::unexpected(as_error(error));
}

// Socket is tcp::socket, a TLS stream over one, or a reference.
template <class Socket>
class SocketStream final : public ByteStream {
public:
    explicit SocketStream(Socket socket) : socket_(std::forward<Socket>(socket)) {}

    awaitable<Result<std::size_t>> read_some(std::span<std::uint8_t> into) override {
        const auto buffer = asio::buffer(into.data(), into.size());
        const auto [error, count] = co_await socket_.async_read_some(buffer, tuple_await);
        if (error == asio::error::eof) co_return std::size_t{0};
        if (error) co_return stream_failure(error);
        co_return count;
    }

    awaitable<Result<void>> write_all(std::span<const std::uint8_t> bytes) override {
        const auto buffer = asio::buffer(bytes.data(), bytes.size());
        const auto [error, count] = co_await asio::async_write(socket_, buffer, tuple_await);
        if (error) co_return stream_failure(error);
        co_return Result<void>();
    }

    awaitable<Result<std::size_t>> write_some(Parts parts) override {
        boost::container::static_vector<asio::const_buffer, 16> buffers;
        for (const auto& part : parts.first(std::min(parts.size(), buffers.max_size())))
            buffers.emplace_back(part.data(), part.size());
        const auto [error, count] = co_await socket_.async_write_some(buffers, tuple_await);
        if (error) co_return stream_failure(error);
        co_return count;
    }

    void close() override {
        error_code ignored;  // the descriptor is given back whatever close(2) says
        socket_.lowest_layer().close(ignored);
    }

private:
    Socket socket_;
};

}  // namespace

awaitable<Result<std::size_t>> ByteStream::write_some(Parts parts) {
    const auto written = co_await write_all(parts.front());
    if (!written) co_return std::unexpected(written.error());
    co_return parts.front().size();
}

namespace {

// Resolving and connecting of one TCP socket. Held by shared_ptr, since a system resolver cannot be
// interrupted: its handler may come after everybody else has given up.
struct Dialling {
    explicit Dialling(const asio::any_io_executor& executor)
        : resolver(executor), socket(executor), resolved(executor) {
        resolved.expires_at(asio::steady_timer::time_point::max());
    }

    void abort() {
        error_code ignored;
        socket.close(ignored);
        resolver.cancel();
        resolved.cancel();
    }

    tcp::resolver resolver;
    tcp::socket socket;
    asio::steady_timer resolved;  // cancelled when the addresses are known, or on abort
    bool is_resolved = false;
    error_code error;
    std::vector<tcp::endpoint> addresses;
};

awaitable<Result<void>> resolve(std::shared_ptr<Dialling> dialling, const Url& url,
                                const TimeLimit& limit) {
    dialling->resolver.async_resolve(
        url.host, std::to_string(url.port), tcp::resolver::numeric_service,
        [dialling](const error_code& error, const tcp::resolver::results_type& results) {
            dialling->is_resolved = true;
            dialling->error = error;
            for (const auto& entry : results) dialling->addresses.push_back(entry.endpoint());
            dialling->resolved.cancel();
        });
    if (!limit.is_over()) co_await dialling->resolved.async_wait(tuple_await);
    if (limit.is_over() || !dialling->is_resolved)
        co_return limit.failure("finding " + url.host, "no answer");
    if (dialling->error) co_return limit.failure("finding " + url.host, dialling->error.message());
    co_return Result<void>();
}

// Each address gets an equal share of what is left of the time: one that swallows packets, as
// broken IPv6 does, must not starve the next.
awaitable<Result<void>> connect_any(Dialling& dialling, const Url& url, const TimeLimit& limit) {
    const auto executor = co_await asio::this_coro::executor;
    error_code last = asio::error::host_not_found;
    std::size_t left = dialling.addresses.size();
    for (const tcp::endpoint& address : dialling.addresses) {
        const auto share = limit.remaining() / static_cast<std::int64_t>(left--);
        if (limit.is_over() || share <= share.zero()) break;
        TimeLimit attempt(executor, share, {}, [&] {
            error_code ignored;
            dialling.socket.close(ignored);
        });
        const auto [error] = co_await dialling.socket.async_connect(address, tuple_await);
        if (!error && !limit.is_over() && !attempt.is_over()) co_return Result<void>();
        last = attempt.is_over() ? error_code(asio::error::timed_out) : error;
        error_code ignored;
        dialling.socket.close(ignored);
    }
    co_return limit.failure("connecting to " + url.host_field(), as_error(last));
}

void prepare(tcp::socket& socket) {
    error_code ignored;  // tuning: a connection without it still works
    socket.set_option(tcp::no_delay(true), ignored);
    send_unpaced_on_loopback(socket.native_handle());
    // Keeps a backlog in our queue, where it can be dropped or aged, and pings near the front.
    using UnsentLimit = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_NOTSENT_LOWAT>;
    socket.set_option(UnsentLimit(128 * 1024), ignored);
}

using TlsSocket = asio::ssl::stream<tcp::socket>;

bool is_address(const std::string& host) {
    error_code error;
    asio::ip::make_address(host, error);
    return !error;
}

Result<TlsSocket> prepare_tls(tcp::socket socket, const Url& url, const TlsContext& context) {
    TlsSocket stream(std::move(socket), context.native());
    if (!is_address(url.host) &&  // SNI carries names only, RFC 6066 §3
        SSL_set_tlsext_host_name(stream.native_handle(), url.host.c_str()) != 1)
        return fail(Errc::invalid, url.host + " cannot be a TLS server name");
    error_code error;
    stream.set_verify_callback(asio::ssl::host_name_verification(url.host), error);
    if (error) return fail(Errc::internal, "TLS: " + error.message());
    return stream;
}

// Why a handshake failed; the verifier's reason is clearer than the alert that follows from it.
Error handshake_failure(TlsSocket& stream, const error_code& error) {
    const long verdict = SSL_get_verify_result(stream.native_handle());
    if (verdict == X509_V_OK) return as_error(error);
    return {Errc::unavailable,
            std::string("certificate not accepted: ") + X509_verify_cert_error_string(verdict)};
}

awaitable<Result<std::unique_ptr<ByteStream>>> start_tls(tcp::socket socket, const Url& url,
                                                         const TlsContext& context,
                                                         std::chrono::nanoseconds timeout,
                                                         std::stop_token stop) {
    auto stream = prepare_tls(std::move(socket), url, context);
    if (!stream) co_return std::unexpected(stream.error());
    const TimeLimit limit(stream->get_executor(), timeout, std::move(stop), [&] {
        error_code ignored;
        stream->lowest_layer().close(ignored);
    });
    const auto [error] =
        co_await stream->async_handshake(asio::ssl::stream_base::client, tuple_await);
    if (error || limit.is_over())
        co_return limit.failure("TLS with " + url.host, handshake_failure(*stream, error));
    co_return std::make_unique<SocketStream<TlsSocket>>(std::move(*stream));
}

Result<TlsContext> context_for(const ConnectSettings& settings) {
    if (settings.tls) return *settings.tls;
    return TlsContext::create({});
}

// Leads the socket to the URL's host, by the proxy if there is one.
awaitable<Result<void>> dial(std::shared_ptr<Dialling> dialling, const Url& url,
                             const std::optional<Proxy>& proxy, const TimeLimit& limit) {
    const Url& first = proxy ? proxy->address : url;
    const std::string by = proxy ? "proxy " + first.host_field() + ": " : "";
    const auto named = [&](const Error& error) { return fail(error.code, by + error.detail); };
    const auto resolved = co_await resolve(dialling, first, limit);
    if (!resolved) co_return named(resolved.error());
    const auto connected = co_await connect_any(*dialling, first, limit);
    if (!connected) co_return named(connected.error());
    if (!proxy) co_return Result<void>();
    SocketStream<tcp::socket&> stream(dialling->socket);
    const auto opened = co_await open_tunnel(stream, url, *proxy);
    if (opened) co_return Result<void>();
    co_return named(limit.failure("connecting to " + url.host_field(), opened.error()).error());
}

}  // namespace

awaitable<Result<std::unique_ptr<ByteStream>>> connect_stream(Url url, ConnectSettings settings,
                                                              std::stop_token stop) {
    const auto executor = co_await asio::this_coro::executor;
    const auto dialling = std::make_shared<Dialling>(executor);
    const TimeLimit limit(executor, settings.timeout, stop, [dialling] { dialling->abort(); });

    const auto proxy = choose_proxy(url, settings.proxy);
    if (!proxy) co_return std::unexpected(proxy.error());
    const auto connected = co_await dial(dialling, url, *proxy, limit);
    if (!connected) co_return std::unexpected(connected.error());
    prepare(dialling->socket);
    if (settings.keep_alive) keep_alive(dialling->socket.native_handle());
    if (!url.is_secure())
        co_return std::make_unique<SocketStream<tcp::socket>>(std::move(dialling->socket));

    const auto context = context_for(settings);
    if (!context) co_return std::unexpected(context.error());
    const auto left = std::max(limit.remaining(), std::chrono::nanoseconds(1));
    co_return co_await start_tls(std::move(dialling->socket), url, *context, left, std::move(stop));
}

awaitable<Result<FileDescriptor>> connect_tcp(std::string host, std::uint16_t port,
                                              std::chrono::milliseconds timeout,
                                              std::stop_token stop) {
    const auto executor = co_await asio::this_coro::executor;
    const auto dialling = std::make_shared<Dialling>(executor);
    const TimeLimit limit(executor, timeout, std::move(stop), [dialling] { dialling->abort(); });
    Url url;
    url.host = std::move(host);
    url.port = port;
    const auto connected = co_await dial(dialling, url, std::nullopt, limit);
    if (!connected) co_return std::unexpected(connected.error());
    prepare(dialling->socket);
    error_code failure;
    FileDescriptor socket(dialling->socket.release(failure));
    if (failure) co_return limit.failure("connecting to " + url.host, as_error(failure));
    co_return std::move(socket);
}

}  // namespace relay::net
