# SPDX-License-Identifier: Apache-2.0
"""What a booking server offers: manifests, and activities as the API has them."""

import json

def stream(topic, relay="http://127.0.0.1:9", role="data", **changes):
    """As in a manifest."""
    return {"for": role, "url": f"{relay}/session/{topic}", "audience": relay, "ct": "session",
            "topic": topic, "verb": "POST", "scopes": ["read", "write"], **changes}


def activity_body(*streams, name="Rig", exp=4_000_000_000, **changes):
    """As the API has it; the streams are those of a manifest."""
    members = ("for", "url", "verb")
    return {"description": {"name": name, "type": "activity"}, "exp": exp,
            "streams": [{**{member: one[member] for member in members},
                         "permission": {"audience": one["audience"], "topic": one["topic"],
                                        "connection_type": one["ct"], "scopes": one["scopes"]}}
                        for one in streams],
            "uis": [], **changes}


class Manifest:
    """A manifest in the making: JSON, which is YAML too."""

    def __init__(self):
        self.content = {name: {} for name in ("groups", "pools", "activities", "uis", "UISets",
                                              "descriptions")}
        self.content["uis"]["page"] = {"description": {"name": "Page", "type": "ui"},
                                       "url": "https://ui.example/?streams={{streams}}"}
        self.content["UISets"]["pages"] = ["page"]

    def activity(self, key, *streams, exp=4_000_000_000, **changes):
        self.content["descriptions"][f"about-{key}"] = {"name": key, "type": "activity"}
        self.content["activities"][key] = {
            "description": f"about-{key}", "UISet": "pages", "exp": exp,
            "streams": {one["for"]: one for one in streams}, **changes}
        return self

    def simulation(self, key, **changes):
        return self.activity(key, **changes)

    def rig(self, key, relay="http://127.0.0.1:9", topic=None, **changes):
        return self.activity(key, stream(topic or f"{key}-data", relay), **changes)

    def pool(self, key, *activities, least=1, most=7200):
        self.content["pools"][key] = {"description": {"name": key, "type": "pool"},
                                      "minsession": least, "maxsession": most,
                                      "activities": list(activities)}
        return self

    def group(self, key, *pools, **changes):
        self.content["groups"][key] = {"pools": list(pools), **changes}
        return self

    @property
    def text(self):
        return json.dumps(self.content, indent=1)


def simulations(count, group="everyone", pool="simulations", **limits):
    """A manifest of one pool."""
    manifest = Manifest()
    keys = [f"simulation-{number}" for number in range(count)]
    for key in keys:
        manifest.simulation(key)
    return manifest.pool(pool, *keys, **limits).group(group, pool)
