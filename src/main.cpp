// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include "cli/command.hpp"

int main(int count, char** words) {
    const std::vector<std::string> all(words, words + count);
    return relay::cli::run(all, relay::cli::process_environment());
}
