// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/duration.hpp"
#include "playfile/script.hpp"

#include <fmt/format.h>

#include <string>

// A script as tests compare it: its steps in words, separated by commas.
namespace relay::playfile {

struct StepText {
    std::string operator()(const Wait& step) const {
        return "wait " + format_duration(step.duration);
    }
    std::string operator()(const Condition& step) const {
        return fmt::format("until {} of {} or {}", step.count, step.pattern.text(),
                           format_duration(step.timeout));
    }
    std::string operator()(const Send& step) const { return "send " + step.text; }
    std::string operator()(const Echo& step) const { return "echo " + step.text; }
    std::string operator()(const AcceptPattern& step) const {
        return "accept " + step.pattern.text();
    }
    std::string operator()(const DenyPattern& step) const { return "deny " + step.pattern.text(); }
    std::string operator()(const ResetFilter&) const { return "reset"; }
};

inline std::string text_of(const Script& script) {
    std::string text;
    for (const Step& step : script.steps) {
        text += (text.empty() ? "" : ", ") + std::visit(StepText(), step.what);
    }
    return text;
}

}  // namespace relay::playfile
