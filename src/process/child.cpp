// SPDX-License-Identifier: Apache-2.0
#include "process/child.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <fcntl.h>
#include <linux/close_range.h>
#include <optional>
#include <poll.h>
#include <string_view>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace relay::process {
namespace {

struct Pipe {
    FileDescriptor read;
    FileDescriptor write;
};

std::unexpected<Error> no_descriptors() {
    return fail(Errc::unavailable, "no descriptors left");
}

Result<Pipe> make_pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return no_descriptors();
    return Pipe{FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    pointers.reserve(texts.size() + 1);
    for (auto& text : texts) pointers.push_back(text.data());
    pointers.push_back(nullptr);
    return pointers;
}

std::string_view name_of(std::string_view variable) {
    return variable.substr(0, variable.find('='));
}

// Our environment without what is withheld, and with the additions in the place of variables of the
// same names. Points into `additions`.
std::vector<char*> make_environment(const Command& command, std::vector<std::string>& additions) {
    const auto is_inherited = [&](std::string_view variable) {
        return std::ranges::find(additions, name_of(variable), name_of) == additions.end() &&
               std::ranges::none_of(command.withheld, [&](const std::string& prefix) {
                   return variable.starts_with(prefix);
               });
    };
    auto pointers = pointers_to(additions);
    pointers.pop_back();
    for (char** variable = environ; *variable; ++variable)
        if (is_inherited(*variable)) pointers.push_back(*variable);
    pointers.push_back(nullptr);
    return pointers;
}

// All that the child needs between fork and exec, where memory must not be allocated.
struct Launch {
    char* const* arguments;
    char* const* environment;
    int input;  // -1: none
    int output;
    int error_output;
    int failure;  // takes the errno of an exec that failed
    pid_t parent;
};

// Libraries open descriptors without close-on-exec: sockets and devices must not stay open in a
// program that we know nothing of.
void close_others_on_exec() {
    if (::syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC) == 0) return;
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);  // a kernel before 5.11
    for (int number = 3; number < static_cast<int>(limit.rlim_cur); ++number)
        ::fcntl(number, F_SETFD, FD_CLOEXEC);
}

// In the child, between fork and exec: only what is safe there while other threads hold locks.
[[noreturn]] void become(const Launch& launch) {
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != launch.parent) ::_exit(127);  // it died before the line above
    for (const int number : {SIGPIPE, SIGXFSZ, SIGCHLD}) ::signal(number, SIG_DFL);
    sigset_t none;
    ::sigemptyset(&none);
    ::pthread_sigmask(SIG_SETMASK, &none, nullptr);
    const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    if (nothing < 0) ::_exit(127);
    ::dup2(launch.input < 0 ? nothing : launch.input, STDIN_FILENO);
    ::dup2(launch.output < 0 ? nothing : launch.output, STDOUT_FILENO);
    ::dup2(launch.error_output, STDERR_FILENO);
    close_others_on_exec();
    ::execvpe(launch.arguments[0], launch.arguments, launch.environment);
    const int reason = errno;
    [[maybe_unused]] const auto written = ::write(launch.failure, &reason, sizeof reason);
    ::_exit(127);
}

Error exec_error(const std::string& program, int reason) {
    if (reason == ENOENT) return {Errc::not_found, fmt::format("no program {}", program)};
    return {Errc::unavailable,
            fmt::format("cannot run {}: {}", program, std::generic_category().message(reason))};
}

// The errno of the exec; 0 once it succeeded, which closed the other end.
int wait_for_exec(int failure) {
    int reason = 0;
    ssize_t count = 0;
    do {
        count = ::read(failure, &reason, sizeof reason);
    } while (count < 0 && errno == EINTR);
    return count == sizeof reason ? reason : 0;
}

// (glibc 2.36 declares pidfd_open for C only.)
FileDescriptor open_process(pid_t id) {
    return FileDescriptor(static_cast<int>(::syscall(SYS_pidfd_open, id, 0)));
}

constexpr int reap_limit = 1000;  // ms

// How it ended, within the limit.
std::optional<int> wait_for_end(const FileDescriptor& process, pid_t id) {
    pollfd end{process.number(), POLLIN, 0};
    while (process && ::poll(&end, 1, reap_limit) < 0 && errno == EINTR) {
    }
    int status = 0;
    pid_t ended = 0;
    do {
        ended = ::waitpid(id, &status, process ? WNOHANG : 0);
    } while (ended < 0 && errno == EINTR);
    return ended == id ? std::optional(status) : std::nullopt;
}

std::string describe_status(int status) {
    if (WIFSIGNALED(status)) return fmt::format("signal {}", WTERMSIG(status));
    return fmt::format("exit status {}", WEXITSTATUS(status));
}

}  // namespace

bool is_program(const std::string& name) {
    if (name.contains('/')) return ::access(name.c_str(), X_OK) == 0;
    const char* const path = ::secure_getenv("PATH");
    std::string_view rest = path ? path : "/bin:/usr/bin";
    while (!name.empty()) {
        const std::size_t size = std::min(rest.find(':'), rest.size());
        const std::string folder(size == 0 ? "." : rest.substr(0, size));
        if (::access((folder + "/" + name).c_str(), X_OK) == 0) return true;
        if (size == rest.size()) break;
        rest.remove_prefix(size + 1);
    }
    return false;
}

Result<Child> Child::start(const Command& command) {
    if (command.arguments.empty()) return fail(Errc::invalid, "no program is named");
    if (command.has_input) ::signal(SIGPIPE, SIG_IGN);
    // Who started us may have left it ignored: then nobody would tell how a child ended.
    ::signal(SIGCHLD, SIG_DFL);
    auto input = command.has_input ? make_pipe() : Result<Pipe>(Pipe{});
    auto output = command.has_output ? make_pipe() : Result<Pipe>(Pipe{});
    auto errors = make_pipe();
    auto failure = make_pipe();
    if (!input || !output || !errors || !failure) return no_descriptors();

    auto arguments = command.arguments;
    auto additions = command.environment;
    const auto argument_pointers = pointers_to(arguments);
    const auto environment = make_environment(command, additions);
    const Launch launch{.arguments = argument_pointers.data(),
                        .environment = environment.data(),
                        .input = input->read.number(),
                        .output = output->write.number(),
                        .error_output = errors->write.number(),
                        .failure = failure->write.number(),
                        .parent = ::getpid()};
    // posix_spawn cannot ask for a signal at the parent's death.
    const pid_t id = ::fork();
    if (id == 0) become(launch);
    if (id < 0) return fail(Errc::unavailable, "the system has no room for another process");
    Child child(id);
    child.ended = open_process(id);
    if (!child.ended) return no_descriptors();
    child.process_ = FileDescriptor(::fcntl(child.ended.number(), F_DUPFD_CLOEXEC, 0));
    failure->write = FileDescriptor();
    if (const int reason = wait_for_exec(failure->read.number()))
        return std::unexpected(exec_error(arguments[0], reason));
    child.input = std::move(input->write);
    child.output = std::move(output->read);
    child.error_output = std::move(errors->read);
    return child;
}

Child::~Child() {
    reap();
}

void Child::terminate() const {
    if (id_.number) ::kill(-id_.number, SIGTERM);
}

void Child::kill() const {
    if (id_.number) ::kill(-id_.number, SIGKILL);
}

std::string Child::reap() {
    if (!id_.number) return "";
    kill();  // while its id, which is its group's too, cannot be given to another
    ::kill(id_.number, SIGKILL);  // it may not have made its group yet
    const auto status = wait_for_end(process_, std::exchange(id_.number, 0));
    return status ? describe_status(*status) : "no end";
}

}  // namespace relay::process
