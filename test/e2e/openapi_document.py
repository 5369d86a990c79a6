# SPDX-License-Identifier: Apache-2.0
"""An OpenAPI 3 document as tests use it: its operations, and whether an answer is as described.

Knows the part of JSON Schema that such documents need; an unknown keyword is an error, so that
nothing is taken for checked that is not.
"""

import dataclasses
import json
import re

METHODS = ("get", "put", "post", "delete", "patch", "head", "options")
_TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None),
          "integer": int, "number": (int, float)}
_SILENT = {"description", "example", "examples", "title", "default", "format", "deprecated"}
_KNOWN = {"type", "properties", "required", "items", "enum", "additionalProperties", "oneOf",
          "anyOf", "allOf", "$ref", "nullable", "minimum", "maximum", "minLength", "maxLength",
          "minItems", "maxItems", "pattern", "const"}


@dataclasses.dataclass
class Operation:
    method: str
    path: str  # below `base`
    base: str
    content: dict
    document: "Document"

    @property
    def needs_token(self):
        return bool(self.content.get("security", self.document.content.get("security", [])))

    def parameters(self, place):
        """By name: the schemas of those in `path`, `query` or `header`."""
        shared = self.document.content["paths"][self.path].get("parameters", [])
        all_of_them = map(self.document.resolve, [*shared, *self.content.get("parameters", [])])
        return {one["name"]: one for one in all_of_them if one["in"] == place}

    @property
    def body(self):
        """The schema of its JSON body, or None."""
        media = self.document.resolve(self.content.get("requestBody", {})).get("content", {})
        return media.get("application/json", {}).get("schema")

    @property
    def body_types(self):
        return list(self.document.resolve(self.content.get("requestBody", {})).get("content", {}))

    def check(self, answer):
        """Fails unless the answer has a documented status, and its body that status's schema."""
        responses = self.content["responses"]
        response = responses.get(str(answer.status), responses.get("default"))
        assert response is not None, f"{self}: {answer.status} is not documented: {answer.body}"
        content = self.document.resolve(response).get("content", {})
        if not content:
            assert answer.body == b"", f"{self}: {answer.status} has a body: {answer.body}"
            return
        kind = answer.headers["Content-Type"].partition(";")[0]
        assert kind in content, f"{self}: {answer.status} as {kind}"
        if kind == "application/json":
            problems = self.document.problems(content[kind].get("schema", {}),
                                              json.loads(answer.body))
            assert problems == [], f"{self}: {answer.status}: {problems}: {answer.body}"

    def __str__(self):
        return f"{self.method} {self.base}{self.path}"


class Document:
    def __init__(self, content):
        self.content = content

    def operations(self):
        for path, item in self.content["paths"].items():
            servers = item.get("servers", self.content.get("servers", [{"url": ""}]))
            for method in METHODS:
                if method in item:
                    own = item[method].get("servers", servers)
                    yield Operation(method.upper(), path, own[0]["url"].rstrip("/"), item[method],
                                    self)

    def resolve(self, part):
        while "$ref" in part:
            target = self.content
            for step in part["$ref"].removeprefix("#/").split("/"):
                target = target[step]
            part = target
        return part

    def problems(self, schema, value, where="body"):
        """What is not as the schema says, one line each."""
        schema = self.resolve(schema)
        unknown = schema.keys() - _KNOWN - _SILENT
        assert not unknown, f"{where}: this checker does not know {unknown}"
        if value is None and schema.get("nullable"):
            return []
        return [*self._of_type(schema, value, where), *self._of_choices(schema, value, where),
                *self._of_length(schema, value, where),
                *self._of_members(schema, value, where), *self._of_items(schema, value, where)]

    def _of_type(self, schema, value, where):
        names = schema.get("type", [])
        names = [names] if isinstance(names, str) else names
        if names and not any(isinstance(value, _TYPES[name]) and not (
                isinstance(value, bool) and name in ("integer", "number")) for name in names):
            yield f"{where}: {value!r} is no {' or '.join(names)}"
        if "enum" in schema and value not in schema["enum"]:
            yield f"{where}: {value!r} is not in {schema['enum']}"
        if "const" in schema and value != schema["const"]:
            yield f"{where}: {value!r} is not {schema['const']!r}"
        if isinstance(value, (int, float)) and not (
                schema.get("minimum", value) <= value <= schema.get("maximum", value)):
            yield f"{where}: {value} is out of range"

    @staticmethod
    def _of_length(schema, value, where):
        for kind, least, most in ((str, "minLength", "maxLength"), (list, "minItems", "maxItems")):
            if isinstance(value, kind) and not (
                    schema.get(least, 0) <= len(value) <= schema.get(most, len(value))):
                yield f"{where}: {value!r} is too short or too long"
        if isinstance(value, str) and not re.search(schema.get("pattern", ""), value):
            yield f"{where}: {value!r} is not like {schema['pattern']}"

    def _of_choices(self, schema, value, where):
        for part in schema.get("allOf", []):
            yield from self.problems(part, value, where)
        for name, wanted in (("oneOf", (1,)), ("anyOf", range(1, 100))):
            fits = sum(not self.problems(part, value, where) for part in schema.get(name, []))
            if name in schema and fits not in wanted:
                yield f"{where}: fits {fits} of {name}"

    def _of_members(self, schema, value, where):
        if not isinstance(value, dict):
            return
        members = schema.get("properties", {})
        yield from (f"{where}: {name} is missing" for name in schema.get("required", [])
                    if name not in value)
        others = schema.get("additionalProperties", True)
        for name, member in value.items():
            if name in members:
                yield from self.problems(members[name], member, f"{where}.{name}")
            elif others is False:
                yield f"{where}: {name} is not described"
            elif isinstance(others, dict):
                yield from self.problems(others, member, f"{where}.{name}")

    def _of_items(self, schema, value, where):
        if isinstance(value, list) and "items" in schema:
            for place, item in enumerate(value):
                yield from self.problems(schema["items"], item, f"{where}[{place}]")

    def example(self, schema):
        """A value that fits: the smallest one with all members that have to be there."""
        schema = self.resolve(schema)
        for name in ("example", "default", "const"):
            if name in schema:
                return schema[name]
        if "enum" in schema:
            return schema["enum"][0]
        for name in ("oneOf", "anyOf"):
            if name in schema:
                return self.example(schema[name][0])
        kind = schema.get("type", "object")
        kind = kind if isinstance(kind, str) else kind[0]
        if kind == "object":
            return {name: self.example(schema["properties"][name])
                    for name in schema.get("required", [])}
        return {"array": [], "string": "text", "boolean": False, "null": None,
                "integer": max(1, schema.get("minimum", 1)),
                "number": max(1, schema.get("minimum", 1))}[kind]
