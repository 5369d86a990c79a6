// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "net/byte_stream.hpp"
#include "net/proxy.hpp"
#include "net/url.hpp"

#include <boost/asio/awaitable.hpp>

namespace relay::net {

// Asks the proxy at the far end of the stream to connect it to the URL's host and port. After that
// the stream leads there. Errors name the proxy and its reason: Errc::interrupted when it could not
// reach the host just now, otherwise Errc::unavailable, since a proxy's 403 or 407 is not the
// relay's refusal.
boost::asio::awaitable<Result<void>> open_tunnel(ByteStream& stream, const Url& url,
                                                 const Proxy& proxy);

}  // namespace relay::net
