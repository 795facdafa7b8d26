// reach tries to get at process PID by one technique and prints what happened.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

int main(int argc, char **argv) {
	char *how = argv[1], name[64], buf[8] = "xxxxxxx";
	int pid = atoi(argv[2]), tid = argc > 3 ? atoi(argv[3]) : pid;
	long r = -2;
	struct iovec v = {buf, 8}, far = {(void *)0x400000, 8};
	struct rlimit lim = {0, 0};
	errno = 0;
	if (!strcmp(how, "kill")) r = kill(pid, SIGKILL);
	if (!strcmp(how, "stop")) r = kill(pid, SIGSTOP);
	if (!strcmp(how, "killthread")) r = kill(tid, SIGKILL);
	if (!strcmp(how, "tkill")) r = syscall(SYS_tkill, tid, SIGKILL);
	if (!strcmp(how, "tgkill")) r = syscall(SYS_tgkill, pid, tid, SIGKILL);
	if (!strcmp(how, "killall")) r = kill(-1, SIGKILL);
	if (!strcmp(how, "queue")) { siginfo_t i = {.si_code = -1}; r = syscall(SYS_rt_sigqueueinfo, pid, SIGKILL, &i); }
	if (!strcmp(how, "tgqueue")) { siginfo_t i = {.si_code = -1}; r = syscall(SYS_rt_tgsigqueueinfo, pid, tid, SIGKILL, &i); }
	if (!strcmp(how, "pidfd")) r = syscall(SYS_pidfd_send_signal, syscall(SYS_pidfd_open, pid, 0), SIGKILL, 0, 0);
	if (!strcmp(how, "procfd")) { sprintf(name, "/proc/%d", pid); r = syscall(SYS_pidfd_send_signal, open(name, O_DIRECTORY), SIGKILL, 0, 0); }
	if (!strcmp(how, "getfd")) r = syscall(SYS_pidfd_getfd, syscall(SYS_pidfd_open, pid, 0), 0, 0);
	if (!strcmp(how, "attach")) r = ptrace(PTRACE_ATTACH, pid, 0, 0);
	if (!strcmp(how, "seize")) r = ptrace(PTRACE_SEIZE, tid, 0, 0);
	if (!strcmp(how, "writev")) r = process_vm_writev(pid, &v, 1, &far, 1, 0);
	if (!strcmp(how, "readv")) r = process_vm_readv(pid, &v, 1, &far, 1, 0);
	if (!strcmp(how, "mem")) { sprintf(name, "/proc/%d/mem", pid); r = open(name, O_RDWR); }
	if (!strcmp(how, "taskmem")) { sprintf(name, "/proc/%d/task/%d/mem", pid, tid); r = open(name, O_RDWR); }
	if (!strcmp(how, "oom")) { sprintf(name, "/proc/%d/oom_score_adj", pid); r = open(name, O_WRONLY); }
	if (!strcmp(how, "limit")) r = prlimit(pid, RLIMIT_NOFILE, &lim, 0);
	if (!strcmp(how, "listener")) r = syscall(SYS_seccomp, 1, 8, (struct { unsigned short n; void *p; }[]){{1, (char[]){6, 0, 0, 0, 0, 0, 0xff, 0x7f}}});
	if (!strcmp(how, "null")) r = kill(pid, 0);
	printf("%s: %s\n", how, r >= 0 ? "done" : r == -2 ? "unknown" : strerror(errno));
	return 0;
}
