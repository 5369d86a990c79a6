// SPDX-License-Identifier: Apache-2.0
#include "net/http_client.hpp"

#include "net/time_limit.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <algorithm>
#include <array>
#include <cctype>

namespace relay::net {
namespace {

namespace http = boost::beast::http;
using boost::asio::awaitable;
using boost::system::error_code;

constexpr std::uint32_t header_limit = 16 * 1024;

bool is_token(std::string_view text) {  // RFC 9110 §5.6.2
    const auto allowed = [](unsigned char byte) {
        return std::isalnum(byte) || std::string_view("!#$%&'*+-.^_`|~").contains(char(byte));
    };
    return !text.empty() && std::ranges::all_of(text, allowed);
}

bool is_field_value(std::string_view text) {
    const auto allowed = [](unsigned char byte) {
        return (byte >= ' ' && byte != 0x7F) || byte == '\t';
    };
    return std::ranges::all_of(text, allowed);
}

// Reads one answer, interim or final, from what is pending and then from the stream.
class ResponseReader {
public:
    ResponseReader(ByteStream& stream, std::vector<std::uint8_t>& pending, std::size_t body_limit,
                   ResponseBody body)
        : stream_(stream), pending_(pending) {
        parser_.header_limit(header_limit);
        parser_.body_limit(body_limit);
        parser_.eager(true);
        parser_.skip(body == ResponseBody::none);
    }

    awaitable<Result<HttpResponse>> read() {
        for (;;) {
            const auto parsed = parse_pending();
            if (!parsed) co_return std::unexpected(parsed.error());
            if (parser_.is_done()) co_return take_response();
            const auto received = co_await receive();
            if (!received) co_return std::unexpected(received.error());
            if (parser_.is_done()) co_return take_response();
        }
    }

private:
    Result<void> parse_pending() {
        while (!pending_.empty() && !parser_.is_done()) {
            error_code error;
            const auto buffer = boost::asio::buffer(pending_.data(), pending_.size());
            const std::size_t used = parser_.put(buffer, error);
            pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(used));
            if (error == http::error::need_more) return {};
            if (error) return failure(error);
            if (used == 0) return {};
        }
        return {};
    }

    awaitable<Result<void>> receive() {
        std::array<std::uint8_t, 4096> bytes;
        const auto count = co_await stream_.read_some(bytes);
        if (!count) co_return std::unexpected(count.error());
        if (*count == 0) co_return end_of_stream();
        pending_.insert(pending_.end(), bytes.begin(),
                        bytes.begin() + static_cast<std::ptrdiff_t>(*count));
        co_return Result<void>();
    }

    // An answer without a length ends with the stream (RFC 9112 §6.3); any other is cut by it.
    Result<void> end_of_stream() {
        if (!parser_.got_some() && pending_.empty())
            return fail(Errc::interrupted, "the server closed the connection without an answer");
        error_code error;
        if (parser_.is_header_done()) parser_.put_eof(error);
        if (error || !parser_.is_done())
            return fail(Errc::interrupted, "the server closed the connection within its answer");
        return {};
    }

    static std::unexpected<Error> failure(const error_code& error) {
        if (error == http::error::body_limit || error == http::error::header_limit ||
            error == http::error::buffer_overflow)
            return fail(Errc::limit, "the server's answer is too long");
        return fail(Errc::unavailable, "the server's answer is not HTTP: " + error.message());
    }

    HttpResponse take_response() {
        auto message = parser_.release();
        HttpResponse response;
        response.status = static_cast<int>(message.result_int());
        response.content_type.clear();
        for (const auto& field : message) {
            std::string name(field.name_string().data(), field.name_string().size());
            std::string value(field.value().data(), field.value().size());
            if (field.name() == http::field::content_type) response.content_type = value;
            response.fields.add(std::move(name), std::move(value));
        }
        response.body = std::move(message.body());
        return response;
    }

    ByteStream& stream_;
    std::vector<std::uint8_t>& pending_;
    http::response_parser<http::string_body> parser_;
};

awaitable<Result<HttpResponse>> exchange(ByteStream& stream, const std::string& request,
                                         std::size_t body_limit) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(request.data());
    const auto sent = co_await stream.write_all({bytes, request.size()});
    if (!sent) co_return std::unexpected(sent.error());
    auto received = co_await receive_response(stream, body_limit);
    if (!received) co_return std::unexpected(received.error());
    co_return std::move(received->response);
}

}  // namespace

Result<std::string> request_text(const Url& url, std::string_view method, const HttpFields& fields,
                                 std::string_view body) {
    if (!is_token(method)) return fail(Errc::invalid, "the request's method is malformed");
    std::string text(method);
    text.append(" ").append(url.target).append(" HTTP/1.1\r\nHost: ").append(url.host_field());
    for (const auto& [name, value] : fields) {
        if (!is_token(name) || !is_field_value(value))
            return fail(Errc::invalid, "the request's " + name + " field holds control characters");
        text.append("\r\n").append(name).append(": ").append(value);
    }
    if (!body.empty() || method == "POST" || method == "PUT")
        text.append("\r\nContent-Length: ").append(std::to_string(body.size()));
    return text.append("\r\n\r\n").append(body);
}

awaitable<Result<ReceivedResponse>> receive_response(ByteStream& stream, std::size_t body_limit,
                                                     ResponseBody body) {
    std::vector<std::uint8_t> pending;
    for (;;) {
        ResponseReader reader(stream, pending, body_limit, body);
        auto response = co_await reader.read();
        if (!response) co_return std::unexpected(response.error());
        if (response->status >= 200 || response->status == 101)
            co_return ReceivedResponse{std::move(*response), std::move(pending)};
    }
}

awaitable<Result<HttpResponse>> http_request(Url url, std::string method, HttpFields fields,
                                             std::string body, HttpClientSettings settings,
                                             std::stop_token stop) {
    const auto deadline = std::chrono::steady_clock::now() + settings.timeout;
    fields.add("Connection", "close");
    const auto request = request_text(url, method, fields, body);
    if (!request) co_return std::unexpected(request.error());

    settings.connect.timeout = std::min(settings.connect.timeout, settings.timeout);
    const auto stream = co_await connect_stream(url, settings.connect, stop);
    if (!stream) co_return std::unexpected(stream.error());

    const auto left = deadline - std::chrono::steady_clock::now();
    const auto executor = co_await boost::asio::this_coro::executor;
    const TimeLimit limit(executor, std::max(left, decltype(left)(1)), std::move(stop),
                          [&] { (*stream)->close(); });
    auto response = co_await exchange(**stream, *request, settings.body_limit);
    (*stream)->close();
    if (response) co_return response;
    const Error& error = response.error();
    if (error.code != Errc::unavailable && error.code != Errc::interrupted) co_return response;
    co_return limit.failure("asking " + url.without_query(), error);
}

}  // namespace relay::net
