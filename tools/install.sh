# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Sourced by ./do: installs what is missing and nothing else. Needs only bash, dpkg and apt.

stamps=build/stamps

# The packages of the groups named, as tools/packages.txt lists them.
packages_of() {
    local group
    for group in "$@"; do
        awk -v group="$group" '$1 == group {print $2}' tools/packages.txt
    done | sort -u
}

# A Node.js that did not come from Debian serves as well.
node_is_present() {
    local version
    version=$(node --version 2>/dev/null) && command -v npm >/dev/null || return 1
    version=${version#v}
    [ "${version%%.*}" -ge 18 ]
}

# install_packages GROUP...
install_packages() {
    command -v dpkg-query >/dev/null || return 0 # not Debian: the build names what it lacks
    local wanted missing
    wanted=$(packages_of "$@")
    if node_is_present; then
        wanted=$(grep -vxE 'nodejs|npm' <<<"$wanted" || true)
    fi
    # shellcheck disable=SC2086 # a list of words
    missing=$(comm -23 <(printf '%s\n' "$wanted") <(
        dpkg-query --show --showformat '${Package} ${db:Status-Status}\n' $wanted 2>/dev/null |
            awk '$2 == "installed" {print $1}' | sort -u
    ) | xargs)
    [ -z "$missing" ] && return 0
    local root=()
    if [ "$(id -u)" != 0 ]; then
        if ! command -v sudo >/dev/null; then
            echo "./do: these packages are missing; as root: apt-get install $missing" >&2
            exit 1
        fi
        root=(sudo)
    fi
    echo "installing: $missing"
    quietly "apt-get update" "${root[@]}" apt-get update
    # shellcheck disable=SC2086
    quietly "apt-get install" "${root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install --yes --no-install-recommends $missing
}

# Exactly what package-lock.json says, again only when that file changed.
install_node_modules() {
    local wanted
    wanted=$(sha256sum web/package-lock.json)
    if [ -d web/node_modules ] && [ "$(cat "$stamps/npm" 2>/dev/null)" = "$wanted" ]; then
        return
    fi
    quietly "npm ci" npm --prefix web ci --no-audit --no-fund
    mkdir -p "$stamps"
    echo "$wanted" >"$stamps/npm"
}
