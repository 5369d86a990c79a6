// SPDX-License-Identifier: Apache-2.0
#include "cli/start.hpp"

#include "cli/exit_code.hpp"
#include "cli/flags.hpp"
#include "cli/read_file.hpp"
#include "config/describe.hpp"
#include "config/wrap.hpp"

#include <fmt/format.h>
#include <fmt/ostream.h>

namespace relay::cli {
namespace {

// `relay book upload PATH [--setting VALUE]...`
std::string usage(const config::Schema& schema) {
    std::string text = "relay " + schema.command;
    for (const std::string& word : schema.words) {
        const config::Setting& setting = *config::find_setting(schema, word);
        const std::string& kind = setting.value.kind;
        text += setting.required ? " " + kind : " [" + kind + "]";
    }
    return text + " [--setting VALUE]...";
}

void print_help(std::ostream& out, const config::Schema& schema, const CommandText& text) {
    fmt::print(out, "relay {}\n\n{}\n\nUsage: {}\n", schema.command,
               config::wrap(text.summary, 0, 96), usage(schema));
    if (!text.also.empty()) fmt::print(out, "Also:  {}\n", text.also);
    fmt::print(out, "{}", config::help_text(schema));
    fmt::print(out,
               "\nGeneral\n  --config FILE             Settings in TOML: keys are the flags' "
               "names, on top or under\n                            [{}].\n"
               "                            [RELAY_CONFIG]\n",
               config::section_name(schema));
    if (text.service) {
        fmt::print(out,
                   "  --check                   Validate, print the settings and where each "
                   "came from, and end.\n");
    }
    fmt::print(out,
               "  --help                    This text.\n\n"
               "A flag binds more than a variable, a variable more than the file. Names of older "
               "versions\nwork too; docs/settings.md lists them.\n");
}

// The file that the flag or the variable names; both empty: none.
std::string config_path(const FlagLine& line, const config::Environment& environment) {
    if (line.config_file) return *line.config_file;
    const auto found = environment.find("RELAY_CONFIG");
    return found == environment.end() ? "" : found->second;
}

Result<config::Sources> gather_sources(const FlagLine& line,
                                       const config::Environment& environment) {
    config::Sources sources{.flags = line.settings,
                            .environment = environment,
                            .file = {},
                            .file_name = config_path(line, environment),
                            .read_file = read_file};
    // A CGI server sets the one from a request's field `Proxy`: anybody could choose the proxy.
    if (environment.contains("REQUEST_METHOD")) sources.environment.erase("HTTP_PROXY");
    if (sources.file_name.empty()) return sources;
    const auto content = read_file(sources.file_name);
    if (!content) {
        return fail(Errc::invalid,
                    fmt::format("{}: {}", sources.file_name, content.error().detail));
    }
    auto entries = config::parse_file(*content, sources.file_name);
    if (!entries) return std::unexpected(entries.error());
    sources.file = std::move(*entries);
    return sources;
}

// Sets what nothing else has set, as if `origin` had.
void take(config::Loaded& loaded, const std::string& origin, const std::string& name, auto& target,
          auto value) {
    if (!loaded.is_default(name)) return;
    target = std::move(value);
    loaded.origins[name] = origin;
}

void apply_development(const Service& service, config::Loaded& loaded) {
    log::Settings& log = service.log.log;
    const bool output_is_data = service.output_is_data();
    if (service.log.development) {
        const std::string origin = loaded.origins["development"];
        take(loaded, origin, "log-level", log.level, log::Level::trace);
        take(loaded, origin, "log-format", log.format, log::Format::text);
        if (!output_is_data) take(loaded, origin, "log-file", log.file, std::string("stdout"));
    }
    if (output_is_data && loaded.is_default("log-format")) log.format = log::Format::text;
}

// A program that others call, such as ssh, would tell them each time.
void log_notices(const Service& service, const std::vector<std::string>& notices) {
    const auto level = service.output_is_data() ? log::Level::info : log::Level::warn;
    if (!log::enabled(level)) return;
    for (const std::string& notice : notices)
        log::write(level, "settings notice", {{"notice", notice}});
}

int report_settings(const Invocation& invocation, const config::Schema& schema,
                    const config::Loaded& loaded) {
    for (const std::string& notice : loaded.notices) print_lines(invocation.err, schema, notice);
    fmt::print(invocation.out, "{}", config::effective_settings(schema, loaded));
    return exit_ok;
}

}  // namespace

void print_lines(std::ostream& stream, const config::Schema& schema, std::string_view lines) {
    while (!lines.empty()) {
        const std::size_t length = std::min(lines.find('\n'), lines.size());
        fmt::print(stream, "relay {}: {}\n", schema.command, lines.substr(0, length));
        lines.remove_prefix(std::min(length + 1, lines.size()));
    }
}

std::expected<Start, int> start(const Invocation& invocation, const config::Schema& schema,
                                const CommandText& text) {
    const auto line = parse_flags(schema, invocation.arguments, text.service);
    if (!line) {
        print_lines(invocation.err, schema, line.error().detail);
        fmt::print(invocation.err, "See `relay {} --help`.\n", schema.command);
        return std::unexpected(exit_usage);
    }
    if (line->help) {
        print_help(invocation.out, schema, text);
        return std::unexpected(exit_ok);
    }
    const auto sources = gather_sources(*line, invocation.environment);
    auto loaded = sources ? config::load(schema, *sources, known_names())
                          : Result<config::Loaded>(std::unexpected(sources.error()));
    if (!loaded) {
        print_lines(invocation.err, schema, loaded.error().detail);
        return std::unexpected(exit_config);
    }
    return Start{std::move(*loaded), line->check};
}

int serve(const Invocation& invocation, const Service& service) {
    auto started = start(invocation, service.schema, service.text);
    if (!started) return started.error();
    service.settle(started->loaded);
    apply_development(service, started->loaded);
    const auto refuse = [&](const Error& error) {
        print_lines(invocation.err, service.schema, error.detail);
        return exit_code(error);
    };
    auto warnings = service.check();
    if (!warnings) return refuse(warnings.error());
    auto& notices = started->loaded.notices;
    notices.insert(notices.end(), warnings->begin(), warnings->end());
    if (started->check) return report_settings(invocation, service.schema, started->loaded);

    if (const auto configured = log::configure(service.log.log); !configured) {
        print_lines(invocation.err, service.schema, "log-file: " + configured.error().detail);
        return exit_config;
    }
    log_notices(service, notices);
    const auto code = service.run();
    return code ? *code : refuse(code.error());
}

}  // namespace relay::cli
