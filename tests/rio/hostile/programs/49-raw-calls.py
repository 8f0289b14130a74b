"""Makes system calls by their number: each that no program needs, and all that are newer than this program."""
# prints: nothing
import ctypes, errno

libc, done = ctypes.CDLL(None, use_errno=True), []
numbers = "socket 41 socketpair 53 bind 49 listen 50 connect 42 vfork 58 execve 59 kill 62 ptrace 101 personality 135"
numbers += " mount 165 chroot 161 unshare 272 setns 308 bpf 321 perf 298 userfaultfd 323 io_uring_setup 425 keyctl 250"
numbers += " process_vm_readv 310 memfd 319 pidfd_getfd 438 open_tree 428 fsopen 430 shmget 29 msgget 68 mq_open 240"
numbers += " add_key 248 kexec 246 init_module 175 finit_module 313 reboot 169 syslog 103 acct 163 swapon 167 iopl 172"
numbers += " setuid 105 setresuid 117 clone3 435 landlock 444 seccomp 317 prctl 157 fanotify 300 inotify 294 timer 222"
words = numbers.split()
for name, number in zip(words[::2], map(int, words[1::2])):
    ctypes.set_errno(0)
    if libc.syscall(number, 0, 0, 0, 0, 0) >= 0 or ctypes.get_errno() not in (errno.EPERM, errno.ENOSYS):
        done.append((name, ctypes.get_errno()))
for number in range(452, 600):
    if libc.syscall(number, 0, 0, 0, 0, 0) >= 0:
        done.append(number)
print(done or "nothing")
