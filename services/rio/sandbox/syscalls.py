"""The system calls that scene programs may make: an allow list, enforced by seccomp through libseccomp.

Three lists. `_ALLOWED` is what Python and numpy need for computing, for files of their own and for the one channel that
is already open. `_ALLOWED_WITH` are calls of many faces, of which only the named ones are open. `_REFUSED` answer
"operation not permitted", so that a program which tries them hears why; everything else, also what later kernels
invent, answers "function not implemented", which makes the C library fall back to what it did before.

Landlock does not see `chmod`, `chown`, `utime` and attributes, so they are refused here.
"""

import errno
import fcntl
import termios
from typing import Any

_ALLOWED = """
brk mmap munmap mremap mprotect madvise membarrier mincore
read write readv writev pread64 pwrite64 preadv pwritev preadv2 pwritev2 lseek _llseek
open openat creat close close_range dup dup2 dup3 pipe pipe2 sendfile copy_file_range
stat lstat fstat newfstatat fstatat64 stat64 lstat64 fstat64 statx statfs fstatfs access faccessat faccessat2
readlink readlinkat getdents getdents64 getcwd chdir fchdir umask
mkdir mkdirat rmdir unlink unlinkat rename renameat renameat2 truncate ftruncate fallocate fsync fdatasync fadvise64
poll ppoll select _newselect pselect6 recvfrom recv recvmsg send sendto getsockopt getsockname getpeername shutdown
rt_sigaction rt_sigprocmask rt_sigreturn sigreturn sigaltstack rt_sigpending restart_syscall setitimer getitimer
fork wait4 waitid waitpid exit exit_group
getpid getppid gettid getuid geteuid getgid getegid getgroups getresuid getresgid capget getpgrp getpgid getsid
clock_gettime clock_getres clock_nanosleep nanosleep gettimeofday time times getrusage uname sysinfo
futex set_robust_list rseq set_tid_address arch_prctl getrandom sched_yield sched_getaffinity getcpu getrlimit
"""

_REFUSED = """
socket socketpair connect bind listen accept accept4 sendmsg sendmmsg setsockopt
execve execveat vfork kill tkill tgkill rt_sigqueueinfo rt_tgsigqueueinfo pidfd_open pidfd_getfd pidfd_send_signal
ptrace process_vm_readv process_vm_writev process_madvise kcmp setsid setpgid setpriority sched_setaffinity
chmod fchmod fchmodat fchmodat2 chown fchown lchown fchownat utime utimes futimesat utimensat
setxattr lsetxattr fsetxattr removexattr lremovexattr fremovexattr
link linkat symlink symlinkat mknod mknodat chroot pivot_root mount umount2 open_tree move_mount fsopen fsmount
unshare setns setuid setgid setreuid setregid setresuid setresgid setfsuid setfsgid setgroups capset personality
bpf perf_event_open userfaultfd keyctl add_key request_key shmget shmat msgget semget mq_open memfd_create
io_uring_setup name_to_handle_at open_by_handle_at inotify_init inotify_init1 fanotify_init quotactl acct swapon
reboot kexec_load init_module finit_module delete_module settimeofday clock_settime adjtimex syslog
"""

_NO_FORK_HAS = 0x7E020000 | 0x00010000 | 0x00004000 | 0x00000100
"""Flags of clone(2): every CLONE_NEW…, CLONE_THREAD, CLONE_VFORK, CLONE_VM. There are no threads, since a copy of the
worker would lose them, and no process that shares our memory."""

# F_SETOWN and F_SETSIG would let the kernel signal another process in our name.
_FCNTL = (
    *(fcntl.F_DUPFD, fcntl.F_DUPFD_CLOEXEC, fcntl.F_GETFD, fcntl.F_SETFD, fcntl.F_GETFL, fcntl.F_SETFL),
    *(fcntl.F_GETLK, fcntl.F_SETLK, fcntl.F_SETLKW, 1032),  # the last is F_GETPIPE_SZ
)
# What opening a file asks; among the others is one that types into a terminal.
_IOCTL = (termios.TCGETS, termios.TIOCGWINSZ, termios.FIONREAD, termios.FIOCLEX, termios.FIONCLEX)


class Filter:
    """The compiled filter. Made before the other walls: libseccomp is found with the help of programs."""

    def __init__(self) -> None:
        """OSError says what is missing: the module raises where the machine has no libseccomp."""
        try:
            import pyseccomp  # type: ignore[import-untyped]  # it has no types; here, as it may raise
        except RuntimeError as error:
            raise OSError(errno.ENOSYS, f"{error}; install libseccomp2") from None
        self._lib: Any = pyseccomp
        self._filter = pyseccomp.SyscallFilter(pyseccomp.ERRNO(errno.ENOSYS))
        for name in _REFUSED.split():
            self._rule(pyseccomp.ERRNO(errno.EPERM), name)
        for name in _ALLOWED.split():
            self._rule(pyseccomp.ALLOW, name)
        self._allow_faces()

    def _allow_faces(self) -> None:
        lib = self._lib
        for command in _FCNTL:
            self._rule(lib.ALLOW, "fcntl", lib.Arg(1, lib.EQ, command))
        for command in _IOCTL:
            self._rule(lib.ALLOW, "ioctl", lib.Arg(1, lib.EQ, command))
        self._rule(lib.ALLOW, "clone", lib.Arg(0, lib.MASKED_EQ, _NO_FORK_HAS, 0))
        self._rule(lib.ALLOW, "prlimit64", lib.Arg(0, lib.EQ, 0))  # of itself

    def _rule(self, action: int, name: str, *conditions: Any) -> None:
        """A rule for a call that this architecture has, and this libseccomp knows; for others the default answers."""
        number = self._lib.resolve_syscall(self._lib.Arch.NATIVE, name)
        if number >= 0:
            self._filter.add_rule(action, number, *conditions)

    def load(self) -> None:
        """From now on, in this process and all it forks."""
        self._filter.load()
