// SPDX-License-Identifier: Apache-2.0
#include "cli/command.hpp"

#include <string>
#include <vector>

int main(int count, char** words) {
    const std::vector<std::string> all(words, words + count);
    return relay::cli::run(all, relay::cli::process_environment());
}
