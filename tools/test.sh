# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Sourced by ./do: the parts of `./do test`, in the order in which they find faults soonest.

all_parts=(checks unit e2e web asan tsan fuzz)
quick_parts=(checks unit e2e web)

run_tests() {
    local parts=() part
    for part in "$@"; do
        case "$part" in
            --quick) parts+=("${quick_parts[@]}") ;;
            checks | unit | e2e | web | asan | tsan | fuzz) parts+=("$part") ;;
            *)
                echo "./do test: there is no part '$part' (${all_parts[*]}, --quick)" >&2
                exit 2
                ;;
        esac
    done
    [ ${#parts[@]} -gt 0 ] || parts=("${all_parts[@]}")
    install_packages build web demo test
    build_web
    # A failed part does not keep the others from running: one run shows everything that is wrong.
    for part in "${parts[@]}"; do "part_$part" || true; done
    summary
}

part_checks() {
    step "layers" python3 tools/check_layers.py || true
    step "lock file" python3 tools/check_lockfile.py || true
    step "format" check_format || true
    step "tools' own tests" python3 -m unittest discover -s tools -p '*_test.py' || true
}

check_format() {
    cpp_files | xargs -r clang-format-19 --dry-run -Werror
}

part_unit() {
    build_preset release && unit_tests release
}

part_e2e() {
    build_preset release && e2e_tests release
}

part_web() {
    step "web: unit" npm --prefix web test || true
    step "web: browser" timeout --foreground 600 npm --prefix web run test:browser || true
    build_preset release || return
    step "web: demo" env RELAY_BINARY="$PWD/build/bin/relay" \
        timeout --foreground 600 npm --prefix web run test:demo
}

part_asan() {
    sanitized asan
}

part_tsan() {
    sanitized tsan
}

part_fuzz() {
    step "fuzz: build" compile asan fuzzers && fuzz_steps "$@"
}

declare -A built=()
build_preset() {
    [ -n "${built[$1]:-}" ] && return
    step "$1: build" compile "$1" all && built[$1]=yes
}

sanitized() {
    build_preset "$1" || return
    unit_tests "$1" || true
    e2e_tests "$1"
}

unit_tests() {
    step "$1: unit" watch_reports "$1" ctest --test-dir "$(build_folder "$1")" --verbose \
        --parallel "$(nproc)" --timeout 300 --no-tests=error
}

# Debian's own Python: another one in the PATH does not have Debian's pytest and websockets.
# Under a sanitizer, which costs ten times the time, counts of repetitions are scaled down. The tests
# mostly wait, so two run per core.
e2e_tests() {
    local scale=1
    [ "$1" = release ] || scale=0.2
    step "$1: end-to-end" watch_reports "$1" env RELAY_BIN="$PWD/$(build_folder "$1")/bin/relay" \
        RELAY_E2E_SCALE="${RELAY_E2E_SCALE:-$scale}" \
        timeout --foreground 1200 /usr/bin/python3 -m pytest -q -p no:cacheprovider \
        -n $((2 * $(nproc))) test/e2e
}

# Sanitizers write to files: the report of a server that a test has killed, or whose output nobody
# read, fails the step as well.
watch_reports() {
    local preset=$1 folder=$PWD/build/logs/$1-reports status=0 common report
    shift
    rm -rf "$folder"
    mkdir -p "$folder"
    common="log_path=$folder/report:external_symbolizer_path=/usr/lib/llvm-19/bin/llvm-symbolizer"
    ASAN_OPTIONS="$common:detect_stack_use_after_return=1:strict_string_checks=1" \
        UBSAN_OPTIONS="$common:print_stacktrace=1" \
        TSAN_OPTIONS="$common:second_deadlock_stack=1" RELAY_SANITIZED="$preset" "$@" || status=$?
    for report in "$folder"/*; do
        [ -f "$report" ] || continue
        echo "sanitizer report $report"
        cat "$report"
        status=1
    done
    return "$status"
}

# fuzz_steps [TARGET...]: all targets without arguments. What is found stays in build/fuzz.
fuzz_steps() {
    local targets=("$@") program target
    if [ ${#targets[@]} -eq 0 ]; then
        for program in build/asan/bin/*_fuzz; do
            target=${program##*/}
            targets+=("${target%_fuzz}")
        done
    fi
    step "fuzz: ${#targets[@]} targets" fuzz_side_by_side "${targets[@]}" || true
}

# One target per core at a time; the output of each in one piece.
fuzz_side_by_side() {
    export -f fuzz_one
    # shellcheck disable=SC2016 # the inner shell's $1
    printf '%s\n' "$@" | xargs -P "$(nproc)" -n 1 bash -c \
        'status=0; output=$(fuzz_one "$1" 2>&1) || status=1; printf "%s\n" "$output"; exit $status' _
}

fuzz_one() {
    local target=$1 work=build/fuzz/corpus/$1
    mkdir -p "$work" build/fuzz/crashes
    "build/asan/bin/${target}_fuzz" -max_total_time="${RELAY_FUZZ_SECONDS:-10}" -timeout=10 \
        -rss_limit_mb=2048 -max_len=65536 -print_final_stats=1 \
        -artifact_prefix="build/fuzz/crashes/$target-" "$work" "fuzz/corpus/$target" &&
        echo "fuzz target $target passed"
}
