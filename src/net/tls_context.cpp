// SPDX-License-Identifier: Apache-2.0
#include "net/tls_context.hpp"

#include <boost/asio/ssl/context.hpp>
#include <openssl/ssl.h>

#include <string>

namespace relay::net {
namespace {

namespace ssl = boost::asio::ssl;

std::unexpected<Error> file_failure(const std::filesystem::path& file,
                                    const boost::system::error_code& error) {
    return fail(Errc::invalid, file.string() + ": " + error.message());
}

Result<void> show_certificate(ssl::context& context, const TlsContext::Settings& settings) {
    boost::system::error_code error;
    context.use_certificate_chain_file(settings.certificate_file.string(), error);
    if (error) return file_failure(settings.certificate_file, error);
    context.use_private_key_file(settings.key_file.string(), ssl::context::pem, error);
    if (error) return file_failure(settings.key_file, error);
    if (SSL_CTX_check_private_key(context.native_handle()) != 1)
        return fail(Errc::invalid, settings.key_file.string() + ": does not fit the certificate");
    return {};
}

}  // namespace

Result<TlsContext> TlsContext::create(const Settings& settings) {
    auto context = std::make_shared<ssl::context>(ssl::context::tls_client);
    SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
    // A far side cannot make us compute handshakes again and again in one connection.
    SSL_CTX_set_options(context->native_handle(), SSL_OP_NO_RENEGOTIATION);
    // Thousands of idle connections should not hold 32 KiB of record buffers each.
    SSL_CTX_set_mode(context->native_handle(), SSL_MODE_RELEASE_BUFFERS);

    boost::system::error_code error;
    context->set_verify_mode(ssl::verify_peer, error);
    if (!error) context->set_default_verify_paths(error);
    if (error) return fail(Errc::internal, "TLS: " + error.message());
    if (!settings.ca_file.empty()) {
        context->load_verify_file(settings.ca_file.string(), error);
        if (error) return file_failure(settings.ca_file, error);
    }
    if (!settings.certificate_file.empty()) {
        const auto shown = show_certificate(*context, settings);
        if (!shown) return std::unexpected(shown.error());
    }
    return TlsContext(std::move(context));
}

}  // namespace relay::net
