#!/bin/sh
# Builds what is not built and runs one benchmark program: program.sh CLASS [ARGUMENT...]. Needs JDK 25 in JAVA_HOME.
set -eu

BENCH=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
JAVA="${JAVA_HOME:?name the folder of a JDK 25}/bin/java"
BUILT="$BENCH/target/built"

newer=$(cd "$BENCH/.." && find pom.xml ./*/pom.xml ./*/src/main -newer "$BUILT" -type f 2>/dev/null | head -n 1 || true)
if [ ! -f "$BUILT" ] || [ -n "$newer" ]; then
    echo "building" >&2
    (cd "$BENCH/.." && mvn -q -B -pl bench -am package -Dmaven.test.skip=true -Djacoco.skip=true)
    touch "$BUILT"
fi

class=$1
shift
# The programs keep the server's data and the unpacked ffmpeg in target/ of the folder they run in.
cd "$BENCH"
exec "$JAVA" --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -cp 'target/*:target/lib/*' "io.spillway.bench.$class" "$@"
