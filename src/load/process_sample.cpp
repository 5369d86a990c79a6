// SPDX-License-Identifier: Apache-2.0
#include "load/process_sample.hpp"

#include <ctime>
#include <filesystem>
#include <fstream>
#include <limits>
#include <optional>
#include <string>
#include <unistd.h>

namespace relay::load {
namespace {

namespace fs = std::filesystem;

fs::path folder_of(int process) {
    return fs::path("/proc") / std::to_string(process);
}

// The number of KiB behind `name` in a file of `Name:  123 kB` lines.
std::optional<std::uint64_t> kibibytes(const fs::path& path, const std::string& name) {
    std::ifstream file(path);
    for (std::string word; file >> word;) {
        std::uint64_t number = 0;
        if (word == name && file >> number) return number;
        file.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
    }
    return std::nullopt;
}

// Exact, but walks all pages; the kernel's running count in `status` may be some 100 KiB off.
std::uint64_t exact_resident(int process) {
    if (const auto size = kibibytes(folder_of(process) / "smaps_rollup", "Rss:"))
        return *size * 1024;
    return resident_memory(std::span(&process, 1));
}

void add_times(int process, ProcessSample& sample) {
    std::ifstream file(folder_of(process) / "stat");
    file.ignore(std::numeric_limits<std::streamsize>::max(), ')');  // the name may hold blanks
    std::string skipped;
    for (int field = 3; field < 14; ++field) file >> skipped;
    double user = 0;
    double system = 0;
    if (!(file >> user >> system)) return;
    const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
    sample.user_seconds += user / ticks;
    sample.system_seconds += system / ticks;
}

// The first number of each thread's schedstat: nanoseconds on a CPU.
void add_threads(int process, ProcessSample& sample) {
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder_of(process) / "task", error)) {
        std::uint64_t on_cpu = 0;
        std::ifstream(entry.path() / "schedstat") >> on_cpu;
        sample.cpu_seconds += static_cast<double>(on_cpu) / 1e9;
        ++sample.threads;
    }
}

}  // namespace

ProcessSample sample_processes(std::span<const int> processes) {
    ProcessSample sample;
    for (const int process : processes) {
        add_times(process, sample);
        add_threads(process, sample);
        sample.resident += exact_resident(process);
    }
    if (sample.cpu_seconds == 0) sample.cpu_seconds = sample.user_seconds + sample.system_seconds;
    return sample;
}

std::uint64_t resident_memory(std::span<const int> processes) {
    std::uint64_t sum = 0;
    for (const int process : processes)
        sum += kibibytes(folder_of(process) / "status", "VmRSS:").value_or(0) * 1024;
    return sum;
}

double own_cpu_seconds() {
    timespec time{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

}  // namespace relay::load
