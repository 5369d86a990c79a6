// SPDX-License-Identifier: Apache-2.0
#include "config/value.hpp"

#include <gmock/gmock.h>

namespace relay::config {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST(BooleanValue, TakesWhatGoTakesAndTheWordsPeopleWrite) {
    bool target = false;
    const Value value = boolean(target);
    for (const char* yes : {"1", "t", "T", "true", "TRUE", "True", "yes", "on", "YES"}) {
        target = false;
        EXPECT_TRUE(value.store(yes)) << yes;
        EXPECT_TRUE(target) << yes;
    }
    for (const char* no : {"0", "f", "F", "false", "FALSE", "False", "no", "off", "Off"}) {
        target = true;
        EXPECT_TRUE(value.store(no)) << no;
        EXPECT_FALSE(target) << no;
    }
}

TEST(BooleanValue, RefusesEverythingElseAndKeepsTheTarget) {
    bool target = true;
    const Value value = boolean(target);
    for (const char* text : {"", "2", "tru", "y", "enable", " true"}) {
        const auto stored = value.store(text);
        ASSERT_FALSE(stored) << text;
        EXPECT_THAT(stored.error().detail, HasSubstr("expected true or false"));
        EXPECT_TRUE(target);
    }
}

TEST(PortValue, TakesAllPortsAndNothingBeside) {
    std::uint16_t target = 1;
    const Value value = port(target);
    EXPECT_TRUE(value.store("0"));
    EXPECT_EQ(target, 0);
    EXPECT_TRUE(value.store("65535"));
    EXPECT_EQ(target, 65535);
    for (const char* text : {"65536", "-1", "80a", "", "8 0", "0x50", "99999999999999999999"}) {
        EXPECT_FALSE(value.store(text)) << text;
    }
    EXPECT_EQ(target, 65535);
    EXPECT_EQ(value.show(), "65535");
}

TEST(IntegerValue, NamesItsRange) {
    unsigned target = 3;
    const auto stored = integer(target, 1, 64).store("65");
    ASSERT_FALSE(stored);
    EXPECT_EQ(stored.error().detail, "expected a whole number from 1 to 64");
}

TEST(DurationValue, CountsBareNumbersInTheTargetsUnit) {
    seconds long_one{0};
    milliseconds short_one{0};
    EXPECT_TRUE(duration(long_one).store("300"));
    EXPECT_TRUE(duration(short_one).store("300"));
    EXPECT_EQ(long_one, seconds(300));
    EXPECT_EQ(short_one, milliseconds(300));
    EXPECT_EQ(duration(long_one).unit, "s");
    EXPECT_EQ(duration(short_one).unit, "ms");
}

TEST(DurationValue, TakesUnits) {
    seconds target{0};
    const Value value = duration(target);
    EXPECT_TRUE(value.store("1h5m"));
    EXPECT_EQ(target, seconds(3900));
    EXPECT_EQ(value.show(), "1h5m");
    EXPECT_TRUE(value.store("2000ms"));
    EXPECT_EQ(target, seconds(2));
}

TEST(DurationValue, IsNeverRoundedSilently) {
    seconds target{7};
    const auto stored = duration(target).store("1500ms");
    ASSERT_FALSE(stored);
    EXPECT_EQ(stored.error().detail, "expected a whole number of s");
    EXPECT_EQ(target, seconds(7));
}

TEST(DurationValue, KeepsToItsLimits) {
    seconds target{7};
    const Value value = duration(target, {seconds(1), seconds(60)});
    EXPECT_TRUE(value.store("1"));
    EXPECT_TRUE(value.store("1m"));
    EXPECT_FALSE(value.store("0"));
    EXPECT_FALSE(value.store("61s"));
    EXPECT_FALSE(value.store("-5s"));
    EXPECT_FALSE(value.store("soon"));
    EXPECT_EQ(value.store("2m").error().detail,
              "expected a duration from 1s to 1m such as 5s, 1h5m or 250ms");
}

TEST(SizeValue, KeepsToItsLimits) {
    std::size_t target = 5;
    const Value value = size(target, 1024, 1 << 20);
    EXPECT_TRUE(value.store("64K"));
    EXPECT_EQ(target, 65536u);
    EXPECT_EQ(value.show(), "64KiB");
    EXPECT_FALSE(value.store("1023"));
    EXPECT_FALSE(value.store("2M"));
    EXPECT_EQ(value.store("0").error().detail, "expected a size from 1KiB to 1MiB");
}

TEST(ListValue, IsSplitAtCommasAndWhiteSpace) {
    std::vector<std::string> target{"old"};
    const Value value = list(target);
    EXPECT_TRUE(value.store("a, b\tc\n\nd,,e "));
    EXPECT_THAT(target, ElementsAre("a", "b", "c", "d", "e"));
    EXPECT_EQ(value.show(), "a, b, c, d, e");
    EXPECT_TRUE(value.store(" , "));
    EXPECT_TRUE(target.empty());
}

TEST(SecretValue, IsStoredWholeAndShownAsStars) {
    Secret target;
    const Value value = secret(target);
    EXPECT_EQ(value.show(), "");
    EXPECT_TRUE(value.store("two words, one comma"));
    EXPECT_EQ(target.reveal(), "two words, one comma");
    EXPECT_EQ(value.show(), "***");
}

TEST(SecretsValue, NeedsAnIdForEachKey) {
    std::vector<Secret> target;
    const Value value = secrets(target);
    EXPECT_TRUE(value.store("old=abc== new=def"));
    ASSERT_EQ(target.size(), 2u);
    EXPECT_EQ(target[0].reveal(), "old=abc==");
    EXPECT_EQ(value.show(), "***, ***");
    for (const char* text : {"hushhush", "=hushhush", "hushhush=", "a=hushhush a=b"}) {
        const auto stored = value.store(text);
        ASSERT_FALSE(stored) << text;
        EXPECT_THAT(stored.error().detail, Not(HasSubstr("hush")));
    }
    EXPECT_EQ(target.size(), 2u);
}

TEST(PathAndTextValues, AreKeptAsGiven) {
    std::string text_target;
    std::filesystem::path path_target;
    EXPECT_TRUE(text(text_target).store("x y"));
    EXPECT_TRUE(path(path_target).store("/var/lib/x y"));
    EXPECT_EQ(text_target, "x y");
    EXPECT_EQ(path_target, "/var/lib/x y");
    EXPECT_EQ(path(path_target).show(), "/var/lib/x y");
}

TEST(NowhereValue, TakesAnythingAndShowsNothing) {
    EXPECT_TRUE(nowhere().store("whatever"));
    EXPECT_EQ(nowhere().show(), "");
}

}  // namespace
}  // namespace relay::config
