// SPDX-License-Identifier: Apache-2.0
#include "base/random.hpp"
#include "net/byte_stream.hpp"
#include "net/test_peer.hpp"
#include "net/tls_context.hpp"

#include <boost/asio/ssl.hpp>
#include <gmock/gmock.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <filesystem>
#include <fstream>
#include <memory>

// TLS against certificates made on the spot, and the dialling that comes before it.
namespace relay::net {
namespace {

using namespace test;
using testing::AnyOf;
using testing::HasSubstr;
namespace ssl = boost::asio::ssl;

template <auto Free>
struct Deleter {
    template <class T>
    void operator()(T* object) const {
        Free(object);
    }
};
using Key = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Deleter<X509_free>>;
using Output = std::unique_ptr<BIO, Deleter<BIO_free>>;

// A key and its certificate, signed by itself or by another identity.
struct Identity {
    Key key{EVP_EC_gen("P-256")};
    Certificate certificate{X509_new()};

    Identity(const char* alternative_names, const Identity* issuer) {
        X509* const x509 = certificate.get();
        X509_set_version(x509, 2);
        ASN1_INTEGER_set(X509_get_serialNumber(x509), issuer ? 2 : 1);
        X509_gmtime_adj(X509_getm_notBefore(x509), -60);
        X509_gmtime_adj(X509_getm_notAfter(x509), 3600);
        X509_set_pubkey(x509, key.get());
        const auto* name = reinterpret_cast<const unsigned char*>(issuer ? "leaf" : "authority");
        X509_NAME_add_entry_by_txt(X509_get_subject_name(x509), "CN", MBSTRING_ASC, name, -1, -1,
                                   0);
        const X509* const signer = issuer ? issuer->certificate.get() : x509;
        X509_set_issuer_name(x509, X509_get_subject_name(signer));
        if (!issuer) extend(NID_basic_constraints, "critical,CA:TRUE");
        if (alternative_names) extend(NID_subject_alt_name, alternative_names);
        X509_sign(x509, (issuer ? issuer->key : key).get(), EVP_sha256());
    }

    void extend(int kind, const char* value) {
        X509V3_CTX context;
        X509V3_set_ctx_nodb(&context);
        X509V3_set_ctx(&context, certificate.get(), certificate.get(), nullptr, nullptr, 0);
        X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value);
        X509_add_ext(certificate.get(), extension, -1);
        X509_EXTENSION_free(extension);
    }

    void write(const std::filesystem::path& certificate_file,
               const std::filesystem::path& key_file) const {
        const Output certificate_output(BIO_new_file(certificate_file.c_str(), "w"));
        PEM_write_bio_X509(certificate_output.get(), certificate.get());
        const Output key_output(BIO_new_file(key_file.c_str(), "w"));
        PEM_write_bio_PrivateKey(key_output.get(), key.get(), nullptr, nullptr, 0, nullptr,
                                 nullptr);
    }
};

class TlsStream : public testing::Test {
protected:
    TlsStream() { std::filesystem::create_directories(folder_); }
    ~TlsStream() override { std::filesystem::remove_all(folder_); }

    std::filesystem::path file(const char* name) const { return folder_ / name; }

    // A TLS server that shows a certificate with these names and greets whoever gets through.
    Server serving(const char* names) {
        Identity(names, &authority_).write(file("server.pem"), file("server.key"));
        authority_.write(file("authority.pem"), file("authority.key"));
        server_context_.use_certificate_chain_file(file("server.pem").string());
        server_context_.use_private_key_file(file("server.key").string(), ssl::context::pem);
        return Server(loop_.context(), [this](tcp::socket& socket) -> awaitable<void> {
            ssl::stream<tcp::socket&> stream(socket, server_context_);
            co_await stream.async_handshake(ssl::stream_base::server, asio::use_awaitable);
            const char* const server_name =
                SSL_get_servername(stream.native_handle(), TLSEXT_NAMETYPE_host_name);
            server_name_ = server_name ? server_name : "";
            co_await asio::async_write(stream, asio::buffer("hello", 5), asio::use_awaitable);
            co_await stream.async_shutdown(asio::use_awaitable);
        });
    }

    // What the server says to a client that trusts the authority, or the error's text.
    std::string greeting(const std::string& url) {
        if (trusted_) settings_.ca_file = file("authority.pem");
        const auto context = TlsContext::create(settings_);
        return context ? loop_.await(read_greeting(*parse_url(url), *context))
                       : context.error().detail;
    }

    awaitable<std::string> read_greeting(Url url, TlsContext context) {
        ConnectSettings settings;
        settings.timeout = timeout_;
        settings.tls = context;
        const auto stream = co_await connect_stream(url, settings, {});
        if (!stream) co_return stream.error().detail;
        std::string text;
        for (;;) {
            std::array<std::uint8_t, 16> bytes;
            const auto count = co_await (*stream)->read_some(bytes);
            if (!count) co_return text + " and " + count.error().detail;
            if (*count == 0) co_return text;
            text.append(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(*count));
        }
    }

    std::string localhost(const Server& server) {
        return "https://localhost:" + std::to_string(server.port());
    }

    Loop loop_;
    std::filesystem::path folder_ =
        std::filesystem::temp_directory_path() / ("relay-test-" + random_uuid());
    Identity authority_{nullptr, nullptr};
    ssl::context server_context_{ssl::context::tls_server};
    TlsContext::Settings settings_;
    std::chrono::milliseconds timeout_{10'000};
    std::string server_name_;
    bool trusted_ = true;
};

TEST_F(TlsStream, connects_by_name_to_a_trusted_server_and_tells_it_the_name) {
    const Server server = serving("DNS:localhost");
    EXPECT_EQ(greeting(localhost(server)), "hello");
    EXPECT_EQ(server_name_, "localhost");
}

TEST_F(TlsStream, connects_by_address_when_the_certificate_names_it) {
    const Server server = serving("IP:127.0.0.1");
    EXPECT_EQ(greeting(server.url("wss")), "hello");
    EXPECT_EQ(server_name_, "") << "RFC 6066 allows names only";
}

TEST_F(TlsStream, refuses_a_server_whose_authority_is_unknown) {
    const Server server = serving("IP:127.0.0.1");
    trusted_ = false;
    EXPECT_THAT(greeting(server.url("https")), HasSubstr("certificate not accepted"));
}

TEST_F(TlsStream, refuses_a_trusted_certificate_for_another_host) {
    const Server server = serving("DNS:other.example.org,IP:192.0.2.1");
    EXPECT_THAT(greeting(server.url("https")), HasSubstr("TLS with 127.0.0.1"));
    EXPECT_THAT(greeting(localhost(server)), HasSubstr("TLS with localhost"));
    EXPECT_EQ(server_name_, "") << "no handshake was completed";
}

TEST_F(TlsStream, refuses_tls_before_1_2) {
    const Server server = serving("IP:127.0.0.1");
    SSL_CTX_set_security_level(server_context_.native_handle(), 0);
    SSL_CTX_set_max_proto_version(server_context_.native_handle(), TLS1_1_VERSION);
    EXPECT_THAT(greeting(server.url("https")), HasSubstr("TLS with 127.0.0.1"));
}

TEST_F(TlsStream, shows_its_own_certificate_when_asked) {
    const Server server = serving("IP:127.0.0.1");
    server_context_.load_verify_file(file("authority.pem").string());
    server_context_.set_verify_mode(ssl::verify_peer | ssl::verify_fail_if_no_peer_cert);
    EXPECT_THAT(greeting(server.url("https")), testing::Ne("hello"));

    Identity(nullptr, &authority_).write(file("client.pem"), file("client.key"));
    settings_.certificate_file = file("client.pem");
    settings_.key_file = file("client.key");
    EXPECT_EQ(greeting(server.url("https")), "hello");
}

TEST_F(TlsStream, gives_up_on_a_server_that_never_shakes_hands) {
    authority_.write(file("authority.pem"), file("authority.key"));
    const Server silent(loop_.context(), read_to_end);
    timeout_ = 50ms;
    EXPECT_THAT(greeting(silent.url("https")), HasSubstr("timed out"));
}

TEST_F(TlsStream, takes_a_server_that_hangs_up_in_the_handshake_for_one_that_restarts) {
    const Server ending(loop_.context(), [](tcp::socket&) -> awaitable<void> { co_return; });
    const auto stream = loop_.await(connect_stream(*parse_url(ending.url("https")), {}, {}));
    ASSERT_FALSE(stream);
    EXPECT_EQ(stream.error().code, Errc::interrupted) << stream.error().detail;
}

TEST_F(TlsStream, reports_a_server_that_does_not_speak_tls) {
    authority_.write(file("authority.pem"), file("authority.key"));
    const Server plain(loop_.context(), [](tcp::socket& socket) -> awaitable<void> {
        co_await write_text(socket, "HTTP/1.1 400 Bad Request\r\n\r\n");
    });
    EXPECT_THAT(greeting(plain.url("https")), HasSubstr("TLS with 127.0.0.1"));
}

TEST_F(TlsStream, names_the_file_that_cannot_be_used) {
    settings_.ca_file = file("absent.pem");
    EXPECT_THAT(TlsContext::create(settings_).error().detail, HasSubstr("absent.pem"));

    authority_.write(file("a.pem"), file("a.key"));
    Identity(nullptr, nullptr).write(file("b.pem"), file("b.key"));
    settings_ = {.ca_file = {}, .certificate_file = file("a.pem"), .key_file = file("b.key")};
    const auto mismatched = TlsContext::create(settings_);
    ASSERT_FALSE(mismatched);
    EXPECT_EQ(mismatched.error().code, Errc::invalid);
    EXPECT_THAT(mismatched.error().detail, HasSubstr("b.key"));
}

}  // namespace
}  // namespace relay::net
