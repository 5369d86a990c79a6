// SPDX-License-Identifier: Apache-2.0
#include "hub/outbox.hpp"

#include <algorithm>

namespace relay::hub {

using wire::Message;
using wire::MessagePtr;

namespace {

// A stream that never marks a random-access point must not wait for one for ever.
constexpr std::chrono::seconds random_access_patience{10};

// A picture that grows to so many times the bound in bytes is taken for one that never ends.
constexpr std::size_t unending_picture = 16;

// A part of a message's payload as a message of its own.
MessagePtr slice(const Message& message, std::size_t from, std::size_t to) {
    MessagePtr part = Message::copy_of(message.payload().subspan(from, to - from), message.type());
    const auto begin = static_cast<std::uint32_t>(from);
    Message::Pictures pictures = message.pictures();
    for (std::uint32_t* offset : {&pictures.first_start, &pictures.random_access}) {
        if (*offset == Message::Pictures::none) continue;
        *offset = *offset >= begin && *offset < to ? *offset - begin : Message::Pictures::none;
    }
    part->set_pictures(pictures);
    return part;
}

}  // namespace

Outbox::Outcome Outbox::push(MessagePtr message, SteadyTime now, bool video) {
    if (video) return push_video(std::move(message), now);
    const std::size_t first = first_droppable();
    if (limits_->overflow == Overflow::close) {
        const bool full = bytes_ + message->encoded().size() > limits_->bytes;
        const bool late = !empty() && now - waiting_[front_].since > limits_->data_age;
        if ((full && first < waiting_.size()) || late) {
            count_drop(*message);
            return Outcome::overflow;
        }
    }
    append(std::move(message), now);
    return limits_->overflow == Overflow::drop_oldest ? drop_oldest(now) : Outcome::queued;
}

Outbox::Outcome Outbox::push_video(MessagePtr message, SteadyTime now) {
    const Message::Pictures& pictures = message->pictures();
    pictures_seen_ |= pictures.first_start != Message::Pictures::none;
    if (needs_random_access_) {
        const bool is_patient = now - needs_since_ < random_access_patience;
        const std::uint32_t start = is_patient ? pictures.random_access : pictures.first_start;
        const bool found = start != Message::Pictures::none;
        if (!found && (is_patient || pictures_seen_)) {
            count_drop(*message);
            return Outcome::dropped;
        }
        needs_random_access_ = false;
        if (found) message = from_picture(message, start);
    }
    append(std::move(message), now);
    if (!over_limits(front_, now, limits_->video_age)) return Outcome::queued;
    return skip_pictures(now) ? Outcome::dropped : Outcome::queued;
}

// Whether what waits from an index on exceeds a bound; a single message never does by its size.
bool Outbox::over_limits(std::size_t from, SteadyTime now, std::chrono::milliseconds age) const {
    if (from >= waiting_.size()) return false;
    if (now - waiting_[from].since > age) return true;
    if (from == front_ && bytes_ <= limits_->bytes) return false;
    std::size_t bytes = 0;
    for (std::size_t i = from; i < waiting_.size(); ++i)
        bytes += waiting_[i].message->encoded().size();
    return bytes > limits_->bytes && from + 1 < waiting_.size();
}

Outbox::Outcome Outbox::drop_oldest(SteadyTime now) {
    Outcome outcome = Outcome::queued;
    std::size_t from = first_droppable();
    while (from + 1 < waiting_.size() && over_limits(from, now, limits_->data_age)) {
        std::size_t victim = from;
        while (victim < waiting_.size() && !is_data(waiting_[victim].message->type())) ++victim;
        if (victim + 1 >= waiting_.size()) break;
        drop_between(victim, victim + 1);
        outcome = Outcome::dropped;
    }
    return outcome;
}

std::size_t Outbox::find_picture(std::size_t from) const {
    while (from < waiting_.size() &&
           waiting_[from].message->pictures().first_start == Message::Pictures::none)
        ++from;
    return from;
}

// The newest random-access point from which the queue is within its bounds; size() for none.
std::size_t Outbox::find_random_access(std::size_t from, SteadyTime now) const {
    for (std::size_t i = waiting_.size(); i-- > from;) {
        if (waiting_[i].message->pictures().random_access == Message::Pictures::none) continue;
        return over_limits(i, now, limits_->video_age) ? waiting_.size() : i;
    }
    return waiting_.size();
}

// Drops from the first picture that has not begun up to the newest random-access point. Whether
// anything was dropped.
bool Outbox::skip_pictures(SteadyTime now) {
    const std::size_t cut = find_picture(first_droppable());
    // Without a picture's start all that waits is the end of the one being sent, which must be
    // kept, unless the stream has no pictures at all.
    if (cut == waiting_.size()) {
        if (pictures_seen_ && bytes_ < unending_picture * limits_->bytes) return false;
        drop_between(first_droppable(), waiting_.size());
        needs_random_access_ = pictures_seen_;
    } else {
        if (!over_limits(cut, now, limits_->video_age)) return false;
        std::size_t resume = find_random_access(cut, now);
        MessagePtr tail;  // the end of the picture before the cut
        const std::uint32_t start = waiting_[cut].message->pictures().first_start;
        if (start > 0) tail = slice(*waiting_[cut].message, 0, start);
        if (resume < waiting_.size()) {
            MessagePtr& message = waiting_[resume].message;
            const std::size_t whole = message->encoded().size();
            message = from_picture(message, message->pictures().random_access);
            bytes_ -= whole - message->encoded().size();
        }
        needs_random_access_ = resume == waiting_.size();
        const SteadyTime since = waiting_[cut].since;
        drop_between(cut, resume);
        if (tail) {
            bytes_ += tail->encoded().size();
            waiting_.insert(waiting_.begin() + static_cast<std::ptrdiff_t>(cut),
                            {std::move(tail), since});
        }
    }
    needs_since_ = now;
    ++drops_.skips;
    return true;
}

// Removes the data messages in [from, to); control frames among them stay.
void Outbox::drop_between(std::size_t from, std::size_t to) {
    const auto begin = waiting_.begin() + static_cast<std::ptrdiff_t>(from);
    const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(to);
    const auto kept = std::remove_if(begin, end, [&](const Waiting& waiting) {
        if (!is_data(waiting.message->type())) return false;
        bytes_ -= waiting.message->encoded().size();
        count_drop(*waiting.message);
        return true;
    });
    waiting_.erase(kept, end);
}

// The message from the picture that begins there on; what is cut off counts as dropped.
MessagePtr Outbox::from_picture(const MessagePtr& message, std::uint32_t start) {
    if (start == 0) return message;
    drops_.bytes += start;
    if (message->pictures().first_start < start) ++drops_.pictures;
    MessagePtr part = slice(*message, start, message->size());
    part->set_pictures({.first_start = 0, .random_access = part->pictures().random_access});
    return part;
}

void Outbox::push_control(MessagePtr message) {
    append(std::move(message), waiting_.empty() ? SteadyTime::max() : waiting_.back().since);
}

void Outbox::push_rest(MessagePtr message, std::size_t sent, SteadyTime now) {
    append(std::move(message), now);
    front_sent_ = sent;
    bytes_ -= sent;
}

void Outbox::drop_data() {
    drop_between(first_droppable(), waiting_.size());
}

void Outbox::append(MessagePtr message, SteadyTime now) {
    if (empty() && front_ > 0) {
        waiting_.clear();
        front_ = 0;
    }
    bytes_ += message->encoded().size();
    waiting_.push_back({std::move(message), now});
}

std::size_t Outbox::gather(std::span<iovec> vectors) const {
    std::size_t used = 0;
    std::size_t skip = front_sent_;
    for (std::size_t i = front_; i < waiting_.size() && used < vectors.size(); ++i) {
        const auto bytes = waiting_[i].message->encoded().subspan(skip);
        vectors[used++] = {const_cast<std::uint8_t*>(bytes.data()), bytes.size()};
        skip = 0;
    }
    return used;
}

void Outbox::sent(std::size_t bytes) {
    bytes_ -= bytes;
    front_sent_ += bytes;
    while (front_ < waiting_.size()) {
        const std::size_t size = waiting_[front_].message->encoded().size();
        if (front_sent_ < size) break;
        front_sent_ -= size;
        waiting_[front_++].message = {};
    }
    if (empty()) {
        waiting_.clear();  // keeps the capacity for the next burst; release() gives it back
        front_ = 0;
    } else if (front_ > 64 && front_ > waiting_.size() / 2) {
        waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(front_));
        front_ = 0;
    }
}

MessagePtr Outbox::take() {
    if (empty()) return {};
    MessagePtr message = waiting_[front_].message;
    sent(message->encoded().size());
    return message;
}

void Outbox::await_random_access(SteadyTime now) {
    needs_random_access_ = true;
    needs_since_ = now;
}

void Outbox::release() {
    if (empty()) waiting_ = {};
}

void Outbox::count_drop(const Message& message) {
    ++drops_.messages;
    drops_.bytes += message.size();
    if (message.pictures().first_start != Message::Pictures::none) ++drops_.pictures;
}

}  // namespace relay::hub
