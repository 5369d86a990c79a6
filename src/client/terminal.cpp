// SPDX-License-Identifier: Apache-2.0
#include "client/terminal.hpp"

#include <csignal>
#include <cstdlib>
#include <sys/ioctl.h>
#include <unistd.h>

namespace relay::client {
namespace {

void write_out(std::string_view text) {
    (void)!::write(STDOUT_FILENO, text.data(), text.size());
}

}  // namespace

bool Screen::exists() {
    const char* kind = std::getenv("TERM");
    return ::isatty(STDOUT_FILENO) && kind != nullptr && std::string_view(kind) != "dumb";
}

bool Screen::has_keys() {
    return ::isatty(STDIN_FILENO);
}

TableSize Screen::size() {
    winsize window{};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) != 0 || window.ws_col == 0) return {80, 24};
    return {window.ws_col, window.ws_row};
}

std::string Screen::frame(const std::vector<std::string>& lines) {
    std::string text = "\x1b[H";
    for (const std::string& line : lines) {
        if (&line != &lines.front()) text += "\r\n";
        text += line + "\x1b[K";
    }
    return text + "\x1b[J";
}

Screen::Screen() {
    enter();
}

Screen::~Screen() {
    leave();
}

void Screen::enter() {
    termios now{};
    if (::tcgetattr(STDIN_FILENO, &now) == 0) {
        before_ = now;
        now.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
        ::tcsetattr(STDIN_FILENO, TCSANOW, &now);
    }
    write_out("\x1b[?1049h\x1b[?25l");
}

void Screen::leave() {
    write_out("\x1b[?25h\x1b[?1049l");
    if (before_) ::tcsetattr(STDIN_FILENO, TCSANOW, &*before_);
    before_.reset();
}

void Screen::suspend() {
    leave();
    ::raise(SIGSTOP);
    enter();
}

}  // namespace relay::client
