// SPDX-License-Identifier: Apache-2.0
#include "book_client/fake_book_for_test.hpp"
#include "book_client/run.hpp"

#include <nlohmann/json.hpp>

#include <sys/stat.h>

// getstatus, setstatus, reset, export, import.
namespace relay::book_client {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

struct StoreCommandsTest : test::BookClientTest {
    static constexpr auto stored = R"({"pool":"e30=","booking":"e30="})";
    static constexpr auto get_store = "GET /api/v1/admin/poolstore";
    static constexpr auto post_store = "POST /api/v1/admin/poolstore";
    static constexpr auto delete_store = "DELETE /api/v1/admin/poolstore";

    Result<void> reset(bool yes, bool json = false) {
        return book_client::reset({.server = book.address(), .yes = yes, .json = json}, in, out);
    }
    Transfer transfer(const std::filesystem::path& file = {}) {
        return {.server = book.address(), .file = file};
    }
};

TEST_F(StoreCommandsTest, StatusIsPrintedAsTheReferenceDoes) {
    book.answer("GET /api/v1/admin/status", 200, R"({"pools":2,"activities":3,"msg":"Open"})");
    ASSERT_TRUE(status({.server = book.address()}, out));
    EXPECT_EQ(out.str(), "{\n\t\"activities\": 3,\n\t\"msg\": \"Open\",\n\t\"pools\": 2\n}\n");
    out.str("");
    ASSERT_TRUE(status({.server = book.address(), .json = true}, out));
    EXPECT_EQ(out.str(), "{\"activities\":3,\"msg\":\"Open\",\"pools\":2}\n");
}

TEST_F(StoreCommandsTest, SetstatusSendsLockAndMessage) {
    book.answer("POST /api/v1/admin/status?lock=true&msg=back%20at%205", 200, "{}");
    ASSERT_TRUE(status({.server = book.address(), .lock = true, .message = "back at 5"}, out));
    book.answer("POST /api/v1/admin/status?lock=false", 200, "{}");
    ASSERT_TRUE(status({.server = book.address(), .lock = false}, out));
}

TEST_F(StoreCommandsTest, SetstatusWithAnEmptyMessageClearsTheOldOne) {
    book.answer("POST /api/v1/admin/status?lock=false&clear_msg=true", 200, "{}");
    ASSERT_TRUE(status({.server = book.address(), .lock = false, .message = ""}, out));
}

TEST_F(StoreCommandsTest, ResetAsksAndOnlyYesIsYes) {
    for (const char* answer : {"", "no\n", "y\n", "YES\n", "yes please\n"}) {
        in = std::istringstream(answer);
        const auto done = reset(false);
        ASSERT_FALSE(done) << answer;
        EXPECT_EQ(done.error().code, Errc::interrupted);
        EXPECT_EQ(done.error().detail, "wise choice, aborting");
    }
    EXPECT_THAT(book.requests(), IsEmpty());
    book.answer(delete_store, 404, "null\n");
    in = std::istringstream("yes\n");
    EXPECT_TRUE(reset(false));
    EXPECT_THAT(out.str(), HasSubstr("[yes/NO] reset complete\n"));
    EXPECT_EQ(book.request().method, "DELETE");
}

TEST_F(StoreCommandsTest, ResetDoesNotAskWhenToldSo) {
    book.answer(delete_store, 404, "null\n");
    EXPECT_TRUE(reset(true));
    EXPECT_EQ(out.str(), "reset complete\n");
    out.str("");
    EXPECT_TRUE(reset(true, true));
    EXPECT_EQ(out.str(), "{\"reset\":true}\n");
}

TEST_F(StoreCommandsTest, ResetTellsSuccessFromAPathThatIsNotThere) {
    const auto absent = reset(true);
    ASSERT_FALSE(absent);
    EXPECT_EQ(absent.error().code, Errc::not_found);
    book.answer(delete_store, 404, "<html>not found</html>");
    EXPECT_FALSE(reset(true));
    book.answer(delete_store, 401, "\"Missing booking:admin Scope\"\n");
    EXPECT_THAT(reset(true).error().detail, HasSubstr("Missing booking:admin Scope"));
}

TEST_F(StoreCommandsTest, ExportWritesAFileForItsOwnerAlone) {
    book.answer(get_store, 200, stored);
    const auto file = write("store.json", "what was there");
    ASSERT_TRUE(export_store(transfer(file), out));
    EXPECT_EQ(nlohmann::json::parse(content_of(file)), nlohmann::json::parse(stored));
    EXPECT_THAT(out.str(), HasSubstr("bytes"));
    struct stat found{};
    ASSERT_EQ(::stat(file.c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 0777u, 0600u);
}

TEST_F(StoreCommandsTest, ExportWithoutAFileIsStandardOutput) {
    book.answer(get_store, 200, stored);
    ASSERT_TRUE(export_store(transfer(), out));
    EXPECT_EQ(nlohmann::json::parse(out.str()), nlohmann::json::parse(stored));
}

TEST_F(StoreCommandsTest, AFailedExportLeavesTheOldFile) {
    book.answer(get_store, 500, "\"disk\"");
    const auto file = write("store.json", "what was there");
    EXPECT_FALSE(export_store(transfer(file), out));
    EXPECT_EQ(content_of(file), "what was there");
    book.answer(get_store, 200, stored);
    EXPECT_FALSE(export_store(transfer(folder / "none" / "x"), out));
}

TEST_F(StoreCommandsTest, ImportSendsTheFileOrStandardInput) {
    book.answer(post_store, 200, R"({"pools":2})");
    ASSERT_TRUE(import_store(transfer(write("store.json", stored)), in, out));
    EXPECT_EQ(book.request().body, stored);
    EXPECT_EQ(book.request().fields["Content-Type"], "application/json");
    EXPECT_EQ(out.str(), "{\n\t\"pools\": 2\n}\n");
    in = std::istringstream(stored);
    ASSERT_TRUE(import_store(transfer(), in, out));
    EXPECT_EQ(book.requests().back().body, stored);
}

TEST_F(StoreCommandsTest, ImportSendsNothingThatIsNoExport) {
    for (const char* text : {"", "[]", "{}", R"({"pool":"e30="})", "groups: {}"}) {
        const auto imported = import_store(transfer(write("x", text)), in, out);
        ASSERT_FALSE(imported) << text;
        EXPECT_EQ(imported.error().code, Errc::invalid);
        EXPECT_THAT(imported.error().detail, HasSubstr((folder / "x").string()));
    }
    EXPECT_THAT(import_store(transfer(), in, out).error().detail, HasSubstr("standard input"));
    EXPECT_THAT(import_store(transfer(folder / "absent"), in, out).error().detail,
                HasSubstr("No such file"));
    EXPECT_THAT(book.requests(), IsEmpty());
}

}  // namespace
}  // namespace relay::book_client
