# shellcheck shell=sh disable=SC2154
# What this project adds to the official mvnw, which sources this once it knows where its Maven stands ($MAVEN_HOME)
# and comes from ($distributionUrl), before it looks for it.

minimum_jdk=25

say() { printf 'mvnw: %s\n' "$*" >&2; }

# The release file says the version without starting a JVM.
is_new_enough_jdk() {
  [ -r "$1/release" ] && [ -x "$1/bin/javac" ] || return 1
  major=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release")
  [ -n "$major" ] && [ "$major" -ge "$minimum_jdk" ]
}

java_on_path() {
  found=$(command -v java) || return 0
  found=$(readlink -f "$found") || return 0
  dirname "$(dirname "$found")"
}

find_jdk() {
  set +f
  for jdk in "${JAVA_HOME:-}" "$(java_on_path)" /usr/lib/jvm/* "$HOME"/.sdkman/candidates/java/* \
    "$HOME"/.jdks/* /opt/java/* /Library/Java/JavaVirtualMachines/*/Contents/Home; do
    if is_new_enough_jdk "$jdk"; then
      printf '%s\n' "$jdk"
      return
    fi
  done
  say "no JDK $minimum_jdk or newer found: install one (for example Temurin $minimum_jdk) or point JAVA_HOME at it"
  return 1
}

# Maven's own libraries make a new JDK warn on every run; a JDK that no longer knows an option gets it not.
quiet_options() {
  for option in --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow; do
    if "$JAVA_HOME/bin/java" "$option" -version >/dev/null 2>&1; then printf '%s ' "$option"; fi
  done
}

# Short: where the archive is out of reach, every run pays this wait.
is_reachable() {
  if [ -n "${MVNW_USERNAME-}" ]; then
    : # a mirror with a password: the official script knows how to ask
  elif command -v curl >/dev/null; then
    curl -fsIL --connect-timeout 3 --max-time 9 -o /dev/null "$1" 2>/dev/null
  elif command -v wget >/dev/null; then
    wget -q --spider --timeout=3 --tries=1 "$1" 2>/dev/null
  else
    ! command -v mvn >/dev/null # the official script can download with Java, but not ask whether it may
  fi
}

# Where the official script could not install its Maven, this says so and becomes the mvn on the PATH.
use_maven_on_path() {
  problem=$1
  shift
  mvn=$(command -v mvn) || mvn=
  version=$([ -z "$mvn" ] || "$mvn" -B --version 2>/dev/null | sed -n 's/.*Apache Maven \([0-9]*\)\.\([0-9]*\).*/\1 \2/p')
  major=${version% *} minor=${version#* }
  if [ -z "$version" ] || [ "$major" -lt 3 ] || { [ "$major" -eq 3 ] && [ "$minor" -lt 8 ]; }; then
    say "$problem, and there is no mvn 3.8 or newer on the PATH: install Maven, or allow that"
    exit 1
  fi
  say "$problem, so the mvn on the PATH is used ($major.$minor)"
  unset MAVEN_HOME
  exec "$mvn" "$@"
}

JAVA_HOME=$(find_jdk) || exit 1
export JAVA_HOME
MAVEN_OPTS="$(quiet_options)${MAVEN_OPTS:-}"
export MAVEN_OPTS
set -- -f "$scriptDir" "$@"

if [ ! -d "$MAVEN_HOME" ]; then
  # The checksum is the zip's; without unzip the official script would hold it against the .tar.gz. Every JDK can unpack a zip.
  command -v unzip >/dev/null || unzip() {
    [ "$1" != -q ] || shift
    (cd "$3" && "$JAVA_HOME/bin/jar" -xf "$1" && set +f && chmod +x "$3"/*/bin/mvn)
  }
  if ! mkdir -p "${MAVEN_HOME%/*}" 2>/dev/null || [ ! -w "${MAVEN_HOME%/*}" ]; then
    use_maven_on_path "can't write ${MAVEN_HOME%/*}" "$@"
  elif ! is_reachable "$distributionUrl"; then
    use_maven_on_path "can't download $distributionUrl" "$@"
  fi
fi
