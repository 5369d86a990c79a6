// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"

#include <algorithm>
#include <cassert>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace relay {

class TimerWheel;

namespace detail {

// A link of a circular list; alone, it links to itself.
struct TimerLink {
    TimerLink() = default;
    TimerLink(const TimerLink&) = delete;
    TimerLink& operator=(const TimerLink&) = delete;

    bool alone() const { return next == this; }
    void unlink() {
        previous->next = next;
        next->previous = previous;
        previous = next = this;
    }
    void append(TimerLink& link) {
        link.previous = previous;
        link.next = this;
        previous->next = &link;
        previous = &link;
    }

    TimerLink* previous = this;
    TimerLink* next = this;
};

}  // namespace detail

// A deadline that its owner embeds (as a base or member) and hands to a wheel. It leaves the wheel
// when it is destroyed.
class TimerEntry : private detail::TimerLink {
public:
    TimerEntry() = default;
    ~TimerEntry();

    bool scheduled() const { return wheel_ != nullptr; }
    SteadyTime deadline() const { return deadline_; }

private:
    friend class TimerWheel;
    SteadyTime deadline_{};
    TimerWheel* wheel_ = nullptr;
};

// Many deadlines at constant cost and without allocation, after Varghese and Lauck's hashed timing
// wheel: slot = deadline / tick modulo the number of slots; deadlines further away than one
// revolution stay in their slot until their round. Entries are exact: the tick only sets how many
// entries an advance looks at, not when they are due. For one thread.
class TimerWheel {
public:
    TimerWheel(SteadyTime::duration tick, std::size_t slots) : tick_(tick), slots_(slots) {
        assert(tick.count() > 0 && slots > 0);
    }
    ~TimerWheel() {
        for (Link& slot : slots_) clear(slot);
        clear(due_);
    }
    TimerWheel(const TimerWheel&) = delete;
    TimerWheel& operator=(const TimerWheel&) = delete;

    // Replaces the deadline of an entry that is already scheduled, on this wheel or another one.
    void schedule(TimerEntry& entry, SteadyTime deadline) {
        if (entry.wheel_) entry.wheel_->cancel(entry);
        entry.deadline_ = deadline;
        entry.wheel_ = this;
        slot(tick_for(deadline)).append(entry);
        ++count_;
    }

    // No effect on an entry that is not scheduled.
    void cancel(TimerEntry& entry) {
        if (entry.wheel_ != this) return;
        entry.unlink();
        entry.wheel_ = nullptr;
        --count_;
    }

    // Calls back once for every entry whose deadline is not after `now`, which is then no longer
    // scheduled. The callback may schedule, cancel and destroy any entry; what it schedules for the
    // past waits for the next advance.
    template <class Callback>
    void advance(SteadyTime now, Callback&& callback) {
        collect_due(now);
        while (!due_.alone()) {
            TimerEntry& entry = entry_of(*due_.next);
            cancel(entry);
            callback(entry);
        }
    }

    // When an advance would be worth it for a deadline: at the end of its tick.
    SteadyTime visit_for(SteadyTime deadline) const {
        if (deadline > SteadyTime::max() - tick_) return SteadyTime::max();
        return end_of(tick_for(deadline));
    }

    // When the next advance is worth it, right after one: at the end of the first tick that has
    // entries. They may be for a later round. The wheel must not be empty.
    SteadyTime next_visit() const {
        Tick tick = position_;
        while (slots_[index_of(tick)].alone()) ++tick;
        return end_of(tick);
    }

    bool empty() const { return count_ == 0; }
    std::size_t size() const { return count_; }

private:
    using Link = detail::TimerLink;
    using Tick = SteadyTime::rep;

    static TimerEntry& entry_of(Link& link) { return static_cast<TimerEntry&>(link); }
    Tick tick_of(SteadyTime time) const { return time.time_since_epoch() / tick_; }
    // A deadline in the past belongs to the slot that the next advance looks at first.
    Tick tick_for(SteadyTime deadline) const { return std::max(tick_of(deadline), position_); }
    SteadyTime end_of(Tick tick) const { return SteadyTime((tick + 1) * tick_); }
    std::size_t index_of(Tick tick) const { return static_cast<std::size_t>(tick) % slots_.size(); }
    Link& slot(Tick tick) { return slots_[index_of(tick)]; }

    // Moves due entries to a list of their own first, so that the callback may change any slot.
    void collect_due(SteadyTime now) {
        const Tick last = std::max(tick_of(now), position_);
        const Tick visited = std::min(last - position_, static_cast<Tick>(slots_.size()) - 1);
        for (Tick tick = last - visited; tick <= last; ++tick) {
            Link& head = slot(tick);
            for (Link* link = head.next; link != &head;) {
                Link& candidate = *std::exchange(link, link->next);
                if (entry_of(candidate).deadline_ > now) continue;
                candidate.unlink();
                due_.append(candidate);
            }
        }
        position_ = last;
    }

    void clear(Link& head) {
        while (!head.alone()) cancel(entry_of(*head.next));
    }

    SteadyTime::duration tick_;
    std::vector<Link> slots_;
    Link due_;
    Tick position_ = 0;  // the tick of the latest advance; later entries of it are still to come
    std::size_t count_ = 0;
};

inline TimerEntry::~TimerEntry() {
    if (wheel_) wheel_->cancel(*this);
}

}  // namespace relay
