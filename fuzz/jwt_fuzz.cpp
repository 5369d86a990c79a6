// SPDX-License-Identifier: Apache-2.0
#include "auth/claims_json_detail.hpp"
#include "auth/keyring.hpp"
#include "auth/token.hpp"
#include "base/secret.hpp"

#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace relay;

constexpr WallTime now{std::chrono::seconds(1'795'342'750)};

const auth::KeyRing& keys() {
    static const auth::KeyRing ring =
        auth::KeyRing::make(Secret(std::string(32, 'k')), {Secret("next=" + std::string(32, 'n'))})
            .value();
    return ring;
}

}  // namespace

// Any text as a token, and, since no fuzzer guesses a signature, as the payload behind one:
// whatever it is, an answer comes.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const std::string_view token(reinterpret_cast<const char*>(data), size);
    const auto claims = auth::verify_token(token, keys(), now, std::chrono::seconds(0));
    if (claims && claims->expires <= now) std::abort();
    if (!claims && claims.error().code != Errc::unauthorized) std::abort();

    const auto payload = auth::parse_claims(token);
    if (!payload && payload.error().code != Errc::unauthorized) std::abort();
    if (payload && auth::format_claims(*payload)) {
        // What we wrote from claims, we can read again.
        if (!auth::parse_claims(*auth::format_claims(*payload))) std::abort();
    }
    return 0;
}
