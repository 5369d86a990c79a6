// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "load/config.hpp"
#include "load/histogram.hpp"
#include "load/process_sample.hpp"
#include "load/tally.hpp"

#include <cstdint>
#include <map>
#include <string>

namespace relay::load {

// One class of readers.
struct ClassReport {
    std::uint64_t readers = 0;
    std::uint64_t expected = 0;
    std::uint64_t lost = 0;
    std::uint64_t skipped = 0;         // missed by readers that stalled, which is no fault
    std::uint64_t closed = 0;          // readers closed by the relay
    std::uint64_t excused_closed = 0;  // of them, such as stalled
    Tally tally;
};

// All that a run found out. The parts of several threads add up.
struct Report {
    std::uint64_t open = 0;  // connections
    std::uint64_t refused = 0;
    std::map<std::string, std::uint64_t> refusals;  // by reason
    double connect_seconds = 0;
    Histogram handshakes;
    std::uint64_t closed = 0;  // by the relay, after they were open
    std::uint64_t publishers_closed = 0;
    std::map<std::uint16_t, std::uint64_t> close_codes;

    std::uint64_t publishers = 0;
    std::uint64_t sent = 0;
    bool stuck = false;          // readers fell silent before the publishers were done
    double publish_seconds = 0;  // from the first publication to the last delivery
    Histogram lateness;
    std::map<std::string, ClassReport> classes;

    ProcessSample before;     // any connection was made
    ProcessSample connected;  // and the first message about to be sent
    ProcessSample after;
    std::uint64_t resident_peak = 0;  // bytes, while messages flowed
    double generator_cpu_seconds = 0;

    void merge(const Report& other);
    ClassReport total() const;
    // Whether the relay did all that it should have done.
    bool is_clean(bool allow_loss) const;
};

std::string to_text(const Report& report, const Config& config);
std::string to_json(const Report& report, const Config& config);

}  // namespace relay::load
