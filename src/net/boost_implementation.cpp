// SPDX-License-Identifier: Apache-2.0
// The one translation unit that holds the compiled parts of Asio, Beast and URL.
#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/beast/src.hpp>
#include <boost/url/src.hpp>
