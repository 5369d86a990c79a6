// SPDX-License-Identifier: Apache-2.0
#include "book_client/fake_book_for_test.hpp"
#include "book_client/run.hpp"

#include <nlohmann/json.hpp>

namespace relay::book_client {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr auto manifest = R"(groups:
  optics: {pools: [bench]}
pools:
  bench:
    description: {name: Laser bench, type: pool}
    minsession: 60
    maxsession: 600
    activities: [laser]
activities:
  laser:
    description: laser
    UISet: simple
    exp: 4102444800
    streams:
      data: {for: data, url: "https://relay.example/session/laser", audience: "https://relay.example", ct: session, topic: laser, verb: POST, scopes: [read, write]}
uis:
  plain:
    description: {name: Plain, type: ui}
    url: "https://ui.example/?streams={{streams}}"
    streamsrequired: [data]
UISets:
  simple: [plain]
descriptions:
  laser: {name: Laser, type: activity}
)";

constexpr auto accepted = R"({"applied":true,
    "changes":[{"kind":"added","what":"pool","key":"bench"},
               {"kind":"changed","what":"activity","key":"laser","detail":"description"},
               {"kind":"removed","what":"group","key":"old"}],
    "status":{"pools":1}})";

struct UploadTest : test::BookClientTest {
    Upload settings(const std::string& text = manifest) {
        return {.server = book.address(), .manifest = write("lab.yaml", text)};
    }
};

TEST_F(UploadTest, SendsTheManifestAndPrintsChangesGroupsAndStatus) {
    book.answer("PUT /api/v1/admin/manifest", 200, accepted);
    const auto done = upload(settings(), out);
    ASSERT_TRUE(done) << done.error().detail;
    EXPECT_EQ(book.request().body, manifest);
    EXPECT_EQ(out.str(),
              "+ pool bench\n~ activity laser: description\n- group old\n"
              "Group: optics \n  -   1x Laser bench\n"
              "{\n\t\"pools\": 1\n}\n");
}

TEST_F(UploadTest, DryRunPrintsWhatWouldChange) {
    book.answer("PUT /api/v1/admin/manifest?dry_run=true", 200, accepted);
    Upload wanted = settings();
    wanted.dry_run = true;
    ASSERT_TRUE(upload(wanted, out));
    EXPECT_THAT(out.str(), HasSubstr("+ pool bench\n"));
    EXPECT_THAT(out.str(), HasSubstr("dry run"));
    EXPECT_THAT(out.str(), Not(HasSubstr("Group:")));
}

TEST_F(UploadTest, JsonIsTheServersAnswer) {
    book.answer("PUT /api/v1/admin/manifest", 200, accepted);
    Upload wanted = settings();
    wanted.json = true;
    ASSERT_TRUE(upload(wanted, out));
    EXPECT_EQ(nlohmann::json::parse(out.str()), nlohmann::json::parse(accepted));
}

TEST_F(UploadTest, MistakesAreToldWithFileAndLineAndNothingIsSent) {
    std::string text = manifest;
    text.replace(text.find("[laser]"), 7, "[lasr]");
    Upload wanted = settings(text);
    const auto done = upload(wanted, out);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, Errc::invalid);
    EXPECT_THAT(done.error().detail, HasSubstr(wanted.manifest.string() + ":8: "));
    EXPECT_THAT(out.str(), IsEmpty());
    wanted.json = true;
    EXPECT_FALSE(upload(wanted, out));
    EXPECT_EQ(nlohmann::json::parse(out.str()).at("problems").at(0).at("line"), 8);
    EXPECT_THAT(book.requests(), IsEmpty());
}

TEST_F(UploadTest, WhatOnlyTheServerRefusesIsToldTheSameWay) {
    book.answer(
        "PUT /api/v1/admin/manifest", 422,
        R"({"code":422,"message":"no","problems":[{"line":3,"text":"pools: bad"},{"text":"x"}]})");
    const Upload wanted = settings();
    const auto done = upload(wanted, out);
    ASSERT_FALSE(done);
    const std::string file = wanted.manifest.string();
    EXPECT_EQ(done.error().detail, file + ":3: pools: bad\n" + file + ":1: x");
    book.answer("PUT /api/v1/admin/manifest", 409, "\"laser is in use\"");
    EXPECT_EQ(upload(wanted, out).error().detail,
              "PUT /admin/manifest: status 409: laser is in use");
}

TEST_F(UploadTest, AFileThatCannotBeReadIsNamed) {
    Upload wanted = settings();
    wanted.manifest = folder / "absent.yaml";
    EXPECT_THAT(upload(wanted, out).error().detail, HasSubstr("absent.yaml: No such file"));
    wanted.manifest = folder.path();
    EXPECT_THAT(upload(wanted, out).error().detail, HasSubstr("directory"));
}

}  // namespace
}  // namespace relay::book_client
