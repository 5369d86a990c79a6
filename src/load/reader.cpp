// SPDX-License-Identifier: Apache-2.0
#include "load/reader.hpp"

#include "load/publisher.hpp"
#include "load/ts_verifier.hpp"

#include <limits>
#include <utility>

namespace relay::load {
namespace {

std::unique_ptr<Verifier> make_verifier(const Topic& topic, Tally& tally) {
    const Expectation expectation{
        .payload = topic.payload,
        .topic = topic.number,
        .publishers = topic.publishers.size(),
        .type = topic.traffic.text ? wire::MessageType::text : wire::MessageType::binary};
    if (topic.traffic.transport_stream) return std::make_unique<TsVerifier>(expectation, tally);
    return std::make_unique<Verifier>(expectation, tally);
}

}  // namespace

Reader::Reader(Loop& loop, Observer& observer, Opening opening, const Group& group,
               const Topic& topic, Tally& tally)
    : Connection(loop, observer, std::move(opening), group.receive_buffer),
      topic_(topic),
      verifier_(make_verifier(topic, tally)),
      stall_(group.stall),
      reader_class_(group.reader_class) {}

void Reader::begin(SteadyTime start) {
    if (!stall_) return;
    stall_end_ = start + stall_->start + stall_->duration;
    loop().at(start + stall_->start, [this] { pause_reading(true); });
    loop().at(stall_end_, [this] { pause_reading(false); });
}

void Reader::received(const wire::Message& message, SteadyTime now) {
    verifier_->check(message.payload(), message.type(), now);
}

bool Reader::is_finished() const {
    if (!is_open()) return true;
    for (const Publisher* publisher : topic_.publishers) {
        const auto& tracker = verifier_->trackers()[publisher->index()];
        const auto reached = is_excused() ? tracker.next() : tracker.distinct();
        if (reached < publisher->sent()) return false;
    }
    return true;
}

std::uint64_t Reader::expected() const {
    std::uint64_t sum = 0;
    for (const Publisher* publisher : topic_.publishers) sum += publisher->sent();
    return sum;
}

std::uint64_t Reader::missing() const {
    std::uint64_t arrived = 0;
    for (const SequenceTracker& tracker : verifier_->trackers()) arrived += tracker.distinct();
    return expected() - arrived;
}

std::uint64_t Reader::progress(std::size_t publisher) const {
    if (is_excused() || !is_open()) return std::numeric_limits<std::uint64_t>::max();
    return verifier_->trackers()[publisher].next();
}

}  // namespace relay::load
