#!/usr/bin/env bash
# Fills the corpus of every target from the repository's own files: the
# scenarios, the blocks of the documentation, the texts in the tests, and pieces
# of them. What comes out depends on those files alone.
set -euo pipefail
cd "$(dirname "$0")"
most=4096 # bytes of an input, as in the README
# The command that runs scenarios; TEMPOLANE names one that is built already.
tempolane=${TEMPOLANE:-}
if [ -z "$tempolane" ]; then
    cargo build --quiet --release --locked --manifest-path ../Cargo.toml --bin tempolane
    tempolane=${CARGO_TARGET_DIR:-../target}/release/tempolane
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Keeps a file, if it is short enough, under the name of its content.
keep() { # TARGET FILE
    local size
    size=$(wc -c <"$2")
    if [ "$size" -gt 0 ] && [ "$size" -le "$most" ]; then
        mkdir -p "corpus/$1"
        cp "$2" "corpus/$1/$(sha1sum <"$2" | cut -c1-16)"
    fi
}
# Keeps every piece that a program printed between two zero bytes.
keep_pieces() { # TARGET
    local piece
    while IFS= read -r -d '' piece; do
        printf '%s' "$piece" >"$work/piece"
        keep "$1" "$work/piece"
    done
}

# Scenarios: whole files, the blocks of the documentation, the strings of the tests.
mkdir "$work/scenarios"
find ../scenarios -name '*.yaml' -exec cp -t "$work/scenarios" {} +
cp recording.yaml "$work/scenarios"
blocks='while (/^```ya?ml\n(.*?)^```/gms) { my $t = $1; print(($t =~ /^version:/m ? $t : "version: 1\n$t") . "\0") }'
strings='while (/"((?:[^"\\]|\\.)*?processes:(?:[^"\\]|\\.)*)"/gs) { my $t = $1; $t =~ s/\\\n\s*//g; $t =~ s/\\n/\n/g; $t =~ s/\\"/"/g; print "$t\0" }'
perl -0777 -ne "$blocks" ../README.md ../docs/*.md | keep_pieces scenario
find ../tests ../src -name '*.rs' -print0 | sort -z | xargs -0 perl -0777 -ne "$strings" | keep_pieces scenario
for file in "$work"/scenarios/*.yaml; do
    keep scenario "$file"
    # Without its comments a long one may be short enough.
    sed -E 's/(^| )#.*//; /^ *$/d' "$file" >"$work/piece" && keep scenario "$work/piece"
done

# Expressions: what stands behind a colon, in brackets or in braces.
expressions='while (/(?::\s|\{|\[|"|,\s)([^{}\[\]"#,:\n]{1,80})(?=[}\],"\n])/g) { print "$1\0" }'
cat corpus/scenario/* ../docs/language.md | perl -0777 -ne "$expressions" | sort -zu | keep_pieces expression

# Traces, schedules and recordings: what runs of the scenarios leave.
for file in "$work"/scenarios/*.yaml; do
    mkdir -p "$work/out"
    cp "$file" "$work/one.yaml"
    timeout 5 "$tempolane" run "$work/one.yaml" --write trace -o "$work/out" >"$work/said" 2>&1 || true
    find "$work/out" -name trace.jsonl -exec mv {} "$work/trace" \;
    if [ -s "$work/trace" ]; then
        keep trace "$work/trace"
        # The last line alone, then a cut one.
        { head -n 12 "$work/trace"; tail -n 1 "$work/trace"; } >"$work/piece" && keep trace "$work/piece"
        head -c 1500 "$work/trace" >"$work/piece" && keep trace "$work/piece"
        rm "$work/trace"
    fi
    for mode in timed untimed; do
        timeout 5 "$tempolane" explore "$work/one.yaml" --mode "$mode" --max-states 2000 -o "$work/out" \
            >"$work/said" 2>&1 || true
    done
    find "$work/out" -name '*.schedule' -print0 | while IFS= read -r -d '' schedule; do
        keep schedule "$schedule"
    done
    rm -rf "$work/out"
done
for file in ../tests/recorded/*.csv; do
    head -n 20 "$file" >"$work/piece" && keep recording "$work/piece"
done
"$tempolane" run recording.yaml --write trace -o "$work/out" >/dev/null
perl -MJSON::PP -ne 'BEGIN { print "time,process,event,value\n" } my $e = decode_json($_); next unless defined $e->{event};
    my $label = $e->{text} // $e->{mark} // next; $label =~ s/"/""/g;
    my $value = $e->{value_ns} ? "$e->{value_ns}ns" : $e->{value} // ""; $value = "" if $e->{text};
    $value = $value ? "true" : "false" if JSON::PP::is_bool($value);
    print $e->{time_ns} / 1e9, ",$e->{process},\"$label\",$value\n"' "$work"/out/*/trace.jsonl >"$work/whole"
for lines in 1 2 3 5 8 13 40; do
    head -n "$lines" "$work/whole" >"$work/piece" && keep recording "$work/piece"
done
cut -d, -f1,2,3 "$work/whole" >"$work/piece" && keep recording "$work/piece"

# Programs of the builder are bytes without a form: any text is one.
find ../scenarios -name '*.yaml' -print0 | while IFS= read -r -d '' file; do
    head -c 400 "$file" >"$work/piece" && keep builder "$work/piece"
done

# The words of the language, and what stands between them.
"$tempolane" schema | grep -oE '"[a-z_]+"' | sort -u >dictionary
printf '%s\n' '": "' '"- "' '"{"' '"}, "' '"\x0a  "' '"[index]"' '"1s"' '"9223372036854775807"' >>dictionary
for target in corpus/*; do
    printf '%s: %s\n' "$target" "$(find "$target" -type f | wc -l)"
done
