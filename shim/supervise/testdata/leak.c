// leak prints the file .env of the working directory by one technique.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static char *name = ".env";

static int show(int fd) {
	char buf[4096];
	int n, failed = fd < 0;
	if (failed) fprintf(stderr, "open: %s\n", strerror(errno));
	while (fd >= 0 && (n = read(fd, buf, sizeof buf)) > 0) write(1, buf, n);
	return failed;
}

static void *thread(void *p) { *(int *)p = show(open(name, O_RDONLY)); return 0; }

static int child(void *p) { return show(open(name, O_RDONLY)); }

static long int80(long nr, long a, long b, long c) {
	long r = -ENOSYS;
#ifdef __x86_64__
	__asm__ volatile("int $0x80" : "=a"(r) : "a"(nr), "b"(a), "c"(b), "d"(c) : "memory", "r8", "r9", "r10", "r11");
#endif
	if (r < 0) { errno = -r; r = -1; }
	return r;
}

int main(int argc, char **argv) {
	char *how = argc > 1 ? argv[1] : "";
	char link[64];
	int fd, fd2, st, p[2];
	struct stat s;
	if (getenv("NAME")) name = getenv("NAME");
	if (!strcmp(how, "unlink")) return unlink(name) != 0;
	if (!strcmp(how, "open")) return show(syscall(SYS_openat, AT_FDCWD, name, O_RDONLY, 0));
#ifdef SYS_open
	if (!strcmp(how, "oldopen")) return show(syscall(SYS_open, name, O_RDONLY, 0));
#endif
	if (!strcmp(how, "rdwr")) return show(open(name, O_RDWR));
	if (!strcmp(how, "append")) return show(open(name, O_RDWR | O_APPEND | O_CREAT, 0600));
	if (!strcmp(how, "accmode3")) { fd = open(name, 3); return show(fd); }
	if (!strcmp(how, "dirfd")) return show(openat(open(".", O_RDONLY | O_DIRECTORY), name, O_RDONLY));
	if (!strcmp(how, "pathdirfd")) return show(openat(open("..", O_PATH), argv[2], O_RDONLY));
	if (!strcmp(how, "fchdir")) { fd = open(".", O_PATH); chdir("/"); fchdir(fd); return show(open("./././.env", O_RDONLY)); }
	if (!strcmp(how, "openat2")) {
		struct open_how h = {.flags = O_RDONLY};
		return show(syscall(SYS_openat2, AT_FDCWD, name, &h, sizeof h));
	}
	if (!strcmp(how, "openat2root")) {
		struct open_how h = {.flags = O_RDONLY, .resolve = RESOLVE_IN_ROOT};
		return show(syscall(SYS_openat2, open(".", O_PATH), "/.env", &h, sizeof h));
	}
	if (!strcmp(how, "opath")) {
		fd = open(name, O_PATH);
		sprintf(link, "/proc/self/fd/%d", fd);
		return show(open(link, O_RDONLY));
	}
	if (!strcmp(how, "opaththread")) {
		fd = open(name, O_PATH);
		sprintf(link, "/proc/thread-self/fd/%d", fd);
		return show(open(link, O_RDONLY));
	}
	if (!strcmp(how, "devfd")) {
		fd = open(name, O_PATH);
		sprintf(link, "/dev/fd/%d", fd);
		return show(open(link, O_RDONLY));
	}
	if (!strcmp(how, "fdlink")) { // a symbolic link of its own to the descriptor
		fd = open(name, O_PATH);
		sprintf(link, "/proc/self/fd/%d", fd);
		unlink("innocent");
		symlink(link, "innocent");
		return show(open("innocent", O_RDONLY));
	}
	if (!strcmp(how, "emptylink")) { // a hard link from a descriptor
		fd = open(name, O_PATH);
		if (linkat(fd, "", AT_FDCWD, "linked", AT_EMPTY_PATH)) {
			sprintf(link, "/proc/self/fd/%d", fd);
			linkat(AT_FDCWD, link, AT_FDCWD, "linked", AT_SYMLINK_FOLLOW);
		}
		return show(open("linked", O_RDONLY));
	}
	if (!strcmp(how, "mmap")) {
		fd = open(name, O_RDONLY);
		if (fd < 0 || fstat(fd, &s)) return 1;
		return write(1, mmap(0, s.st_size, PROT_READ, MAP_PRIVATE, fd, 0), s.st_size) < 0;
	}
	if (!strcmp(how, "sendfile")) return sendfile(1, open(name, O_RDONLY), 0, 4096) < 0;
	if (!strcmp(how, "splice")) {
		pipe(p);
		st = splice(open(name, O_RDONLY), 0, p[1], 0, 4096, 0);
		close(p[1]);
		return st < 0 ? 1 : show(p[0]);
	}
	if (!strcmp(how, "copyrange")) {
		fd2 = open("copied", O_RDWR | O_CREAT | O_TRUNC, 0600);
		st = copy_file_range(open(name, O_RDONLY), 0, fd2, 0, 4096, 0);
		lseek(fd2, 0, SEEK_SET);
		return st < 0 ? 1 : show(fd2);
	}
	if (!strcmp(how, "handle")) {
		struct { struct file_handle h; char room[128]; } h = {.h.handle_bytes = 128};
		if (name_to_handle_at(AT_FDCWD, name, &h.h, &st, 0)) return 1;
		return show(open_by_handle_at(open(".", O_RDONLY), &h.h, O_RDONLY));
	}
	if (!strcmp(how, "int80")) {
		char *low = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | 0x40, -1, 0);
		strcpy(low, name);
		return show(int80(5, (long)low, O_RDONLY, 0));
	}
	if (!strcmp(how, "x32")) return show(syscall(0x40000000 | SYS_openat, AT_FDCWD, name, O_RDONLY, 0));
	if (!strcmp(how, "thread")) {
		pthread_t t;
		pthread_create(&t, 0, thread, &st);
		pthread_join(t, 0);
		return st;
	}
	if (!strcmp(how, "threadcwd")) { // a thread with a directory of its own
		unshare(CLONE_FS);
		chdir("sub");
		return show(open("../.env", O_RDONLY));
	}
	if (!strcmp(how, "vfork")) {
		if (vfork() == 0) { execlp("cat", "cat", name, (char *)0); _exit(1); }
		wait(&st);
		return st != 0;
	}
	if (!strcmp(how, "clonefiles")) {
		char *stack = malloc(1 << 16);
		clone(child, stack + (1 << 16), CLONE_FILES | CLONE_VM | SIGCHLD, 0);
		wait(&st);
		return st != 0;
	}
	if (!strcmp(how, "doublefork")) {
		if (fork() == 0) {
			setsid();
			if (fork() == 0) { usleep(300000); _exit(show(open(name, O_RDONLY))); }
			_exit(0);
		}
		return 0;
	}
	if (!strcmp(how, "passfd")) { // the opener hands the descriptor to another process
		socketpair(AF_UNIX, SOCK_STREAM, 0, p);
		char c[CMSG_SPACE(sizeof(int))] = {0}, b = 0;
		struct iovec v = {&b, 1};
		struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1, .msg_control = c, .msg_controllen = sizeof c};
		if (fork() == 0) {
			struct cmsghdr *h = CMSG_FIRSTHDR(&m);
			h->cmsg_level = SOL_SOCKET; h->cmsg_type = SCM_RIGHTS; h->cmsg_len = CMSG_LEN(sizeof(int));
			fd = open(name, O_RDONLY);
			memcpy(CMSG_DATA(h), &fd, sizeof fd);
			_exit(sendmsg(p[0], &m, 0) < 0);
		}
		wait(&st);
		if (st || recvmsg(p[1], &m, 0) < 0) return 1;
		memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&m)), sizeof fd);
		return show(fd);
	}
	if (!strcmp(how, "pagecross")) { // the path lies across two pages, the rest unmapped
		char *m = mmap(0, 3 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		munmap(m + 2 * 4096, 4096);
		char *at = m + 2 * 4096 - 5;
		memcpy(at, ".env", 5);
		return show(open(at, O_RDONLY));
	}
	if (!strcmp(how, "longpath")) { // near PATH_MAX, over several pages
		char *at = malloc(5000);
		at[0] = 0;
		for (int i = 0; i < 2040; i++) strcat(at, "./");
		strcat(at, ".env");
		return show(open(at, O_RDONLY));
	}
	if (!strcmp(how, "undumpable")) {
		syscall(SYS_prctl, 4, 0, 0, 0, 0);
		return show(open(name, O_RDONLY));
	}
	if (!strcmp(how, "uring")) { // whether a ring can be had at all
		char params[256] = {0};
		fd = syscall(425, 4, params);
		if (fd >= 0) printf("%sARY: a ring\n", "CAN");
		return fd < 0;
	}
	fprintf(stderr, "unknown: %s\n", how);
	return 2;
}
