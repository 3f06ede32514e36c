#!/bin/sh
# Builds what is not built and runs one benchmark program: program.sh CLASS [ARGUMENT...].
#   JAVA_HOME          a JDK 25; searched for in the usual folders when it is not set
#   BENCH_JAVA_OPTS    options of the program's own JVM
#   BENCH_CORE         CPU that the program is to keep to
#   BENCH_NAMESPACE    network namespace to run it in
set -eu

BENCH=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
BUILT="$BENCH/target/built"

is_jdk25() {
    [ -x "$1/bin/javac" ] && grep -q '^JAVA_VERSION="25[".]' "$1/release" 2>/dev/null
}

if ! is_jdk25 "${JAVA_HOME:-}"; then
    for candidate in "$(dirname "$(dirname "$(readlink -f "$(command -v javac || echo /none/bin/javac)")")")" /usr/lib/jvm/* /opt/*jdk* "$HOME"/.jdks/*; do
        if is_jdk25 "$candidate"; then
            JAVA_HOME=$candidate
            break
        fi
    done
    is_jdk25 "${JAVA_HOME:-}" || { echo "no JDK 25 found: set JAVA_HOME to the folder of one" >&2; exit 1; }
fi
export JAVA_HOME

newer=$(cd "$BENCH/.." && find pom.xml ./*/pom.xml ./*/src/main sfu/src/test -newer "$BUILT" -type f 2>/dev/null | head -n 1 || true)
if [ ! -f "$BUILT" ] || [ -n "$newer" ]; then
    command -v mvn >/dev/null || { echo "Maven 3.8 or newer builds the programs and was not found: install it (package maven)" >&2; exit 1; }
    echo "building" >&2
    (cd "$BENCH/.." && mvn -q -B -pl bench -am package -Dmaven.test.skip.exec=true -Djacoco.skip=true)
    # The launcher need not build again what was just built.
    touch "$BENCH/../server/target/spillway/spillway.jar" "$BUILT"
fi

class=$1
shift
# The programs keep the server's data and the unpacked ffmpeg in target/ of the folder they run in.
cd "$BENCH"
# shellcheck disable=SC2086
exec ${BENCH_NAMESPACE:+ip netns exec "$BENCH_NAMESPACE"} ${BENCH_CORE:+taskset -c "$BENCH_CORE"} \
    "$JAVA_HOME/bin/java" ${BENCH_JAVA_OPTS:-} --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
    -cp 'target/*:target/lib/*' "${BENCH_MAIN:-io.spillway.bench.$class}" "$@"
