// SPDX-License-Identifier: Apache-2.0
#include "shell_client/run_stdio.hpp"

#include "net/yielding_run.hpp"
#include "shell_client/stopping.hpp"
#include "shell_client/stream.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <csignal>
#include <exception>
#include <fcntl.h>
#include <memory>
#include <optional>
#include <unistd.h>
#include <utility>

namespace relay::shell_client {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

// ssh hangs its proxy command up when it ends, with its last bytes still on their way.
constexpr auto hang_up_limit = 2s;

// The descriptor as another number; what is printed to the old one is lost from now on.
Result<FileDescriptor> take_over(int standard, const char* name) {
    FileDescriptor taken(::fcntl(standard, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
    if (!taken) return fail(Errc::invalid, std::string("stdio: ") + name + " is closed");
    const FileDescriptor nowhere(::open("/dev/null", O_RDWR | O_CLOEXEC));
    if (nowhere) ::dup2(nowhere.number(), standard);
    return taken;
}

Result<tunnel::LocalStream> take_standard_streams(const asio::any_io_executor& executor) {
    auto input = take_over(STDIN_FILENO, "standard input");
    if (!input) return std::unexpected(input.error());
    auto output = take_over(STDOUT_FILENO, "standard output");
    if (!output) return std::unexpected(output.error());
    return tunnel::LocalStream(executor, std::move(*input), std::move(*output));
}

// SIGINT and SIGTERM end the stream, a second one the program; so does SIGHUP after a while.
class Signals {
public:
    Signals(asio::io_context& context, Stream& stream)
        : context_(context),
          stream_(stream),
          ends_(context, SIGINT, SIGTERM),
          hang_up_(context, SIGHUP),
          limit_(context) {
        ends_.async_wait([this](const boost::system::error_code& error, int) {
            if (!error) end();
        });
        hang_up_.async_wait([this](const boost::system::error_code& error, int) {
            if (error) return;
            limit_.expires_after(hang_up_limit);
            limit_.async_wait([this](const boost::system::error_code& cancelled) {
                if (!cancelled) end();
            });
        });
    }

private:
    void end() {
        ends_.clear();
        stream_.stop();
        stop_after(limit_, stop_limit, context_);
    }

    asio::io_context& context_;
    Stream& stream_;
    asio::signal_set ends_;
    asio::signal_set hang_up_;
    asio::steady_timer limit_;
};

// ssh sends it when it sees the end of the stream, and the reason is still to be printed.
void ignore_hang_up() {
    sigset_t hang_up;
    sigemptyset(&hang_up);
    sigaddset(&hang_up, SIGHUP);
    ::pthread_sigmask(SIG_BLOCK, &hang_up, nullptr);
}

}  // namespace

Result<int> run_stdio(const Way& way) {
    asio::io_context context{1};
    // Without a connection ssh sees the end when this program ends, behind the reason that it
    // prints.
    FileDescriptor until_connected(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
    auto local = take_standard_streams(context.get_executor());
    if (!local) return std::unexpected(local.error());
    const auto stream = std::make_shared<Stream>(context.get_executor(), way, std::move(*local), 1);
    stream->when_connected([&] { until_connected = {}; });
    std::optional<Error> error{{Errc::unavailable, "stopped"}};
    asio::co_spawn(context, Stream::run(stream),
                   [&](std::exception_ptr failure, const StreamEnd& end) {
                       error = failure ? Error{Errc::internal, "internal error"} : end.error;
                       context.stop();
                   });
    const Signals signals(context, *stream);
    net::run_yielding(context);
    if (!error) return 0;
    ignore_hang_up();
    until_connected.release();
    return std::unexpected(std::move(*error));
}

}  // namespace relay::shell_client
