// SPDX-License-Identifier: Apache-2.0
#include "auth/forge_for_test.hpp"
#include "auth/token.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

// Attempts to get a bad token accepted. Each is refused, with a reason that repeats nothing of it.
namespace relay::auth {
namespace {

using namespace std::chrono_literals;

struct Forgery {
    std::string name;
    std::string token;
    std::string reason;  // after "token invalid: "
};

const std::string good = forge(hs256_header, good_payload);
const std::string header_segment = good.substr(0, good.find('.'));
const std::string payload_segment =
    good.substr(header_segment.size() + 1, good.rfind('.') - header_segment.size() - 1);
const std::string signature_segment = good.substr(good.rfind('.') + 1);

std::string join(std::string_view first, std::string_view second, std::string_view third) {
    return fmt::format("{}.{}.{}", first, second, third);
}
std::string with_header(std::string_view header) {
    return forge(header, good_payload);
}
std::string with_payload(std::string_view payload) {
    return forge(hs256_header, payload);
}
// Signed correctly, but for segments that are written in another way than an encoder would.
std::string signed_as_is(std::string_view header, std::string_view payload) {
    const std::string text = fmt::format("{}.{}", header, payload);
    return text + "." + base64url_encode(hmac("SHA256", test_key, text).value());
}

std::vector<Forgery> of_form() {
    const std::string three = "not three segments";
    return {
        {"empty", "", three},
        {"only a scheme", "Bearer ", three},
        {"one word", "abc", three},
        {"two segments", header_segment + "." + payload_segment, three},
        {"four segments", good + ".x", three},
        {"dot at the end", good + ".", three},
        {"dot at the start", "." + good, three},
        {"five segments as in JWE", "a.b.c.d.e", three},
        {"two dots", "..", "header is not valid JSON"},
        {"1 MB of garbage", std::string(1 << 20, 'A'), "longer than 16 KiB"},
        {"1 MB of dots", std::string(1 << 20, '.'), "longer than 16 KiB"},
        {"16 KiB of zeros", std::string(16 * 1024, '\0'), three},
        {"leading blank", " " + good, "header is not base64url"},
        {"trailing blank", good + " ", "signature is not base64url"},
        {"trailing line break", good + "\n", "signature is not base64url"},
        {"line break in the header",
         join(header_segment.substr(0, 4) + "\r\n" + header_segment.substr(4), payload_segment,
              signature_segment),
         "header is not base64url"},
        {"quoted", "\"" + good + "\"", "header is not base64url"},
        {"trailing zero byte", good + std::string(1, '\0'), "signature is not base64url"},
        {"full-width dots",
         header_segment + "\xef\xbc\x8e" + payload_segment + "\xef\xbc\x8e" + signature_segment,
         three},
        {"unicode letters", "\xc3\xa9." + payload_segment + "." + signature_segment,
         "header is not base64url"},
        {"padded header", signed_as_is(header_segment + "=", payload_segment),
         "header is not base64url"},
        {"padded payload", signed_as_is(header_segment, payload_segment + "=="),
         "payload is not base64url"},
        {"padded signature", good + "=", "signature is not base64url"},
        {"standard alphabet", signed_as_is(header_segment, "e30+/w"), "payload is not base64url"},
        {"empty header", join("", payload_segment, signature_segment), "header is not valid JSON"},
        {"empty payload", signed_as_is(header_segment, ""), "payload is not valid JSON"},
        {"scheme twice", "Bearer Bearer " + good, "header is not base64url"},
    };
}

std::vector<Forgery> of_signature() {
    const std::string mismatch = "signature does not match";
    std::string altered = payload_segment;
    altered[10] = altered[10] == 'A' ? 'B' : 'A';
    return {
        {"stripped", header_segment + "." + payload_segment + ".", mismatch},
        {"truncated by a byte",
         join(header_segment, payload_segment,
              base64url_encode(base64url_decode(signature_segment)->substr(1))),
         mismatch},
        {"truncated to a letter", join(header_segment, payload_segment, "A"),
         "signature is not base64url"},
        {"a byte too long",
         join(header_segment, payload_segment,
              base64url_encode(*base64url_decode(signature_segment) + "x")),
         mismatch},
        {"all zeros", join(header_segment, payload_segment, std::string(43, 'A')), mismatch},
        {"wrong key", forge(hs256_header, good_payload, other_key), mismatch},
        {"empty key", forge(hs256_header, good_payload, Secret()), mismatch},
        {"HS512 made, HS256 claimed", forge(hs256_header, good_payload, test_key, "SHA512"),
         mismatch},
        {"HS256 made, HS512 claimed", forge(R"({"alg":"HS512"})", good_payload), mismatch},
        {"header and payload swapped", join(payload_segment, header_segment, signature_segment),
         "alg is missing"},
        {"payload and signature swapped", join(header_segment, signature_segment, payload_segment),
         mismatch},
        {"payload altered", join(header_segment, altered, signature_segment), mismatch},
        {"payload of another token",
         join(header_segment, base64url_encode(R"({"exp":1795346350})"), signature_segment),
         mismatch},
        {"spare bits of the last letter set",
         good.substr(0, good.size() - 1) + std::string(1, static_cast<char>(good.back() + 1)),
         "signature is not base64url"},
        {"signature of the payload alone",
         join(header_segment, payload_segment,
              base64url_encode(hmac("SHA256", test_key, payload_segment).value())),
         mismatch},
        {"kid of a key that did not sign", with_header(R"({"alg":"HS256","kid":"next"})"),
         mismatch},
    };
}

std::vector<Forgery> of_header() {
    const std::string family = "alg is not HS256, HS384 or HS512";
    const std::string json = "header is not valid JSON";
    std::vector<Forgery> rows = {
        {"alg missing", with_header(R"({"typ":"JWT"})"), "alg is missing"},
        {"alg null", with_header(R"({"alg":null})"), family},
        {"alg number", with_header(R"({"alg":256})"), family},
        {"alg list", with_header(R"({"alg":["HS256"]})"), family},
        {"alg twice", with_header(R"({"alg":"none","alg":"HS256"})"), json},
        {"alg escaped twice", with_header(R"({"alg":"none","\u0061lg":"HS256"})"), json},
        {"crit", with_header(R"({"alg":"HS256","crit":["exp"]})"), "crit is not supported"},
        {"crit empty", with_header(R"({"alg":"HS256","crit":[]})"), "crit is not supported"},
        {"crit b64", with_header(R"({"alg":"HS256","b64":false,"crit":["b64"]})"),
         "crit is not supported"},
        {"kid unknown", with_header(R"({"alg":"HS256","kid":"last"})"), "kid names no known key"},
        {"kid empty", with_header(R"({"alg":"HS256","kid":""})"), "kid names no known key"},
        {"kid traversal", with_header(R"({"alg":"HS256","kid":"../../../../dev/null"})"),
         "kid names no known key"},
        {"kid SQL", with_header(R"({"alg":"HS256","kid":"x' UNION SELECT 'k"})"),
         "kid names no known key"},
        {"kid with zero byte", with_header(R"({"alg":"HS256","kid":"next\u0000"})"),
         "kid names no known key"},
        {"kid number", with_header(R"({"alg":"HS256","kid":0})"), "kid is not a string"},
        {"kid null", with_header(R"({"alg":"HS256","kid":null})"), "kid is not a string"},
        {"header text", with_header(R"("HS256")"), json},
        {"header list", with_header(R"(["HS256"])"), json},
        {"header null", with_header("null"), json},
        {"header with a comment", with_header(R"({"alg":"HS256"/*x*/})"), json},
        {"header with more behind it", with_header(R"({"alg":"HS256"}{})"), json},
        {"header cut", with_header(R"({"alg":"HS256")"), json},
        {"header with a byte order mark behind", with_header("{\"alg\":\"HS256\"}\xef\xbb\xbf"),
         json},
        {"header no UTF-8", with_header("{\"alg\":\"HS256\",\"x\":\"\xff\"}"), json},
        {"header with raw line break in text", with_header("{\"alg\":\"HS\n256\"}"), json},
    };
    for (const std::string_view algorithm :
         {"none",   "None",  "NONE",         "nOnE",   "",      "RS256", "RS512",  "ES256",
          "PS256",  "EdDSA", "HS1",          "HS224",  "hs256", "Hs256", "HS256 ", " HS256",
          "HS-256", "HMAC",  "HS256\\u0000", "A128KW", "dir",   "SHA256"}) {
        rows.push_back({fmt::format("alg {}", algorithm),
                        with_header(fmt::format(R"({{"alg":"{}"}})", algorithm)), family});
    }
    return rows;
}

std::vector<Forgery> of_payload() {
    const std::string json = "payload is not valid JSON";
    const std::string nested =
        R"({"exp":1795346350,"x":)" + std::string(4000, '[') + std::string(4000, ']') + "}";
    return {
        {"exp missing", with_payload(R"({"topic":"t"})"), "exp is missing"},
        {"exp null", with_payload(R"({"exp":null})"), "exp is missing"},
        {"exp text", with_payload(R"({"exp":"1795346350"})"), "exp is not a number"},
        {"exp list", with_payload(R"({"exp":[1795346350]})"), "exp is not a number"},
        {"exp true", with_payload(R"({"exp":true})"), "exp is not a number"},
        {"exp now", with_payload(R"({"exp":1795342750})"), "expired"},
        {"exp now as fraction", with_payload(R"({"exp":1795342750.0})"), "expired"},
        {"exp just past", with_payload(R"({"exp":1795342749.999})"), "expired"},
        {"exp zero", with_payload(R"({"exp":0})"), "expired"},
        {"exp negative", with_payload(R"({"exp":-1795346350})"), "exp is out of range"},
        {"exp beyond the calendar", with_payload(R"({"exp":253402300800})"), "exp is out of range"},
        {"exp of 64 bits", with_payload(R"({"exp":18446744073709551615})"), "exp is out of range"},
        {"exp wraps to now", with_payload(R"({"exp":18446744075504897966})"),
         "exp is out of range"},
        {"exp 1e300", with_payload(R"({"exp":1e300})"), "exp is out of range"},
        {"exp 1e400", with_payload(R"({"exp":1e400})"), json},
        {"exp NaN", with_payload(R"({"exp":NaN})"), json},
        {"exp Infinity", with_payload(R"({"exp":Infinity})"), json},
        {"exp twice", with_payload(R"({"exp":1,"exp":1795346350})"), json},
        {"exp hexadecimal", with_payload(R"({"exp":0x6B0294AE})"), json},
        {"exp in other case", with_payload(R"({"EXP":1795346350})"), "exp is missing"},
        {"exp only inside", with_payload(R"({"x":{"exp":1795346350}})"), "exp is missing"},
        {"nbf in the future", with_payload(R"({"exp":1795346350,"nbf":1795342751})"),
         "not valid yet (nbf)"},
        {"nbf text", with_payload(R"({"exp":1795346350,"nbf":"0"})"), "nbf is not a number"},
        {"iat in the future", with_payload(R"({"exp":1795346350,"iat":1795342750.5})"),
         "issued in the future (iat)"},
        {"iat negative", with_payload(R"({"exp":1795346350,"iat":-1})"), "iat is out of range"},
        {"aud nested",
         with_payload(R"({"exp":1795346350,"aud":[["https://relay.example/access"]]})"),
         "aud is not an array of strings"},
        {"aud object",
         with_payload(R"({"exp":1795346350,"aud":{"https://relay.example/access":1}})"),
         "aud is not an array of strings"},
        {"scopes text", with_payload(R"({"exp":1795346350,"scopes":"read write"})"),
         "scopes is not an array of strings"},
        {"scopes nested", with_payload(R"({"exp":1795346350,"scopes":[["read"]]})"),
         "scopes is not an array of strings"},
        {"two bookings", with_payload(R"({"exp":1795346350,"booking_id":"a","bookingID":"b"})"),
         "booking_id and bookingID differ"},
        {"payload list", with_payload("[]"), json},
        {"payload number", with_payload("1795346350"), json},
        {"payload nested deeply", with_payload(nested), json},
        {"payload no UTF-8", with_payload("{\"exp\":1795346350,\"topic\":\"\xc0\xaf\"}"), json},
        {"payload with lone surrogate", with_payload(R"({"exp":1795346350,"topic":"\ud800"})"),
         json},
        {"payload with trailing comma", with_payload(R"({"exp":1795346350,})"), json},
        {"payload of blanks", with_payload("   "), json},
        {"payload with zero byte behind",
         with_payload(std::string_view("{\"exp\":1795346350}\0x", 20)), json},
    };
}

std::vector<Forgery> corpus() {
    std::vector<Forgery> all;
    for (auto* rows : {&of_form, &of_signature, &of_header, &of_payload}) {
        for (Forgery& row : (*rows)()) all.push_back(std::move(row));
    }
    return all;
}

TEST(Forgery, the_token_that_they_are_made_from_is_good) {
    EXPECT_TRUE(verify_token(good, test_ring(), test_now, 0s));
    EXPECT_TRUE(
        verify_token(signed_as_is(header_segment, payload_segment), test_ring(), test_now, 0s));
}

TEST(Forgery, each_of_the_corpus_is_refused_for_its_own_reason) {
    const KeyRing ring = test_ring();
    EXPECT_GE(corpus().size(), 100U);
    for (const Forgery& forgery : corpus()) {
        const auto claims = verify_token(forgery.token, ring, test_now, 0s);
        ASSERT_FALSE(claims) << forgery.name;
        EXPECT_EQ(claims.error().code, Errc::unauthorized) << forgery.name;
        EXPECT_EQ(claims.error().detail, "token invalid: " + forgery.reason) << forgery.name;
    }
}

TEST(Forgery, every_flip_of_a_single_bit_is_refused) {
    const KeyRing ring = test_ring();
    for (std::size_t index = 0; index < good.size(); ++index) {
        for (int bit = 0; bit < 8; ++bit) {
            std::string token = good;
            token[index] = static_cast<char>(token[index] ^ (1 << bit));
            EXPECT_FALSE(verify_token(token, ring, test_now, 0s)) << index << " bit " << bit;
        }
    }
}

TEST(Forgery, every_part_of_a_token_is_refused) {
    const KeyRing ring = test_ring();
    for (std::size_t length = 0; length < good.size(); ++length) {
        EXPECT_FALSE(verify_token(good.substr(0, length), ring, test_now, 0s)) << length;
        EXPECT_FALSE(verify_token(good.substr(good.size() - length), ring, test_now, 0s)) << length;
    }
}

}  // namespace
}  // namespace relay::auth
