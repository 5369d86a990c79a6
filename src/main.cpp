// SPDX-License-Identifier: Apache-2.0
#include "cli/command.hpp"

#include <malloc.h>
#include <string>
#include <vector>

int main(int count, char** words) {
    // Messages come and go all the time: their memory must not be given back to the system and
    // fetched again for each.
    ::mallopt(M_MMAP_THRESHOLD, 1024 * 1024);
    ::mallopt(M_TRIM_THRESHOLD, 4 * 1024 * 1024);
    const std::vector<std::string> all(words, words + count);
    return relay::cli::run(all, relay::cli::process_environment());
}
