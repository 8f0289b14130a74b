# What the Linux kernel's 9P client is asked to do, in a guest: TARGETS are lines of KIND NAME DIRECTORY, where each check of
# that kind is tried, and a line is printed for each:  ok NAME CHECK  or  FAIL NAME CHECK: why.

fail() { echo "# $*"; exit 1; }
is() { [ "$1" = "$2" ] || fail "it is '$1', not '$2'"; }
refused() { words=$1; shift; said=$("$@" 2>&1) && fail "it could: $*"; case $said in *"$words"*) ;; *) fail "$said";; esac; }

# --- files: a directory to work in, empty, is where each check begins ------------------------------------------------

file_write_read()   { echo hello >f; is "$(cat f)" hello; is "$(stat -c %s f)" 6; }
file_list()         { touch a b c; mkdir d; is "$(ls | xargs)" "a b c d"; is "$(ls -d d/)" d/; }
file_missing()      { refused 'No such file' cat nobody; refused 'No such file' cat no/body; touch f; refused 'Not a dir' cat f/g; }
file_append()       { echo one >f; echo two >>f; is "$(cat f | xargs)" "one two"; }
file_truncate()     { echo hello >f; : >f; is "$(stat -c %s f)" 0; echo hello >f; truncate -s 2 f; is "$(cat f)" he; }
file_sparse()       { printf end | dd of=f bs=1 seek=100000 2>/dev/null; is "$(stat -c %s f)" 100003; is "$(tail -c 3 f)" end; }
file_exclusive()    { touch f; set -C; refused 'exists' sh -Cc 'echo >f'; }
file_directories()  {
    mkdir d; refused 'exists' mkdir d; touch d/f; refused 'not empty' rmdir d; refused 'directory' cat d
    rm d/f; rmdir d; is "$(ls)" ''
}
file_rename()       {
    echo hello >f; mv f g; is "$(ls)" g; is "$(cat g)" hello
    mkdir d; mv d e; mv g e; is "$(cat e/g)" hello; is "$(ls)" e
}
file_remove()       { echo hello >f; exec 3<f; rm f; is "$(ls)" ''; is "$(cat <&3)" hello; refused 'No such file' rm -- f; }
disk_mode()         { touch f; chmod 640 f; is "$(stat -c %a f)" 640; mkdir d; chmod 700 d; is "$(stat -c %a d)" 700; }
disk_special()      { # what is neither file nor directory is listed, and never opened: nobody waits
    is "$(ls -d ../fifo ../link | xargs)" '../fifo ../link'
    refused 'denied' cat ../fifo; refused 'denied' cat ../link; refused '' cat ../link/passwd
}
file_no_links()     { touch f; refused '' ln f g; refused '' ln -s f g; refused '' mknod p p; is "$(ls)" f; }
file_big()          {
    dd if=/dev/urandom of=/tmp/big bs=64k count=32 2>/dev/null; cp /tmp/big big
    is "$(sha256sum <big)" "$(sha256sum </tmp/big)"
}
file_tree()         {
    mkdir -p /tmp/tree/a/b; for i in $(seq 15); do echo $i >/tmp/tree/a/b/$i; done
    cp -r /tmp/tree .; is "$(cd tree && find . -type f | sort | xargs cat | md5sum)" "$(cd /tmp/tree && find . -type f | sort | xargs cat | md5sum)"
    rm -r tree; is "$(ls)" ''
}
file_at_once()      {
    for i in $(seq 10); do (for j in $(seq 4); do echo $j >>$i; cat $i >/dev/null; done; ls >/dev/null) & done; wait
    for i in $(seq 10); do is "$(cat $i | xargs)" '1 2 3 4'; done
}

# --- streams: block is a file whose reads wait, waiting says how many do, pipe gives readers what is written to it -----

until_waiting() { for i in $(seq 500); do [ "$(cat waiting)" = $1 ] && return; usleep 20000; done; fail "$(cat waiting) wait, not $1"; }
blocked()       { sh -c 'echo $$ >/tmp/pid; exec cat block'; }
killer()        { until_waiting 1; kill -$1 $(cat /tmp/pid); }

stream_interrupt()  { killer INT & blocked; is $? 130; until_waiting 0; }
stream_kill()       { killer KILL & blocked 2>/dev/null; is $? 137; until_waiting 0; }
stream_others_go_on() {
    cat block & reader=$!; until_waiting 1; for i in $(seq 30); do cat note >/dev/null; done
    is "$(cat waiting)" 1; kill $reader; until_waiting 0
}
stream_nonblock()   { # what there is comes at once, though more may follow; without O_NONBLOCK the kernel fills the buffer first
    exec 4<pipe; echo one >pipe; is "$(coredd iflag=nonblock bs=4096 count=1 status=none <&4)" one
    coredd iflag=nonblock bs=4096 count=1 status=none <&4 >/tmp/two & until_waiting 1; echo two >pipe; wait $!
    is "$(cat /tmp/two)" two
}
stream_nothing_lost() {
    exec 4<pipe; coredd iflag=nonblock bs=4096 count=1 status=none <&4 & reader=$!; until_waiting 1
    kill $reader; until_waiting 0; echo kept >pipe; is "$(coredd iflag=nonblock bs=4096 count=1 status=none <&4)" kept
}
stream_at_once()    {
    readers=''; for i in $(seq 16); do cat block & readers="$readers $!"; done
    until_waiting 16; kill $readers; until_waiting 0
}
stream_text()       { echo hello >note; is "$(cat note)" hello; refused '' sh -c 'echo 200 >volume'; is "$(cat volume)" 50; }

# --- what the mux adds ------------------------------------------------------------------------------------------------

mux_root()          { is "$(ls -d disk tree | xargs)" 'disk tree'; refused '' mkdir x; is "$(cat health)" ok; cd disk; is "$(ls -d ../tree)" ../tree; }

# --- all of them ------------------------------------------------------------------------------------------------------

case ${1-all} in
all) ;;
*) cd "$2" && "$1"; exit ;;
esac

mount9p() { mkdir -p /$1; mount -t 9p -o "version=9p2000,dfltuid=0,dfltgid=0,uname=root,msize=65536,$2" $3 /$1 || echo "FAIL mount $1: "; }
relay()   { mkfifo /run/$1.back; netcat -lU /run/$1 </run/$1.back | nc 10.0.2.2 $2 >/run/$1.back & while ! [ -S /run/$1 ]; do usleep 10000; done; }
checks()  { sed -n "s/^\($1_[a-z_]*\)().*/\1/p" /script; }

begin() {
    while read kind name directory; do
        for check in $(checks $kind); do
            work=$directory/$name-$check; case $kind in file|disk) mkdir $work;; *) work=$directory;; esac
            if timeout -s KILL 30 sh /script $check $work >/tmp/why 2>&1 </dev/null; then echo "ok $name $check"
            else echo "FAIL $name $check: $(tr '\n' ' ' </tmp/why)"; fi
        done
    done
}
