// SPDX-License-Identifier: Apache-2.0
#include "demo/child_process.hpp"

#include "base/log.hpp"
#include "base/random.hpp"
#include "demo/line_splitter.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <span>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace relay::demo {
namespace {

using net::FileDescriptor;

struct Pipe {
    FileDescriptor read;
    FileDescriptor write;
};

Result<Pipe> make_pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return fail(Errc::unavailable, "no descriptors left");
    return Pipe{FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

// In the child, between fork and exec: only what is safe there while other threads hold locks.
[[noreturn]] void become(char* const* arguments, int standard_error, int failure, pid_t parent) {
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(127);  // it died before the line above
    ::signal(SIGPIPE, SIG_DFL);
    sigset_t none;
    ::sigemptyset(&none);
    ::pthread_sigmask(SIG_SETMASK, &none, nullptr);
    const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    if (nothing < 0) ::_exit(127);
    ::dup2(nothing, STDIN_FILENO);
    ::dup2(nothing, STDOUT_FILENO);
    ::dup2(standard_error, STDERR_FILENO);
    ::execvp(arguments[0], arguments);
    const int reason = errno;
    [[maybe_unused]] const auto written = ::write(failure, &reason, sizeof reason);
    ::_exit(127);
}

Error exec_error(const std::string& program, int reason) {
    if (reason == ENOENT) return {Errc::not_found, fmt::format("no program {}", program)};
    return {Errc::unavailable,
            fmt::format("cannot run {}: {}", program, std::generic_category().message(reason))};
}

int poll_interrupted(std::span<pollfd> descriptors, int milliseconds) {
    int count = 0;
    do {
        count = ::poll(descriptors.data(), descriptors.size(), milliseconds);
    } while (count < 0 && errno == EINTR);
    return count;
}

// A descriptor that is readable once the process has ended. (glibc 2.36 declares pidfd_open for C
// only.)
FileDescriptor open_process(pid_t id) {
    return FileDescriptor(static_cast<int>(::syscall(SYS_pidfd_open, id, 0)));
}

std::vector<char*> argument_pointers(std::vector<std::string>& arguments) {
    std::vector<char*> pointers;
    pointers.reserve(arguments.size() + 1);
    for (auto& argument : arguments) pointers.push_back(argument.data());
    pointers.push_back(nullptr);
    return pointers;
}

std::string describe_status(int status) {
    if (WIFSIGNALED(status)) return fmt::format("signal {}", WTERMSIG(status));
    return fmt::format("exit status {}", WEXITSTATUS(status));
}

}  // namespace

// A started child; the process group is `id` too.
struct ChildProcess::Running {
    pid_t id;
    FileDescriptor process;  // a pidfd, readable when it has ended
    FileDescriptor standard_error;
    LineSplitter lines{};

    // Reads what there is; false at the end of the pipe.
    bool log_lines(const std::string& program) {
        std::array<char, 4096> bytes;
        const auto count = ::read(standard_error.number(), bytes.data(), bytes.size());
        if (count <= 0) return count < 0 && errno == EINTR;
        lines.add({bytes.data(), static_cast<std::size_t>(count)}, [&](std::string_view line) {
            log::debug("child says", {{"program", program}, {"line", line}});
        });
        return true;
    }

    // After it has ended: takes the rest of its group along, while its id cannot be reused yet.
    int reap() const {
        ::kill(-id, SIGKILL);
        int status = 0;
        while (::waitpid(id, &status, 0) < 0 && errno == EINTR) {
        }
        return status;
    }
};

ChildProcess::ChildProcess(ChildProcessSettings settings)
    : settings_(std::move(settings)), stop_(::eventfd(0, EFD_CLOEXEC)) {}

Result<std::unique_ptr<ChildProcess>> ChildProcess::start(ChildProcessSettings settings) {
    std::unique_ptr<ChildProcess> child(new ChildProcess(std::move(settings)));
    if (!child->stop_) return fail(Errc::unavailable, "no descriptors left");
    std::promise<Result<void>> promise;
    auto first_start = promise.get_future();
    child->thread_ = std::thread(&ChildProcess::supervise, child.get(), std::move(promise));
    if (auto started = first_start.get(); !started) return std::unexpected(started.error());
    return child;
}

ChildProcess::~ChildProcess() {
    if (!thread_.joinable()) return;
    ::eventfd_write(stop_.number(), 1);
    thread_.join();
}

void ChildProcess::supervise(std::promise<Result<void>> first_start) {
    auto child = spawn();
    first_start.set_value(child ? Result<void>{} : std::unexpected(child.error()));
    if (!child) return;
    uplink::Backoff backoff(settings_.retry, random_fraction);
    for (;;) {
        const auto began = std::chrono::steady_clock::now();
        if (child) {
            if (settings_.started) settings_.started(child->id);
            if (!runs_until_end(*child)) return terminate(*child);
            log::warn("child ended", {{"program", settings_.arguments[0]},
                                      {"with", describe_status(child->reap())}});
        }
        backoff.connection_ended(std::chrono::steady_clock::now() - began);
        if (asked_to_stop_within(backoff.next())) return;
        child = spawn();
    }
}

Result<ChildProcess::Running> ChildProcess::spawn() const {
    auto errors = make_pipe();
    if (!errors) return std::unexpected(errors.error());
    auto failure = make_pipe();
    if (!failure) return std::unexpected(failure.error());
    auto arguments = settings_.arguments;
    const auto pointers = argument_pointers(arguments);
    const pid_t parent = ::getpid();
    // posix_spawn cannot ask for a signal at the parent's death.
    const pid_t id = ::fork();
    if (id == 0) become(pointers.data(), errors->write.number(), failure->write.number(), parent);
    if (id < 0) return fail(Errc::unavailable, "cannot fork");
    Running child{id, open_process(id), std::move(errors->read)};
    if (!child.process) {
        child.reap();
        return fail(Errc::unavailable, "no descriptors left");
    }
    failure->write = FileDescriptor();
    int reason = 0;
    if (::read(failure->read.number(), &reason, sizeof reason) == sizeof reason) {
        child.reap();
        return std::unexpected(exec_error(settings_.arguments[0], reason));
    }
    return child;
}

// False when we were asked to stop before it ended.
bool ChildProcess::runs_until_end(Running& child) const {
    std::array<pollfd, 3> waiting{{{stop_.number(), POLLIN, 0},
                                   {child.process.number(), POLLIN, 0},
                                   {child.standard_error.number(), POLLIN, 0}}};
    for (;;) {
        poll_interrupted(waiting, -1);
        if (waiting[0].revents) return false;
        // A grandchild may hold the pipe open, so its end is not awaited once the child has ended.
        const bool written = waiting[2].revents != 0;
        if (written && !child.log_lines(settings_.arguments[0])) waiting[2].fd = -1;
        if (waiting[1].revents && !written) return true;
    }
}

bool ChildProcess::asked_to_stop_within(std::chrono::milliseconds time) const {
    std::array<pollfd, 1> waiting{{{stop_.number(), POLLIN, 0}}};
    return poll_interrupted(waiting, static_cast<int>(time.count())) > 0;
}

void ChildProcess::terminate(Running& child) const {
    ::kill(-child.id, SIGTERM);
    std::array<pollfd, 1> waiting{{{child.process.number(), POLLIN, 0}}};
    if (poll_interrupted(waiting, static_cast<int>(settings_.grace.count())) == 0)
        log::warn("child ignores SIGTERM", {{"program", settings_.arguments[0]}});
    child.reap();
}

}  // namespace relay::demo
