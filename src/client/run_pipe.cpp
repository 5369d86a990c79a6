// SPDX-License-Identifier: Apache-2.0
#include "client/access.hpp"
#include "client/pipe_session.hpp"
#include "client/run.hpp"
#include "client/signals.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <chrono>
#include <unistd.h>
#include <utility>

namespace relay::client {
namespace {

using namespace std::chrono_literals;

constexpr auto flush_limit = 10s;  // for the reader of the output, at the end

}  // namespace

Outcome run_pipe(const PipeConfig& config) {
    auto way = way_of(config.access);
    if (!way) return failed(way.error().detail);

    boost::asio::io_context context;
    Outcome outcome;
    const auto end = [&](Outcome ended) {
        outcome = std::move(ended);
        context.stop();
    };
    auto output = FileWriter::open("-", [&](Error error) {
        boost::asio::post(context, [&, error] { end(failed(error.detail)); });
    });
    if (!output) return failed(output.error().detail);
    PipeSession session(context, std::move(way->target), std::move(way->settings),
                        {.framing = config.framing,
                         .keep_open = config.keep_open,
                         .input = config.receive_only ? -1 : STDIN_FILENO,
                         .output = config.send_only ? nullptr : output->get()},
                        end);
    const Signals signals(context, [&] { session.stop(); }, [&] { session.stop(); });
    context.run();
    const auto closed = (*output)->close(flush_limit);
    if (!closed && outcome.code != exit_failed) return failed(closed.error().detail);
    return outcome;
}

}  // namespace relay::client
