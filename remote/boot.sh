# Reads orders, and starts the program whose SHA-256 is $hash, which it has had sent before where it is not there.
# Lines that the driver may take for answers are never a part of this text, in case that something echoes it.
say() { printf '\n%s%s %s\n' 'anabranch-' 'boot:' "$*"; }
fail() { say fail "$*"; exit 1; }
test -t 0 && fail 'its standard input is a terminal: leave out the option that asks for one'

mask=$(umask)
umask 077
if test -n "$dir"; then
	{ mkdir -p "$dir" && cd "$dir"; } || fail "cannot use the directory $dir"
	cache=$(pwd)/.anabranch
elif test -n "$XDG_CACHE_HOME"; then
	cache=$XDG_CACHE_HOME/anabranch/programs
elif test -n "$HOME" && test -w "$HOME"; then
	cache=$HOME/.cache/anabranch/programs
else
	cache=${TMPDIR:-/tmp}/anabranch-$(id -u)
fi
{ mkdir -p "$cache" && chmod 700 "$cache"; } || fail "cannot use the directory $cache"
set -- $(LC_ALL=C ls -ldn "$cache/.")
case $1 in
drwx------*) ;;
*) fail "the directory $cache is open to others" ;;
esac
test "$3" = "$(id -u)" || fail "the directory $cache belongs to user $3"

if command -v sha256sum >/dev/null 2>&1; then
	tool=sha256sum
elif command -v shasum >/dev/null 2>&1; then
	tool='shasum -a 256'
elif command -v sha256 >/dev/null 2>&1; then
	tool=sha256
elif command -v openssl >/dev/null 2>&1; then
	tool='openssl dgst -sha256'
elif busybox sha256sum </dev/null >/dev/null 2>&1; then
	tool='busybox sha256sum'
else
	tool=
fi

# Without a tool the size must do. The program itself tells its hash when it has been started.
good() {
	test -f "$1" && test "$(wc -c <"$1")" -eq "$size" || return 1
	test -z "$tool" && return 0
	case $($tool <"$1") in
	*"$hash"*) return 0 ;;
	esac
	return 1
}

take() {
	if test "$(printf abc | head -c 2 2>/dev/null)" = ab; then
		head -c "$size"
	else
		dd bs=1 count="$size" 2>/dev/null
	fi
}

program=$cache/$hash
state=need
good "$program" && state=have
say probe "$state" "$(uname -s)" "$(uname -m)"

while read -r order; do
	case $order in
	upload)
		new=$program.$(uname -n).$$.tmp
		trap 'rm -f "$new"' EXIT
		trap 'exit 1' HUP INT PIPE TERM
		take >"$new" || fail "cannot write $new"
		good "$new" || fail "what has come is not what was sent, or $cache is full"
		{ chmod 700 "$new" && mv -f "$new" "$program"; } || fail "cannot write $program"
		trap - EXIT HUP INT PIPE TERM
		say stored
		;;
	run)
		umask "$mask"
		ANABRANCH_PEER=1
		export ANABRANCH_PEER
		exec "$program"
		;;
	*) exit 1 ;;
	esac
done
exit 1
