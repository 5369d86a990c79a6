// SPDX-License-Identifier: Apache-2.0
#include "cli/settings_resume.hpp"

#include "config/value.hpp"

namespace relay::cli {

void add_resume_settings(config::Schema& schema, ResumeSettings target) {
    using std::chrono::hours;
    using std::chrono::seconds;
    schema.settings.insert(
        schema.settings.end(),
        {{.name = "resume",
          .group = "Outages",
          .names = {{"RELAY_RESUME"}},
          .help = "Carry streams over lost connections where both ends can; without it a stream "
                  "ends with its connection.",
          .value = config::boolean(target.resume)},
         {.name = "give-up",
          .group = "Outages",
          .names = {{"RELAY_GIVE_UP"}},
          .help = "How long a stream waits for a new connection before it fails.",
          .value = config::duration(target.give_up, {.least = seconds(1), .most = hours(24)})},
         {.name = "replay-buffer",
          .group = "Outages",
          .names = {{"RELAY_REPLAY_BUFFER"}},
          .help = "What each direction of a stream may keep to send it again; the smaller of both "
                  "ends' counts.",
          .value = config::size(target.replay_buffer, 64 * 1024, std::size_t{1} << 30)}});
}

}  // namespace relay::cli
