# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Sourced by ./do: runs commands quietly, with a time for each, and whole output on failure.

passed=0 failed=0 skipped=0
failures=()
started_at=$SECONDS
step_process=

log_file() {
    mkdir -p build/logs
    echo "build/logs/$(tr -c 'A-Za-z0-9\n' '-' <<<"$1").log"
}

# quietly TITLE COMMAND...: for work on the way to something else; ends the script on failure.
quietly() {
    local title=$1 log
    shift
    log=$(log_file "$title")
    if ! "$@" >"$log" 2>&1; then
        cat "$log" >&2
        echo "./do: $title failed" >&2
        exit 1
    fi
}

# step TITLE COMMAND...: one line with result and time. Counts what tools/count_tests.py finds in
# the output. Failure is remembered for summary(), returned, and shows the whole output.
step() {
    local title=$1 log status=0 begin=$SECONDS counts ok bad left_out
    shift
    log=$(log_file "$title")
    printf '%-28s ' "$title"
    run_in_group "$@" >"$log" 2>&1 || status=$?
    counts=$(python3 tools/count_tests.py <"$log")
    read -r ok bad left_out <<<"$counts"
    [ "$status" -ne 0 ] && [ "$bad" -eq 0 ] && bad=1
    [ "$status" -eq 0 ] && [ "$bad" -gt 0 ] && status=1
    passed=$((passed + ok)) failed=$((failed + bad)) skipped=$((skipped + left_out))
    printf '%5d s  %s\n' $((SECONDS - begin)) "$(result_text "$status" "$ok" "$bad" "$left_out")"
    [ "$status" -eq 0 ] && return 0
    failures+=("$title ($log)")
    cat "$log"
    return 1
}

result_text() {
    local status=$1 ok=$2 bad=$3 left_out=$4 text=
    [ "$ok" -gt 0 ] && text+=", $ok passed"
    [ "$left_out" -gt 0 ] && text+=", $left_out skipped"
    [ "$status" -ne 0 ] && text+=", $bad FAILED"
    [ -n "$text" ] || text=", ok"
    echo "${text#, }"
}

# Runs the command (or function) in a process group of its own, so that Ctrl-C ends all of it and a
# server that a failed test left behind does not outlive its step.
run_in_group() {
    set -m
    ("$@") &
    step_process=$!
    set +m
    local status=0
    wait "$step_process" || status=$?
    kill -KILL -- "-$step_process" 2>/dev/null || true
    step_process=
    return "$status"
}

end_step_process() {
    [ -z "$step_process" ] || kill -TERM -- "-$step_process" 2>/dev/null || true
    exit 130
}
trap end_step_process INT TERM

summary() {
    local seconds=$((SECONDS - started_at)) failure extra=
    for failure in "${failures[@]}"; do echo "failed: $failure"; done
    [ "$skipped" -gt 0 ] && extra=", $skipped skipped"
    printf '%d passed, %d failed%s in %d min %02d s\n' "$passed" "$failed" "$extra" \
        $((seconds / 60)) $((seconds % 60))
    [ "$failed" -eq 0 ]
}
