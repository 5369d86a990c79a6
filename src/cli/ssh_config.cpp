// SPDX-License-Identifier: Apache-2.0
#include "cli/ssh_config.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace relay::cli {
namespace {

constexpr std::string_view placeholder = "{machine}";
constexpr std::size_t longest_name = 64;

// During an outage ssh hears nothing, and must not give up before the client does (5 minutes).
constexpr std::string_view patience =
    "    ServerAliveInterval 30\n"
    "    ServerAliveCountMax 10\n";

bool is_letter_or_digit(char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
           (letter >= '0' && letter <= '9');
}

bool is_one_of(char letter, std::string_view letters) {
    return letters.find(letter) != letters.npos;
}

// What means itself in ssh's configuration, in URLs and in every shell; `more` may stand in it too.
bool is_name(std::string_view text, std::string_view more = "") {
    return text.size() <= longest_name && !text.starts_with('-') &&
           std::ranges::all_of(text, [&](char letter) {
               return is_letter_or_digit(letter) || is_one_of(letter, "._-") ||
                      is_one_of(letter, more);
           });
}

Result<void> check_names(const SshConfigPlan& plan) {
    constexpr std::string_view expected =
        "expected up to 64 of A-Z a-z 0-9 . _ -, not - in front, not";
    if (plan.machines.empty()) return fail(Errc::invalid, "machine: give at least one");
    for (const std::string& machine : plan.machines)
        if (!is_name(machine))
            return fail(Errc::invalid, fmt::format("machine: {} {}", expected, machine));
    if (!is_name(plan.prefix))
        return fail(Errc::invalid, fmt::format("prefix: {} {}", expected, plan.prefix));
    if (!is_name(plan.target))
        return fail(Errc::invalid, fmt::format("target: {} {}", expected, plan.target));
    if (!is_name(plan.user, "@"))
        return fail(Errc::invalid, "user: not a name that ssh would take");
    return {};
}

// Two machines cannot have one address, nor one token: it names the topic.
Result<void> check_placeholders(const SshConfigPlan& plan) {
    const auto lacks = [&](const std::string& text) {
        return plan.machines.size() > 1 && text.find(placeholder) == text.npos;
    };
    if (lacks(plan.session))
        return fail(Errc::invalid,
                    "session: write {machine} where the machine's name belongs, as in "
                    "https://relay.example.org/shell/{machine}");
    if (lacks(plan.token_file))
        return fail(Errc::invalid,
                    "token-file: write {machine} where the machine's name belongs: each has a "
                    "token of its own");
    return {};
}

// Appends words to a command until one is refused.
class CommandLine {
public:
    CommandLine& add(std::string_view setting, Result<std::string> word) {
        if (!text_) return *this;
        if (!word) {
            text_ = fail(Errc::invalid, fmt::format("{}: {}", setting, word.error().detail));
        } else {
            *text_ += (text_->empty() ? "" : " ") + *word;
        }
        return *this;
    }
    CommandLine& add(std::string_view flag) { return add(flag, std::string(flag)); }
    Result<std::string> text() const { return text_; }

private:
    Result<std::string> text_;
};

Result<std::string> proxy_command(const SshConfigPlan& plan, std::string_view machine) {
    CommandLine line;
    line.add("program", proxy_path(plan.program)).add("shell").add("client").add("--stdio");
    line.add("--session").add("session", proxy_word(for_machine(plan.session, machine)));
    line.add("--token-file").add("token-file", proxy_path(for_machine(plan.token_file, machine)));
    if (!plan.target.empty()) line.add("--target").add("target", proxy_word(plan.target));
    if (!plan.client_config.empty())
        line.add("--config").add("client-config", proxy_path(plan.client_config));
    return line.text();
}

Result<std::string> block(const SshConfigPlan& plan, const std::string& machine) {
    const auto command = proxy_command(plan, machine);
    if (!command) return std::unexpected(command.error());
    const std::string host = plan.prefix + machine;
    return fmt::format(
        "\nHost {}\n    HostName {}\n    HostKeyAlias {}\n{}    ProxyCommand {}\n{}", host, machine,
        host, plan.user.empty() ? "" : fmt::format("    User {}\n", plan.user), *command, patience);
}

}  // namespace

std::string for_machine(std::string text, std::string_view machine) {
    for (auto at = text.find(placeholder); at != text.npos;
         at = text.find(placeholder, at + machine.size()))
        text.replace(at, placeholder.size(), machine);
    return text;
}

Result<std::string> proxy_word(std::string_view text) {
    constexpr std::string_view plain = "_@%+=:,./-";
    std::string word;
    bool quote = text.empty();
    for (const char letter : text) {
        if (static_cast<unsigned char>(letter) < ' ' || letter == 0x7F || letter == '\\')
            return fail(Errc::invalid,
                        "control characters and backslashes cannot stand in a ProxyCommand");
        quote = quote || !(is_letter_or_digit(letter) || is_one_of(letter, plain));
        if (letter == '\'') {
            word += R"('\'')";
        } else if (letter == '%') {
            word += "%%";
        } else {
            word += letter;
        }
    }
    return quote ? "'" + word + "'" : word;
}

Result<std::string> proxy_path(std::string_view path) {
    if (!path.starts_with('~')) return proxy_word(path);
    if (!path.starts_with("~/")) return fail(Errc::invalid, "~ is understood as in ~/ only");
    if (path == "~/") return std::string(path);
    const auto rest = proxy_word(path.substr(2));
    if (!rest) return rest;
    return "~/" + *rest;
}

Result<std::string> ssh_config_text(const SshConfigPlan& plan) {
    if (auto good = check_names(plan); !good) return std::unexpected(good.error());
    if (auto good = check_placeholders(plan); !good) return std::unexpected(good.error());
    std::string text = "# Made by `relay shell ssh-config`: make it anew rather than edit it.\n";
    for (const std::string& machine : plan.machines) {
        const auto added = block(plan, machine);
        if (!added) return std::unexpected(added.error());
        text += *added;
    }
    return text;
}

}  // namespace relay::cli
