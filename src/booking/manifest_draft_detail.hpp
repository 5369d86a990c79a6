// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "booking/catalogue.hpp"
#include "booking/manifest.hpp"
#include "config/yaml.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// A manifest as it is written: references are not followed yet.
namespace relay::booking {

// A name that stands for an entry of another section.
struct Reference {
    std::string name;
    unsigned line = 1;
};

template <class Value>
struct Entry {
    std::string name;
    unsigned line = 1;
    Value value = {};
};

template <class Value>
using Section = std::vector<Entry<Value>>;  // in the order of the file; names differ

struct GroupDraft {
    std::optional<std::uint32_t> max_sessions;
    std::vector<Reference> pools;
};

struct PoolDraft {
    Pool pool;
    std::vector<Reference> activities;
};

struct ActivityDraft {
    Activity activity;  // but for what the references stand for
    std::optional<Reference> description, interface_set;
};

struct ManifestDraft {
    Section<GroupDraft> groups;
    Section<PoolDraft> pools;
    Section<ActivityDraft> activities;
    Section<UserInterface> interfaces;               // `uis`
    Section<std::vector<Reference>> interface_sets;  // `UISets`
    Section<Description> descriptions;
};

// Mistakes are added to `problems`; entries that have some are there nevertheless, so that what
// refers to them is no mistake as well.
ManifestDraft read_manifest_draft(const config::YamlNode& root, BookingTime now,
                                  std::vector<ManifestProblem>& problems);

}  // namespace relay::booking
