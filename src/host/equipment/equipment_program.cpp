// SPDX-License-Identifier: Apache-2.0
#include "host/equipment/equipment_program.hpp"

#include "base/log.hpp"
#include "net/tuple_await.hpp"
#include "process/line_splitter.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <exception>
#include <utility>

namespace relay::host {

namespace asio = boost::asio;
using net::tuple_await;
using namespace std::chrono_literals;

namespace {
constexpr std::size_t longest_line = 4096;
constexpr auto drain_time = 1s;  // for output that something left behind by the program holds open
}  // namespace

struct EquipmentProgram::State : std::enable_shared_from_this<State> {
    State(asio::io_context& context, process::Child started, std::string given_name,
          OnLine listener)
        : child(std::move(started)),
          name(std::move(given_name)),
          on_line(std::move(listener)),
          end(context, child.ended.release()),
          errors(context, child.error_output.release()),
          input(context),
          output(context),
          limit(context),
          has_ended(context, asio::steady_timer::time_point::max()) {
        if (child.input) input.assign(child.input.release());
        if (child.output) output.assign(child.output.release());
    }

    // Static, as the next one, so that what is under way keeps the state alive.
    static void watch(const std::shared_ptr<State>& self) {
        asio::co_spawn(self->end.get_executor(), read_errors(self), [](const std::exception_ptr&) {
            // It has no error but its end.
        });
        self->end.async_wait(asio::posix::stream_descriptor::wait_read,
                             [self](const boost::system::error_code& error) {
                                 if (!error) self->on_end(self);
                             });
    }

    static asio::awaitable<void> read_errors(std::shared_ptr<State> self) {
        process::LineSplitter lines(longest_line);
        std::array<char, 4096> bytes;
        for (;;) {
            auto [error, size] =
                co_await self->errors.async_read_some(asio::buffer(bytes), tuple_await);
            if (error) break;
            lines.add({bytes.data(), size}, [&](std::string_view line) { self->take(line); });
        }
        lines.finish([&](std::string_view line) { self->take(line); });
        self->errors_are_read = true;
        self->tell_end();
    }

    void take(std::string_view line) {
        if (line.empty()) return;
        log::debug("program says", {{"program", name}, {"line", line}});
        if (on_line) on_line(line);
    }

    void on_end(const std::shared_ptr<State>& self) {
        if (!how.empty()) return;
        how = child.reap();
        tell_end();
        limit.expires_after(drain_time);
        limit.async_wait([self](const boost::system::error_code& error) {
            if (!error) self->close_streams();
        });
    }

    void terminate(std::chrono::milliseconds grace) {
        child.terminate();
        if_it_runs_after(grace, [](State& state) {
            log::warn("program ignores SIGTERM", {{"program", state.name}});
            state.child.kill();
        });
    }

    void if_it_runs_after(std::chrono::milliseconds time, std::function<void(State&)> act) {
        if (!how.empty()) return;
        limit.expires_after(time);
        limit.async_wait([weak = weak_from_this(),
                          act = std::move(act)](const boost::system::error_code& error) {
            const auto self = weak.lock();
            if (!error && self && self->how.empty()) act(*self);
        });
    }

    // Its last words may come after its end.
    bool is_over() const { return !how.empty() && errors_are_read; }
    void tell_end() {
        if (is_over()) has_ended.cancel();
    }

    void kill() {
        if (how.empty()) how = child.reap();
        close_streams();
    }

    void close_streams() {
        boost::system::error_code ignored;
        for (auto* stream : {&errors, &input, &output}) stream->close(ignored);
    }

    void shut_down() {
        on_line = nullptr;
        kill();
        boost::system::error_code ignored;
        end.close(ignored);
        limit.cancel();
        has_ended.cancel();
    }

    process::Child child;
    std::string name;
    OnLine on_line;  // empty once the program is destroyed
    asio::posix::stream_descriptor end;
    asio::posix::stream_descriptor errors;
    asio::posix::stream_descriptor input;
    asio::posix::stream_descriptor output;
    asio::steady_timer limit;      // of the grace, then of the draining
    asio::steady_timer has_ended;  // never expires: its waits are cancelled at the end
    std::string how;               // it ended; empty: not yet
    bool errors_are_read = false;
};

Result<std::unique_ptr<EquipmentProgram>> EquipmentProgram::start(asio::io_context& context,
                                                                  const process::Command& command,
                                                                  OnLine on_line) {
    auto child = process::Child::start(command);
    if (!child) return std::unexpected(child.error());
    auto state = std::make_shared<State>(context, std::move(*child), command.arguments.front(),
                                         std::move(on_line));
    State::watch(state);
    return std::unique_ptr<EquipmentProgram>(new EquipmentProgram(std::move(state)));
}

EquipmentProgram::~EquipmentProgram() {
    state_->shut_down();
}

asio::posix::stream_descriptor& EquipmentProgram::input() {
    return state_->input;
}

asio::posix::stream_descriptor& EquipmentProgram::output() {
    return state_->output;
}

void EquipmentProgram::terminate(std::chrono::milliseconds grace) {
    state_->terminate(grace);
}

void EquipmentProgram::expect_end(std::chrono::milliseconds grace) {
    state_->if_it_runs_after(grace, [grace](State& state) { state.terminate(grace); });
}

void EquipmentProgram::kill() {
    state_->kill();
}

asio::awaitable<std::string> EquipmentProgram::ended() {
    while (!state_->is_over()) co_await state_->has_ended.async_wait(tuple_await);
    co_return state_->how;
}

process::Command command_of(const CommandRule& rule) {
    process::Command command;
    // The host's own settings, some of which are secrets.
    command.withheld = {"RELAY_", "RELAYHOST_", "VW_"};
    command.arguments = rule.arguments;
    if (command.arguments.empty()) command.arguments = {"/bin/sh", "-c", rule.shell};
    return command;
}

}  // namespace relay::host
