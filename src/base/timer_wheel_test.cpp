// SPDX-License-Identifier: Apache-2.0
#include "base/timer_wheel.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <random>

namespace relay {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

struct TimerWheelTest : testing::Test {
    SteadyTime start{1000h};
    TimerWheel wheel{10ms, 8};  // a revolution takes 80 ms
    TimerEntry first, second, third;

    std::vector<TimerEntry*> fired_at(SteadyTime::duration offset) {
        std::vector<TimerEntry*> fired;
        wheel.advance(start + offset, [&](TimerEntry& entry) { fired.push_back(&entry); });
        return fired;
    }
};

TEST_F(TimerWheelTest, an_entry_fires_once_at_its_deadline_and_not_before) {
    wheel.schedule(first, start + 25ms);
    EXPECT_TRUE(first.scheduled());
    EXPECT_THAT(fired_at(24ms), IsEmpty());
    EXPECT_THAT(fired_at(25ms - 1ns), IsEmpty());
    EXPECT_THAT(fired_at(25ms), ElementsAre(&first));
    EXPECT_FALSE(first.scheduled());
    EXPECT_TRUE(wheel.empty());
    EXPECT_THAT(fired_at(500ms), IsEmpty());
}

TEST_F(TimerWheelTest, deadlines_beyond_a_revolution_wait_for_their_round) {
    wheel.schedule(first, start + 5ms);
    wheel.schedule(second, start + 85ms);  // same slot, next round
    wheel.schedule(third, start + 100h);
    EXPECT_THAT(fired_at(10ms), ElementsAre(&first));
    EXPECT_THAT(fired_at(84ms), IsEmpty());
    EXPECT_THAT(fired_at(90ms), ElementsAre(&second));
    EXPECT_THAT(fired_at(99h), IsEmpty());
    EXPECT_THAT(fired_at(100h), ElementsAre(&third));
}

TEST_F(TimerWheelTest, says_when_the_next_advance_is_worth_it) {
    wheel.advance(start, [](TimerEntry&) {});
    EXPECT_EQ(wheel.visit_for(start + 25ms), start + 30ms);
    EXPECT_EQ(wheel.visit_for(start + 30ms), start + 40ms);
    EXPECT_EQ(wheel.visit_for(start - 1h), start + 10ms);
    EXPECT_EQ(wheel.visit_for(SteadyTime::max()), SteadyTime::max());
    wheel.schedule(first, start + 55ms);
    EXPECT_EQ(wheel.next_visit(), start + 60ms);
    wheel.schedule(second, start + 25ms);
    EXPECT_EQ(wheel.next_visit(), start + 30ms);
    wheel.schedule(third, start - 1h);
    EXPECT_EQ(wheel.next_visit(), start + 10ms);
    EXPECT_THAT(fired_at(30ms), UnorderedElementsAre(&second, &third));
    EXPECT_EQ(wheel.next_visit(), start + 60ms);
}

TEST_F(TimerWheelTest, an_advance_at_each_visit_fires_everything_within_a_tick) {
    std::mt19937 random(1);
    std::array<TimerEntry, 50> entries;
    SteadyTime now = start;
    wheel.advance(now, [](TimerEntry&) {});
    for (TimerEntry& entry : entries)
        wheel.schedule(entry, now + std::chrono::microseconds(random() % 300'000));
    std::size_t visits = 0;
    while (!wheel.empty()) {
        ASSERT_GT(wheel.next_visit(), now) << "else it would never end";
        now = wheel.next_visit();
        ++visits;
        wheel.advance(now, [&](TimerEntry& entry) {
            EXPECT_LE(entry.deadline(), now);
            EXPECT_GE(entry.deadline() + 10ms, now);
        });
    }
    EXPECT_LE(visits, 31u);
}

TEST_F(TimerWheelTest, one_long_advance_fires_everything_that_is_due) {
    std::array<TimerEntry, 100> entries;
    for (std::size_t index = 0; index < entries.size(); ++index) {
        wheel.schedule(entries[index], start + index * 7ms);
    }
    EXPECT_EQ(wheel.size(), 100U);
    EXPECT_EQ(fired_at(99 * 7ms).size(), 100U);
    EXPECT_TRUE(wheel.empty());
}

TEST_F(TimerWheelTest, a_deadline_in_the_past_fires_at_the_next_advance) {
    fired_at(50ms);
    wheel.schedule(first, start + 10ms);
    wheel.schedule(second, SteadyTime{});
    EXPECT_THAT(fired_at(50ms), UnorderedElementsAre(&first, &second));
}

TEST_F(TimerWheelTest, cancel_and_reschedule_replace_the_deadline) {
    wheel.schedule(first, start + 10ms);
    wheel.schedule(second, start + 10ms);
    wheel.schedule(first, start + 30ms);
    wheel.cancel(second);
    wheel.cancel(second);
    EXPECT_EQ(wheel.size(), 1U);
    EXPECT_THAT(fired_at(20ms), IsEmpty());
    EXPECT_THAT(fired_at(30ms), ElementsAre(&first));
}

TEST_F(TimerWheelTest, callback_may_cancel_an_entry_that_is_due_too) {
    wheel.schedule(first, start + 10ms);
    wheel.schedule(second, start + 10ms);
    int calls = 0;
    wheel.advance(start + 20ms, [&](TimerEntry& entry) {
        ++calls;
        wheel.cancel(&entry == &first ? second : first);
    });
    EXPECT_EQ(calls, 1);
    EXPECT_TRUE(wheel.empty());
}

TEST_F(TimerWheelTest, callback_may_schedule_itself_without_looping) {
    wheel.schedule(first, start + 10ms);
    int calls = 0;
    const auto again_now = [&](TimerEntry& entry) {
        ++calls;
        wheel.schedule(entry, start);
    };
    wheel.advance(start + 20ms, again_now);
    EXPECT_EQ(calls, 1);
    wheel.advance(start + 20ms, again_now);
    EXPECT_EQ(calls, 2);
}

TEST_F(TimerWheelTest, callback_may_put_off_an_entry_that_is_due_too) {
    wheel.schedule(first, start + 10ms);
    wheel.schedule(second, start + 10ms);
    std::vector<TimerEntry*> fired;
    wheel.advance(start + 20ms, [&](TimerEntry& entry) {
        fired.push_back(&entry);
        wheel.schedule(second, start + 40ms);
    });
    EXPECT_THAT(fired, ElementsAre(&first));
    EXPECT_THAT(fired_at(40ms), ElementsAre(&second));
}

TEST_F(TimerWheelTest, an_entry_leaves_when_it_is_destroyed_also_inside_a_callback) {
    auto owned = std::make_unique<TimerEntry>();
    auto other = std::make_unique<TimerEntry>();
    wheel.schedule(*owned, start + 10ms);
    wheel.schedule(*other, start + 10ms);
    int calls = 0;
    wheel.advance(start + 10ms, [&](TimerEntry&) {
        ++calls;
        owned.reset();
        other.reset();
    });
    EXPECT_EQ(calls, 1);
    EXPECT_TRUE(wheel.empty());
}

TEST_F(TimerWheelTest, a_wheel_may_die_before_its_entries) {
    {
        TimerWheel short_lived(1ms, 4);
        short_lived.schedule(first, start);
    }
    EXPECT_FALSE(first.scheduled());
    wheel.schedule(first, start + 1ms);
    EXPECT_THAT(fired_at(1ms), ElementsAre(&first));
}

TEST_F(TimerWheelTest, agrees_with_a_plain_list_of_deadlines) {
    constexpr unsigned seed = 20261122;
    std::mt19937 random(seed);
    std::array<TimerEntry, 40> entries;
    std::array<SteadyTime, 40> model{};  // the epoch: not scheduled
    SteadyTime now = start;
    for (int step = 0; step < 20'000; ++step) {
        const std::size_t index = random() % entries.size();
        switch (random() % 4) {
            case 0:
            case 1:
                model[index] = now + std::chrono::milliseconds(random() % 400);
                wheel.schedule(entries[index], model[index]);
                break;
            case 2:
                model[index] = {};
                wheel.cancel(entries[index]);
                break;
            default: {
                now += std::chrono::milliseconds(random() % 200);
                std::array<bool, 40> fired{};
                wheel.advance(now, [&](TimerEntry& entry) {
                    fired[static_cast<std::size_t>(&entry - entries.data())] = true;
                });
                for (std::size_t each = 0; each < model.size(); ++each) {
                    const bool due = model[each] != SteadyTime{} && model[each] <= now;
                    ASSERT_EQ(fired[each], due) << "step " << step << " seed " << seed;
                    if (due) model[each] = {};
                }
            }
        }
    }
}

}  // namespace
}  // namespace relay
