// SPDX-License-Identifier: Apache-2.0
#include "host/equipment/camera.hpp"

#include "base/log.hpp"
#include "host/equipment/equipment_program.hpp"
#include "host/equipment/equipment_progress.hpp"
#include "host/feeds/ts_publisher.hpp"
#include "net/tuple_await.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>

#include <deque>
#include <exception>
#include <utility>

namespace relay::host {

namespace asio = boost::asio;
using asio::awaitable;
using net::tuple_await;

namespace {

constexpr std::size_t read_size = 64 * 1024;
constexpr std::size_t kept_lines = 5;
constexpr std::size_t kept_line_size = 500;

process::Command command_for(const CameraRule& rule, const std::string& ts_url) {
    process::Command command = command_of(rule.command);
    command.has_output = true;
    command.environment.push_back("RELAY_FEED=" + rule.feed);
    if (!ts_url.empty()) command.environment.push_back("RELAY_TS_URL=" + ts_url);
    return command;
}

}  // namespace

class Camera::Worker final : public std::enable_shared_from_this<Worker>, private DemandWatcher {
public:
    Worker(asio::io_context& context, CameraRule rule, std::shared_ptr<Feed> feed,
           CameraSettings settings, WallClock clock)
        : context_(context),
          rule_(std::move(rule)),
          feed_(std::move(feed)),
          settings_(std::move(settings)),
          progress_("camera", feed_->name(), settings_.restart, std::move(clock)),
          wake_(context),
          linger_(context) {
        if (rule_.on_demand) feed_->watch_demand(*this);
    }
    ~Worker() { end_watch(); }

    // Static, so that the coroutine's own frame keeps the worker alive.
    static awaitable<void> run(std::shared_ptr<Worker> self) {
        while (!self->stopping_) {
            if (self->is_needed())
                co_await self->run_program();
            else
                co_await self->await_demand();
        }
        self->progress_.stopped();
        for (const auto& ended : std::exchange(self->ended_, {})) ended();
    }

    void stop(std::function<void()> ended) {
        if (ended && is_stopped()) return ended();
        if (ended) ended_.push_back(std::move(ended));
        stopping_ = true;
        end_watch();
        linger_.cancel();
        wake_.cancel();
        if (program_) program_->terminate(settings_.grace);
    }

    // Without waiting for anything; nobody is told.
    void kill() {
        stop({});
        ended_.clear();
        if (program_) program_->kill();
    }

    Status status() const {
        Status status{progress_.status(), rule_.on_demand, {}};
        status.last_lines.assign(last_lines_.begin(), last_lines_.end());
        return status;
    }

private:
    bool is_stopped() const { return progress_.status().state == EquipmentState::stopped; }
    bool is_needed() const { return !rule_.on_demand || feed_->wanted(); }

    void end_watch() {
        if (rule_.on_demand) feed_->unwatch_demand(*this);
    }

    awaitable<void> await_demand() {
        progress_.idle();
        wake_.expires_at(asio::steady_timer::time_point::max());
        co_await wake_.async_wait(tuple_await);
    }

    void on_demand_changed() override {
        linger_.cancel();
        if (feed_->wanted()) {
            if (progress_.status().state == EquipmentState::idle) wake_.cancel();
        } else if (program_) {
            linger_.expires_after(settings_.linger);
            linger_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
                const auto self = weak.lock();
                if (!error && self) self->end_unwatched();
            });
        }
    }

    void end_unwatched() {
        if (!program_ || is_needed()) return;
        is_told_to_end_ = true;
        program_->terminate(settings_.grace);
    }

    // One run from start to end, and the wait before the next one.
    awaitable<void> run_program() {
        progress_.starting();
        is_told_to_end_ = false;
        auto program = EquipmentProgram::start(context_, command_for(rule_, settings_.ts_url),
                                               [this](std::string_view line) { keep(line); });
        if (program) {
            program_ = std::move(*program);
            progress_.running();
            co_await publish_output();
            const std::string how = co_await program_->ended();
            program_.reset();
            if (stopping_ || is_told_to_end_) co_return;
            progress_.failed("it ended with " + how);
        } else {
            progress_.failed(program.error().detail);
        }
        wake_.expires_after(progress_.wait());
        co_await wake_.async_wait(tuple_await);
    }

    // Until the end of its output. A program that publishes by itself writes nothing here.
    awaitable<void> publish_output() {
        std::shared_ptr<TsPublisher> publisher;
        std::vector<std::uint8_t> buffer(read_size);
        for (;;) {
            auto [error, size] =
                co_await program_->output().async_read_some(asio::buffer(buffer), tuple_await);
            if (error) break;
            publish(publisher, std::span(buffer).first(size));
        }
        if (publisher && !publisher->finish() && !stopping_)
            progress_.failed("its output is no MPEG-TS");
    }

    // What cannot be published is read over until the program has ended.
    void publish(std::shared_ptr<TsPublisher>& publisher, std::span<const std::uint8_t> bytes) {
        if (progress_.has_failed()) return;
        if (!publisher) {
            auto began = TsPublisher::begin(context_.get_executor(), feed_, settings_.flush_after);
            if (!began) return give_way("the feed has another publisher");
            publisher = std::move(*began);
        }
        if (!publisher->push(bytes)) give_way("another publisher took over");
    }

    void give_way(const std::string& reason) {
        progress_.failed(reason);
        program_->terminate(settings_.grace);
    }

    void keep(std::string_view line) {
        last_lines_.emplace_back(line.substr(0, kept_line_size));
        if (last_lines_.size() > kept_lines) last_lines_.pop_front();
    }

    asio::io_context& context_;
    CameraRule rule_;
    std::shared_ptr<Feed> feed_;
    CameraSettings settings_;
    EquipmentProgress progress_;
    asio::steady_timer wake_;    // ends the wait for demand or for the next try
    asio::steady_timer linger_;  // from the last viewer's leaving
    std::unique_ptr<EquipmentProgram> program_;
    std::deque<std::string> last_lines_;
    bool is_told_to_end_ = false;  // since nobody watches
    bool stopping_ = false;
    std::vector<std::function<void()>> ended_;
};

Camera::Camera(asio::io_context& context, CameraRule rule, std::shared_ptr<Feed> feed,
               CameraSettings settings, WallClock clock)
    : worker_(std::make_shared<Worker>(context, std::move(rule), std::move(feed),
                                       std::move(settings), std::move(clock))) {
    asio::co_spawn(context, Worker::run(worker_), [](const std::exception_ptr& thrown) {
        if (thrown) log::error("a camera ended by an internal error");
    });
}

Camera::~Camera() {
    worker_->kill();
}

void Camera::stop(std::function<void()> ended) {
    worker_->stop(std::move(ended));
}

Camera::Status Camera::status() const {
    return worker_->status();
}

}  // namespace relay::host
