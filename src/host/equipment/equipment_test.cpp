// SPDX-License-Identifier: Apache-2.0
#include "host/equipment/equipment.hpp"

#include "host/equipment/equipment_for_test.hpp"
#include "host/equipment/equipment_json.hpp"
#include "host/equipment/equipment_metrics.hpp"

#include <filesystem>
#include <optional>

namespace relay::host {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

struct EquipmentsTest : test::EquipmentTest {
    TemporaryFolder folder;
    Config config;
    std::optional<Equipment> equipment;

    void SetUp() override {
        equipment.emplace(context, feeds, config);
        equipment->set_port(8888);
    }
    void TearDown() override {
        if (equipment) EXPECT_TRUE(stop());
    }

    CameraRule camera(const std::string& name, const std::string& script) {
        return {name, {{"sh", "-c", "cd " + folder.path().string() + "; " + script}, ""}, false};
    }
    static BridgeRule bridge(const std::string& name, const std::string& script) {
        BridgeRule rule;
        rule.feed = name;
        rule.command.shell = script;
        return rule;
    }
    bool stop() {
        bool ended = false;
        equipment->stop([&] { ended = true; });
        return run_until([&] { return ended; });
    }
    bool all_run(std::size_t cameras, std::size_t bridges) {
        return run_until([&] {
            const auto status = equipment->status();
            const auto runs = [](const EquipmentStatus& one) {
                return one.state == EquipmentState::running;
            };
            return status.cameras.size() == cameras && status.bridges.size() == bridges &&
                   std::ranges::all_of(status.cameras, runs) &&
                   std::ranges::all_of(status.bridges, runs);
        });
    }
    std::string content(const std::string& file) {
        std::ifstream stream(folder.path() / file);
        return {std::istreambuf_iterator(stream), {}};
    }
};

TEST_F(EquipmentsTest, StartsAndEndsOnlyWhatChanged) {
    const auto stays = camera("a", "echo x >>starts; exec sleep 60");
    equipment->apply({stays, camera("b", "exec sleep 60")}, {bridge("c", "cat")});
    EXPECT_TRUE(all_run(2, 1));
    equipment->apply({stays}, {bridge("c", "cat"), bridge("d", "cat")});
    EXPECT_TRUE(all_run(1, 2));
    EXPECT_EQ(equipment->status().cameras.at(0).feed, "a");
    EXPECT_EQ(equipment->status().cameras.at(0).starts, 1U);
    EXPECT_TRUE(run_until([&] { return content("starts") == "x\n"; }));
}

TEST_F(EquipmentsTest, AReplacementStartsWhenItsPredecessorHasEnded) {
    equipment->apply({camera("a",
                             "trap 'rm lock; exit' TERM; touch lock up; "
                             "while :; do sleep 0.01; done")},
                     {});
    EXPECT_TRUE(run_until([&] { return std::filesystem::exists(folder.path() / "up"); }));
    equipment->apply({camera("a", "[ -e lock ] && echo both >both; touch next; exec sleep 60")},
                     {});
    EXPECT_TRUE(run_until([&] { return std::filesystem::exists(folder.path() / "next"); }));
    EXPECT_FALSE(std::filesystem::exists(folder.path() / "both"));
    EXPECT_EQ(equipment->status().cameras.size(), 1U);
}

TEST_F(EquipmentsTest, ARuleThatComesBackWhileItsUnitEndsIsStartedAnew) {
    const auto rule = camera("a", "echo x >>starts; exec sleep 60");
    equipment->apply({rule}, {});
    EXPECT_TRUE(run_until([&] { return content("starts") == "x\n"; }));
    equipment->apply({}, {});
    equipment->apply({rule}, {});
    EXPECT_TRUE(run_until([&] { return content("starts") == "x\nx\n"; }));
}

TEST_F(EquipmentsTest, TheSameRuleTwiceIsOneCamera) {
    equipment->apply({camera("a", "exec sleep 60"), camera("a", "exec sleep 60")}, {});
    EXPECT_TRUE(all_run(1, 0));
}

TEST_F(EquipmentsTest, StopEndsAllAndNothingStartsAfterIt) {
    equipment->apply({camera("a", "exec sleep 60")}, {bridge("c", "cat")});
    EXPECT_TRUE(all_run(1, 1));
    EXPECT_TRUE(stop());
    EXPECT_TRUE(equipment->status().cameras.empty());
    EXPECT_TRUE(equipment->status().bridges.empty());
    bool ended = false;
    equipment->stop([&] { ended = true; });
    EXPECT_TRUE(ended);
}

TEST_F(EquipmentsTest, CanBeDestroyedWhileItRunsAndWhileItEnds) {
    equipment->apply({camera("a", "exec sleep 60")}, {bridge("c", "cat")});
    EXPECT_TRUE(all_run(1, 1));
    equipment->stop([] { ADD_FAILURE() << "it was destroyed before"; });
    equipment.reset();
    settle();
}

TEST_F(EquipmentsTest, CamerasAreToldAnAddressOfThisMachine) {
    for (const auto& [listen, address] : {std::pair{"0.0.0.0", "http://127.0.0.1:8888/ts/a"},
                                          std::pair{"::", "http://[::1]:8888/ts/a"},
                                          std::pair{"10.0.0.1", "http://10.0.0.1:8888/ts/a"},
                                          std::pair{"unix:/run/relay.sock", ""}}) {
        config.listen = listen;
        Equipment told(context, feeds, config);
        told.set_port(8888);
        told.apply({camera("a", "echo $RELAY_TS_URL >url.new; mv url.new url; exec sleep 60")}, {});
        EXPECT_TRUE(run_until([&] { return content("url") == std::string(address) + "\n"; }))
            << listen << " " << content("url");
    }
}

TEST_F(EquipmentsTest, MetricsAreAddedUpByFeed) {
    Equipment::Status status;
    status.bridges.resize(3);
    status.bridges[0].feed = status.bridges[1].feed = "a";
    status.bridges[0].state = EquipmentState::running;
    status.bridges[0].sent_messages = 2;
    status.bridges[1].sent_messages = 3;
    status.bridges[2].feed = "b";
    const auto families = equipment_metrics(status);
    const auto values = [&](const std::string& name) {
        std::map<std::string, double> found;
        for (const auto& family : families)
            if (family.name == name)
                for (const auto& sample : family.samples)
                    found[sample.labels.at(0).second] = sample.value;
        return found;
    };
    using Values = std::map<std::string, double>;
    EXPECT_EQ(values("relay_host_bridge_open"), (Values{{"a", 1}, {"b", 0}}));
    EXPECT_EQ(values("relay_host_bridge_sent_messages_total"), (Values{{"a", 5}, {"b", 0}}));
    EXPECT_EQ(values("relay_host_camera_running"), Values{});
}

TEST_F(EquipmentsTest, EveryMetricIsDocumented) {
    std::ifstream file(RELAY_DOCUMENTS "/session-host.md");
    const std::string document{std::istreambuf_iterator(file), {}};
    for (const auto& family : equipment_metrics({}))
        EXPECT_THAT(document, HasSubstr("`" + family.name + "`"));
}

TEST_F(EquipmentsTest, StatusAsJsonHoldsWhatAnOperatorAsks) {
    equipment->apply({camera("a", "echo oops >&2; exit 1")}, {bridge("c", "echo hello; cat")});
    EXPECT_TRUE(run_until([&] {
        const auto status = equipment->status();
        return !status.cameras.at(0).last_error.empty() &&
               status.bridges.at(0).received_messages == 1;
    }));
    const auto json = equipment_json(equipment->status());
    const auto& failing = json["cameras"][0];
    EXPECT_EQ(failing["feed"], "a");
    EXPECT_EQ(failing["state"], "waiting");
    EXPECT_EQ(failing["last_error"], "it ended with exit status 1");
    EXPECT_EQ(failing["last_lines"][0], "oops");
    EXPECT_EQ(failing["starts"], 1);
    EXPECT_EQ(failing["on_demand"], false);
    EXPECT_TRUE(failing["retry_at"].is_string());
    const auto& running = json["bridges"][0];
    EXPECT_EQ(running["state"], "running");
    EXPECT_EQ(running["device"], "echo hello; cat");
    EXPECT_EQ(running["received_bytes"], 6);
    EXPECT_TRUE(running["retry_at"].is_null());
    EXPECT_TRUE(running["since"].is_string());
}

}  // namespace
}  // namespace relay::host
