// SPDX-License-Identifier: Apache-2.0
#include "cli/book_commands.hpp"

#include "base/log.hpp"
#include "base/temporary_folder_for_test.hpp"
#include "cli/exit_code.hpp"

#include <gmock/gmock.h>

#include <optional>
#include <sstream>

namespace relay::cli {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const std::string secret = "hushhush-hushhush-hushhush-hushhush";

// A command line is run; what it would have asked for is kept instead.
struct BookCommandsTest : testing::Test {
    TemporaryFolder folder;
    config::Environment environment{{"RELAY_TOKEN", "hush.token"}};
    std::ostringstream out, err;
    Result<void> outcome{};

    ~BookCommandsTest() override { (void)log::configure({}); }

    template <class Config>
    using Command = int (*)(const Invocation&, const RunBookCall<Config>&);

    template <class Config>
    std::optional<Config> run(Command<Config> command, std::vector<std::string> arguments,
                              int expected = exit_ok) {
        std::optional<Config> given;
        out.str("");
        err.str("");
        const int code = command({std::move(arguments), environment, out, err},
                                 [&](const Config& settings, std::ostream&) {
                                     given = settings;
                                     return outcome;
                                 });
        EXPECT_EQ(code, expected) << err.str();
        return given;
    }

    std::optional<book::Config> serve(std::vector<std::string> arguments, int expected = exit_ok) {
        std::optional<book::Config> given;
        out.str("");
        err.str("");
        const int code = book_serve({std::move(arguments), environment, out, err},
                                    [&](const book::Config& settings) -> Result<int> {
                                        given = settings;
                                        return 0;
                                    });
        EXPECT_EQ(code, expected) << err.str();
        return given;
    }
    void prepare_serve() {
        environment = {{"RELAY_SECRET", secret},
                       {"RELAY_AUDIENCE", "https://lab.example/book"},
                       {"RELAY_STATE_DIR", folder.path().string()}};
    }
};

TEST_F(BookCommandsTest, UploadTakesItsManifestAsAWord) {
    const auto given = run(book_upload, {"lab.yaml", "--dry-run", "--host", "book.example"});
    ASSERT_TRUE(given);
    EXPECT_EQ(given->manifest, "lab.yaml");
    EXPECT_TRUE(given->dry_run);
    EXPECT_EQ(given->server.host, "book.example");
    EXPECT_EQ(given->server.token.reveal(), "hush.token");
    EXPECT_EQ(run(book_upload, {"--dry-run", "lab.yaml"})->manifest, "lab.yaml");
    EXPECT_EQ(run(book_upload, {"--manifest=lab.yaml", "--json"})->manifest, "lab.yaml");
}

TEST_F(BookCommandsTest, UploadWithoutAManifestOrWithTwoIsRefused) {
    EXPECT_FALSE(run(book_upload, {}, exit_config));
    EXPECT_THAT(err.str(), HasSubstr("manifest: required"));
    EXPECT_FALSE(run(book_upload, {"a.yaml", "b.yaml"}, exit_usage));
    EXPECT_FALSE(run(book_upload, {"a.yaml", "--manifest=b.yaml"}, exit_usage));
    EXPECT_FALSE(run(book_upload, {"a.yaml", "--dry-rn"}, exit_usage));
    EXPECT_THAT(err.str(), HasSubstr("did you mean --dry-run?"));
}

TEST_F(BookCommandsTest, EveryMistakeOfAManifestIsALineOfItsOwn) {
    outcome = fail(Errc::invalid, "lab.yaml:3: a\nlab.yaml:9: b");
    run(book_upload, {"lab.yaml"}, exit_config);
    EXPECT_EQ(err.str(), "relay book upload: lab.yaml:3: a\nrelay book upload: lab.yaml:9: b\n");
    EXPECT_THAT(out.str(), IsEmpty());
}

TEST_F(BookCommandsTest, SetstatusTakesLockAndMessageAsWords) {
    const auto locked = run(book_setstatus, {"lock", "back at 5"});
    ASSERT_TRUE(locked);
    EXPECT_EQ(locked->lock, true);
    EXPECT_EQ(locked->message, "back at 5");
    const auto unlocked = run(book_setstatus, {"unlock"});
    EXPECT_EQ(unlocked->lock, false);
    EXPECT_FALSE(unlocked->message);
    EXPECT_EQ(run(book_setstatus, {"unlock", ""})->message, "");
    EXPECT_FALSE(run(book_setstatus, {"shut"}, exit_config));
    EXPECT_THAT(err.str(), HasSubstr("expected lock or unlock"));
    EXPECT_FALSE(run(book_setstatus, {}, exit_config));
}

TEST_F(BookCommandsTest, GetstatusOnlyLooks) {
    environment = {{"BOOKSTATUS_TOKEN", "t"}, {"BOOKSTATUS_HOST", "h"}};
    const auto given = run(book_getstatus, {});
    ASSERT_TRUE(given);
    EXPECT_FALSE(given->lock);
    EXPECT_EQ(given->server.host, "h");
    EXPECT_FALSE(run(book_getstatus, {"lock"}, exit_usage));
}

TEST_F(BookCommandsTest, ResetThatIsNotConfirmedEndsWithOne) {
    outcome = fail(Errc::interrupted, "wise choice, aborting");
    const auto given = run(book_reset, {}, 1);
    EXPECT_EQ(err.str(), "relay book reset: wise choice, aborting\n");
    EXPECT_EQ(given->server.host, "localhost:8008");
    outcome = {};
    EXPECT_TRUE(run(book_reset, {"--yes"})->yes);
}

TEST_F(BookCommandsTest, ExportAndImportTakeAFileOrNone) {
    EXPECT_EQ(run(book_export, {"store.json"})->file, "store.json");
    EXPECT_THAT(run(book_export, {})->file.string(), IsEmpty());
    EXPECT_EQ(run(book_import, {"store.json"})->file, "store.json");
}

TEST_F(BookCommandsTest, StatsTakesAFormat) {
    using book_client::Format;
    EXPECT_EQ(run(book_stats, {})->format, Format::table);
    EXPECT_EQ(run(book_stats, {"--format=csv"})->format, Format::csv);
    EXPECT_EQ(run(book_stats, {"--json"})->format, Format::json);
    const auto given =
        run(book_stats, {"--from=2026-11-01T00:00:00Z", "--to", "2026-12-01T00:00:00Z"});
    EXPECT_EQ(given->from, "2026-11-01T00:00:00Z");
    EXPECT_EQ(given->to, "2026-12-01T00:00:00Z");
    EXPECT_FALSE(run(book_stats, {"--format=xml"}, exit_config));
}

TEST_F(BookCommandsTest, ATokenMayComeFromAFileAndIsNeverShown) {
    environment.clear();
    EXPECT_FALSE(run(book_getstatus, {}, exit_config));
    EXPECT_THAT(err.str(), HasSubstr("token: required; give --token-file or RELAY_TOKEN"));
    outcome = fail(Errc::unauthorized, "POST /login: status 401: token invalid");
    run(book_getstatus, {"--token=hush"}, exit_config);
    EXPECT_THAT(err.str() + out.str(), Not(HasSubstr("hush")));
}

TEST_F(BookCommandsTest, AServerThatIsAwayHasAnExitCodeOfItsOwn) {
    outcome = fail(Errc::unavailable, "connection refused");
    run(book_getstatus, {}, exit_bind);
}

TEST_F(BookCommandsTest, HelpShowsTheWords) {
    run(book_upload, {"--help"});
    EXPECT_THAT(out.str(), HasSubstr("Usage: relay book upload PATH [--setting VALUE]..."));
    run(book_setstatus, {"--help"});
    EXPECT_THAT(out.str(), HasSubstr("relay book setstatus lock|unlock [MESSAGE] [--setting"));
    std::istringstream lines(out.str());
    for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 100u) << line;
}

TEST_F(BookCommandsTest, ServeRunsWithTheOriginalNames) {
    environment = {{"BOOK_PORT", "4000"},
                   {"BOOK_FQDN", "https://book.example.org"},
                   {"BOOK_LOGINTIME", "7200"},
                   {"BOOK_SECRET", secret},
                   {"BOOK_PERSIST_DIR", folder.path().string()}};
    const auto given = serve({"--log-level=off"});
    ASSERT_TRUE(given);
    EXPECT_EQ(given->port, 4000);
    EXPECT_EQ(given->audience, "https://book.example.org");
    EXPECT_EQ(given->login_time, std::chrono::seconds(7200));
    EXPECT_EQ(given->secret.reveal(), secret);
}

TEST_F(BookCommandsTest, CheckOfServePrintsSettingsAndStartsNothing) {
    prepare_serve();
    environment["BOOK_RELAY_SECRET"] = "short";
    EXPECT_FALSE(serve({"--check"}));
    EXPECT_THAT(out.str(), ContainsRegex("port +8080 +default\n"));
    EXPECT_THAT(out.str(), ContainsRegex("login-time +1h +default\n"));
    EXPECT_THAT(out.str(), ContainsRegex("secret +\\*\\*\\* +RELAY_SECRET\n"));
    EXPECT_THAT(err.str(), HasSubstr("relay-secret: the secret is shorter than 32 bytes"));
    EXPECT_THAT(out.str() + err.str(), Not(HasSubstr("hush")));
}

TEST_F(BookCommandsTest, ServeRefusesWhatCannotWork) {
    prepare_serve();
    EXPECT_FALSE(serve({"--audience=lab.example"}, exit_config));
    EXPECT_THAT(err.str(), HasSubstr("audience: expected an address"));
    EXPECT_FALSE(serve({"--database=postgres://x"}, exit_config));
    EXPECT_FALSE(serve({"--state-dir=/dev/null"}, exit_config));
    EXPECT_THAT(err.str(), HasSubstr("state-dir: "));
    environment["RELAY_SECRET"] = "";
    EXPECT_FALSE(serve({}, exit_config));
    EXPECT_THAT(err.str(), HasSubstr("secret: required"));
}

TEST(BookCommands, AreListedUnderTheNameOfTheProgram) {
    std::ostringstream out, err;
    const std::vector<std::string> words{"/usr/bin/book", "--help"};
    EXPECT_EQ(dispatch(commands(), words, {}, out, err), exit_ok);
    for (const char* name : {"serve", "token", "upload", "reset", "getstatus", "setstatus",
                             "export", "import", "stats"})
        EXPECT_THAT(out.str(), HasSubstr("book " + std::string(name) + " "));
    EXPECT_THAT(out.str(), Not(HasSubstr("demo")));
}

}  // namespace
}  // namespace relay::cli
