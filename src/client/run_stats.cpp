// SPDX-License-Identifier: Apache-2.0
#include "client/access.hpp"
#include "client/file_writer.hpp"
#include "client/input_reader.hpp"
#include "client/run.hpp"
#include "client/signals.hpp"
#include "client/stats_report.hpp"
#include "client/stats_session.hpp"
#include "client/stats_table.hpp"
#include "client/terminal.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <optional>
#include <unistd.h>
#include <utility>

namespace relay::client {
namespace {

using namespace std::chrono_literals;

constexpr auto flush_limit = 2s;

// Shows reports: on a screen, as tables below each other, or as JSON.
class Display {
public:
    Display(FileWriter& output, bool json, bool screen) : output_(output), json_(json) {
        if (!screen) return;
        screen_.emplace();
        output_.write(Screen::frame({"connecting ..."}));
    }

    // As StatsSession::OnText.
    bool show(std::string_view text) {
        if (json_) {
            const auto line = report_line(text);
            if (line) output_.write(*line + "\n");
            return line.has_value();
        }
        auto connections = read_report(text);
        if (!connections) return false;
        connections_ = std::move(*connections);
        draw();
        return true;
    }

    void draw() {
        const auto now = std::chrono::system_clock::now();
        if (screen_) {
            // One frame at a time: a slow terminal gets the newest.
            if (!output_.busy())
                output_.write(Screen::frame(stats_table(connections_, now, Screen::size())));
            return;
        }
        std::string text;
        for (const std::string& line : stats_table(connections_, now)) text += line + "\n";
        output_.write(text + "\n");
    }

    void suspend() {
        if (!screen_) return;
        screen_->suspend();
        draw();
    }

private:
    FileWriter& output_;
    bool json_;
    std::optional<Screen> screen_;
    std::vector<ConnectionFigures> connections_;
};

// `q` ends; other keys say nothing.
class Keys {
public:
    Keys(boost::asio::io_context& context, std::function<void()> quit)
        : quit_(std::move(quit)),
          reader_(context, STDIN_FILENO, [this](auto piece) { on_piece(std::move(piece)); }) {
        reader_.want();
    }

private:
    void on_piece(const Result<std::string>& piece) {
        if (!piece || piece->empty()) return;
        if (piece->find_first_of("qQ") != piece->npos) return quit_();
        reader_.want();
    }

    std::function<void()> quit_;
    InputReader reader_;
};

// Ctrl-Z and changes of the window's size.
class ScreenSignals {
public:
    ScreenSignals(boost::asio::io_context& context, Display& display)
        : signals_(context, SIGTSTP, SIGWINCH), display_(display) {
        wait();
    }

private:
    void wait() {
        signals_.async_wait([this](const boost::system::error_code& error, int number) {
            if (error) return;
            if (number == SIGTSTP) {
                display_.suspend();
            } else {
                display_.draw();
            }
            wait();
        });
    }

    boost::asio::signal_set signals_;
    Display& display_;
};

}  // namespace

Outcome run_stats(const StatsConfig& config) {
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
    {
        const bool screen = !config.json && !config.once && Screen::exists();
        Display display(**output, config.json, screen);
        StatsSession session(
            context, std::move(way->target), std::move(way->settings),
            {.every = config.every, .once = config.once},
            [&](std::string_view text) { return display.show(text); }, end);
        const auto stop = [&] { session.stop(); };
        const Signals signals(context, stop, stop);
        std::optional<ScreenSignals> screen_signals;
        std::optional<Keys> keys;
        if (screen) screen_signals.emplace(context, display);
        if (screen && Screen::has_keys()) keys.emplace(context, stop);
        context.run();
        const auto closed = (*output)->close(flush_limit);
        if (!closed && outcome.code == exit_done) outcome = failed(closed.error().detail);
    }
    return outcome;
}

}  // namespace relay::client
