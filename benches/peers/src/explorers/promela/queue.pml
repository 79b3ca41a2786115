/* A blocking queue, each producer and each consumer a process. Whoever finds it full, or empty, waits; a put and a
   get notify any one of those who wait. P producers, C consumers, B items at most, given with -DP=... */

chan queue = [B] of { byte };
bit waits[P + C];

#if P + C > 0
#define WAITER0 :: waits[0] -> waits[0] = 0
#else
#define WAITER0
#endif
#if P + C > 1
#define WAITER1 :: waits[1] -> waits[1] = 0
#else
#define WAITER1
#endif
#if P + C > 2
#define WAITER2 :: waits[2] -> waits[2] = 0
#else
#define WAITER2
#endif
#if P + C > 3
#define WAITER3 :: waits[3] -> waits[3] = 0
#else
#define WAITER3
#endif
#if P + C > 4
#define WAITER4 :: waits[4] -> waits[4] = 0
#else
#define WAITER4
#endif
#if P + C > 5
#define WAITER5 :: waits[5] -> waits[5] = 0
#else
#define WAITER5
#endif
#if P + C > 6
#define WAITER6 :: waits[6] -> waits[6] = 0
#else
#define WAITER6
#endif
#if P + C > 7
#define WAITER7 :: waits[7] -> waits[7] = 0
#else
#define WAITER7
#endif
#if P + C > 8
#define WAITER8 :: waits[8] -> waits[8] = 0
#else
#define WAITER8
#endif
#if P + C > 9
#define WAITER9 :: waits[9] -> waits[9] = 0
#else
#define WAITER9
#endif
#if P + C > 10
#define WAITER10 :: waits[10] -> waits[10] = 0
#else
#define WAITER10
#endif
#if P + C > 11
#define WAITER11 :: waits[11] -> waits[11] = 0
#else
#define WAITER11
#endif
#if P + C > 12
#define WAITER12 :: waits[12] -> waits[12] = 0
#else
#define WAITER12
#endif
#if P + C > 13
#define WAITER13 :: waits[13] -> waits[13] = 0
#else
#define WAITER13
#endif
#if P + C > 14
#define WAITER14 :: waits[14] -> waits[14] = 0
#else
#define WAITER14
#endif
#if P + C > 15
#define WAITER15 :: waits[15] -> waits[15] = 0
#else
#define WAITER15
#endif

#define NOTIFY \
	if \
	WAITER0 WAITER1 WAITER2 WAITER3 \
	WAITER4 WAITER5 WAITER6 WAITER7 \
	WAITER8 WAITER9 WAITER10 WAITER11 \
	WAITER12 WAITER13 WAITER14 WAITER15 \
	:: else \
	fi

active [P] proctype producer() {
	do
	:: atomic { !waits[_pid] && full(queue) -> waits[_pid] = 1 }
	:: atomic { !waits[_pid] && nfull(queue) -> queue!_pid; NOTIFY }
	od
}

active [C] proctype consumer() {
	do
	:: atomic { !waits[_pid] && empty(queue) -> waits[_pid] = 1 }
	:: atomic { !waits[_pid] && nempty(queue) -> queue?_; NOTIFY }
	od
}
