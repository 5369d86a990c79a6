// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/secret.hpp"
#include "load/config.hpp"

namespace relay::load {

// The token that connections of the group present at their access URL (`…/session/TOPIC`): the one
// that was given, or one that allows no more than the role needs, valid for an hour from `now`.
// Empty for ws URLs. Errors: an access URL without `/session/`, or nothing to sign with.
Result<Secret> access_token(const Credentials& credentials, const Group& group, WallTime now);

}  // namespace relay::load
