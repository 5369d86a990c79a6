// SPDX-License-Identifier: Apache-2.0
#include "uplink/connection_config.hpp"

#include "base/random.hpp"
#include "uplink/uplink.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

namespace relay::uplink {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using namespace std::chrono_literals;

class ConnectionConfigTest : public testing::Test {
protected:
    ConnectionConfigTest() { std::ofstream(file_) << "this is no certificate\n"; }
    ~ConnectionConfigTest() override { std::filesystem::remove(file_); }

    std::string error() const {
        const auto settings = make_settings(config_);
        return settings ? "no error" : settings.error().detail;
    }

    std::filesystem::path file_ =
        std::filesystem::temp_directory_path() / ("relay-pem-" + random_uuid());
    ConnectionConfig config_;
};

TEST_F(ConnectionConfigTest, becomes_the_settings_of_an_uplink) {
    config_.ping_every = 1s;
    config_.peer_timeout = 2s;
    config_.retry_min = 3s;
    config_.retry_max = 4s;
    config_.proxy.https = Secret("p.test:3128");
    const auto settings = make_settings(config_);
    ASSERT_TRUE(settings) << settings.error().detail;
    EXPECT_EQ(settings->websocket.ping_every, 1s);
    EXPECT_EQ(settings->websocket.peer_timeout, 2s);
    EXPECT_EQ(settings->retry.shortest, 3s);
    EXPECT_EQ(settings->retry.longest, 4s);
    EXPECT_EQ(settings->websocket.connect.proxy.https.reveal(), "p.test:3128");
    EXPECT_TRUE(settings->websocket.connect.tls) << "read once, not for each connection";
}

TEST_F(ConnectionConfigTest, names_the_setting_and_the_file_that_cannot_be_used) {
    for (const std::filesystem::path& path : {file_, std::filesystem::path("/nowhere/x.pem")}) {
        config_ = {};
        config_.tls.ca_file = path;
        EXPECT_THAT(error(), StartsWith("relay-ca: " + path.string() + ": "));
        config_ = {};
        config_.tls.certificate_file = path;
        config_.tls.key_file = path.string() + ".key";
        EXPECT_THAT(error(), StartsWith("client-certificate: " + path.string() + ": "));
    }
}

TEST_F(ConnectionConfigTest, refuses_settings_that_contradict_each_other) {
    config_.tls.key_file = file_;
    EXPECT_THAT(error(), StartsWith("client-certificate: "));
    config_ = {};
    config_.peer_timeout = config_.ping_every;
    EXPECT_THAT(error(), StartsWith("peer-timeout: "));
    config_ = {};
    config_.retry_max = 499ms;
    EXPECT_THAT(error(), StartsWith("retry-max: "));
}

TEST_F(ConnectionConfigTest, refuses_a_proxy_that_could_never_be_used_without_telling_its_address) {
    config_.proxy.https = Secret("socks5://user:secret@p.test");
    EXPECT_THAT(error(), AllOf(StartsWith("https-proxy: "), Not(HasSubstr("secret"))));
    config_.proxy.https = {};
    config_.proxy.all = Secret("https://user:secret@p.test");
    EXPECT_THAT(error(), AllOf(StartsWith("all-proxy: "), Not(HasSubstr("secret"))));
    config_.proxy.all = {};
    config_.proxy.http = Secret("http://");
    EXPECT_THAT(error(), StartsWith("http-proxy: "));
}

}  // namespace
}  // namespace relay::uplink
