#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# One command for each thing a developer does; `./do help` lists them. Each command installs what
# it needs and finds missing, so that it also works on a bare Debian 12 that has only git.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
. tools/install.sh
. tools/steps.sh

usage() {
    cat <<'TXT'
usage: ./do COMMAND [ARGUMENTS]

  build               the web pages and build/bin/relay
  demo [OPTIONS]      build, then a whole laboratory on this machine with its pages in a browser;
                      OPTIONS as in `relay demo --help`
  test                everything: checks, unit, end-to-end, web, sanitizers, fuzz
  test --quick        the same without sanitizers and fuzz
  test PART...        only: checks unit e2e web asan tsan fuzz
  bench [OPTIONS]     costs per message next to a bare epoll sender; OPTIONS of bench/run.py
  fuzz [TARGET...]    fuzz each target for RELAY_FUZZ_SECONDS (60)
  format              clang-format over all C++ files
  lint [--all]        clang-tidy over changed (or all) files, and each header compiled alone
  clean               remove what was built
  help                this text

Missing packages (tools/packages.txt) are installed by apt, as root or with sudo.
TXT
}

build_web() {
    install_packages build web
    install_node_modules
    # Anything newer than the last build counts, also a removed file: its folder is newer then.
    if [ -f web/dist/index.html ] && [ -f "$stamps/web" ] && [ -z "$(find web -newer "$stamps/web" \
        -not -path 'web/node_modules/*' -not -path 'web/dist/*' -not -path 'web/test/*' \
        -not -path 'web/.cache/*' -not -path web -print -quit)" ]; then
        return
    fi
    mkdir -p "$stamps"
    touch "$stamps/web.begin" # what is edited while the build runs is newer than this
    quietly "web pages" npm --prefix web run build
    mv "$stamps/web.begin" "$stamps/web"
}

# compile PRESET TARGET...: configures when needed (CMake itself notices what changed) and builds.
compile() {
    local preset=$1 folder
    shift
    folder=$(build_folder "$preset")
    cmake --preset "$preset" -DRELAY_WEB_DIST="$PWD/web/dist" >"$(log_file "configure-$preset")" 2>&1 ||
        { cat "$(log_file "configure-$preset")" >&2; return 1; }
    ninja -C "$folder" -k 3 "$@"
}

build_folder() {
    if [ "$1" = release ]; then echo build; else echo "build/$1"; fi
}

command_build() {
    build_web
    compile release relay
}

command_demo() {
    install_packages demo
    command_build
    exec build/bin/relay demo "$@"
}

command_test() {
    . tools/test.sh
    run_tests "$@"
}

command_bench() {
    install_packages bench
    command_build
    compile release bare_sender
    exec python3 bench/run.py "$@"
}

command_fuzz() {
    . tools/test.sh
    export RELAY_FUZZ_SECONDS=${RELAY_FUZZ_SECONDS:-60}
    install_packages build
    part_fuzz "$@" || true
    summary
}

cpp_files() {
    find src fuzz bench test -name '*.[ch]pp' -not -path '*/node_modules/*' | sort
}

command_format() {
    install_packages lint
    cpp_files | xargs clang-format-19 -i
}

command_lint() {
    install_packages build lint
    compile release all
    local files
    files=$(cpp_files | grep '^src/.*\.cpp$' | grep -v '_test\.cpp$')
    if [ "${1:-}" != --all ]; then
        files=$(comm -12 <(git status --porcelain --untracked-files=all | cut -c4- | sort) \
            <(printf '%s\n' "$files"))
    fi
    if [ -n "$files" ]; then
        xargs -P "$(nproc)" -n 1 clang-tidy-19 -p build --quiet <<<"$files"
    fi
    python3 tools/check_headers.py
}

command_clean() {
    rm -rf build web/dist web/node_modules
}

case "${1:-help}" in
    build | demo | test | bench | fuzz | format | lint | clean) "command_$1" "${@:2}" ;;
    help | -h | --help) usage ;;
    *)
        echo "./do: there is no command '$1'" >&2
        usage >&2
        exit 2
        ;;
esac
