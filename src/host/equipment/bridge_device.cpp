// SPDX-License-Identifier: Apache-2.0
#include "host/equipment/bridge_device.hpp"

#include "host/equipment/serial_port.hpp"
#include "net/tuple_await.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/write.hpp>

#include <charconv>
#include <utility>

namespace relay::host {
namespace {

namespace asio = boost::asio;
using asio::awaitable;
using asio::posix::stream_descriptor;
using net::tuple_await;

// Bytes of a device or of a program's pipes, which belong to somebody else.
class DescriptorStream : public net::ByteStream {
public:
    DescriptorStream(stream_descriptor& input, stream_descriptor& output)
        : input_(input), output_(output) {}

    awaitable<Result<std::size_t>> read_some(std::span<std::uint8_t> into) override {
        const auto buffer = asio::buffer(into.data(), into.size());
        const auto [error, count] = co_await input_.async_read_some(buffer, tuple_await);
        if (error == asio::error::eof) co_return std::size_t{0};
        if (error) co_return fail(Errc::unavailable, error.message());
        co_return count;
    }

    awaitable<Result<void>> write_all(std::span<const std::uint8_t> bytes) override {
        const auto buffer = asio::buffer(bytes.data(), bytes.size());
        const auto [error, count] = co_await asio::async_write(output_, buffer, tuple_await);
        if (error) co_return fail(Errc::unavailable, error.message());
        co_return Result<void>();
    }

    void close() override {
        boost::system::error_code ignored;
        input_.close(ignored);
        output_.close(ignored);
    }

private:
    stream_descriptor& input_;
    stream_descriptor& output_;
};

struct OwnDescriptor {
    stream_descriptor descriptor;
};

class SerialStream final : private OwnDescriptor, public DescriptorStream {
public:
    SerialStream(asio::io_context& context, FileDescriptor port)
        : OwnDescriptor{stream_descriptor(context, port.release())},
          DescriptorStream(descriptor, descriptor) {}

    void close() override {
        if (descriptor.is_open()) give_up_serial_port(descriptor.native_handle());
        DescriptorStream::close();
    }
};

Result<BridgeDevice> open_program(asio::io_context& context, const BridgeRule& rule) {
    auto command = command_of(rule.command);
    command.has_input = command.has_output = true;
    command.environment.push_back("RELAY_FEED=" + rule.feed);
    auto program = EquipmentProgram::start(context, command, {});
    if (!program) return std::unexpected(program.error());
    auto stream = std::make_unique<DescriptorStream>((*program)->output(), (*program)->input());
    return BridgeDevice{std::move(*program), std::move(stream)};
}

Result<BridgeDevice> open_serial(asio::io_context& context, const BridgeRule& rule) {
    auto port = open_serial_port(rule.serial, rule.baud);
    if (!port) return std::unexpected(port.error());
    return BridgeDevice{nullptr, std::make_unique<SerialStream>(context, std::move(*port))};
}

awaitable<Result<BridgeDevice>> connect(const BridgeRule& rule, const BridgeSettings& settings,
                                        std::stop_token stop) {
    auto place = parse_host_and_port(rule.tcp);
    if (!place) co_return std::unexpected(place.error());
    net::Url url{
        .scheme = "http", .host = std::move(place->host), .port = place->port, .target = "/"};
    net::ConnectSettings connecting;
    connecting.timeout = settings.open_limit;
    connecting.keep_alive = true;
    auto stream =
        co_await net::connect_stream(std::move(url), std::move(connecting), std::move(stop));
    if (!stream) co_return std::unexpected(stream.error());
    co_return BridgeDevice{nullptr, std::move(*stream)};
}

}  // namespace

awaitable<Result<BridgeDevice>> open_device(asio::io_context& context, const BridgeRule& rule,
                                            const BridgeSettings& settings, std::stop_token stop) {
    if (!rule.serial.empty()) co_return open_serial(context, rule);
    if (rule.command.is_set()) co_return open_program(context, rule);
    co_return co_await connect(rule, settings, std::move(stop));
}

std::string device_name(const BridgeRule& rule) {
    if (!rule.serial.empty()) return rule.serial;
    if (!rule.tcp.empty()) return rule.tcp;
    return rule.command.arguments.empty() ? rule.command.shell : rule.command.arguments.front();
}

Result<HostAndPort> parse_host_and_port(const std::string& text) {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string::npos || colon == 0)
        return fail(Errc::invalid, "it is not of the form HOST:PORT");
    HostAndPort place{.host = text.substr(0, colon)};
    const bool bracketed = place.host.starts_with('[') && place.host.ends_with(']');
    if (bracketed) place.host = place.host.substr(1, place.host.size() - 2);
    if (bracketed != place.host.contains(':'))
        return fail(Errc::invalid, "an IPv6 address goes into brackets, as in [::1]:7000");
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data() + colon + 1, end, place.port);
    if (error != std::errc() || rest != end || place.port == 0)
        return fail(Errc::invalid, "the port is not a number from 1 to 65535");
    return place;
}

}  // namespace relay::host
