// SPDX-License-Identifier: Apache-2.0
#include "host/equipment/bridge.hpp"

#include "base/log.hpp"
#include "host/equipment/bridge_device.hpp"
#include "host/equipment/equipment_progress.hpp"
#include "net/tuple_await.hpp"
#include "process/line_splitter.hpp"
#include "wire/utf8.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>

#include <deque>
#include <exception>
#include <optional>
#include <stop_token>
#include <utility>
#include <vector>

namespace relay::host {

namespace asio = boost::asio;
using asio::awaitable;
using net::tuple_await;

namespace {

constexpr std::size_t read_size = 64 * 1024;

// What a waiting message costs beside its payload, so that empty ones are bounded as well.
constexpr std::size_t message_overhead = 64;

std::size_t cost_of(const wire::MessagePtr& message) {
    return message->size() + message_overhead;
}

std::string_view as_text(std::span<const std::uint8_t> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

wire::MessagePtr line_message(std::string_view line) {
    const std::span bytes(reinterpret_cast<const std::uint8_t*>(line.data()), line.size());
    const bool is_text = wire::is_utf8(bytes);
    return wire::Message::copy_of(bytes,
                                  is_text ? wire::MessageType::text : wire::MessageType::binary);
}

std::vector<std::uint8_t> line_bytes(std::span<const std::uint8_t> payload) {
    std::vector<std::uint8_t> bytes(payload.begin(), payload.end());
    if (bytes.empty() || bytes.back() != '\n') bytes.push_back('\n');
    return bytes;
}

}  // namespace

class Bridge::Worker final : public hub::Subscriber {
public:
    Worker(asio::io_context& context, BridgeRule rule, std::shared_ptr<Feed> feed,
           BridgeSettings settings, WallClock clock)
        : context_(context),
          rule_(std::move(rule)),
          feed_(std::move(feed)),
          settings_(settings),
          progress_("bridge", feed_->name(), settings_.restart, std::move(clock)),
          wake_(context),
          has_waiting_(context, asio::steady_timer::time_point::max()) {
        status_.device = device_name(rule_);
        feed_->join_device(*this);
    }
    ~Worker() { leave(); }

    // Static, so that the coroutine's own frame keeps the worker alive.
    static awaitable<void> run(std::shared_ptr<Worker> self) {
        while (!self->stopping_) {
            co_await self->carry_once();
            if (!self->stopping_) co_await self->wait_to_retry();
        }
        self->progress_.stopped();
        for (const auto& ended : std::exchange(self->ended_, {})) ended();
    }

    void stop(std::function<void()> ended) {
        if (ended && progress_.status().state == EquipmentState::stopped) return ended();
        if (ended) ended_.push_back(std::move(ended));
        stopping_ = true;
        leave();
        stop_.request_stop();
        wake_.cancel();
        if (!device_) return;
        if (device_->program)
            device_->program->terminate(settings_.grace);
        else
            close();
    }

    // Without waiting for anything; nobody is told.
    void kill() {
        stop({});
        ended_.clear();
        if (device_ && device_->program) device_->program->kill();
    }

    Status status() const {
        Status status = status_;
        static_cast<EquipmentStatus&>(status) = progress_.status();
        return status;
    }

    // From the feed, for the device.
    void deliver(const wire::MessagePtr& message, hub::Delivery) override {
        if (!is_open_) {
            ++status_.dropped_messages;
            return;
        }
        waiting_.push_back(message);
        waiting_bytes_ += cost_of(message);
        while (waiting_bytes_ > settings_.queue_bytes && waiting_.size() > 1) {
            take_waiting();
            ++status_.dropped_messages;
        }
        has_waiting_.cancel();
    }

private:
    void leave() {
        if (std::exchange(has_left_, true)) return;
        feed_->leave_device(*this);
    }

    awaitable<void> wait_to_retry() {
        wake_.expires_after(progress_.wait());
        co_await wake_.async_wait(tuple_await);
    }

    // One opening from its first step to its end.
    awaitable<void> carry_once() {
        progress_.starting();
        auto device = co_await open_device(context_, rule_, settings_, stop_.get_token());
        if (stopping_) co_return;
        if (!device) {
            progress_.failed(device.error().detail);
            co_return;
        }
        device_ = std::move(*device);
        is_open_ = true;
        progress_.running();
        using namespace asio::experimental::awaitable_operators;
        co_await (receive() && send());
        if (device_->program) co_await await_program();
        device_.reset();
    }

    awaitable<void> await_program() {
        device_->program->expect_end(settings_.grace);
        const std::string how = co_await device_->program->ended();
        note("it ended with " + how);
    }

    void note(const std::string& reason) {
        if (!stopping_) progress_.failed(reason);
    }

    // From the device to the feed, until the device is gone.
    awaitable<void> receive() {
        process::LineSplitter lines(longest_line);
        const std::uint64_t cuts_before = status_.cut_lines;
        std::vector<std::uint8_t> buffer(read_size);
        const auto publish_line = [this](std::string_view line) { publish(line_message(line)); };
        for (;;) {
            const auto size = co_await device_->stream->read_some(buffer);
            if (!size || *size == 0) {
                lines.finish(publish_line);
                if (!device_->program) note(size ? "the far side ended" : size.error().detail);
                break;
            }
            const auto bytes = std::span(buffer).first(*size);
            status_.received_bytes += bytes.size();
            if (rule_.framing == BridgeRule::Framing::raw)
                publish(wire::Message::copy_of(bytes, wire::MessageType::binary));
            else
                lines.add(as_text(bytes), publish_line);
            status_.cut_lines = cuts_before + lines.cuts();
        }
        close();
    }

    void publish(const wire::MessagePtr& message) {
        ++status_.received_messages;
        feed_->publish(message, this, std::chrono::steady_clock::now());
    }

    // From the feed to the device, until it is closed.
    awaitable<void> send() {
        while (is_open_) {
            if (waiting_.empty())
                co_await has_waiting_.async_wait(tuple_await);
            else
                co_await write(take_waiting());
        }
    }

    awaitable<void> write(wire::MessagePtr message) {
        const auto payload = std::as_const(*message).payload();
        const bool is_raw = rule_.framing == BridgeRule::Framing::raw;
        const auto line = is_raw ? std::vector<std::uint8_t>() : line_bytes(payload);
        const auto bytes = is_raw ? payload : std::span<const std::uint8_t>(line);
        const auto written = co_await device_->stream->write_all(bytes);
        if (written) {
            ++status_.sent_messages;
            status_.sent_bytes += bytes.size();
            co_return;
        }
        ++status_.dropped_messages;
        if (device_->program) co_return;  // it does not listen any more, but may still speak
        note(written.error().detail);
        close();
    }

    wire::MessagePtr take_waiting() {
        auto message = std::move(waiting_.front());
        waiting_.pop_front();
        waiting_bytes_ -= cost_of(message);
        return message;
    }

    void close() {
        if (!std::exchange(is_open_, false)) return;
        device_->stream->close();
        status_.dropped_messages += waiting_.size();
        waiting_.clear();
        waiting_bytes_ = 0;
        has_waiting_.cancel();
    }

    asio::io_context& context_;
    BridgeRule rule_;
    std::shared_ptr<Feed> feed_;
    BridgeSettings settings_;
    EquipmentProgress progress_;
    Status status_;                   // but what progress_ knows
    asio::steady_timer wake_;         // ends the wait for the next try
    asio::steady_timer has_waiting_;  // never expires: its wait is cancelled when something waits
    std::deque<wire::MessagePtr> waiting_;  // for the device
    std::size_t waiting_bytes_ = 0;
    std::optional<BridgeDevice> device_;
    bool is_open_ = false;
    bool has_left_ = false;
    bool stopping_ = false;
    std::stop_source stop_;
    std::vector<std::function<void()>> ended_;
};

Bridge::Bridge(asio::io_context& context, BridgeRule rule, std::shared_ptr<Feed> feed,
               BridgeSettings settings, WallClock clock)
    : worker_(std::make_shared<Worker>(context, std::move(rule), std::move(feed), settings,
                                       std::move(clock))) {
    asio::co_spawn(context, Worker::run(worker_), [](const std::exception_ptr& thrown) {
        if (thrown) log::error("a bridge ended by an internal error");
    });
}

Bridge::~Bridge() {
    worker_->kill();
}

void Bridge::stop(std::function<void()> ended) {
    worker_->stop(std::move(ended));
}

Bridge::Status Bridge::status() const {
    return worker_->status();
}

}  // namespace relay::host
