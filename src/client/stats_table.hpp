// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/stats_report.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace relay::client {

// Where the table goes; the default is a file or a pipe.
struct TableSize {
    std::size_t columns = 1000;
    std::size_t rows = 1'000'000;
};

// Connections as lines of text: a summary, a head, and one for each, cut to the size. Texts that
// come from clients hold no control characters any more.
std::vector<std::string> stats_table(std::span<const ConnectionFigures> connections, WallTime now,
                                     const TableSize& size = {});

}  // namespace relay::client
